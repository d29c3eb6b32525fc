"""Steps of a recipe: what is accepted, and the sentence for what is not."""

from __future__ import annotations

from typing import Any

import pytest

from curation.domain.recipe_steps import (
    DEFAULT_PRECEDENCE,
    LabelsStep,
    SignalMarginStep,
    StepError,
    StrengthStep,
    catalogue,
    parse_steps,
    signals_used,
    steps_as_json,
)


def test_the_label_policy_is_added_when_it_is_not_stated() -> None:
    steps = parse_steps([{"type": "strength", "min_strength": 2}])

    assert steps == [LabelsStep(DEFAULT_PRECEDENCE), StrengthStep(2.0, drop_ties=True, drop_both_bad=True)]


def test_stored_steps_are_complete_and_read_back_the_same() -> None:
    steps = parse_steps([{"type": "labels", "precedence": ["human"]}, {"type": "signal_margin", "signal": 7, "min": 0}])

    plain = steps_as_json(steps)

    assert plain[1] == {"type": "signal_margin", "signal": 7, "min": 0.0, "max": None, "missing": "review"}
    assert parse_steps(plain) == steps
    assert signals_used([*steps, SignalMarginStep(7), SignalMarginStep(9)]) == [7, 9]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("labels", "Step 1: a recipe is a list of steps."),
        ([{"type": "dedupe"}], "Step 1: Invalid value 'dedupe' - at `$.type`."),
        ([{"type": "dedup"}], "Step 1: Object missing required field `group`."),
        ([{"type": "dedup", "group": {}}], "Step 1: a measure is either a fact of the pair or a signal."),
        ([{"type": "filter", "on": {"fact": "votes"}}], "Step 1: give bounds, or the values to keep (one_of)"),
        ([{"type": "filter", "on": {"fact": "votes"}, "min": 2, "max": 1}], "Step 1: the lower bound is above"),
        (
            [{"type": "filter", "on": {"fact": "votes", "signal": 3}, "min": 2}],
            "Step 1: a measure is either a fact of the pair or a signal.",
        ),
        ([{"type": "strength"}, {"type": "make_pairs"}], "Step 2: pairs are made before they are filtered"),
        ([{"type": "make_pairs"}, {"type": "make_pairs"}], "Step 2: pairs are made before they are filtered"),
        (
            [{"type": "split", "group": {"fact": "aspect"}}] * 2,
            "Step 2: pairs are split by one kind of group; keep one of these steps.",
        ),
        (
            [{"type": "order", "by": {"fact": "strength"}}] * 2,
            "Step 2: pairs stand in one order; keep one of these steps.",
        ),
        ([{"type": "select", "budget": 0}], "Step 1: Expected `int` >= 1 - at `$.budget`."),
        ([{"type": "select", "budget": 9, "cap": 0.5}], "Step 1: a cap needs groups."),
        ([{"type": "labels", "aspect_weights": {"a": 0}}], "Step 1: at least one aspect has a weight above 0."),
        ([{"type": "labels", "aspect_weights": {"a": 1, "b": -1}}], "Step 1: weights of aspects are not negative."),
        (
            [{"type": "zones", "signal": 1, "ambiguous_percentile": 95}],
            "Step 1: the percentile of ambiguous pairs is above that of strong ones.",
        ),
        ([{"min_strength": 1}], "Step 1: Object missing required field `type`."),
        ([{"type": "strength", "least": 1}], "Step 1: Object contains unknown field `least`."),
        ([{"type": "strength", "min_strength": 9}], "Step 1: Expected `float` <= 3.0 - at `$.min_strength`."),
        ([{"type": "strength"}, {"type": "labels"}], "Step 2: the step that says whose labels count comes first"),
        ([{"type": "labels", "precedence": []}], "Step 1: name at least one source of labels."),
        ([{"type": "labels", "precedence": ["human", "human"]}], "Step 1: each source is named once."),
        ([{"type": "signal_margin"}], "Step 1: Object missing required field `signal`."),
        ([{"type": "signal_margin", "signal": 1, "min": 2, "max": 1}], "Step 1: the lower bound is above"),
        ([{"type": "strength"}] * 41, "Step 41: a recipe has at most 40 steps."),
    ],
)
def test_wrong_steps_are_named(raw: Any, sentence: str) -> None:
    with pytest.raises(StepError) as refused:
        parse_steps(raw)

    assert str(refused.value).startswith(sentence)


def test_the_catalogue_describes_every_type() -> None:
    entries = {entry["type"]: entry for entry in catalogue()}

    assert list(entries) == [
        "labels",
        "items",
        "make_pairs",
        "strength",
        "signal_margin",
        "filter",
        "zones",
        "dedup",
        "length_match",
        "select",
        "split",
        "order",
    ]
    assert entries["strength"]["schema"]["properties"]["min_strength"]["maximum"] == 3
