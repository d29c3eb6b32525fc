"""How likely a language model finds what a pleased and what a displeased user would say next (FLR, METHODS.md §16.2).

``score = mean over follow-ups of pleased users of ℓ̄ − the same of displeased users``, where ``ℓ̄`` is the mean natural
log-probability of a follow-up's own tokens after prompt, response and the header of a user's turn. What the template
writes around the follow-up is not counted, and every token is predicted by the logits one place before it: the
authors' script does neither (arXiv 2409.13948).

The dialogue is read once; all follow-ups continue its keys and values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from jinja2 import TemplateError

from curation.ml.log_likelihood import LikelihoodScorer, ResponseLikelihood
from curation.ml.model_folder import ScoringError
from curation.ml.token_rows import TRUNCATED, ScoringItem, ScoringOptions, TokenRow

_TRIAL = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello."}]
_PLAIN_HEADER = "\n\nHuman:"


@dataclass(frozen=True)
class FollowUps:
    """What is said in one respect; both kinds weigh the same however many there are."""

    name: str
    positive: Sequence[str]
    negative: Sequence[str]

    @property
    def texts(self) -> list[str]:
        return [*self.positive, *self.negative]


@dataclass(frozen=True)
class FollowUpScore:
    """``scores`` is positive − negative, in nats a token, for each dimension; empty when the state is failed.

    ``reason``: ``truncated`` beside values; for a failure ``response_too_long``, ``template``, ``not_a_number`` or
    ``out_of_memory``.
    """

    record_id: str
    response_id: str
    scores: dict[str, float]
    state: Literal["ok", "failed"]
    reason: str | None

    @property
    def score(self) -> float | None:
        """The mean over dimensions; ``None`` when the state is failed."""
        return sum(self.scores.values()) / len(self.scores) if self.scores else None


class FollowUpScorer:
    """A loaded causal language model and what may follow. ``provenance`` says what was loaded."""

    def __init__(
        self,
        model: str,
        dimensions: Sequence[FollowUps],
        *,
        revision: str | None = None,
        options: ScoringOptions | None = None,
    ) -> None:
        """``model`` is a folder or a Hub id. Raises :class:`ScoringError` when it cannot be used."""
        self._dimensions = list(dimensions)
        texts = [text for each in self._dimensions for text in each.texts]
        self.reader = FollowUpReader(model, texts, revision=revision, options=options)
        self.provenance: dict[str, Any] = self.reader.provenance

    def score(self, items: Iterable[ScoringItem]) -> Iterator[FollowUpScore]:
        """One result per response, in input order."""
        waiting: list[tuple[str, str]] = []

        def noted() -> Iterator[ScoringItem]:
            for item in items:
                waiting.extend((item.record_id, response_id) for response_id, _ in item.responses)
                yield item

        found = self.reader.score(noted())
        count = sum(len(each.texts) for each in self._dimensions)
        while results := list(islice(found, count)):
            yield self._result(*waiting.pop(0), results)

    def _result(self, record_id: str, response_id: str, results: list[ResponseLikelihood]) -> FollowUpScore:
        reason = next((each.reason for each in results if each.reason), None)
        if any(each.state == "failed" for each in results):
            reason = next(each.reason for each in results if each.state == "failed")
            return FollowUpScore(record_id, response_id, {}, "failed", reason)
        means = iter([(each.log_likelihood or 0.0) / (each.tokens or 1) for each in results])
        scores = {
            each.name: _mean(islice(means, len(each.positive))) - _mean(islice(means, len(each.negative)))
            for each in self._dimensions
        }
        return FollowUpScore(record_id, response_id, scores, "ok", reason)


class FollowUpReader(LikelihoodScorer):
    """Log-likelihoods of each follow-up after each response: of every response one result per follow-up, in order."""

    def __init__(
        self,
        model: str,
        follow_ups: Sequence[str],
        *,
        revision: str | None = None,
        options: ScoringOptions | None = None,
    ) -> None:
        super().__init__(model, revision=revision, options=options)
        self._texts = list(follow_ups)
        try:
            # As they are tokenised in their place; what comes before a user's turn has no part in that.
            self._ends = [self._after_header(text) for text in self._texts]
        except (TemplateError, TypeError, ValueError, KeyError, NotImplementedError) as error:
            message = f"The chat template of {model} does not show where a user's turn begins, so it cannot be used."
            raise ScoringError(message) from error
        self._room = self.max_length - max(map(len, self._ends))
        if self._room < 2:
            raise ScoringError(f"{model} reads {self.max_length} tokens at once, which is too few for a follow-up.")

    def _windows(self, items: Iterable[ScoringItem]) -> Iterator[list[TokenRow]]:
        window: list[TokenRow] = []
        for item in items:
            for response_id, content in item.responses:
                window += self._rows(item, response_id, content)
                if len(window) >= self.options.window:
                    yield window
                    window = []
        if window:
            yield window

    def _rows(self, item: ScoringItem, response_id: str, content: str) -> list[TokenRow]:
        """A row for each follow-up, all with the same beginning; of one name, so that it is read once."""
        name = f"{item.record_id} {response_id}"
        prompt = [dict(message) for message in item.prompt]
        reason = None
        try:
            start, answered = self._dialogue(prompt, content)
            if len(start) > self._room:
                reason = TRUNCATED
                if answered > self._room - 1:
                    return self._failed(name, "response_too_long")
                start = self._last(start, self._room)
        except (TemplateError, TypeError, ValueError, KeyError):
            return self._failed(name, "template")
        return [TokenRow(name, str(at), start + end, len(start), reason) for at, end in enumerate(self._ends)]

    def _failed(self, name: str, reason: str) -> list[TokenRow]:
        return [TokenRow(name, str(at), [], reason=reason, failed=True) for at in range(len(self._ends))]

    def _dialogue(self, prompt: list[dict[str, str]], content: str) -> tuple[list[int], int]:
        """Tokens up to a user's next words, and how many of them are the response and what follows it."""
        if self._tokenizer.chat_template is None:
            ids, begins = self._render_plain(prompt, content)
            if ids[-1] == self._tokenizer.eos_token_id:
                ids.pop()
            ids += self._tokenizer(_PLAIN_HEADER, add_special_tokens=False).input_ids
            return ids, len(ids) - begins
        ids, begins, _ = self._turn([*prompt, {"role": "assistant", "content": content}], self._texts[0])
        before = self._template_ids(prompt, add_generation_prompt=True)
        return ids[:begins], begins - len(before)

    def _after_header(self, text: str) -> list[int]:
        if self._tokenizer.chat_template is None:
            return list(self._tokenizer(" " + text, add_special_tokens=False).input_ids)
        ids, begins, ends = self._turn(_TRIAL, text)
        return ids[begins:ends]

    def _turn(self, dialogue: list[dict[str, str]], text: str) -> tuple[list[int], int, int]:
        """The dialogue with the follow-up: its tokens, and from where to where they are the follow-up's own."""
        whole = self._tokenizer.apply_chat_template([*dialogue, {"role": "user", "content": text}], tokenize=False)
        at = whole.rindex(text)
        encoded = self._tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
        places = list(encoded["offset_mapping"])
        begins = next(number for number, (_, end) in enumerate(places) if end > at)
        ends = next((number for number, (start, _) in enumerate(places) if start >= at + len(text)), len(places))
        if places[begins][0] < at:
            raise ValueError("A token holds both the header and the first letters.")
        return list(encoded["input_ids"]), begins, ends

    def _last(self, ids: list[int], room: int) -> list[int]:
        """The newest tokens; a start-of-text token stays first, as the model has always seen it there."""
        kept = ids[len(ids) - room :]
        return [ids[0], *kept[1:]] if ids[0] == self._tokenizer.bos_token_id else kept


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
