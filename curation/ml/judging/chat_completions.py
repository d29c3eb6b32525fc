"""What a call looks like as a chat completion request, and what the completion that came back says.

Servers differ in what they take, so a request is written in a `Dialect`; a server that declines a part we can do
without is asked again in a simpler one, and remembered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from curation.ml.judging.calls import Answer, BackendError, Call

TOP = 20
"""As many of the most probable tokens as OpenAI and vLLM tell."""

_SPACES = " \t\r\n▁ĠĊ"
"""Blanks in front of a token, also as raw vocabularies write them."""

_LEAST_MASS = 1e-12


@dataclass
class Dialect:
    """`prefill` begins the assistant's turn with the call's lead, which vLLM and SGLang can continue."""

    prefill: bool
    guided_json: bool
    limit_name: str = "max_tokens"

    def simpler(self, body: Mapping[str, Any], complaint: str) -> bool:
        """Whether a request declined with these words can be written again without what was declined."""
        said = complaint.lower()
        if "response_format" in body and any(word in said for word in ("response_format", "schema", "guided", "json")):
            self.guided_json = False
            return True
        if "max_tokens" in body and "max_completion_tokens" in said:
            self.limit_name = "max_completion_tokens"
            return True
        return False


def request_body(call: Call, model: str, dialect: Dialect) -> dict[str, Any]:
    """The body of POST /chat/completions."""
    sampling = call.sampling
    body: dict[str, Any] = {"model": model, "messages": _messages(call, dialect), "seed": sampling.seed}
    if dialect.prefill and call.lead:
        body |= {"continue_final_message": True, "add_generation_prompt": False}
    if call.options:
        return body | {"temperature": 0, dialect.limit_name: 1, "logprobs": True, "top_logprobs": TOP}
    body |= {"temperature": sampling.temperature, "top_p": sampling.top_p, dialect.limit_name: sampling.max_tokens}
    if call.schema is not None and dialect.guided_json:
        schema = {"name": "reply", "strict": True, "schema": dict(call.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def estimated_tokens(body: Mapping[str, Any], dialect: Dialect) -> int:
    """What a request may use, for reserving it: about four characters a token, and the longest reply allowed."""
    characters = sum(len(message["content"]) for message in body["messages"])
    return characters // 4 + int(body[dialect.limit_name])


def _messages(call: Call, dialect: Dialect) -> list[dict[str, str]]:
    messages = [{"role": role, "content": content} for role, content in call.messages]
    if dialect.prefill and call.lead:
        return [*messages, {"role": "assistant", "content": call.lead}]
    wishes = []
    if call.options:
        options = ", ".join(option.strip() for option in call.options)
        wishes.append(f"Reply with exactly one of these and nothing else: {options}")
    elif call.lead:
        wishes.append(f"Begin your reply with: {call.lead}")
    if not wishes:
        return messages
    if messages and messages[-1]["role"] == "user":
        messages[-1]["content"] = "\n\n".join([messages[-1]["content"], *wishes])
        return messages
    return [*messages, {"role": "user", "content": wishes[0]}]


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int


@dataclass(frozen=True)
class Reading:
    """An answer, and what else the completion told. `bounded` is how many options are only known from above."""

    answer: Answer
    usage: Usage | None
    fingerprint: str | None
    bounded: int = 0


def read_completion(call: Call, completion: Any, *, prefilled: bool, endpoint: str) -> Reading:
    """What a completion says. Raises BackendError when `endpoint` ignores that log-probabilities were asked for."""
    if isinstance(completion, str):
        # The library hands on as text what did not come as JSON: somebody's web page.
        raise BackendError(
            f"The endpoint {endpoint} does not answer as an OpenAI-compatible server does; check its address, "
            "which usually ends in /v1."
        )
    usage = _usage(getattr(completion, "usage", None))
    answer, bounded = _answer(call, completion, prefilled, endpoint)
    if usage is not None:
        answer = replace(answer, **asdict(usage))
    return Reading(answer, usage, getattr(completion, "system_fingerprint", None), bounded)


def _usage(told: Any) -> Usage | None:
    prompt, completion = getattr(told, "prompt_tokens", None), getattr(told, "completion_tokens", None)
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    cached = getattr(getattr(told, "prompt_tokens_details", None), "cached_tokens", None)
    return Usage(prompt, completion, cached if isinstance(cached, int) else 0)


def _answer(call: Call, completion: Any, prefilled: bool, endpoint: str) -> tuple[Answer, int]:
    choices = getattr(completion, "choices", None)
    message = getattr(choices[0], "message", None) if choices else None
    if not choices or message is None:
        return Answer(reason="malformed_reply"), 0
    text = message.content if isinstance(message.content, str) else ""
    refusal = getattr(message, "refusal", None)
    if refusal or choices[0].finish_reason == "content_filter":
        return Answer(text or refusal or "", reason="refused"), 0
    if call.options:
        return _option_answer(call.options, choices[0], endpoint)
    lead = call.lead.strip()
    if not prefilled and lead:
        # Asked to begin with the lead, the model has written it; a reply is what follows it.
        text = text.lstrip().removeprefix(lead)
    return Answer(text, reason="cut_off" if choices[0].finish_reason == "length" else None), 0


def _option_answer(options: Sequence[str], choice: Any, endpoint: str) -> tuple[Answer, int]:
    tokens = getattr(choice.logprobs, "content", None)
    if tokens == []:
        return Answer(reason="empty_reply"), 0
    if not tokens or not tokens[0].top_logprobs:
        raise BackendError(
            f"The endpoint {endpoint} ignores that log-probabilities are asked for, so it cannot give verdicts by "
            "probability; use a server that tells them (vLLM, SGLang, llama.cpp) or a protocol that writes its verdict."
        )
    found, bounded = option_log_probs(options, _told(tokens[0]))
    if not found:
        return Answer(choice.message.content or "", reason="option_not_in_top_logprobs"), 0
    return Answer(log_probs=found), bounded


def _told(first: Any) -> list[tuple[str, float]]:
    """(token, log-probability) of the first position: the most probable ones, and the drawn one where it is another."""
    pairs = [(each.token, each.logprob) for each in first.top_logprobs or []]
    if first.token not in {token for token, _ in pairs}:
        pairs.append((first.token, first.logprob))
    return [(token, float(value)) for token, value in pairs if isinstance(value, int | float) and math.isfinite(value)]


def option_log_probs(options: Sequence[str], told: Sequence[tuple[str, float]]) -> tuple[dict[str, float], int]:
    """Log-probability of each option, and how many of them are only bounds; empty when no option was told of.

    Tokens that differ from an option by blanks around it are variants of it, and their probabilities are added. An
    option that is not among the tokens told of gets the most that it can have: the smaller of the least probability
    told and the mass that was not told. Against an option that was told of it thus never wins, and how surely it
    loses is understated, never overstated.
    """
    found: dict[str, float] = {}
    for option in options:
        variants = [value for token, value in told if token.strip(_SPACES) == option.strip()]
        if variants:
            found[option] = _log_sum(variants)
    if not found:
        return {}, 0
    untold = max(_LEAST_MASS, 1.0 - math.fsum(math.exp(value) for _, value in told))
    most = min(min(value for _, value in told), math.log(untold))
    return {option: found.get(option, most) for option in options}, len(options) - len(found)


def _log_sum(values: Sequence[float]) -> float:
    highest = max(values)
    return highest + math.log(math.fsum(math.exp(value - highest) for value in values))
