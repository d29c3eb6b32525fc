"""Where each prompt lies among the others: clusters, groups of like meaning, and how lonely it is.

METHODS §7 and §14 on sentence embeddings: k-means cells, links of cosine above a threshold, and the entropy term
h = log distance to the k-th neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.domain.neighbours import kth_distances, log_distances
from curation.signals.embeddings import packaged_embedder, prompt_vectors
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, failed
from curation.signals.params import check_number, check_whole, filled_in
from curation.text.duplicates import prompt_groups
from curation.text.semantic_duplicates import PROMPT_COSINE, semantic_links, spherical_k_means

DEFAULTS: dict[str, Any] = {"threshold": PROMPT_COSINE, "seed": 0}
NEIGHBOURS = 5


class PromptMapSignal:
    kind = "prompt_map"
    title = "Map of the prompts"
    description = (
        "Clusters of prompts by meaning, groups that mean the same, and how far each is from its neighbours: for caps, "
        "even budgets over topics, and duplicates in meaning."
    )
    version = "2"
    queue = "ml"
    level: Level = "record"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("cluster", "Cluster", "text"),
        Column("meaning_group", "Group of like meaning", "text"),
        Column("diversity", "Distance to the 5th neighbour (log)"),
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
        given = filled_in(params, DEFAULTS, noun="the map of prompts")
        check_number(given, "threshold", 0.5, 1)
        check_whole(given, "seed", 0, 2**53)
        return "Map of the prompts", given

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, given, used)

        return score, used


def _score(source: Source, given: dict[str, Any], used: dict[str, Any]) -> Iterator[Row]:
    embedder = packaged_embedder()
    used["embeddings"] = embedder.provenance
    prompts = prompt_vectors(source, embedder)
    for record_id, reason in prompts.failures:
        yield failed(reason, record_id)
    ids, unit = prompts.ids, prompts.unit
    if not ids:
        return
    links, _ = semantic_links(unit, seed=given["seed"], threshold=given["threshold"])
    groups = prompt_groups(ids, [(int(first), int(second)) for first, second in links])
    source.alive()
    cells = max(1, round((len(ids) / 2) ** 0.5))
    clusters, _ = spherical_k_means(unit, min(cells, len(ids)), seed=given["seed"])
    source.alive()
    far = len(ids) > NEIGHBOURS
    diversity = log_distances(kth_distances(unit, k=NEIGHBOURS, seed=given["seed"])) if far else None
    used.update(clusters=cells, groups=len(set(groups)))
    for at, record_id in enumerate(ids):
        yield Row(
            record_id,
            {
                "cluster": f"{int(clusters[at]):04}",
                "meaning_group": groups[at],
                "diversity": None if diversity is None else float(diversity[at]),
            },
        )
