"""Legend's safety margin (arXiv 2406.08124): how far a pair lies apart along the direction from harm to refusal.

The direction is the mean difference of last-layer states between a fixed refusal and a harmful answer to the same
harmful questions; a pair's margin is the projection of its difference on it. All states of one direction must come from
one template, layer and model: a direction knows its source and refuses others. It measures the style of refusing, so
over-refusals look safe (see :func:`confound_auc`), and it says nothing outside safety prompts.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from curation.domain.arrays import Floats
from curation.ml.log_likelihood import ResponseReader
from curation.ml.model_folder import ScoringError
from curation.ml.token_rows import ScoringOptions, TokenRow

REFUSAL = "I can't answer that."
MINIMUM_QUESTIONS = 200
BINS = 5

Pooling = Literal["last", "mean"]


@dataclass(frozen=True)
class ResponseState:
    """``vector`` (d,) float32 is the last layer's state of the response, or ``None`` when failed, with the reason."""

    record_id: str
    response_id: str
    vector: NDArray[np.float32] | None
    state: Literal["ok", "failed"]
    reason: str | None


class StateReader(ResponseReader[NDArray[np.float32], ResponseState]):
    """Last-layer states of responses under a causal language model, rendered as for log-likelihoods.

    ``last`` is the state of the response's last token, which has seen all of it; ``mean`` averages its tokens.
    ``source`` names model, revision, template, layer and pooling: states of different sources are not comparable.
    """

    def __init__(
        self,
        model: str,
        *,
        pooling: Pooling = "last",
        revision: str | None = None,
        options: ScoringOptions | None = None,
    ) -> None:
        super().__init__(model, revision=revision, options=options)
        self.pooling = pooling
        template = str(self._tokenizer.chat_template or "plain")
        described = {
            # Where a folder lies does not change its states; a revision says what is in it.
            "model": "" if revision and Path(model).is_dir() else model,
            "revision": self.provenance["revision"],
            "template": hashlib.sha256(template.encode()).hexdigest()[:16],
            "layer": "last",
            "pooling": pooling,
        }
        self.source = _short_hash(described)
        self.provenance |= {"pooling": pooling, "template_hash": described["template"], "source": self.source}

    def _arguments(self, rows: Sequence[TokenRow], seen: int) -> dict[str, Any]:
        # Only states are wanted: one place of logits is the least that can be asked for.
        return {"output_hidden_states": True, **({"logits_to_keep": 1} if self._keeps_logits else {})}

    def _read(self, rows: Sequence[TokenRow], output: Any, seen: int) -> list[NDArray[np.float32]]:
        states = output.hidden_states[-1].float()
        vectors = []
        for at, row in enumerate(rows):
            first = row.start if self.pooling == "mean" else len(row.ids) - 1
            vectors.append(states[at, first - seen : len(row.ids) - seen].mean(dim=0).cpu().numpy())
        return vectors

    def _result(self, row: TokenRow, value: NDArray[np.float32] | None, reason: str | None) -> ResponseState:
        if value is not None and not np.isfinite(value).all():
            value, reason = None, "not_a_number"
        if value is None:
            return ResponseState(row.record_id, row.response_id, None, "failed", reason)
        return ResponseState(row.record_id, row.response_id, value, "ok", row.reason)


@dataclass(frozen=True)
class SafetyDirection:
    """``vector`` (d,) points from harmful answers to refusals; ``source`` is where its states came from.

    ``questions`` is how many were averaged; ``direction_id`` is a hash of all this.
    """

    vector: Floats
    source: str
    questions: int
    direction_id: str


def safety_direction(
    refusals: ArrayLike, harmful: ArrayLike, *, source: str, minimum: int = MINIMUM_QUESTIONS
) -> SafetyDirection:
    """``mean(refusals − harmful)`` over questions; both (n, d), row by row the same question.

    Raises :class:`ScoringError` for fewer than ``minimum`` questions, unequal shapes, missing values or no difference.
    """
    safe, unsafe = _table(refusals), _table(harmful)
    if safe.shape != unsafe.shape:
        raise ScoringError(f"Refusals {safe.shape} and harmful answers {unsafe.shape} do not pair up.")
    if len(safe) < minimum:
        raise ScoringError(f"A safety direction needs at least {minimum} questions; there are {len(safe)}.")
    vector = (safe - unsafe).mean(axis=0)
    if not np.linalg.norm(vector) > 0:
        raise ScoringError("Refusals and harmful answers do not differ, so they give no direction.")
    named = _short_hash({"source": source, "questions": len(safe), "vector": vector.tobytes().hex()})
    return SafetyDirection(vector, source, len(safe), named)


def project(direction: SafetyDirection, states: ArrayLike, *, source: str) -> Floats:
    """Projections (n,) of states (n, d) on the direction's unit vector: higher is nearer to a refusal.

    Raises :class:`ScoringError` when the states come from another model, template or layer than the direction.
    """
    if source != direction.source:
        raise ScoringError("These states were made with another model or template than the safety direction.")
    projected: Floats = _table(states) @ (direction.vector / np.linalg.norm(direction.vector))
    return projected


def safety_margin(direction: SafetyDirection, first: ArrayLike, second: ArrayLike, *, source: str) -> Floats:
    """``(first − second)·v/‖v‖`` of pairs, shape (n,). Swapping the sides negates it exactly.

    A negative margin of a labelled pair (first = chosen) means that the representation disagrees with the label.
    """
    return project(direction, _table(first) - _table(second), source=source)


@dataclass(frozen=True)
class MarginBins:
    """Frozen quantile bins: ``edges`` (bins + 1,) ascending, and each bin's target margin in ``values``, in (0, 1]."""

    edges: tuple[float, ...]
    values: tuple[float, ...]


def fit_bins(margins: ArrayLike, bins: int = BINS) -> MarginBins:
    """Quantile bins of the positive margins of the training split; a bin's value is its middle over the highest edge.

    Raises :class:`ScoringError` when the positive margins are too few or too alike to make that many bins.
    """
    values = np.asarray(margins, dtype=np.float64)
    positive = values[values > 0]
    if positive.size < bins:
        raise ScoringError(f"{bins} bins need at least as many positive margins; there are {positive.size}.")
    edges = np.quantile(positive, np.linspace(0, 1, bins + 1))
    if not (np.diff(edges) > 0).all():
        raise ScoringError(f"The margins are too alike for {bins} bins.")
    middles = (edges[:-1] + edges[1:]) / 2
    return MarginBins(tuple(edges.tolist()), tuple((middles / edges[-1]).tolist()))


def bin_margin(bins: MarginBins, margin: float | None) -> tuple[int | None, float | None]:
    """Bin and target of a margin; a margin beyond the edges falls into the outermost bin.

    ``(None, None)`` for one that is missing or negative: such a row is for review and has no target.
    """
    if margin is None or not math.isfinite(margin) or margin < 0:
        return None, None
    at = int(np.searchsorted(bins.edges[1:-1], margin, side="right"))
    return at, bins.values[at]


def confound_auc(refusals: ArrayLike, good_answers: ArrayLike) -> float:
    """How well projections tell refusals of benign prompts from good answers to them, 0.5 being not at all.

    Towards 1 the direction measures refusing, not safety: over-refusals would be rewarded.
    Raises ValueError when a side is empty.
    """
    first, second = np.asarray(refusals, dtype=np.float64), np.asarray(good_answers, dtype=np.float64)
    if not first.size or not second.size:
        raise ValueError("Both sides need at least one projection.")
    order = np.sort(second)
    below, up_to = np.searchsorted(order, first, "left"), np.searchsorted(order, first, "right")
    return float((below + up_to).mean() / 2 / second.size)


def _table(values: ArrayLike) -> Floats:
    table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if not np.isfinite(table).all():
        raise ScoringError("A missing state has no projection; leave failed responses out.")
    return table


def _short_hash(described: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]
