"""Reward scores and embeddings on a GPU are those of a processor, as near as the precision allows.

Run with `pytest -m gpu tests/gpu` on a machine with CUDA.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from statistics import pstdev
from typing import Any

import numpy as np
import pytest

GPU: Any = "cuda"


def scores(folder: Path, *, device: Any, precision: Any, shared: bool = True) -> tuple[list[float], dict[str, Any]]:
    """Scores of the benchmark's 48 rows, 12 prompts with 4 responses each, and what was loaded."""
    from curation.ml.reward_scoring import RewardScorer, ScoringOptions
    from tests.benchmarks.curation_scoring import rows

    scorer = RewardScorer(str(folder), options=ScoringOptions(device=device, precision=precision, shared_prefix=shared))
    found = [entry.score for entry in scorer.score(rows())]
    assert all(score is not None for score in found)
    return [score for score in found if score is not None], scorer.provenance


@pytest.fixture(scope="module")
def on_a_processor(reward_model: Path) -> list[float]:
    """In float32, one response after the other: nothing shared."""
    return scores(reward_model, device="cpu", precision="float32", shared=False)[0]


@pytest.mark.parametrize("shared", [True, False])
def test_bfloat16_scores_lie_within_a_tenth_of_their_spread(
    reward_model: Path, on_a_processor: list[float], shared: bool
) -> None:
    found, loaded = scores(reward_model, device=GPU, precision="auto", shared=shared)

    assert (loaded["device"], loaded["precision"]) == ("cuda", "bfloat16")
    assert loaded["shared_prefix"] == (True if shared else "switched_off")
    apart = np.abs(np.array(found) - np.array(on_a_processor)).max()
    assert apart <= pstdev(on_a_processor) / 10


@pytest.mark.parametrize("shared", [True, False])
def test_float32_scores_are_those_of_a_processor(reward_model: Path, on_a_processor: list[float], shared: bool) -> None:
    found, loaded = scores(reward_model, device=GPU, precision="float32", shared=shared)

    assert (loaded["device"], loaded["precision"]) == ("cuda", "float32")
    assert found == pytest.approx(on_a_processor, abs=1e-4)


def test_scores_on_a_gpu_do_not_depend_on_what_responses_are_called(reward_model: Path) -> None:
    """To the last bit, as a margin needs it that changes its sign alone when sides change their names."""
    from dataclasses import replace

    from curation.ml.reward_scoring import RewardScorer, ScoringOptions
    from tests.benchmarks.curation_scoring import rows

    scorer = RewardScorer(str(reward_model), options=ScoringOptions(device=GPU))
    given = rows()
    renamed = [replace(item, responses=list(reversed(item.responses))) for item in given]

    one = {(entry.record_id, entry.response_id): entry.score for entry in scorer.score(given)}
    two = {(entry.record_id, entry.response_id): entry.score for entry in scorer.score(renamed)}

    assert one == two


@pytest.mark.parametrize(("precision", "least"), [("float32", 0.99999), ("bfloat16", 0.999)])
def test_embeddings_point_the_same_way(precision: Any, least: float) -> None:
    from curation.ml.embedding import EmbeddingOptions, TextEmbedder
    from trainer_bridge.ml.tiny_model import own_text

    texts = [*islice(own_text(), 100), " ".join(own_text()), " "]

    expected = TextEmbedder(options=EmbeddingOptions(device="cpu")).embed(texts)
    embedder = TextEmbedder(options=EmbeddingOptions(device=GPU, precision=precision))
    found = embedder.embed(texts)

    assert embedder.provenance["device"] == "cuda"
    assert found.failures == expected.failures == {101: "empty"}
    assert found.positions.tolist() == expected.positions.tolist()
    assert (found.vectors * expected.vectors).sum(axis=1).min() >= least
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(1, abs=1e-5)
