"""Preference rows of OpenRLHF 0.8 and later: whole conversations that end in the answer, and a margin.

Its `RewardDataset` reads `chosen` and `rejected` with `--apply_chat_template --chosen_key chosen --rejected_key
rejected` and without a prompt key, for reward models and for DPO; `margin` is read with `--margin_loss`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.domain.margins import FORMULA, FULL_STRENGTH, LARGE_FORMULA, large_margin_of, margin_of
from trainer_bridge.exports.base import MESSAGES, Column, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options

_COMMANDS = """#!/bin/sh
# OpenRLHF reads this folder; set the model and where to save. One of the two:
deepspeed --module openrlhf.cli.train_rm --dataset "$(dirname "$0")" --apply_chat_template \\
  --chosen_key chosen --rejected_key rejected {margin}--pretrain MODEL --save_path OUT
deepspeed --module openrlhf.cli.train_dpo --dataset "$(dirname "$0")" --apply_chat_template \\
  --chosen_key chosen --rejected_key rejected --pretrain MODEL --save_path OUT
"""


class OpenRlhf:
    key = "openrlhf"
    title = "OpenRLHF preference rows"
    trainer = "OpenRLHF"
    description = "Whole conversations with a better and a worse end, for OpenRLHF's train_rm and train_dpo."
    options: tuple[Option, ...] = (
        Option("margin", "flag", True, "a column with the margin by human strength, read by train_rm --margin_loss"),
        Option(
            "margin_scale", "choice", "small", "small: 0 to 1; large: 0 to 3", choices=("small", "large")
        ),
    )  # fmt: skip
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "train_dpo leaves out rows whose prompt alone fills max_len tokens but two; both cut longer answers and put "
        "the end token in the place of the last one."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        told = [
            Column("chosen", "the conversation with the better answer at its end"),
            Column("rejected", "the conversation with the worse answer at its end"),
        ]
        if options["margin"]:
            formula = FORMULA if options["margin_scale"] == "small" else LARGE_FORMULA
            told.append(Column("margin", f"reward gap asked for: {formula}", "OpenRLHF train_rm --margin_loss"))
        return tuple(told)

    def schema(self, options: Options) -> pa.Schema:
        kinds = {"margin": pa.float64()}
        return pa.schema([(column.name, kinds.get(column.name, MESSAGES)) for column in self.columns(options)])

    def rows(self, unit: Pair, options: Options) -> Iterator[Row]:
        values: dict[str, Any] = {
            "chosen": unit.prompt + assistant(unit.chosen),
            "rejected": unit.prompt + assistant(unit.rejected),
        }
        remarks: tuple[str, ...] = ()
        if options["margin"]:
            values["margin"] = (margin_of if options["margin_scale"] == "small" else large_margin_of)(unit.strength)
            remarks = ("no_margin",) if unit.strength is None else ()
        yield Row(values, unit.split, remarks)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        """Source, unit and bounds of margins (METHODS B9.6)."""
        if not options["margin"]:
            return {}
        small = options["margin_scale"] == "small"
        bounds = {"unit": "reward", "min": 0.0, "max": 1.0 if small else FULL_STRENGTH}
        return {"margin": {"source": "strength", "formula": FORMULA if small else LARGE_FORMULA, **bounds}}

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        return []

    def texts(self, manifest: Mapping[str, Any], options: Options) -> dict[str, str]:
        return {"train.sh": _COMMANDS.format(margin="--margin_loss " if options["margin"] else "")}
