"""Where the numbers that options name come from: signals of the snapshot's version, and scores responses came with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np

from curation.datasets.reading import part_urls
from curation.domain.arrays import Floats
from curation.models import Signal, Snapshot
from curation.signals.choices import SignalLevel, SignalState
from curation.signals.selectors import signal_urls
from trainer_bridge.exports.base import KeptPairs
from trainer_bridge.exports.options import Option, sources_in
from webapp.jobs.handlers import JobError

_PLACED = (
    "SELECT row_number() OVER () AS place, record_id, chosen.response_id AS chosen, rejected.response_id AS rejected, "
    "aspect FROM {pairs}"
)
_SIDES = """
WITH scores AS ({scores}), placed AS ({placed})
SELECT c.score, r.score
  FROM placed LEFT JOIN scores AS c ON c.record_id = placed.record_id AND c.response_id = chosen
  LEFT JOIN scores AS r ON r.record_id = placed.record_id AND r.response_id = rejected ORDER BY place
"""
_GAPS = """
WITH placed AS ({placed})
SELECT score * CASE WHEN placed.chosen = signal.b OR NOT {signed} THEN 1 ELSE -1 END, 0
  FROM placed LEFT JOIN (SELECT record_id, a, b, aspect, {column} AS score FROM read_parquet($signal)) AS signal
       ON signal.record_id = placed.record_id AND a = least(chosen, rejected) AND b = greatest(chosen, rejected)
       AND signal.aspect IS NOT DISTINCT FROM placed.aspect
 ORDER BY place
"""
_OF_SIGNAL = "SELECT record_id, response_id, {column} AS score FROM read_parquet({signal})"
_OF_RESPONSES = """
SELECT record_id, response.response_id, response.scores[{name}] AS score
  FROM (SELECT record_id, unnest(responses) AS response FROM read_parquet({parts})) WHERE response.scores IS NOT NULL
"""


def problems_of(snapshot: Snapshot, declared: Sequence[Option], completed: Mapping[str, object]) -> dict[str, str]:
    """`{option: sentence}` of those whose signal is missing, unfinished, of another version, or without numbers."""
    types = {option.name: option.type for option in declared}
    found = {}
    for name, source in sources_in(declared, completed).items():
        if source.startswith("signal:") and (problem := _problem(snapshot, source, types[name])):
            found[name] = problem
    return found


def _problem(snapshot: Snapshot, source: str, kind: str) -> str | None:
    signal = Signal.objects.filter(pk=_id(source), dataset_version=snapshot.dataset_version_id).first()
    if signal is None:
        return f"There is no signal {_id(source)} of this snapshot's dataset version; choose one of its signals."
    if signal.state != SignalState.READY:
        return f"The signal {signal.name} is {signal.state}; export when it is ready."
    if _column(signal) is None:
        return f"The signal {signal.name} has no numbers; choose one that has."
    if signal.level != SignalLevel.RESPONSE and (kind == "score" or signal.level != SignalLevel.PAIR):
        return f"The signal {signal.name} says nothing of single responses; choose one of responses."
    return None


class Numbers:
    """The numbers of every source that an export names, for the snapshot's pairs and for its version's records."""

    def __init__(self, snapshot: Snapshot, sources: Sequence[str], pairs: KeptPairs) -> None:
        self.sources = [source for source in dict.fromkeys(sources) if source != "strength"]
        self._snapshot, self._pairs = snapshot, pairs
        ids = [_id(source) for source in self.sources if source.startswith("signal:")]
        signals = Signal.objects.filter(pk__in=ids, state=SignalState.READY) if ids else ()
        self._signals = {f"signal:{signal.pk}": signal for signal in signals}
        gone = [source for source in self.sources if source.startswith("signal:") and source not in self._signals]
        if gone:
            raise JobError(f"The {gone[0].replace(':', ' ')} is gone; export with another.")

    def is_of_pairs(self, source: str) -> bool:
        """Whether a source says of a pair how far its sides are apart, and nothing of either."""
        return source in self._signals and self._signals[source].level == SignalLevel.PAIR

    def of_pairs(self, cursor: duckdb.DuckDBPyConnection, source: str) -> Floats:
        """An array (kept pairs, 2) of chosen's and rejected's numbers in the file's order, NaN where there is none.

        A source that only speaks of pairs has how much better chosen is in the first place, and 0 in the second.
        """
        placed, pairs = self._pairs.put_into(_PLACED), self._pairs.parameters
        if self.is_of_pairs(source):
            signal = self._signals[source]
            sql = _GAPS.format(placed=placed, column=_quoted(signal), signed=_is_signed(signal))
            found = cursor.execute(sql, {**pairs, "signal": signal_urls(signal)})
        else:
            scores, parameters = self.scores_sql(source)
            found = cursor.execute(_SIDES.format(scores=scores, placed=placed), {**pairs, **parameters})
        columns = [np.ma.filled(column.astype(np.float64), np.nan) for column in found.fetchnumpy().values()]
        return np.stack(columns, axis=1)

    def scores_sql(self, source: str) -> tuple[str, dict[str, object]]:
        """A statement for (record_id, response_id, score) of every response that has a number, and its parameters.

        Parameters are named by the source's place, so that one statement can take several.
        """
        place = self.sources.index(source)
        if source in self._signals:
            signal = self._signals[source]
            sql = _OF_SIGNAL.format(column=_quoted(signal), signal=f"$signal_{place}")
            return sql, {f"signal_{place}": signal_urls(signal)}
        sql = _OF_RESPONSES.format(parts=f"$scored_{place}", name=f"$name_{place}")
        parts = part_urls(self._snapshot.dataset_version)
        return sql, {f"scored_{place}": parts, f"name_{place}": source.removeprefix("score:")}


def _id(source: str) -> int:
    return int(source.removeprefix("signal:"))


def _column(signal: Signal) -> str | None:
    """The signal's first column of numbers, which speaks for it."""
    return next((str(column["name"]) for column in signal.columns if column["type"] == "number"), None)


def _quoted(signal: Signal) -> str:
    name = _column(signal)
    if name is None:
        raise JobError(f"The signal {signal.name} has no numbers; export with another.")
    return '"' + name.replace('"', '""') + '"'


def _is_signed(signal: Signal) -> bool:
    name = _column(signal)
    return any(column["name"] == name and column.get("signed") for column in signal.columns)
