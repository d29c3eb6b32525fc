"""Pairs for `trl.DPOTrainer`: an explicit prompt and two conversational answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pyarrow as pa

from trainer_bridge.exports.base import MESSAGES, Column, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options


class TrlPreference:
    key = "trl_preference"
    title = "TRL preference pairs"
    trainer = "trl.DPOTrainer"
    description = "A prompt with a better and a worse answer, for DPO and its relatives."
    options: tuple[Option, ...] = ()
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "DPOTrainer cuts rows longer than max_length tokens at the end, and leaves out rows whose prompt alone fills "
        "it."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", "the better answer, as one assistant message"),
            Column("rejected", "the worse answer, as one assistant message"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES)])

    def rows(self, unit: Pair, options: Options) -> Iterator[Row]:
        values = {"prompt": unit.prompt, "chosen": assistant(unit.chosen), "rejected": assistant(unit.rejected)}
        yield Row(values, unit.split)
