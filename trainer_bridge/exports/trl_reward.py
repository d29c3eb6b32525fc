"""Pairs for `trl.RewardTrainer`: as for DPO, with the margin each pair asks for."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from trainer_bridge.domain.margins import FORMULA, margin_of
from trainer_bridge.exports.base import MESSAGES, Column, Pair, assistant


class TrlReward:
    key = "trl_reward"
    title = "TRL reward pairs with margins"
    trainer = "trl.RewardTrainer"
    columns: tuple[Column, ...] = (
        Column("prompt", "messages up to the answer, the system turn included"),
        Column("chosen", "the better answer, as one assistant message"),
        Column("rejected", "the worse answer, as one assistant message"),
        Column("margin", f"reward gap asked for, 0 to 1, set on every row: {FORMULA}"),
    )
    schema = pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES), ("margin", pa.float64())])
    over_long = (
        "RewardTrainer leaves out, without a word, rows whose chosen or rejected side is longer than max_length tokens."
    )

    def row(self, pair: Pair) -> dict[str, Any]:
        return {
            "prompt": pair.prompt,
            "chosen": assistant(pair.chosen),
            "rejected": assistant(pair.rejected),
            "margin": margin_of(pair.strength),
        }
