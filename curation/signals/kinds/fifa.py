"""FiFA: the pairs that are clear, on good prompts, and unlike each other (arXiv 2410.10166, METHODS §7 for text).

score = margin + α·quality + γ·diversity, each standardised; diversity is the log distance of a prompt to its fifth
neighbour among the chosen, taken again in rounds. No stratum gives more than its share, no cluster more than a quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.selection import FifaChoice, FifaParameters, Standing, fifa
from curation.signals.column_params import (
    MARGIN_DEFAULTS,
    MARGIN_SCHEMA,
    SignalColumn,
    check_of_version,
    column_schema,
    margin_column,
    record_column,
    signal_schema,
)
from curation.signals.embeddings import PromptVectors, packaged_embedder, prompt_vectors
from curation.signals.kinds.base import Cell, Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.kinds.prompt_quality import HARM, quality_of
from curation.signals.order import PLACE, placed
from curation.signals.pair_features import NO_DIRECTION
from curation.signals.pair_values import NO_MARGIN, PairValues, pair_values
from curation.signals.params import check_number, check_whole, filled_in
from curation.text.semantic_duplicates import spherical_k_means
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

NO_QUALITY = "no_quality"
# A cluster gives at most a quarter of the budget, so three could never fill it.
FEWEST_CELLS = 8
DEFAULTS: dict[str, Any] = {
    **MARGIN_DEFAULTS,
    "budget": 1000,
    "quality": None,
    "quality_column": "",
    "quality_max": 1.0,
    "min_quality": 0.4,
    "strata": None,
    "strata_column": "",
    "quality_weight": 0.5,
    "diversity_weight": 0.5,
    "seed": 0,
}
BOUNDS = {"quality_max": (0.001, 1e6), "min_quality": (0, 1), "quality_weight": (0, 10), "diversity_weight": (0, 10)}


class FifaSignal:
    kind = "fifa"
    title = "FiFA: clear, good and diverse"
    description = (
        "Chooses so many pairs that have a clear margin, stand on good prompts and are unlike each other. Give a "
        "budget step the same number and the priority; pairs that the margin contradicts have none and go to review."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        *PLACE,
        Column("selected", "Among the chosen", "flag"),
        Column("score", "FiFA score"),
        Column("margin", "Margin, capped and standardised"),
        Column("quality", "Quality of the prompt, standardised"),
        Column("diversity", "Distance to its neighbours, standardised"),
        Column("round", "Round in which it was chosen, from 0"),
        Column("standing", "Why it may or may not be chosen", "text"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            **MARGIN_SCHEMA,
            "budget": {
                "type": "integer",
                "minimum": 1,
                "maximum": 10_000_000,
                "default": 1000,
                "title": "Pairs to choose",
            },
            "quality": signal_schema(
                "Quality of the prompts",
                "A signal of records. Without one the built-in measure is taken, and what asks for harm is left out.",
                level="record",
            ),
            "quality_column": column_schema("Column of the quality", "Its first number, unless you name another."),
            "quality_max": {"type": "number", "minimum": 0.001, "default": 1.0, "title": "Highest quality"},
            "min_quality": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "default": 0.4,
                "title": "Least quality, as a share of the highest",
            },
            "strata": signal_schema(
                "Strata", "A signal of records whose text says the domain; each gives by its size.", level="record"
            ),
            "strata_column": column_schema("Column of the strata", "Its first text, unless you name another."),
            "quality_weight": {"type": "number", "minimum": 0, "maximum": 10, "default": 0.5},
            "diversity_weight": {"type": "number", "minimum": 0, "maximum": 10, "default": 0.5},
            "seed": {"type": "integer", "minimum": 0, "default": 0},
        },
        "required": ["margin"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="FiFA")
        check_whole(given, "budget", 1, 10_000_000)
        check_whole(given, "seed", 0, 2**53)
        for name, (least, most) in BOUNDS.items():
            check_number(given, name, least, most)
        facts = {name: column.facts for name, column in _columns(project_id, given).items()}
        settings = {name: given[name] for name in ("budget", "seed", *BOUNDS)}
        return f"FiFA, {given['budget']:,} pairs", {**facts, **settings}

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("margin", "quality", "strata"))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            columns = _columns(project_id, given)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, columns, given, used)

        return score, used


def _columns(project_id: int, given: dict[str, Any]) -> dict[str, SignalColumn]:
    columns = {"margin": margin_column(project_id, given)}
    if given["quality"] is not None:
        columns["quality"] = record_column(project_id, given, "quality", "number")
    if given["strata"] is not None:
        columns["strata"] = record_column(project_id, given, "strata", "text")
    return columns


def _score(
    source: Source, columns: dict[str, SignalColumn], given: dict[str, Any], used: dict[str, Any]
) -> Iterator[Row]:
    embedder = packaged_embedder()
    used["embeddings"] = embedder.provenance
    prompts = prompt_vectors(source, embedder)
    found = pair_values(source, columns)
    margin = found.toward_chosen("margin")
    quality, harmful = _qualities(source, found, given)
    at_prompt = {record_id: at for at, record_id in enumerate(prompts.ids)}
    prompt = np.array([at_prompt.get(pair.record_id, -1) for pair in found.pairs], dtype=np.int64)
    known = np.flatnonzero((prompt >= 0) & np.isfinite(margin) & np.isfinite(quality))
    no_vector = dict(prompts.failures)
    for at in np.setdiff1d(np.arange(len(found.pairs)), known):
        yield pair_failed(_why(found, at, no_vector, margin), found.pairs[at])
    if not known.size:
        return
    choice = fifa(
        prompts.unit[prompt[known]],
        margin[known],
        10 * quality[known],
        budget=given["budget"],
        parameters=FifaParameters(
            quality_weight=given["quality_weight"],
            diversity_weight=given["diversity_weight"],
            min_quality=given["min_quality"],
        ),
        harmful=harmful[known],
        strata=_strata(found)[known],
        clusters=_clusters(prompts, given["seed"])[prompt[known]],
        seed=given["seed"],
    )
    used.update(_report(choice))
    yield from _rows(found, known, choice)


def _qualities(source: Source, found: PairValues, given: dict[str, Any]) -> tuple[Any, Any]:
    """Quality (pairs,) of 1, NaN where it is missing, and whether the prompt asks for harm (pairs,)."""
    if "quality" in found.values:
        return found.values["quality"] / given["quality_max"], np.zeros(len(found.pairs), dtype=bool)
    of_record: dict[str, tuple[float, bool]] = {}
    for record in source.records():
        judged = quality_of(record)
        of_record[record.record_id] = judged.quality, any(reason.startswith(HARM) for reason in judged.reasons)
    each = [of_record[pair.record_id] for pair in found.pairs]
    return np.array([quality for quality, _ in each]), np.array([harm for _, harm in each], dtype=bool)


def _strata(found: PairValues) -> Any:
    """A text for each pair; those whose stratum is not known form one of their own."""
    if "strata" not in found.values:
        return np.full(len(found.pairs), "", dtype=object)
    return np.array(["" if value is None else value for value in found.values["strata"]], dtype=object)


def _clusters(prompts: PromptVectors, seed: int) -> Any:
    """The cell (prompts,) of each prompt: √(n/2) cells as on the map of prompts, but enough to fill a budget."""
    cells = min(max(FEWEST_CELLS, round((len(prompts.ids) / 2) ** 0.5)), len(prompts.ids))
    return spherical_k_means(prompts.unit, cells, seed=seed)[0]


def _why(found: PairValues, at: int, no_vector: dict[str, str], margin: Any) -> str:
    if found.direction[at] == 0:
        return NO_DIRECTION
    if not np.isfinite(margin[at]):
        return NO_MARGIN
    return no_vector.get(found.pairs[at].record_id, NO_QUALITY)


def _rows(found: PairValues, known: Any, choice: FifaChoice) -> Iterator[Row]:
    chosen = choice.picked.indices
    others = np.setdiff1d(np.flatnonzero(choice.standing == Standing.ELIGIBLE), chosen)
    order = np.concatenate([chosen, others[np.argsort(-choice.score[others], kind="stable")]])
    place = {int(row): at for at, row in enumerate(order)}
    for row, at in enumerate(known.tolist()):
        standing = Standing(choice.standing[row])
        values: dict[str, Cell] = {"selected": False, "standing": standing.name.lower()}
        if standing == Standing.ELIGIBLE:
            values |= placed(place[row], len(order))
            values |= {name: float(getattr(choice, name)[row]) for name in ("score", "margin", "quality", "diversity")}
            if place[row] < len(chosen):
                values |= {"selected": True, "round": float(choice.round[place[row]])}
        yield pair_row(found.pairs[at], values)


def _report(choice: FifaChoice) -> dict[str, Any]:
    counts = np.bincount(choice.standing, minlength=len(Standing))
    standings = {standing.name.lower(): int(counts[standing]) for standing in Standing if counts[standing]}
    return {"chosen": len(choice.picked.indices), "shortfall": choice.picked.shortfall, "standings": standings}
