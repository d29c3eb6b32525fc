"""A planted topic is told, and what is said about the telling was seen on other prompts."""

from __future__ import annotations

import numpy as np
import pytest

from curation.domain.topic_gate import fit_gate


def prompts(seed: int, inside: int, outside: int, apart: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around two directions."""
    generator = np.random.default_rng(seed)
    centre = generator.normal(size=16)
    centre /= np.linalg.norm(centre)
    sides = []
    for count, sign in ((inside, apart), (outside, -apart)):
        table = generator.normal(size=(count, 16)) / 4 + sign * centre
        sides.append((table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32))
    return sides[0], sides[1]


@pytest.mark.parametrize("counts", [(60, 60), (200, 50), (50, 400)])
def test_a_planted_topic_is_told(counts: tuple[int, int]) -> None:
    gate = fit_gate(*prompts(1, *counts), seed=0)
    inside, outside = prompts(1, *counts)

    assert gate.recall >= 0.95
    assert gate.false_alarms <= 0.05
    assert (gate.probability(inside) > 0.5).mean() >= 0.97
    assert (gate.probability(outside) > 0.5).mean() <= 0.03


def test_what_cannot_be_told_is_not_said_to_be() -> None:
    gate = fit_gate(*prompts(2, 300, 300, apart=0.0), seed=0)

    assert abs(gate.recall - gate.false_alarms) < 0.15


def test_exchanging_the_two_sides_mirrors_the_gate() -> None:
    inside, outside = prompts(3, 80, 80, apart=0.3)

    one, two = fit_gate(inside, outside, seed=0), fit_gate(outside, inside, seed=0)

    assert one.recall == pytest.approx(1 - two.false_alarms, abs=0.05)


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="50 prompts inside and outside; there are 49, 60"):
        fit_gate(*prompts(4, 49, 60), seed=0)
