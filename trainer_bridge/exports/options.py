"""What may be chosen about an export: declared once, checked, completed with defaults, and told to the web form.

Sources of numbers are named the same way in every format: `strength` (how much better people said chosen is),
`signal:<id>` (a signal of the snapshot's dataset version) and `score:<name>` (a score its responses came with).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

OptionType = Literal["flag", "whole", "number", "choice", "text", "names", "numbers", "score", "margin"]
_SCORE = r"signal:[1-9]\d{0,17}|score:\S.{0,99}"
_SOURCES = {"score": re.compile(_SCORE), "margin": re.compile(rf"strength|{_SCORE}")}
_SAID = {
    "score": "signal:<id> of a signal of single responses, or score:<name> of a score the responses came with",
    "margin": "strength, signal:<id> or score:<name>",
}
_LONGEST = 4000


class OptionError(Exception):
    """Options that cannot be accepted; `fields` maps each name to what is wrong with it."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {sentences[0]}" for name, sentences in fields.items()))
        self.fields = fields


@dataclass(frozen=True)
class Option:
    """One option of a format. `least` and `most` include themselves; `above` and `below` do not.

    Types: `flag` (true or false), `whole`, `number`, `choice` (one of `choices`), `text`, `names` (a list of texts),
    `numbers` (an object of names and numbers), `score` (where a number of every response comes from) and `margin`
    (where the number of a pair comes from). None, "not asked for", is a value of those whose default it is and of those
    that `may_be_null`.
    """

    name: str
    type: OptionType
    default: Any
    description: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None
    may_be_null: bool = False

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value, in a sentence, or None."""
        if value is None:
            return None if self._may_be_null else f"Leave it out or {self._wanted()}."
        return None if self._takes(value) else f"{self._wanted().capitalize()}, not {_short(value)}."

    @property
    def _may_be_null(self) -> bool:
        return self.may_be_null or self.default is None

    def _takes(self, value: Any) -> bool:
        match self.type:
            case "flag":
                return isinstance(value, bool)
            case "whole" | "number":
                return self._within(value, whole=self.type == "whole")
            case "choice":
                return isinstance(value, str) and value in self.choices
            case "text":
                return isinstance(value, str) and len(value) <= _LONGEST
            case "names":
                return isinstance(value, list) and all(isinstance(each, str) and each for each in value)
            case "numbers":
                return isinstance(value, dict) and all(self._within(each, whole=False) for each in value.values())
            case "score" | "margin":
                return isinstance(value, str) and _SOURCES[self.type].fullmatch(value) is not None

    def _within(self, value: Any, *, whole: bool) -> bool:
        return (
            isinstance(value, int if whole else int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def _wanted(self) -> str:
        match self.type:
            case "flag":
                return "use true or false"
            case "whole" | "number":
                return f"give a {self.type if self.type == 'number' else 'whole number'}{self._range()}"
            case "choice":
                return f"choose one of {', '.join(self.choices)}"
            case "text":
                return f"give a text of up to {_LONGEST:,} characters"
            case "names":
                return "give a list of names"
            case "numbers":
                return f"give an object of names and numbers{self._range()}"
            case "score" | "margin":
                return f"name {_SAID[self.type]}"

    def _range(self) -> str:
        bounds = [
            f"{word} {bound:g}"
            for word, bound in (
                ("from", self.least), ("above", self.above), ("to", self.most), ("below", self.below),
            )
            if bound is not None
        ]  # fmt: skip
        return f" {' '.join(bounds)}" if bounds else ""

    def json_schema(self) -> dict[str, Any]:
        """The option as a property of a JSON schema, for the web form."""
        bounds = {
            "minimum": self.least, "maximum": self.most, "exclusiveMinimum": self.above, "exclusiveMaximum": self.below,
        }  # fmt: skip
        bounded = {name: bound for name, bound in bounds.items() if bound is not None}
        shapes: dict[str, dict[str, Any]] = {
            "flag": {"type": "boolean"},
            "whole": {"type": "integer", **bounded},
            "number": {"type": "number", **bounded},
            "choice": {"type": "string", "enum": list(self.choices)},
            "text": {"type": "string", "maxLength": _LONGEST},
            "names": {"type": "array", "items": {"type": "string"}},
            "numbers": {"type": "object", "additionalProperties": {"type": "number", **bounded}},
            "score": {"type": "string", "format": "score-source"},
            "margin": {"type": "string", "format": "margin-source"},
        }
        shape = shapes[self.type]
        if self._may_be_null:
            shape["type"] = [shape["type"], "null"]
        return {**shape, "default": self.default, "description": self.description}


@dataclass(frozen=True)
class Options(Mapping[str, Any]):
    """The complete options of one export, by name.

    `learned` is what a format found out about the whole snapshot before its first row (see `base.Learns`), and
    `secret` what pseudonyms are made with: the same for the same export made again, another for any other.
    """

    completed: Mapping[str, Any]
    learned: Mapping[str, Any] = field(default_factory=dict)
    secret: bytes = b""

    def __getitem__(self, name: str) -> Any:
        return self.completed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.completed)

    def __len__(self) -> int:
        return len(self.completed)


# Every format of texts can be measured with the tokenizer of the model it is for.
LENGTHS = (
    Option(
        "tokenizer",
        "text",
        None,
        "the base model whose tokenizer counts the tokens of every row, so that the manifest can say what a trainer "
        "will cut or leave out",
    ),
    Option("max_length", "whole", None, "tokens the trainer allows a row; 1024 if left out", least=8, most=1 << 20),
)
DEFAULT_MAX_LENGTH = 1024


def options_complete(declared: Sequence[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, checked, over the defaults. Raises OptionError naming every option that cannot be taken."""
    by_name = {option.name: option for option in declared}
    fields: dict[str, list[str]] = {}
    for name, value in given.items():
        if name not in by_name:
            known = ", ".join(by_name)
            fields[name] = [f"There is no such option; known are {known}." if known else "This format has no options."]
        elif problem := by_name[name].problem(value):
            fields[name] = [problem]
    if fields:
        raise OptionError(fields)
    return {option.name: given.get(option.name, option.default) for option in declared}


def options_digest(completed: Mapping[str, Any]) -> str:
    """32 hex characters that are the same for the same options, in whatever order and whether 1 or 1.0."""
    plain = {name: float(value) if type(value) is int else value for name, value in completed.items()}
    return hashlib.blake2b(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def json_schema_of(declared: Sequence[Option]) -> dict[str, Any]:
    """All options of a format as one JSON schema object."""
    properties = {option.name: option.json_schema() for option in declared}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def sources_in(declared: Sequence[Option], completed: Mapping[str, Any]) -> dict[str, str]:
    """`{option: source}` of those options that name where numbers come from and are asked for."""
    kinds = {option.name for option in declared if option.type in ("score", "margin")}
    return {name: value for name, value in completed.items() if name in kinds and value is not None}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
