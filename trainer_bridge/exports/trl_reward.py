"""Pairs for `trl.RewardTrainer`: as for DPO, with the margin each pair asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pyarrow as pa

from trainer_bridge.domain.margins import FORMULA, margin_of
from trainer_bridge.exports.base import MESSAGES, Column, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options


class TrlReward:
    key = "trl_reward"
    title = "TRL reward pairs with margins"
    trainer = "trl.RewardTrainer"
    description = "A prompt with a better and a worse answer and how far apart their rewards should be."
    options: tuple[Option, ...] = ()
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "RewardTrainer leaves out, without a word, rows whose chosen or rejected side is longer than max_length tokens."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", "the better answer, as one assistant message"),
            Column("rejected", "the worse answer, as one assistant message"),
            Column("margin", f"reward gap asked for, 0 to 1, set on every row: {FORMULA}"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES), ("margin", pa.float64())])

    def rows(self, unit: Pair, options: Options) -> Iterator[Row]:
        values = {
            "prompt": unit.prompt,
            "chosen": assistant(unit.chosen),
            "rejected": assistant(unit.rejected),
            "margin": margin_of(unit.strength),
        }
        yield Row(values, unit.split)
