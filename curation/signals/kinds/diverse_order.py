"""The order in which prompts cover the whole set best, so that a budget takes the first of them.

METHODS §14 on sentence embeddings: k-center greedy (Gonzalez 1985) leaves no prompt far from a taken one, outliers
first; facility location (Nemhauser et al. 1978) takes what is most like the others, the middle of crowds first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.domain.coverage import facility_location, k_center
from curation.signals.embeddings import packaged_embedder, prompt_vectors
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, failed
from curation.signals.order import PLACE, placed
from curation.signals.params import check_choice, check_whole, filled_in

METHODS = {"k_center": "k-center", "facility_location": "facility location"}
DEFAULTS: dict[str, Any] = {"method": "k_center", "ordered": 2000, "seed": 0}


class DiverseOrderSignal:
    kind = "diverse_order"
    title = "Diverse order"
    description = (
        "Puts prompts in the order in which they cover the whole set best. Use the priority in a budget: it then takes "
        "the most different prompts first."
    )
    version = "1"
    queue = "ml"
    level: Level = "record"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (*PLACE, Column("gain", "What the prompt adds to those before it"))
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "method": {
                "type": "string",
                "oneOf": [
                    {"const": "k_center", "title": "No prompt left far away (k-center)"},
                    {"const": "facility_location", "title": "Typical prompts first (facility location)"},
                ],
                "default": "k_center",
            },
            "ordered": {
                "type": "integer",
                "minimum": 1,
                "maximum": 20000,
                "default": 2000,
                "title": "Prompts to put in order",
                "description": "At least the budget; the others come after all of these, with priority 0.",
            },
            "seed": {
                "type": "integer",
                "minimum": 0,
                "default": 0,
                "description": "Of the cells into which facility location divides more than 10,000 prompts.",
            },
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the diverse order")
        check_choice(given, "method", tuple(METHODS))
        check_whole(given, "ordered", 1, 20_000)
        check_whole(given, "seed", 0, 2**53)
        return f"Diverse order by {METHODS[given['method']]}", given

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
    count = len(prompts.ids)
    if not count:
        return
    if given["method"] == "k_center":
        picked = k_center(prompts.unit, budget=given["ordered"])
    else:
        picked = facility_location(prompts.unit, budget=given["ordered"], seed=given["seed"])
    used.update(ordered=len(picked.indices), prompts=count)
    place = {row: at for at, row in enumerate(picked.indices.tolist())}
    for at, record_id in enumerate(prompts.ids):
        values = placed(place.get(at), count)
        if at in place:
            values["gain"] = float(picked.scores[place[at]])
        yield Row(record_id, values)
