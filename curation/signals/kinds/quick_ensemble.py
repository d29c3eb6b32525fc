"""Strengths without a reward model: an ensemble of small heads on frozen features, each pair scored out of fold.

Secrets of RLHF II (arXiv 2401.06080, §2) trains ten reward models that differ in seed and order; here the members are
linear Bradley–Terry heads, each on a bootstrap of the pairs outside a fold (METHODS §1, the cheap variant).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.bradley_terry_heads import OutOfFold, fit_heads
from curation.domain.strength_zones import EnsembleStrength
from curation.signals.embeddings import packaged_embedder
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.pair_features import PairFeatures, embedded_pairs, scored_pairs
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError

DEFAULTS: dict[str, Any] = {"features": "embeddings", "folds": 5, "members": 5, "seed": 0}
LEAST_PAIRS = 50


class QuickEnsembleSignal:
    kind = "quick_ensemble"
    title = "Quick ensemble"
    description = (
        "How strong each preference is, by small heads on sentence embeddings (or on the scores that came with the "
        "rows), trained here on the labels of other prompts. No reward model and no GPU needed."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("mean", "Mean margin", signed=True),
        Column("std", "Spread of the members"),
        Column("lean", "Votes for minus against", signed=True),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "features": {"type": "string", "enum": ["embeddings", "scores"], "default": "embeddings"},
            "folds": {"type": "integer", "minimum": 3, "maximum": 20, "default": 5},
            "members": {"type": "integer", "minimum": 2, "maximum": 20, "default": 5},
            "seed": {"type": "integer", "minimum": 0, "default": 0},
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        unknown = sorted(params.keys() - DEFAULTS.keys())
        if unknown:
            raise ApplicationError(f"params: the quick ensemble has no {', '.join(unknown)}.")
        given = {**DEFAULTS, **params}
        if given["features"] not in ("embeddings", "scores"):
            raise ApplicationError(
                "params.features: choose embeddings or scores.", fields={"params.features": ["embeddings or scores"]}
            )
        for name, least, most in (("folds", 3, 20), ("members", 2, 20), ("seed", 0, 2**53)):
            value = given[name]
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise ApplicationError(
                    f"params.{name}: a whole number from {least} to {most:,}.", fields={f"params.{name}": ["Number."]}
                )
        source = "embeddings" if given["features"] == "embeddings" else "imported scores"
        return f"Quick ensemble on {source}", given

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            found = _features(source, given["features"], used)
            fitted, known = _fit(found, given)
            used.update(_report(fitted, int(known.sum())))
            yield from _rows(found, known, fitted)

        return score, used


def _features(source: Source, features: str, used: dict[str, Any]) -> PairFeatures:
    if features == "scores":
        return scored_pairs(source)
    embedder = packaged_embedder()
    used["embeddings"] = embedder.provenance
    return embedded_pairs(source, embedder)


def _fit(found: PairFeatures, given: dict[str, Any]) -> tuple[OutOfFold, Any]:
    """Heads trained on the pairs that somebody decided. Raises JobError when there are too few."""
    targets, groups = np.array(found.targets), np.array(found.groups)
    known = ~np.isnan(targets) & (targets != 0.5)
    if int(known.sum()) < LEAST_PAIRS or len(set(groups[known].tolist())) < given["folds"]:
        raise JobError(
            f"{int(known.sum()):,} pairs with a preference on {len(set(groups[known].tolist())):,} prompts can be "
            f"learned from; the quick ensemble needs {LEAST_PAIRS} pairs and more prompts than folds. Label more rows."
        )
    options = {name: given[name] for name in ("folds", "members", "seed")}
    fitted = fit_heads(found.differences[known], groups=groups[known], targets=targets[known], **options)
    return fitted, known


def _rows(found: PairFeatures, known: Any, fitted: OutOfFold) -> Iterator[Row]:
    """Decided pairs out of fold; ties, which no head trained on, but by those that did not train on their prompt."""
    margins = np.empty((len(found.pairs), fitted.margins.shape[1]))
    margins[known] = fitted.margins
    undecided = np.flatnonzero(~known)
    if undecided.size:
        fold_of = dict(zip(np.array(found.groups)[known].tolist(), fitted.fold.tolist(), strict=True))
        every = fitted.heads.predict(found.differences[undecided])
        for place, row in zip(undecided, every, strict=True):
            fold = fold_of.get(found.groups[place], 0)
            margins[place] = row[fitted.heads.fold == fold]
    strength = EnsembleStrength.of(margins)
    for at, pair in enumerate(found.pairs):
        yield pair_row(
            pair,
            {
                "mean": float(strength.mean[at]),
                "std": float(strength.std[at]),
                "lean": float(np.sign(margins[at]).mean()),
            },
        )
    for pair, reason in found.failures:
        yield pair_failed(reason, pair)


def _report(fitted: OutOfFold, pairs: int) -> dict[str, Any]:
    return {
        "trained_on_pairs": pairs,
        "l2_by_fold": fitted.l2_by_fold.tolist(),
        "l2_at_edge": fitted.l2_at_edge,
        "converged": fitted.converged,
        "mean_out_of_fold": fitted.mean_out_of_fold,
        "mean_in_sample": fitted.mean_in_sample,
    }
