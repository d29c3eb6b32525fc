"""Where each prompt lies among the others: clusters, groups of like meaning, and how lonely it is.

METHODS §7 and §14 on sentence embeddings: k-means cells, links of cosine above a threshold, the entropy term
h = log distance to the k-th neighbour, and the order in which k-center or facility location would take the prompts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.coverage import facility_location, k_center
from curation.domain.neighbours import kth_distances, log_distances
from curation.signals.embeddings import part_vectors
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, failed
from curation.text.duplicates import prompt_groups
from curation.text.semantic_duplicates import PROMPT_COSINE, semantic_links, spherical_k_means
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError

DEFAULTS: dict[str, Any] = {"threshold": PROMPT_COSINE, "order": "k_center", "ordered": 2000, "seed": 0}
NEIGHBOURS = 5


class PromptMapSignal:
    kind = "prompt_map"
    title = "Map of the prompts"
    description = (
        "Clusters of prompts by meaning, groups that mean the same, how far each is from its neighbours, and the order "
        "in which prompts cover the whole set best: for caps, duplicates in meaning, and diverse budgets."
    )
    version = "1"
    queue = "ml"
    level: Level = "record"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("cluster", "Cluster", "text"),
        Column("meaning_group", "Group of like meaning", "text"),
        Column("diversity", "Distance to the 5th neighbour (log)"),
        Column("coverage_rank", "Place in the order of coverage, highest first"),
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
            "order": {"type": "string", "enum": ["k_center", "facility_location"], "default": "k_center"},
            "ordered": {
                "type": "integer",
                "minimum": 1,
                "maximum": 20000,
                "default": 2000,
                "description": "So many prompts get a place in the order; the others come after all of them.",
            },
            "seed": {"type": "integer", "minimum": 0, "default": 0},
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        unknown = sorted(params.keys() - DEFAULTS.keys())
        if unknown:
            raise ApplicationError(f"params: the map of prompts has no {', '.join(unknown)}.")
        given = {**DEFAULTS, **params}
        for name, least, most in (("ordered", 1, 20000), ("seed", 0, 2**53)):
            if isinstance(given[name], bool) or not isinstance(given[name], int) or not least <= given[name] <= most:
                raise ApplicationError(
                    f"params.{name}: a whole number from {least} to {most:,}.", fields={f"params.{name}": ["Number."]}
                )
        if isinstance(given["threshold"], bool) or not isinstance(given["threshold"], int | float):
            raise ApplicationError("params.threshold: a number.", fields={"params.threshold": ["Number."]})
        if not 0.5 <= given["threshold"] <= 1 or given["order"] not in ("k_center", "facility_location"):
            raise ApplicationError("params: threshold is from 0.5 to 1, order k_center or facility_location.")
        return "Map of the prompts", given

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, given, used)

        return score, used


def _score(source: Source, given: dict[str, Any], used: dict[str, Any]) -> Iterator[Row]:
    ids, vectors = [], []
    for record_id, vector, reason in _prompts(source, used):
        if vector is None:
            yield failed(reason or "no_vector", record_id)
        else:
            ids.append(record_id)
            vectors.append(vector)
    if not ids:
        return
    unit = np.vstack(vectors)
    links, _ = semantic_links(unit, seed=given["seed"], threshold=given["threshold"])
    groups = prompt_groups(ids, [(int(first), int(second)) for first, second in links])
    source.alive()
    cells = max(1, round((len(ids) / 2) ** 0.5))
    clusters, _ = spherical_k_means(unit, min(cells, len(ids)), seed=given["seed"])
    source.alive()
    far = len(ids) > NEIGHBOURS
    diversity = log_distances(kth_distances(unit, k=NEIGHBOURS, seed=given["seed"])) if far else None
    source.alive()
    budget = min(given["ordered"], len(ids))
    if given["order"] == "k_center":
        picked = k_center(unit, budget=budget)
    else:
        picked = facility_location(unit, budget=budget, seed=given["seed"])
    place = {int(row): -float(rank) for rank, row in enumerate(picked.indices)}
    used.update(clusters=cells, groups=len(set(groups)), ordered=len(place))
    for at, record_id in enumerate(ids):
        yield Row(
            record_id,
            {
                "cluster": f"{int(clusters[at]):04}",
                "meaning_group": groups[at],
                "diversity": None if diversity is None else float(diversity[at]),
                "coverage_rank": place.get(at, -float(len(ids))),
            },
        )


def _prompts(source: Source, used: dict[str, Any]) -> Iterator[tuple[str, Any, str | None]]:
    try:
        from curation.ml.embedding import TextEmbedder
        from curation.ml.model_folder import ScoringError
    except ImportError as error:
        raise JobError("Embeddings need torch, which this worker does not have; start it without --lite.") from error
    try:
        embedder = TextEmbedder()
    except ScoringError as error:
        raise JobError(str(error)) from error
    used["embeddings"] = embedder.provenance
    for part in source.parts:
        for each in part_vectors(source, part, embedder):
            if each.response_id is None:
                yield each.record_id, each.vector, each.reason
