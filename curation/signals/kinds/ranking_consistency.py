"""How alike two rounds of a model rank the responses of each prompt, and labels softened by it.

CREAM: a model that labels its own data grows sure of its errors. Where the round before ranks otherwise, the label of
the newer round is left less than all of the probability: C = (τ + 1) / 2 with Kendall's τ of the two rankings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.datasets.engine import duck
from curation.domain.judging.consistency import soft_label
from curation.signals.column_params import (
    SignalColumn,
    check_of_version,
    column_schema,
    margin_column,
    signal_schema,
)
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.pair_values import NO_MARGIN, pair_values
from curation.signals.params import check_choice, filled_in, refused
from curation.signals.selectors import signal_urls
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error

NAMES = ("current", "previous")
DEFAULTS: dict[str, Any] = {
    "current": None,
    "current_column": "",
    "previous": None,
    "previous_column": "",
    "soften_by": "version",
}
NOT_BOTH = "not_ranked_by_both"
# Margins b − a of one round; scores rank every two responses of a record, whatever was asked about them.
_OF_PAIRS = """
    SELECT record_id, a, b, aspect, false AS of_any, any_value({column}) AS margin
      FROM read_parquet(${urls}) WHERE {column} IS NOT NULL GROUP BY ALL
"""
_OF_RESPONSES = """
    SELECT one.record_id, one.response_id AS a, other.response_id AS b, NULL::VARCHAR AS aspect, true AS of_any,
           any_value(other.{column} - one.{column}) AS margin
      FROM read_parquet(${urls}) AS one JOIN read_parquet(${urls}) AS other
        ON one.record_id = other.record_id AND one.response_id < other.response_id
     WHERE one.{column} IS NOT NULL AND other.{column} IS NOT NULL GROUP BY ALL
"""
_TAUS = """
    WITH current AS ({current}), previous AS ({previous})
    SELECT record_id, coalesce(current.aspect, previous.aspect) AS asked,
           avg(sign(current.margin) * sign(previous.margin)) AS tau, count(*) AS pairs
      FROM current JOIN previous USING (record_id, a, b)
     WHERE current.of_any OR previous.of_any OR current.aspect IS NOT DISTINCT FROM previous.aspect
     GROUP BY ALL
"""


class RankingConsistencySignal:
    kind = "ranking_consistency"
    title = "Consistency of rankings"
    description = (
        "How alike two rounds of a judge, policy or reward model rank the responses of each prompt. Labels of the "
        "newer round are softened by it, so that training does not grow sure of what only one round says."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("preference", "Softened preference, −1 to 1", signed=True),
        Column("probability", "Probability left to the side of the newer round"),
        Column("tau", "Kendall's τ of the two rankings"),
        Column("pairs", "Pairs of responses that both rank"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "current": signal_schema("Newer round", "The signal whose preferences are softened.", holds="margin"),
            "current_column": column_schema(
                "Column of the newer round", "The margin it recommends, else its first, unless you name another column."
            ),
            "previous": signal_schema("Round before", "The same kind of signal by the model before.", holds="margin"),
            "previous_column": column_schema(
                "Column of the round before", "The margin it recommends, else its first, unless you name another one."
            ),
            "soften_by": {
                "type": "string",
                "title": "Soften by",
                "description": "With two responses to a prompt its own consistency is all or nothing.",
                "oneOf": [
                    {"const": "version", "title": "Mean consistency of all prompts"},
                    {"const": "prompt", "title": "Consistency of each prompt"},
                ],
                "default": "version",
            },
        },
        "required": list(NAMES),
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the consistency of rankings")
        check_choice(given, "soften_by", ("version", "prompt"))
        columns = _columns(project_id, given)
        name = f"{columns['current'].signal.name}, consistency with the round before"
        return name[:160], {
            **{name: column.facts for name, column in columns.items()},
            "soften_by": given["soften_by"],
        }

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, NAMES)

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            columns = _columns(project_id, given)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, columns, given["soften_by"], used)

        return score, used


def _columns(project_id: int, given: dict[str, Any]) -> dict[str, SignalColumn]:
    columns = {name: margin_column(project_id, given, name) for name in NAMES}
    one, other = columns.values()
    if (one.signal.pk, one.name) == (other.signal.pk, other.name):
        raise refused("previous", "choose another signal than the newer round.", "Choose another signal.")
    return columns


def _score(source: Source, columns: dict[str, SignalColumn], soften_by: str, used: dict[str, Any]) -> Iterator[Row]:
    taus = _taus(columns)
    source.alive()
    if not taus:
        raise JobError("No two responses to a prompt are ranked by both signals, so their rankings cannot be compared.")
    mean = float(np.mean([tau for tau, _ in taus.values()]))
    used.update(prompts=len(taus), mean_tau=mean, mean_consistency=float(soft_label(np.array(mean))))
    found = pair_values(source, {"current": columns["current"]})
    # Scores say nothing of aspects: what they rank holds for all.
    of_any = all(column.signal.level == "response" for column in columns.values())
    for pair, margin in zip(found.pairs, found.values["current"].tolist(), strict=True):
        both = taus.get((pair.record_id, None if of_any else pair.aspect))
        if not np.isfinite(margin) or both is None:
            yield pair_failed(NO_MARGIN if both is not None else NOT_BOTH, pair)
            continue
        tau, pairs = both
        left = float(soft_label(np.array(mean if soften_by == "version" else tau)))
        side = float(np.sign(margin))
        values = {"preference": side * (2 * left - 1), "tau": tau, "pairs": float(pairs)}
        # Where the newer round names no side there is none to leave a probability to.
        yield pair_row(pair, {**values, "probability": left} if side else values)


def _taus(columns: dict[str, SignalColumn]) -> dict[tuple[str, str | None], tuple[float, int]]:
    """Kendall's τ and the number of pairs it is from, by record and aspect. A tie in either ranking counts 0."""
    parts, urls = {}, {}
    for name, column in columns.items():
        statement = _OF_RESPONSES if column.signal.level == "response" else _OF_PAIRS
        quoted = '"' + column.name.replace('"', '""') + '"'
        parts[name] = statement.format(column=quoted, urls=name)
        urls[name] = signal_urls(column.signal)
    with duck() as cursor:
        rows = cursor.sql(_TAUS.format(**parts), params=urls).fetchall()
    return {(record_id, asked): (float(tau), int(pairs)) for record_id, asked, tau, pairs in rows}
