"""What of a record's metadata annotators may see."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.materials import KEYS, materials_of

PASSAGES = [{"title": "Bloom", "sentences": ["It came out in 2018.", ""]}]
ASPECT = {"name": "tone", "title": "Tone", "description": "", "anchors": {"1": "rude", "5": "kind"}, "criteria": []}


def test_only_three_things_are_taken() -> None:
    metadata = {"passages": PASSAGES, "reference": "In 2018.", "rubric": [ASPECT], "model": "secret", "score": 3}

    assert materials_of(metadata) == ({"passages": PASSAGES, "reference": "In 2018.", "rubric": [ASPECT]}, 0)


def test_a_rubric_is_completed() -> None:
    criterion = {"name": "polite", "anchors": {"3": "so-so"}}

    (found, left_out) = materials_of({"rubric": [{"name": "tone", "criteria": [criterion], "low": 1, "high": 3}]})

    assert left_out == 0
    assert found["rubric"] == [
        {
            "name": "tone",
            "title": "tone",
            "description": "",
            "anchors": {},
            "criteria": [{"name": "polite", "title": "polite", "description": "", "anchors": {"3": "so-so"}}],
            "low": 1,
            "high": 3,
        }
    ]


WRONG = [
    ("passages", "a text"),
    ("passages", [["Bloom", "It came out."]]),
    ("passages", [{"title": "Bloom"}]),
    ("passages", [{"title": 7, "sentences": ["x"]}]),
    ("passages", [{"title": "Bloom", "sentences": "x"}]),
    ("passages", [{"title": "Bloom", "sentences": ["x", 7]}]),
    ("passages", [{"title": "Bloom", "sentences": ["x"], "model": "secret"}]),
    ("passages", [{"title": "B\0", "sentences": ["x"]}]),
    ("passages", PASSAGES * 101),
    ("reference", ["x"]),
    ("reference", "   "),
    ("reference", "x\0"),
    ("rubric", {"tone": 1}),
    ("rubric", [{"title": "Tone"}]),
    ("rubric", [{"name": "Tone!"}]),
    ("rubric", [ASPECT, ASPECT]),
    ("rubric", [{**ASPECT, "anchors": {"low": "rude"}}]),
    ("rubric", [{**ASPECT, "anchors": {"1": 7}}]),
    ("rubric", [{**ASPECT, "criteria": [{"name": "a", "criteria": []}]}]),
    ("rubric", [{**ASPECT, "criteria": [{"name": "a"}, {"name": "a"}]}]),
    ("rubric", [{**ASPECT, "high": 11}]),
    ("rubric", [{**ASPECT, "low": True, "high": 3}]),
    ("rubric", [{**ASPECT, "weight": 2}]),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_another_shape_is_left_out_and_counted(key: str, value: Any) -> None:
    assert materials_of({key: value, "passages" if key == "reference" else "reference": None}) == ({}, 1)


def test_an_empty_list_is_nothing_rather_than_something_broken() -> None:
    assert materials_of({"passages": [], "rubric": [], "reference": None}) == ({}, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "title", "sentences", "anchors", "criteria", "1", "low"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*KEYS, "model"]), JSON))
def test_any_metadata_is_sorted_into_taken_and_left_out(metadata: dict[str, Any]) -> None:
    found, left_out = materials_of(metadata)

    assert set(found) <= set(KEYS)
    assert len(found) + left_out == sum(metadata.get(key) not in (None, []) for key in KEYS)
    assert materials_of(found) == (found, 0)
