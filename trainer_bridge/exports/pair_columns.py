"""What formats of pairs share: prompt and answers as messages or as text, and the columns read beside them.

An option that is named like a column asks for that column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from trainer_bridge.exports.base import MESSAGES, Column, Messages, Pair, assistant
from trainer_bridge.exports.options import Option, Options

OWN = "Plumbline's trainers"
STYLE = Option(
    "style",
    "choice",
    "conversational",
    "messages, to which the trainer applies the model's chat template, or plain text with the speakers' names",
    choices=("conversational", "text"),
)
WEIGHT = Option("weight", "flag", False, "a column with how much each row counts, as the recipe has it")
SOFT_LABEL = Option("soft_label", "flag", False, "a column with the probability that chosen is better")
_EXTRA = {
    "weight": "how much the row counts, above 0; 1 where the recipe says nothing",
    "soft_label": "probability that chosen is better, 0 to 1; 1 where the recipe says nothing",
}
_SPEAKERS = {"user": "User", "assistant": "Assistant", "system": "System"}


def text_type(options: Options) -> pa.DataType:
    """The Arrow type of a prompt or an answer in the chosen style."""
    return MESSAGES if options["style"] == "conversational" else pa.string()


def prompt_of(prompt: Messages, options: Options) -> Messages | str:
    return prompt if options["style"] == "conversational" else transcript(prompt)


def answer_of(content: str, options: Options) -> Messages | str:
    """An answer that continues the prompt; as text it follows the speaker's name after a space."""
    return assistant(content) if options["style"] == "conversational" else f" {content}"


def transcript(prompt: Messages) -> str:
    """A prompt as text: each turn under its speaker's name, and at the end the name of who speaks next."""
    turns = [f"{_SPEAKERS.get(turn['role'], turn['role'].capitalize())}: {turn['content']}" for turn in prompt]
    return "\n\n".join([*turns, "Assistant:"])


def extra_columns(options: Mapping[str, Any]) -> Iterator[Column]:
    """Those of weight and soft_label that were asked for; libraries' own trainers know neither."""
    for name, description in _EXTRA.items():
        if options.get(name):
            yield Column(name, description, OWN)


def extra_values(pair: Pair, options: Mapping[str, Any]) -> dict[str, float]:
    values = {"weight": pair.weight, "soft_label": pair.soft_label}
    return {name: value for name, value in values.items() if options.get(name)}
