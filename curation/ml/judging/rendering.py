"""A call as a row of tokens: the conversation under the chat template, then what the assistant's turn begins with.

Special tokens are the template's to write. Where a text to be judged spells one ("<|im_end|>"), it is broken with a
blank, so that no response can close its own turn and answer in the judge's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from curation.ml.judging.calls import BackendError, Call

_TURNS = {"system": "{}", "user": "Human: {}", "assistant": "Assistant: {}"}

Messages = Sequence[tuple[str, str]]


class Renderer:
    """Renders calls with one tokenizer. ``template`` is ``chat``, or ``plain`` where the tokenizer has none."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.template = "chat" if tokenizer.chat_template else "plain"
        # Marks of turns are often special without having a name of their own ("<|im_start|>").
        added = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
        special = sorted({text for text in added.union(tokenizer.all_special_tokens) if len(text) > 1}, key=len)[::-1]
        self._special = re.compile("|".join(re.escape(text) for text in special)) if special else None
        self._option_ids: dict[str, list[int]] = {}

    def ids(self, call: Call) -> list[int]:
        """All tokens before the answer. Raises TemplateError or ValueError when the template refuses the roles."""
        messages = [(role, self._broken(content)) for role, content in call.messages]
        if self.template == "plain":
            return self._plain_ids(messages, call.lead)
        text = self._rendered(messages)
        # What a template writes holds its own start-of-text token already.
        return self._content_ids(text) + (self._content_ids(call.lead) if call.lead else [])

    def option_ids(self, option: str) -> list[int]:
        """The tokens that are ``option``, with and without a blank before it. Raises BackendError when none is."""
        if option not in self._option_ids:
            found = {ids[0] for text in (option, f" {option}") if len(ids := self._content_ids(text)) == 1}
            # Tokenizers that put a blank before every text never give the bare token, though it may come after a lead.
            known = self._tokenizer.get_vocab()
            found |= {known[text] for text in (option, f"Ġ{option}", f"▁{option}") if text in known}
            if not found:
                raise BackendError(
                    f"The answer {option!r} is more than one token of this judge's model, so its probability cannot be "
                    "read in one pass; choose shorter answers or a protocol that generates its verdicts."
                )
            self._option_ids[option] = sorted(found)
        return self._option_ids[option]

    def _content_ids(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False).input_ids)

    def _broken(self, content: str) -> str:
        if self._special is None:
            return content
        return self._special.sub(lambda found: f"{found[0][0]} {found[0][1:]}", content)

    def _rendered(self, messages: Messages) -> str:
        """The rendered conversation; a system message that the template refuses or drops opens the first user turn."""
        folded = _folded(messages)
        try:
            text = self._apply(messages)
        except TemplateError:
            if folded == messages:
                raise
            return self._apply(folded)
        dropped = any(role == "system" and content.strip() not in text for role, content in messages)
        return self._apply(folded) if dropped else text

    def _apply(self, messages: Messages) -> str:
        given = [{"role": role, "content": content} for role, content in messages]
        return str(self._tokenizer.apply_chat_template(given, tokenize=False, add_generation_prompt=True))

    def _plain_ids(self, messages: Messages, lead: str) -> list[int]:
        turns = [_TURNS[role].format(content) for role, content in messages]
        text = "\n\n".join([*turns, f"Assistant: {lead}" if lead else "Assistant:"])
        ids = list(self._tokenizer(text).input_ids)
        # Some tokenizers close every text; here the answer goes on.
        while ids and ids[-1] == self._tokenizer.eos_token_id:
            ids.pop()
        return ids


def _folded(messages: Messages) -> Messages:
    system = [content for role, content in messages if role == "system"]
    rest = [(role, content) for role, content in messages if role != "system"]
    if not system:
        return messages
    if not rest or rest[0][0] != "user":
        return [("user", "\n\n".join(system)), *rest]
    return [("user", "\n\n".join([*system, rest[0][1]])), *rest[1:]]
