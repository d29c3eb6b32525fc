"""A recipe as one DuckDB statement over the columns of a dataset version.

Steps become CASE expressions whose constants are all bound parameters; nothing a user writes becomes SQL. The result
has one row per labelled pair of responses, whatever happened to it, so that in = kept + dropped + review always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from curation.datasets.engine import duck
from curation.datasets.reading import part_urls
from curation.domain.recipe_steps import LabelsStep, Step, StrengthStep, signals_used
from curation.models import DatasetVersion, Signal
from curation.signals.selectors import signal_urls

# Every pair a label speaks of, with the verdict of the most trusted source. A pair all of whose labels say
# "both bad" has no value; `chosen` and `rejected` exist where the mean value points to a side.
_PAIRS = """
labels AS (
    SELECT record_id, unnest(labels) AS label FROM read_parquet($parts)
), ranked AS (
    SELECT record_id, label.a AS a, label.b AS b, label.aspect AS aspect, label.value AS value,
           nullif(list_position($precedence::VARCHAR[], label.source), 0) AS rank,
           label.source AS source
      FROM labels
), trusted AS (
    SELECT *, min(rank) OVER (PARTITION BY record_id, a, b, aspect) AS best FROM ranked
), verdicts AS (
    SELECT record_id, a, b, aspect,
           any_value(best) AS best,
           count(*) FILTER (WHERE rank = best) AS votes,
           avg(value) FILTER (WHERE rank = best) AS value
      FROM trusted GROUP BY record_id, a, b, aspect
), pairs AS (
    SELECT md5(concat_ws('|', record_id, a, b, '=' || aspect)) AS pair_id,
           record_id, a, b, aspect, votes, value, best IS NULL AS unused,
           CASE WHEN value > 0 THEN b WHEN value < 0 THEN a END AS chosen,
           CASE WHEN value > 0 THEN a WHEN value < 0 THEN b END AS rejected,
           abs(value) AS strength
      FROM verdicts
)"""


_SCORES = "SELECT record_id, response_id, score FROM read_parquet({parts}) WHERE state = 'ok'"


@dataclass(frozen=True)
class CompiledRecipe:
    """A statement that yields one row a pair, its parameters, and the steps whose numbers stand in `step`.

    `step` counts from 0; the last number, len(steps), is the closing check that a pair has two sides.
    """

    sql: str
    params: dict[str, Any]
    steps: list[Step]
    signals: list[int]


def recipe_compile(version: DatasetVersion, steps: list[Step], signals: dict[int, Signal]) -> CompiledRecipe:
    """Compile typed steps for a version. `signals` holds every signal the steps use, ready and of this version."""
    used = signals_used(steps)
    precedence = [source for step in steps if isinstance(step, LabelsStep) for source in step.precedence]
    params: dict[str, Any] = {"parts": part_urls(version), "precedence": precedence}
    scores: list[str] = []
    joins: list[str] = []
    margins: list[str] = []
    for signal_id in used:
        params[f"signal_{signal_id}"] = signal_urls(signals[signal_id])
        scores.append(f", scores_{signal_id} AS ({_SCORES.format(parts=f'$signal_{signal_id}')})")
        joins.extend(_join(signal_id, side) for side in ("chosen", "rejected"))
        margins.append(f", chosen_{signal_id}.score - rejected_{signal_id}.score AS margin_{signal_id}")
    verdicts = [_verdict(index, step, params) for index, step in enumerate(steps)]
    verdicts.append("CASE WHEN chosen IS NULL THEN 'drop:no_better_side' END")
    columns = ", ".join(f"{sql} AS verdict_{index}" for index, sql in enumerate(verdicts))
    first_hit = " ".join(f"WHEN verdict_{index} IS NOT NULL THEN {index}" for index in range(len(verdicts)))
    names = ", ".join(f"verdict_{index}" for index in range(len(verdicts)))
    margin_names = "".join(f", margin_{signal_id}" for signal_id in used)
    sql = f"""
WITH {_PAIRS}{"".join(scores)}, scored AS (
    SELECT pairs.*{"".join(margins)} FROM pairs {" ".join(joins)}
), judged AS (
    SELECT *, {columns} FROM scored
)
SELECT pair_id, record_id, a, b, aspect, chosen, rejected, strength, votes{margin_names},
       CASE {first_hit} END AS step,
       coalesce(split_part(coalesce({names}), ':', 1), 'keep') AS decision,
       split_part(coalesce({names}), ':', 2) AS reason
  FROM judged
"""  # noqa: S608 — only numbers we made ourselves are formatted in; every value is a parameter.
    return CompiledRecipe(sql, params, steps, used)


def _join(signal_id: int, side: str) -> str:
    """The score of one side of a pair under a signal."""
    alias = f"{side}_{signal_id}"
    return (
        f"LEFT JOIN scores_{signal_id} AS {alias}"
        f" ON {alias}.record_id = pairs.record_id AND {alias}.response_id = pairs.{side}"
    )


def _verdict(index: int, step: Step, params: dict[str, Any]) -> str:
    """A CASE that is NULL for pairs the step keeps, else "decision:reason"."""
    if isinstance(step, LabelsStep):
        return "CASE WHEN unused THEN 'drop:source_not_used' END"
    if isinstance(step, StrengthStep):
        params[f"least_{index}"] = step.min_strength
        cases = []
        if step.drop_both_bad:
            cases.append("WHEN value IS NULL THEN 'drop:both_bad'")
        if step.drop_ties:
            cases.append("WHEN value = 0 THEN 'drop:tie'")
        cases.append(f"WHEN value <> 0 AND strength < $least_{index} THEN 'drop:too_weak'")
        return f"CASE {' '.join(cases)} END"
    margin = f"margin_{step.signal}"
    cases = ["WHEN chosen IS NULL THEN 'drop:no_better_side'", f"WHEN {margin} IS NULL THEN '{step.missing}:no_score'"]
    for bound, comparison, reason in ((step.min, "<", "margin_too_small"), (step.max, ">", "margin_too_large")):
        if bound is not None:
            name = f"{'low' if comparison == '<' else 'high'}_{index}"
            params[name] = bound
            cases.append(f"WHEN {margin} {comparison} ${name} THEN 'drop:{reason}'")
    return f"CASE {' '.join(cases)} END"


@contextmanager
def decided(recipe: CompiledRecipe) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run the recipe once; inside the block its result is the temporary table `decided`."""
    with duck() as cursor:
        cursor.execute(f"CREATE TEMP TABLE decided AS {recipe.sql}", recipe.params)
        try:
            yield cursor
        finally:
            cursor.execute("DROP TABLE decided")
