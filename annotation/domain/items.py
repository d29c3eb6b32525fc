"""An item as its questions look at it: pure data, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

TURN = "turn:"


class ItemView(NamedTuple):
    """What a question may look at when it checks an answer.

    A *target* names one text of the item: a response by its id, or a turn of the assistant's in the prompt as
    `turn:N`, N being its place in the prompt. `materials` may hold `passages`, `reference` and `rubric`.
    """

    responses: Sequence[Mapping[str, Any]]
    prompt: Sequence[Mapping[str, Any]] = ()
    materials: Mapping[str, Any] = {}

    @property
    def response_ids(self) -> list[str]:
        return [str(response["response_id"]) for response in self.responses]

    def turn_targets(self) -> list[str]:
        """The assistant's turns of the prompt in order, then every response: each ends the conversation."""
        turns = [f"{TURN}{n}" for n, message in enumerate(self.prompt) if message["role"] == "assistant"]
        return [*turns, *self.response_ids]

    def text_of(self, target: str) -> str | None:
        """The source text of a target, None when the item has no such target."""
        for response in self.responses:
            if response["response_id"] == target:
                return str(response["content"])
        if target in self.turn_targets():
            return str(self.prompt[int(target.removeprefix(TURN))]["content"])
        return None
