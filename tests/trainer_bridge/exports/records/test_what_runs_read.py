"""Which columns of a record format a run promises to read: all that were made for it, and none made for others."""

from __future__ import annotations

from typing import Any

import pytest

from trainer_bridge.domain.methods import METHODS
from trainer_bridge.exports.options import Options, options_complete
from trainer_bridge.exports.registry import format_for, formats
from trainer_bridge.runs.folder import promised_columns

PAIR = ["prompt", "chosen", "rejected"]


def promised(key: str, kind: str, loss: str, **options: Any) -> list[str]:
    entry = format_for(key)
    return promised_columns(entry, options_complete(entry.options, options), METHODS[kind].columns(loss))


@pytest.mark.parametrize(
    ("key", "kind", "loss", "options", "columns"),
    [
        ("context_pairs", "dpo", "sigmoid", {}, PAIR),
        ("context_pairs", "dpo", "sigmoid", {"weight": True}, [*PAIR, "weight"]),
        ("aspect_pairs", "dpo", "sigmoid", {}, PAIR),
        ("aspect_pairs", "reward", "bradley_terry", {}, [*PAIR, "margin"]),
        ("aspect_pairs", "reward", "aspect_heads", {}, [*PAIR, "aspect", "margin"]),
        ("rationale_pairs", "dpo", "rationale_paper", {}, [*PAIR, "rationale", "rationale_prompt", "weight"]),
        ("span_rewards", "reward", "span_heads", {}, ["prompt", "completion", "marks"]),
        ("judgment_rows", "sft", "sft", {}, ["prompt", "completion"]),
    ],
)
def test_runs_promise_what_they_read(
    key: str, kind: str, loss: str, options: dict[str, Any], columns: list[str]
) -> None:
    found = promised(key, kind, loss, **options)

    assert found == columns
    assert key in METHODS[kind].formats
    assert set(found) <= set(METHODS[kind].columns(loss))
    assert set(METHODS[kind].required_columns(loss)) <= set(found)


def test_a_rationale_is_not_passed_over_by_a_loss_that_cannot_read_it() -> None:
    assert "rationale" in promised("rationale_pairs", "dpo", "sigmoid")


@pytest.mark.parametrize("key", [entry.key for entry in formats()])
def test_columns_are_those_of_the_schema(key: str) -> None:
    entry = format_for(key)
    options = Options({"tokenizer": None, **options_complete(entry.options, {})})

    assert [column.name for column in entry.columns(options)] == entry.schema(options).names
