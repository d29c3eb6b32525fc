"""Pairs for `trl.DPOTrainer`: an explicit prompt and two conversational answers."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from trainer_bridge.exports.base import MESSAGES, Column, Pair, assistant


class TrlPreference:
    key = "trl_preference"
    title = "TRL preference pairs"
    trainer = "trl.DPOTrainer"
    columns: tuple[Column, ...] = (
        Column("prompt", "messages up to the answer, the system turn included"),
        Column("chosen", "the better answer, as one assistant message"),
        Column("rejected", "the worse answer, as one assistant message"),
    )
    schema = pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES)])
    over_long = (
        "DPOTrainer cuts rows longer than max_length tokens at the end, and leaves out rows whose prompt alone fills "
        "it."
    )

    def row(self, pair: Pair) -> dict[str, Any]:
        return {"prompt": pair.prompt, "chosen": assistant(pair.chosen), "rejected": assistant(pair.rejected)}
