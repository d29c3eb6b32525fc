"""Options are declared once: checked in sentences, completed, told as JSON schema, and part of an export's identity."""

from __future__ import annotations

from typing import Any

import pytest

from trainer_bridge.exports.options import (
    LENGTHS,
    Option,
    OptionError,
    json_schema_of,
    options_complete,
    options_digest,
    sources_in,
)
from trainer_bridge.exports.registry import default_options, formats

DECLARED = (
    Option("flag", "flag", False, "a flag"),
    Option("whole", "whole", 3, "a whole number", least=1, most=9),
    Option("number", "number", 0.5, "a number", above=0, below=1),
    Option("choice", "choice", "a", "a choice", choices=("a", "b")),
    Option("text", "text", None, "a text"),
    Option("names", "names", None, "names"),
    Option("numbers", "numbers", None, "numbers by name", least=0),
    Option("score", "score", None, "a score"),
    Option("margin", "margin", "strength", "a margin", may_be_null=True),
)


def test_what_is_left_out_has_its_default() -> None:
    completed = options_complete(DECLARED, {"whole": 5, "margin": None, "numbers": {"helpful": 0.5}})

    assert completed == {
        "flag": False, "whole": 5, "number": 0.5, "choice": "a", "text": None, "names": None,
        "numbers": {"helpful": 0.5}, "score": None, "margin": None,
    }  # fmt: skip
    assert sources_in(DECLARED, options_complete(DECLARED, {"score": "signal:7"})) == {
        "score": "signal:7",
        "margin": "strength",
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("flag", 1, "Use true or false, not 1."),
        ("flag", None, "Leave it out or use true or false."),
        ("whole", 2.0, "Give a whole number from 1 to 9, not 2.0."),
        ("whole", True, "Give a whole number from 1 to 9, not True."),
        ("whole", 10, "Give a whole number from 1 to 9, not 10."),
        ("number", 1, "Give a number above 0 below 1, not 1."),
        ("number", float("nan"), "Give a number above 0 below 1, not nan."),
        ("choice", "c", "Choose one of a, b, not 'c'."),
        ("text", 5, "Give a text of up to 4,000 characters, not 5."),
        ("names", ["a", ""], "Give a list of names, not ['a', '']."),
        ("numbers", {"a": -1}, "Give an object of names and numbers from 0, not {'a': -1}."),
        (
            "score",
            "strength",
            (
                "Name signal:<id> of a signal of single responses, or score:<name> of a score the responses came with, "
                "not 'strength'."
            ),
        ),
        ("score", "signal:0", None),
        ("margin", "signal:x", None),
        ("colour", "red", None),
    ],
)
def test_what_cannot_be_taken_is_said_by_name(name: str, value: Any, sentence: str | None) -> None:
    with pytest.raises(OptionError) as refused:
        options_complete(DECLARED, {name: value})

    assert set(refused.value.fields) == {name}
    if sentence is not None:
        assert refused.value.fields[name] == [sentence]


def test_the_same_options_have_the_same_digest() -> None:
    assert options_digest({"a": 1, "b": None}) == options_digest({"b": None, "a": 1.0})
    assert options_digest({"a": 1}) != options_digest({"a": 2})
    assert options_digest({"a": True}) != options_digest({"a": 1})
    assert len(options_digest({})) == 32


def test_the_json_schema_says_types_bounds_and_defaults() -> None:
    schema = json_schema_of(DECLARED)

    assert schema["additionalProperties"] is False
    assert schema["properties"]["whole"] == {
        "type": "integer", "minimum": 1, "maximum": 9, "default": 3, "description": "a whole number",
    }  # fmt: skip
    assert schema["properties"]["text"]["type"] == ["string", "null"]
    assert schema["properties"]["margin"]["format"] == "margin-source"


@pytest.mark.parametrize("entry", formats(), ids=lambda entry: entry.key)
def test_every_format_describes_itself(entry: Any) -> None:
    options = default_options(entry)
    names = [option.name for option in (*entry.options, *LENGTHS)]

    assert len(set(names)) == len(names)
    assert all(option.problem(option.default) is None for option in entry.options)
    assert [column.name for column in entry.columns(options)] == entry.schema(options).names
    assert all(column.description for column in entry.columns(options))
    assert entry.description.endswith(".")
    assert entry.over_long.endswith(".")
