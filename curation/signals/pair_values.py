"""The labelled pairs of a source as columns: which side is better, and what other signals say, in the order of rows.

The better side is the one a recipe sees as chosen unless it is told otherwise: by the mean of the labels of the most
trusted source (adjudicated, human, judge, imported).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.datasets.engine import duck
from curation.domain.arrays import Floats, Ints
from curation.domain.recipe_steps import LabelsStep
from curation.recipes.pair_statements import column_name, labelled_pairs, signal_columns
from curation.signals.column_params import SignalColumn
from curation.signals.kinds.base import Pair, Source
from curation.signals.selectors import signal_urls
from webapp.store.files import store

NO_MARGIN = "no_margin"
# Characters of the responses, each once: a record may lie in a version twice.
_LENGTHS = """
    SELECT DISTINCT record_id, response.response_id AS response_id, length(response.content)::DOUBLE AS length
      FROM (SELECT record_id, unnest(responses) AS response FROM read_parquet($parts))
"""


@dataclass(frozen=True)
class PairValues:
    """Of n labelled pairs: `direction` (n,) is 1 where b is better, −1 where a is, 0 where neither or both are bad.

    `values` holds (n,) columns by the name they were asked for: numbers of responses as b − a, NaN where missing; texts
    and flags as objects, None where missing. `lengths` (n,) is b − a in characters.
    """

    pairs: list[Pair]
    direction: Ints
    lengths: Floats
    values: dict[str, Any]

    def toward_chosen(self, name: str) -> Floats:
        """A margin as chosen − rejected (n,), NaN where it is missing or no side is better."""
        turned: Floats = np.where(self.direction == 0, np.nan, self.direction * self.values[name])
        return turned


def pair_values(source: Source, columns: Mapping[str, SignalColumn]) -> PairValues:
    """The labelled pairs with the named columns beside them. Holds ids and numbers, never texts of responses."""
    statement, params = labelled_pairs([store().url(key) for key in source.parts], LabelsStep())
    select, joins = "", ""
    for column in {each.signal.pk: each for each in columns.values()}.values():
        signal = column.signal
        wanted = {each.name for each in columns.values() if each.signal.pk == signal.pk}
        fields = [each for each in signal.columns if each["name"] in wanted]
        names, joined = signal_columns(signal.pk, signal.level, fields)
        select, joins = select + names, joins + joined
        params[f"signal_{signal.pk}"] = signal_urls(signal)
    terms = "".join(f", {_term(column)} AS value_{at}" for at, column in enumerate(columns.values()))
    sql = f"""
        WITH found AS ({statement}), lengths AS ({_LENGTHS}), pairs AS (
            SELECT found.*, of_b.length - of_a.length AS longer FROM found
              LEFT JOIN lengths AS of_a ON of_a.record_id = found.record_id AND of_a.response_id = found.a
              LEFT JOIN lengths AS of_b ON of_b.record_id = found.record_id AND of_b.response_id = found.b
        ), beside AS (SELECT pairs.*{select} FROM pairs{joins})
        SELECT record_id, a, b, aspect, coalesce(dir, 0)::BIGINT AS dir,
               coalesce(longer, 'NaN'::DOUBLE) AS longer{terms}
          FROM beside ORDER BY part, row, a, b, aspect NULLS FIRST
    """  # noqa: S608 — names and numbers of our own
    with duck() as cursor:
        table = cursor.sql(sql, params=params).to_arrow_table()
    ids = zip(*(table.column(name).to_pylist() for name in ("record_id", "a", "b", "aspect")), strict=True)
    values = {name: _column(table.column(f"value_{at}"), column) for at, (name, column) in enumerate(columns.items())}
    return PairValues(
        pairs=[Pair(*each) for each in ids],
        direction=table.column("dir").to_numpy(),
        lengths=table.column("longer").to_numpy(),
        values=values,
    )


def _term(column: SignalColumn) -> str:
    if column.signal.level == "response":
        a, b = (column_name(column.signal.pk, column.name, side) for side in ("a", "b"))
        return f"({b} - {a})"
    return column_name(column.signal.pk, column.name)


def _column(found: Any, column: SignalColumn) -> Any:
    kind = next(each["type"] for each in column.signal.columns if each["name"] == column.name)
    if kind == "number":
        return found.cast("double").fill_null(float("nan")).to_numpy()
    return np.array(found.to_pylist(), dtype=object)
