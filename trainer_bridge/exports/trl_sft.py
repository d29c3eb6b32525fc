"""The better answer of every pair, for `trl.SFTTrainer` (TRL 1.16): prompt and completion, loss on the completion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.exports.base import Column, Corpus, Dropped, Pair, Row
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import STYLE, answer_of, prompt_of, text_type

_REPEATED = """
SELECT pair_id FROM (
    SELECT pair_id, row_number() OVER (PARTITION BY md5(prompt::VARCHAR), chosen.response_id ORDER BY place) AS number
      FROM (SELECT *, row_number() OVER () AS place FROM {pairs}))
 WHERE number > 1
"""


class TrlSft:
    key = "trl_sft"
    title = "TRL supervised rows"
    trainer = "trl.SFTTrainer"
    description = "A prompt with the better answer alone, for supervised fine-tuning before anything else."
    options: tuple[Option, ...] = (
        Option("dedupe", "flag", True, "write an answer once where it is the better one of several pairs"),
        STYLE,
    )
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "SFTTrainer cuts rows longer than max_length tokens at the end, and leaves out those of which only prompt is "
        "left."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("completion", "the better answer"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([("prompt", text_type(options)), ("completion", text_type(options))])

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """Pairs whose prompt and better answer stand in an earlier pair."""
        if not options["dedupe"]:
            return {"repeated": frozenset()}
        found = corpus.over_pairs(_REPEATED).fetchall()
        return {"repeated": frozenset(pair_id for (pair_id,) in found)}

    def rows(self, unit: Pair, options: Options) -> Iterator[Row | Dropped]:
        if unit.pair_id in options.learned.get("repeated", ()):
            yield Dropped("repeated", unit.split)
            return
        values = {"prompt": prompt_of(unit.prompt, options), "completion": answer_of(unit.chosen, options)}
        yield Row(values, unit.split)
