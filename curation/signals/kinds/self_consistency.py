"""Whether several readings of one pair agree: the gate between labels that may stand and pairs for people.

SCIR keeps only pairs on which the internal reward models of one language model agree; here readings are any signals
with a margin: a judge's log-odds, an implicit margin, follow-up likelihoods, a density ratio.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.judging.consistency import MIN_READINGS, agreement_of
from curation.signals.column_params import SignalColumn, check_of_version, margin_column, margins_schema
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.pair_values import pair_values
from curation.signals.params import check_choice, check_ids, filled_in
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

DEFAULTS: dict[str, Any] = {"signals": None, "scaling": "rms"}
MOST = 6
TOO_FEW = "fewer_than_two_readings"


class SelfConsistencySignal:
    kind = "self_consistency"
    title = "Agreement of several readings"
    description = (
        "Whether two to six signals with a margin, such as a judge and the implicit margin of the same model, name the "
        "same side of a pair, and how sure they are. Keep what they agree on; let people look at the rest."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("verdict", "Side that all readings name", signed=True),
        Column("agree", "All readings agree", "flag"),
        Column("agreement", "Share of the readings that agree"),
        Column("confidence", "Mean confidence of the readings"),
        Column("readings", "Readings that have a margin"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "signals": margins_schema(MIN_READINGS, MOST, title="Readings"),
            "scaling": {
                "type": "string",
                "title": "Scale",
                "oneOf": [
                    {"const": "rms", "title": "Margin over its root mean square"},
                    {"const": "log_odds", "title": "Margins are log-odds, as those of judges and implicit ones are"},
                ],
                "default": "rms",
            },
        },
        "required": ["signals"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the agreement of readings")
        check_ids(given, "signals", "signals", least=MIN_READINGS, most=MOST)
        check_choice(given, "scaling", ("rms", "log_odds"))
        columns = _columns(project_id, given)
        facts = {"signals": [column.facts for column in columns], "scaling": given["scaling"]}
        return f"Agreement of {len(columns)} readings", facts

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("signals",))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            columns = _columns(project_id, given)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            found = pair_values(source, {str(column.signal.pk): column for column in columns})
            source.alive()
            margins = np.array([found.values[str(column.signal.pk)] for column in columns])
            agreement = agreement_of(margins, scaled=given["scaling"] == "rms")
            enough = agreement.readings >= MIN_READINGS
            used.update(pairs=int(enough.sum()), pairs_agreed_on=int(agreement.agree.sum()))
            for at, pair in enumerate(found.pairs):
                if not enough[at]:
                    yield pair_failed(TOO_FEW, pair)
                    continue
                values = {
                    "verdict": float(agreement.verdict[at]),
                    "agree": bool(agreement.agree[at]),
                    "agreement": float(agreement.share[at]),
                    "confidence": float(agreement.confidence[at]),
                    "readings": float(agreement.readings[at]),
                }
                yield pair_row(pair, values)

        return score, used


def _columns(project_id: int, given: dict[str, Any]) -> list[SignalColumn]:
    return [margin_column(project_id, {"signals": each, "signals_column": ""}, "signals") for each in given["signals"]]
