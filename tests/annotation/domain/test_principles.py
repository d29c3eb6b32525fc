"""Which rows a principle is about."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.principles import (
    ConditionError,
    PrincipleText,
    applies,
    conditions_checked,
    prompt_text_of,
    traits_of,
)

words = st.text("abcä字 ", min_size=1, max_size=5).map(str.strip).filter(bool)
choices = st.lists(words, max_size=3)
conditions = st.fixed_dictionaries(
    {},
    optional={
        "tags": choices,
        "keywords": choices,
        "metadata": st.dictionaries(words, st.lists(words, min_size=1, max_size=3), max_size=3),
    },
)
rows = st.fixed_dictionaries(
    {
        "prompt_text": st.lists(words, max_size=5).map(" ".join),
        "tags": choices,
        "metadata": st.dictionaries(words, words | st.integers() | st.booleans() | st.none() | choices, max_size=3),
    }
)


def principle(**applies_to: Any) -> PrincipleText:
    return PrincipleText(1, 1, "principle", "p", "P", "Be kind.", conditions_checked(applies_to))


def about(given: PrincipleText, prompt: str = "", tags: Any = (), **metadata: Any) -> bool:
    return applies(given, prompt, tags, metadata)


@pytest.mark.parametrize(
    ("conditions", "prompt", "tags", "metadata", "expected"),
    [
        ({}, "", [], {}, True),
        ({"tags": ["law", "tax"]}, "", ["tax"], {}, True),
        ({"tags": ["law", "tax"]}, "", ["taxes"], {}, False),
        ({"metadata": {"language": ["de", "fr"]}}, "", [], {"language": "fr"}, True),
        ({"metadata": {"language": ["de", "fr"]}}, "", [], {"language": "en"}, False),
        ({"metadata": {"language": ["de"]}}, "", [], {}, False),
        ({"metadata": {"turns": ["3"]}}, "", [], {"turns": 3.0}, True),
        ({"metadata": {"safe": ["true"]}}, "", [], {"safe": True}, True),
        ({"metadata": {"safe": ["1"]}}, "", [], {"safe": True}, False),
        ({"metadata": {"topics": ["law"]}}, "", [], {"topics": ["sport", "law"]}, True),
        ({"metadata": {"a": ["1"], "b": ["2"]}}, "", [], {"a": 1, "b": 3}, False),
        ({"keywords": ["dose"]}, "What DOSE is safe?", [], {}, True),
        ({"keywords": ["dose"]}, "An overdose", [], {}, False),
        ({"keywords": ["C++"]}, "Is C++ hard?", [], {}, True),
        ({"keywords": ["straße"]}, "In welcher STRASSE?", [], {}, True),
        ({"keywords": ["cafe\u0301"]}, "a café", [], {}, True),
        ({"keywords": ["天空"]}, "为什么天空是蓝的?", [], {}, True),
        ({"keywords": ["dose"], "tags": ["medical"]}, "What dose?", [], {}, False),
        ({"keywords": ["dose"], "tags": ["medical"]}, "What dose?", ["medical"], {}, True),
    ],
)
def test_a_row_is_what_a_principle_is_about(
    conditions: Any, prompt: str, tags: Any, metadata: Any, expected: bool
) -> None:
    assert about(principle(**conditions), prompt, tags, **metadata) is expected


@given(conditions, rows)
def test_every_part_must_hold_and_each_part_by_itself(conditions: dict[str, Any], row: dict[str, Any]) -> None:
    parts = [principle(**{part: wanted}) for part, wanted in conditions.items() if part != "metadata"]
    parts += [principle(metadata={key: values}) for key, values in conditions.get("metadata", {}).items()]

    assert applies(principle(**conditions), **row) is all(applies(part, **row) for part in parts)


@given(conditions, rows, words)
def test_a_further_choice_never_takes_a_row_away(conditions: dict[str, Any], row: dict[str, Any], more: str) -> None:
    before = applies(principle(**conditions), **row)
    for part in ("tags", "keywords"):
        if conditions.get(part):
            assert applies(principle(**conditions | {part: [*conditions[part], more]}), **row) >= before


@given(conditions)
def test_checking_twice_changes_nothing(conditions: dict[str, Any]) -> None:
    checked = conditions_checked(conditions)

    assert conditions_checked(checked) == checked
    assert all(checked.values())


@given(conditions, rows)
def test_the_traits_of_an_item_decide_as_its_metadata_would(conditions: dict[str, Any], row: dict[str, Any]) -> None:
    traits = traits_of({**row["metadata"], "tags": row["tags"]})

    kept = applies(principle(**conditions), row["prompt_text"], traits.tags, traits.metadata)

    assert kept is applies(principle(**conditions), **row)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_whatever_is_sent_is_taken_or_refused(value: Any) -> None:
    with suppress(ConditionError):
        assert conditions_checked(value) == conditions_checked(conditions_checked(value))


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ([], ""),
        ({"tag": ["a"]}, "tag"),
        ({"tags": "a"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"keywords": ["a" * 201]}, "keywords"),
        ({"keywords": ["a\0"]}, "keywords"),
        ({"keywords": ["\ud800"]}, "keywords"),
        ({"keywords": ["a"] * 21}, "keywords"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {" ": ["a"]}}, "metadata"),
        ({"metadata": {"language": []}}, "metadata.language"),
        ({"metadata": {"language": "de"}}, "metadata.language"),
    ],
)
def test_a_fault_names_its_part(conditions: Any, field: str) -> None:
    with pytest.raises(ConditionError) as refused:
        conditions_checked(conditions)

    assert refused.value.field == field


def test_traits_leave_out_what_is_long_nested_or_cannot_be_kept() -> None:
    metadata = {
        "tags": ["law", 3, "x\0"],
        "language": "de",
        "turns": 3,
        "essay": "a" * 201,
        "nested": {"a": 1},
        "passages": [{"title": "T"}],
        "huge": 10**30,
        "nothing": None,
    }

    assert traits_of(metadata) == (["law", "3"], {"language": ["de"], "turns": ["3"], "huge": [str(10**30)]})
    assert traits_of({"tags": "law"}) == (["law"], {})


def test_keywords_are_looked_for_in_every_turn() -> None:
    prompt = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi, what dose?"}]

    assert about(principle(keywords=["dose"]), prompt_text_of(prompt))
