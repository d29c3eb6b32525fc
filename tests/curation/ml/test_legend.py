"""Legend: the golden vector, the planted direction, frozen bins, and one template only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score
from transformers import AutoModelForCausalLM, AutoTokenizer

from curation.ml.legend import (
    MarginBins,
    SafetyDirection,
    StateReader,
    bin_margin,
    confound_auc,
    fit_bins,
    project,
    safety_direction,
    safety_margin,
)
from curation.ml.reward_scoring import ScoringError, ScoringItem, ScoringOptions

CPU = ScoringOptions(device="cpu", precision="float32")
TOY = SafetyDirection(np.array([1.0, 2.0, 2.0]), "toy", 1, "toy")
vectors = arrays(np.float64, (3, 3), elements=st.floats(-1e3, 1e3))


def test_the_margin_of_methods_8() -> None:
    chosen, rejected = [[2.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]]
    longer = SafetyDirection(TOY.vector * 10, "toy", 1, "toy")

    assert safety_margin(TOY, chosen, rejected, source="toy") == pytest.approx([2 / 3], abs=1e-6)
    assert safety_margin(longer, chosen, rejected, source="toy") == pytest.approx([2 / 3], abs=1e-12)
    assert safety_margin(TOY, rejected, chosen, source="toy") == pytest.approx([-2 / 3], abs=1e-6)


@given(vectors, vectors)
def test_swapping_sides_negates_the_margin(first: np.ndarray, second: np.ndarray) -> None:
    margin = safety_margin(TOY, first, second, source="toy")

    assert (margin == -safety_margin(TOY, second, first, source="toy")).all()


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_direction_is_found(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=32)
    truth *= 3 / np.linalg.norm(truth)
    harmful = generator.normal(size=(200, 32))
    refusals = generator.normal(size=(200, 32)) + truth

    direction = safety_direction(refusals, harmful, source="world")

    cosine = direction.vector @ truth / np.linalg.norm(direction.vector) / np.linalg.norm(truth)
    assert cosine >= 0.95
    assert (safety_margin(direction, refusals, harmful, source="world") > 0).mean() > 0.95
    assert direction.questions == 200
    assert direction.direction_id == safety_direction(refusals, harmful, source="world").direction_id
    assert direction.direction_id != safety_direction(refusals, harmful, source="other").direction_id


def test_unfit_states_give_no_direction() -> None:
    rows = np.ones((200, 4))
    broken = rows.copy()
    broken[3, 2] = np.nan

    for refusals, harmful, sentence in (
        (rows[:199], rows[:199], "at least 200 questions; there are 199"),
        (rows, rows[:100], "do not pair up"),
        (rows, rows, "do not differ"),
        (broken, rows, "leave failed responses out"),
    ):
        with pytest.raises(ScoringError, match=sentence):
            safety_direction(refusals, harmful, source="x")


def test_states_of_another_template_are_refused() -> None:
    with pytest.raises(ScoringError, match="another model or template"):
        project(TOY, [[1.0, 0.0, 0.0]], source="other")


def test_bins_are_frozen_quantiles_of_positive_margins() -> None:
    bins = fit_bins([-5.0, -1.0, 0.0, *(float(value) for value in range(1, 12))])

    # Eleven values from 1 to 11: edges every two, middles 2, 4, … over the highest edge.
    assert bins.edges == pytest.approx((1, 3, 5, 7, 9, 11))
    assert bins.values == pytest.approx((2 / 11, 4 / 11, 6 / 11, 8 / 11, 10 / 11))
    assert [bin_margin(bins, margin)[0] for margin in (0.0, 0.2, 2.9, 3.0, 8.0, 11.0, 99.0)] == [0, 0, 0, 1, 3, 4, 4]
    assert bin_margin(bins, 8.0)[1] == pytest.approx(8 / 11)
    assert [bin_margin(bins, margin) for margin in (-0.1, None, float("nan"))] == [(None, None)] * 3


def test_margins_that_make_no_bins_are_refused() -> None:
    with pytest.raises(ScoringError, match="at least as many positive margins; there are 1"):
        fit_bins([-1.0, 2.0])
    with pytest.raises(ScoringError, match="too alike"):
        fit_bins([1.0] * 10)
    assert isinstance(fit_bins([1.0, 2.0], bins=1), MarginBins)


@given(st.lists(st.integers(-3, 3), min_size=1), st.lists(st.integers(-3, 3), min_size=1))
def test_confounding_is_the_area_under_the_curve(first: list[int], second: list[int]) -> None:
    expected = roc_auc_score([1] * len(first) + [0] * len(second), first + second)

    assert confound_auc(first, second) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("pooling", ["last", "mean"])
@pytest.mark.parametrize("shared", [True, False])
def test_states_equal_the_model_read_directly(language_model: Path, pooling: str, shared: bool) -> None:
    text = "How do I plan a garden with apples? " * 8
    answers = ["I can't answer that.", "Start with a small step and check."]
    item = ScoringItem("r", [{"role": "user", "content": text}], [(str(at), text) for at, text in enumerate(answers)])
    options = ScoringOptions(device="cpu", precision="float32", shared_prefix=shared)

    results = list(StateReader(str(language_model), pooling=pooling, options=options).score([item]))

    tokenizer = AutoTokenizer.from_pretrained(language_model)
    model = AutoModelForCausalLM.from_pretrained(language_model).eval()
    head = f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
    for result, answer in zip(results, answers, strict=True):
        ids = tokenizer(head + answer + "<|im_end|>", return_tensors="pt").input_ids
        with torch.no_grad():
            states = model(ids, output_hidden_states=True).hidden_states[-1][0]
        expected = states[-1] if pooling == "last" else states[len(tokenizer(head).input_ids) :].mean(dim=0)
        assert result.state == "ok"
        assert np.abs(result.vector - expected.numpy()).max() < 1e-5


def test_a_source_names_template_and_pooling(language_model: Path) -> None:
    last, mean = (StateReader(str(language_model), pooling=pooling, options=CPU) for pooling in ("last", "mean"))
    failed = list(last.score([ScoringItem("r", [{"role": "user"}], [("a", "yes")])]))

    assert last.source != mean.source
    assert last.source == StateReader(str(language_model), options=CPU).source
    assert [(entry.vector, entry.state, entry.reason) for entry in failed] == [(None, "failed", "template")]
