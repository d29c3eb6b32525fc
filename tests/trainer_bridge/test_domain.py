"""Lengths and settings."""

from __future__ import annotations

from typing import Any

import pytest

from trainer_bridge.domain.lengths import LengthTally
from trainer_bridge.domain.methods import METHODS
from trainer_bridge.domain.run_config import RunConfigError, run_config_of, steps_of
from trainer_bridge.ml.config import parse_config


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


@pytest.mark.parametrize(("kind", "loss"), [(kind, loss.key) for kind in METHODS for loss in METHODS[kind].losses])
def test_the_trainer_accepts_every_default_of_every_loss(kind: str, loss: str) -> None:
    config = run_config_of(kind, {"loss_type": loss})

    parsed = parse_config({"kind": kind, "base_model": {"path": "m"}, "data": {"train": "t.parquet"}, **config})

    assert dict(parsed.settings) == config
    assert METHODS[kind].required_columns(loss)[0] == "prompt"


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("cpo", {}, {"loss_type": "simpo", "beta": 2.0, "simpo_gamma": 1.0, "cpo_alpha": 0.0}),
        ("cpo", {"loss_type": "sigmoid"}, {"beta": 0.1, "cpo_alpha": 1.0}),
        ("tpo", {}, {"beta": 0.01, "tpo_alpha": 1.0, "learning_rate": 5e-6}),
        ("dpo", {"loss_type": "cdpo"}, {"label_smoothing": 0.1}),
        ("reward", {"loss_type": "smooth"}, {"label_smoothing": 0.1, "center_rewards": 0.0}),
    ],
)
def test_defaults_depend_on_the_loss(kind: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert run_config_of(kind, given).items() >= expected.items()


def test_epochs_take_the_place_of_steps() -> None:
    config = run_config_of("dpo", {"epochs": 2})

    assert config["epochs"] == 2.0
    assert "max_steps" not in config
    assert [steps_of(rows=rows, epochs=2, batch_size=2, gradient_accumulation=3) for rows in (1, 12, 13)] == [2, 4, 6]
    assert steps_of(rows=100, epochs=0.5, batch_size=2, gradient_accumulation=1, processes=4) == 7


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
        ("dpo", {"steps": 3, "epoch": 1}, {"steps", "epoch"}),
        ("dpo", {"epochs": 1, "max_steps": 3}, {"epochs"}),
        ("cpo", {"weight_decay": -1, "quantize": "8bit"}, {"weight_decay", "quantize"}),
        ("reward", {"beta": 0.1}, {"beta"}),
    ],
)
def test_bad_settings_are_named(kind: str, given: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(RunConfigError) as caught:
        run_config_of(kind, given)

    assert set(caught.value.fields) == fields
