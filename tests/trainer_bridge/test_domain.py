"""Lengths and settings."""

from __future__ import annotations

from typing import Any

import pytest

from trainer_bridge.domain.lengths import LengthTally
from trainer_bridge.domain.run_config import LOSSES, RunConfigError, run_config_of
from trainer_bridge.ml.config import DPO_LOSSES, parse_config


def test_lengths_are_exact_at_the_ends_and_close_in_between() -> None:
    tally = LengthTally()
    for length in range(10_001):
        tally.add(length)

    summary = tally.summary()

    assert (summary["mean"], summary["max"]) == (5000.0, 10_000)
    for share, true in ((0.5, 5000), (0.95, 9500), (0.99, 9900)):
        assert true <= tally.percentile(share) <= true * 1.02 + 1
    assert LengthTally().summary() == {"mean": 0.0, "p50": 0, "p95": 0, "p99": 0, "max": 0}


@pytest.mark.parametrize(
    ("kind", "given", "rate"),
    [
        ("dpo", {}, 5e-5),
        ("dpo", {"use_lora": False}, 1e-6),
        ("reward", {}, 1e-4),
        ("reward", {"use_lora": False}, 1e-5),
        ("reward", {"learning_rate": 3e-4}, 3e-4),
    ],
)
def test_defaults_depend_on_the_kind(kind: str, given: dict[str, Any], rate: float) -> None:
    config = run_config_of(kind, given)

    assert (config["max_steps"], config["learning_rate"]) == (20, rate)
    assert ("beta" in config) == (kind == "dpo")


@pytest.mark.parametrize("kind", ["dpo", "reward"])
def test_the_trainer_accepts_every_default(kind: str) -> None:
    config = run_config_of(kind, {})

    parsed = parse_config({"kind": kind, "base_model": {"path": "m"}, "data": {"train": "t.parquet"}, **config})

    assert parsed.effective_learning_rate == config["learning_rate"]
    assert set(LOSSES) == set(DPO_LOSSES)


@pytest.mark.parametrize(
    ("kind", "given", "fields"),
    [
        ("dpo", {"max_steps": 0}, {"max_steps"}),
        ("dpo", {"max_steps": 100_001}, {"max_steps"}),
        ("dpo", {"max_steps": True}, {"max_steps"}),
        ("dpo", {"max_steps": 2.5}, {"max_steps"}),
        ("dpo", {"learning_rate": 0}, {"learning_rate"}),
        ("dpo", {"learning_rate": float("nan")}, {"learning_rate"}),
        ("dpo", {"learning_rate": "1e-5"}, {"learning_rate"}),
        ("dpo", {"lora_dropout": 1.0, "lora_r": 0}, {"lora_dropout", "lora_r"}),
        ("dpo", {"use_lora": 1}, {"use_lora"}),
        ("dpo", {"loss_type": "mystery"}, {"loss_type"}),
        ("dpo", {"steps": 3, "epochs": 1}, {"steps", "epochs"}),
        ("reward", {"beta": 0.1}, {"beta"}),
    ],
)
def test_bad_settings_are_named(kind: str, given: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(RunConfigError) as caught:
        run_config_of(kind, given)

    assert set(caught.value.fields) == fields
