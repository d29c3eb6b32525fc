"""Pairs under the values they were judged by: the context becomes the system turn (Janus, arXiv 2405.17977)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.domain.contexts import preference_set, under_system
from trainer_bridge.exports.base import MESSAGES, Column, Corpus, Dropped, KeptRecord, Row, assistant
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import SOFT_LABEL, WEIGHT, extra_columns, extra_values

_SCHEMA = pa.schema(
    [
        ("system", pa.string()),
        ("prompt", MESSAGES),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        (
            "preference_set",
            pa.list_(
                pa.struct([("dimension", pa.string()), ("subdimension", pa.string()), ("description", pa.string())])
            ),
        ),
        ("pair_id", pa.string()),
    ]
)
# The same two responses to the same prompt, preferred the other way round under another context.
_OPPOSED = """
WITH pairs AS (
    SELECT pair_id, chosen.response_id AS chosen, rejected.response_id AS rejected, hash(prompt) AS asked, aspect
      FROM {pairs}
)
SELECT count(DISTINCT one.pair_id) FROM pairs AS one JOIN pairs AS other
    ON one.chosen = other.rejected AND one.rejected = other.chosen AND one.asked = other.asked
   AND one.aspect IS NOT DISTINCT FROM other.aspect
"""


class ContextPairs:
    key = "context_pairs"
    title = "Pairs under a context"
    trainer = "trl.DPOTrainer"
    description = (
        "Pairs of records with a context (a criterion or a profile of values), which becomes the system turn, so that "
        "one model learns to follow different values."
    )
    options: tuple[Option, ...] = (
        Option("without", "choice", "drop", "what becomes of pairs without a context", choices=("drop", "keep")),
        WEIGHT,
        SOFT_LABEL,
    )
    reads: Literal["records"] = "records"
    over_long = (
        "DPOTrainer cuts rows longer than max_length tokens at the end, and leaves out rows whose prompt alone fills "
        "it."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("system", "the context as it was given; empty where there is none", "Janus"),
            Column("prompt", "messages up to the answer, the context as or after their system turn"),
            Column("chosen", "the answer that is better under the context, as one assistant message"),
            Column("rejected", "the answer that is worse under the context, as one assistant message"),
            Column("preference_set", "the values in the context: dimension, subdimension and description", "Janus"),
            Column("pair_id", "the snapshot's pair", "people"),
            *extra_columns(options),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([*_SCHEMA, *((column.name, pa.float64()) for column in extra_columns(options))])

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        found = corpus.over_pairs(_OPPOSED).fetchone()
        return {"opposed": found[0] if found else 0}

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        context = (unit.record.context or "").strip()
        if not unit.pairs:
            yield Dropped("no_pair", unit.split)
        for pair in unit.pairs:
            if not context and options["without"] == "drop":
                yield Dropped("no_context", unit.split)
                continue
            values = {
                "system": context,
                "prompt": under_system(context, pair.prompt),
                "chosen": assistant(pair.chosen),
                "rejected": assistant(pair.rejected),
                "preference_set": preference_set(context, unit.record.metadata),
                "pair_id": pair.pair_id,
                **extra_values(pair, options),
            }
            yield Row(values, unit.split)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        return {"contexts": {"pairs_preferred_otherwise_elsewhere": options.learned["opposed"]}}

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        if options.learned["opposed"]:
            return []
        return ["No two responses are preferred both ways here: a model may learn to pass the context over."]
