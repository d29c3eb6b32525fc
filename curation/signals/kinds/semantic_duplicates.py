"""Prompts that mean the same as one before them: SemDeDup on sentence embeddings, with what each one doubles.

Abbas et al. 2023; METHODS §14: inside k-means cells, the prompts farthest from the centre stay, and one goes when its
cosine to any before it exceeds the limit. `prompt_map` has groups of like meaning instead, of which a recipe keeps the
pairs it likes best.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.signals.benchmark_versions import PROOFS_KEPT
from curation.signals.embeddings import PromptVectors, packaged_embedder, prompt_text, prompt_vectors
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, failed
from curation.signals.params import check_number, check_whole, filled_in
from curation.text.semantic_duplicates import PROMPT_COSINE, SemanticDuplicates, semantic_duplicates

DEFAULTS: dict[str, Any] = {"threshold": PROMPT_COSINE, "seed": 0}
SHOWN_CHARACTERS = 200


class SemanticDuplicatesSignal:
    kind = "semantic_duplicates"
    title = "Duplicates in meaning"
    description = (
        "Prompts that mean the same as another that stays (SemDeDup), and which one that is. Rows that share a prompt "
        "are duplicates here too: keep the first of them, or use the groups of the map of prompts."
    )
    version = "1"
    queue = "ml"
    level: Level = "record"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("duplicate", "Means the same as another prompt", "flag"),
        Column("duplicate_of", "Row that it doubles", "text"),
        Column("cosine", "Likeness to the nearest before it (cosine)"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "threshold": {
                "type": "number",
                "minimum": 0.5,
                "maximum": 1,
                "default": PROMPT_COSINE,
                "description": "Cosine above which two prompts mean the same.",
            },
            "seed": {"type": "integer", "minimum": 0, "default": 0},
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="this signal")
        check_number(given, "threshold", 0.5, 1)
        check_whole(given, "seed", 0, 2**53)
        return "Duplicates in meaning", given

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            embedder = packaged_embedder()
            used["embeddings"] = embedder.provenance
            prompts = prompt_vectors(source, embedder)
            for record_id, reason in prompts.failures:
                yield failed(reason, record_id)
            found = semantic_duplicates(prompts.unit, seed=given["seed"], threshold=given["threshold"])
            used.update(_report(source, prompts, found))
            for at, record_id in enumerate(prompts.ids):
                doubled = int(found.duplicate_of[at])
                values = {
                    "duplicate": not bool(found.kept[at]),
                    "duplicate_of": prompts.ids[doubled] if doubled >= 0 else None,
                    "cosine": None if np.isnan(found.cosine[at]) else min(float(found.cosine[at]), 1.0),
                }
                yield Row(record_id, values)

        return score, used


def _report(source: Source, prompts: PromptVectors, found: SemanticDuplicates) -> dict[str, Any]:
    """How many there are, and those nearest to the limit: whether it is right is seen there."""
    duplicates = np.flatnonzero(~found.kept)
    order = duplicates[np.argsort(found.cosine[duplicates], kind="stable")][:PROOFS_KEPT].tolist()
    pairs = [(prompts.ids[at], prompts.ids[int(found.duplicate_of[at])], float(found.cosine[at])) for at in order]
    wanted = {record_id for *both, _ in pairs for record_id in both}
    says = {
        record.record_id: prompt_text(record)[:SHOWN_CHARACTERS]
        for record in (source.records() if wanted else ())
        if record.record_id in wanted
    }
    return {
        "duplicates": len(duplicates),
        "nearest_to_the_limit": [
            {"row": row, "prompt": says[row], "duplicate_of": other, "its_prompt": says[other], "cosine": cosine}
            for row, other, cosine in pairs
        ],
    }
