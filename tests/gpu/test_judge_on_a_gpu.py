"""A local judge on a GPU says what it says on a processor, as near as the precision allows.

Run with `pytest -m gpu tests/gpu` on a machine with CUDA.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.benchmarks.judge_backend import build_language_model

    folder = tmp_path_factory.mktemp("language")
    build_language_model(folder)
    return folder


def backend(folder: Path, **options: Any) -> Any:
    from curation.ml.judging.local import LocalBackend, LocalOptions

    return LocalBackend(str(folder), options=LocalOptions(**options))


def log_probs(judge: Any) -> list[float]:
    """Of both verdicts on both orders of the benchmark's pairs."""
    from tests.benchmarks.judge_backend import questions

    calls = [call for pair in questions(options=("A", "B")) for call in pair]
    answers = dict(judge.answer(enumerate(calls)))
    assert all(answer.reason is None for answer in answers.values())
    return [answers[at].log_probs[option] for at in range(len(calls)) for option in ("A", "B")]


@pytest.fixture(scope="module")
def on_a_processor(language_model: Path) -> list[float]:
    """In float32, every call read whole."""
    return log_probs(backend(language_model, device="cpu", precision="float32", shared_prefix=False))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(("precision", "tolerance"), [("bfloat16", 0.05), ("float32", 1e-3)])
def test_verdicts_are_those_of_a_processor(
    language_model: Path, on_a_processor: list[float], precision: str, tolerance: float, shared: bool
) -> None:
    wanted = "auto" if precision == "bfloat16" else precision
    judge = backend(language_model, device="auto", precision=wanted, shared_prefix=shared)

    found = log_probs(judge)

    assert (judge.provenance["device"], judge.provenance["precision"]) == ("cuda", precision)
    assert judge.provenance["shared_prefix"] == (True if shared else "switched_off")
    assert found == pytest.approx(on_a_processor, abs=tolerance)


def test_replies_are_drawn_again_alike(language_model: Path) -> None:
    from curation.ml.judging.calls import Sampling
    from tests.benchmarks.judge_backend import questions

    judge = backend(language_model, device="cuda", precision="float32")
    drawn = Sampling(temperature=0.8, max_tokens=16, seed=4)
    calls = [replace(first, sampling=drawn) for first, _ in questions()]

    one, two = dict(judge.answer(enumerate(calls))), dict(judge.answer(enumerate(calls)))

    assert one == two
    assert {answer.completion_tokens for answer in one.values()} == {16}
