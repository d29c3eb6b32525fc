"""Ratings: grids of texts and aspects, criteria, scales of their own, and rubrics that items bring along."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.domain.items import ItemView
from annotation.domain.questions.ratings import cells_of, fits
from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

TWO = item_of("one", "two")
ASPECTS = [
    {"name": "help", "title": "Helpful"},
    {
        "name": "style",
        "low": 0,
        "high": 2,
        "criteria": [{"name": "tone"}, {"name": "layout", "high": 10}],
    },
]
FULL = {"help": 5, "style/tone": 0, "style/layout": "na"}


class TestDefinition:
    def test_defaults_are_filled_in_down_to_the_criteria(self) -> None:
        question = asked("ratings", aspects=ASPECTS)

        assert {part: question[part] for part in ("per", "low", "high", "na", "item_rubric", "required")} == {
            "per": "response",
            "low": 1,
            "high": 5,
            "na": True,
            "item_rubric": False,
            "required": True,
        }
        assert question["aspects"] == [
            {"name": "help", "title": "Helpful", "description": "", "anchors": {}, "criteria": []},
            {
                "name": "style",
                "title": "style",
                "description": "",
                "anchors": {},
                "low": 0,
                "high": 2,
                "criteria": [
                    {"name": "tone", "title": "tone", "description": "", "anchors": {}},
                    {"name": "layout", "title": "layout", "description": "", "anchors": {}, "high": 10},
                ],
            },
        ]

    def test_anchors_stand_in_the_order_of_their_numbers(self) -> None:
        question = asked("ratings", aspects=[{"name": "help", "anchors": {"10": "best", "2": "some", "0": "none"}}])
        assert list(question["aspects"][0]["anchors"]) == ["0", "2", "10"]

    @pytest.mark.parametrize(
        ("parts", "field", "sentence"),
        [
            ({}, "aspects", "“aspects” is a list of 1 to 50 entries."),
            ({"item_rubric": True, "aspects": {}}, "aspects", "“aspects” is a list of 0 to 50 entries."),
            ({"low": 5}, "high", "“high” must be above “low”."),
            ({"low": -1}, "low", "“low” is a whole number from 0 to 9."),
            ({"high": 11}, "high", "“high” is a whole number from 1 to 10."),
            ({"per": "turn"}, "per", "“per” is one of response, item."),
            (
                {"aspects": [{"name": "a", "low": 5}]},
                "aspects",
                "The scale of “a” ends at 5; it must begin below that.",
            ),
            (
                {"aspects": [{"name": "a", "criteria": [{"name": "b", "high": 1}]}]},
                "aspects",
                "The scale of “a/b” ends at 1; it must begin below that.",
            ),
            ({"aspects": [{"name": "a"}, {"name": "a"}]}, "aspects", "Two entries of “aspects” have the same name."),
            ({"aspects": ["a"]}, "aspects.0", "Each entry of “aspects” is an object with “name” and “title”."),
            (
                {"aspects": [{"name": "A b"}]},
                "aspects.0.name",
                "Give it a name of lower-case letters, digits and underscores, at most 40 long.",
            ),
            (
                {"aspects": [{"name": "a", "criteria": [{"name": "b", "criteria": []}]}]},
                "aspects.0.criteria.0.criteria",
                "“criteria” is not a part of this.",
            ),
            (
                {"aspects": [{"name": "a", "anchors": {"eleven": "x"}}]},
                "aspects.0.anchors",
                "An anchor is a number from 0 to 10 and a text of 1 to 500 characters.",
            ),
            (
                {"aspects": [{"name": "a", "anchors": {"1": "a\0b"}}]},
                "aspects.0.anchors",
                "An anchor is a number from 0 to 10 and a text of 1 to 500 characters.",
            ),
            (
                {"aspects": [{"name": "a", "anchors": []}]},
                "aspects.0.anchors",
                "“anchors” is an object of number → what it stands for.",
            ),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], field: str, sentence: str) -> None:
        assert fault_of("ratings", **parts) == (field, sentence)


class TestCells:
    def test_criteria_take_the_place_of_their_aspect_and_inherit_its_scale(self) -> None:
        cells = cells_of(asked("ratings", aspects=ASPECTS), TWO)
        assert cells == {"help": (1, 5), "style/tone": (0, 2), "style/layout": (0, 10)}

    def test_an_items_own_rubric_counts_where_the_question_takes_one(self) -> None:
        own = [{"name": "own", "title": "own", "description": "", "anchors": {}, "criteria": []}]
        item = item_of("one", materials={"rubric": own})

        assert list(cells_of(asked("ratings", aspects=ASPECTS), item)) == ["help", "style/tone", "style/layout"]
        assert list(cells_of(asked("ratings", aspects=ASPECTS, item_rubric=True), item)) == ["own"]
        assert list(cells_of(asked("ratings", item_rubric=True, aspects=[{"name": "back"}]), TWO)) == ["back"]

    def test_fits_needs_something_to_rate_on_a_scale(self) -> None:
        assert fits(asked("ratings", aspects=ASPECTS), TWO)
        assert not fits(asked("ratings", aspects=ASPECTS), ItemView([]))
        assert not fits(asked("ratings", item_rubric=True), TWO)
        steep = [{"name": "own", "low": 5, "criteria": []}]
        assert not fits(asked("ratings", item_rubric=True), item_of("one", materials={"rubric": steep}))


class TestAnswer:
    def test_is_stored_in_the_order_of_ids_and_cells(self) -> None:
        row = {"style/layout": 10, "help": 1, "style/tone": 2}

        answer = stored(asked("ratings", aspects=ASPECTS), {B: FULL, A: row}, TWO)

        assert answer == {A: row, B: FULL}
        assert [list(answer), *(list(each) for each in answer.values())] == [[A, B], [*FULL], [*FULL]]

    def test_of_the_item_as_a_whole(self) -> None:
        assert stored(asked("ratings", aspects=ASPECTS, per="item"), {"item": FULL}, TWO) == {"item": FULL}

    def test_an_optional_question_takes_some_cells(self) -> None:
        question = asked("ratings", aspects=ASPECTS, required=False)
        assert stored(question, {B: {"style/tone": 1}}, TWO) == {B: {"style/tone": 1}}

    @pytest.mark.parametrize(
        ("parts", "answer", "sentence"),
        [
            ({}, 5, "Answer with an object of text → answer."),
            ({}, {"item": FULL}, "“item” is not one of this item's texts."),
            ({}, {C: FULL}, f"“{C}” is not one of this item's texts."),
            ({}, {A: FULL}, "Answer for all 2 texts; 1 are answered."),
            ({"required": False}, {}, "Answer for at least one text, or leave the question out."),
            ({"required": False}, {A: {}}, "Rate with an object of aspect → number."),
            ({"required": False}, {A: 5}, "Rate with an object of aspect → number."),
            ({"required": False}, {A: {"style": 1}}, "“style” is not one of the aspects to rate."),
            ({"required": False}, {A: {"help": 0}}, "“help” is rated with a whole number from 1 to 5 or “na”."),
            ({"required": False}, {A: {"help": 6}}, "“help” is rated with a whole number from 1 to 5 or “na”."),
            ({"required": False}, {A: {"help": True}}, "“help” is rated with a whole number from 1 to 5 or “na”."),
            ({"required": False}, {A: {"help": 4.0}}, "“help” is rated with a whole number from 1 to 5 or “na”."),
            ({"required": False}, {A: {"help": None}}, "“help” is rated with a whole number from 1 to 5 or “na”."),
            (
                {"required": False},
                {A: {"style/tone": 3}},
                "“style/tone” is rated with a whole number from 0 to 2 or “na”.",
            ),
            ({"na": False}, {A: FULL, B: FULL}, "“style/layout” is rated with a whole number from 0 to 10."),
            ({}, {A: FULL, B: {"help": 1, "style/tone": 1}}, "Rate all 3 aspects; “style/layout” has no rating."),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], answer: Any, sentence: str) -> None:
        assert refusal(asked("ratings", aspects=ASPECTS, **parts), answer, TWO) == sentence

    def test_facts_are_the_extremes_of_the_numbers(self) -> None:
        question = asked("ratings", aspects=ASPECTS, required=False)
        assert facts(question, {A: {"help": 2, "style/tone": "na"}, B: {"help": 4}}, TWO) == {"lowest": 2, "highest": 4}
        assert facts(question, {A: {"help": "na"}}, TWO) == {}

    def test_makes_no_votes(self) -> None:
        assert votes(asked("ratings", aspects=ASPECTS), {A: FULL, B: FULL}, TWO) == []
