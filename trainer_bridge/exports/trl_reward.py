"""Pairs for `trl.RewardTrainer`: as for DPO, with the margin each pair asks for.

The margin of a batch is read only when every row has one (METHODS trap 7), so a pair of which nothing is known has 0.0,
the plain loss. Scales: small 0…1 and large 0…3 of human strength; of a signal its own units, from 0 to the 95th
percentile over the snapshot (METHODS B11), or that divided by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from trainer_bridge.domain.margins import (
    FORMULA,
    FULL_STRENGTH,
    LARGE_FORMULA,
    clipped_margin_of,
    large_margin_of,
    margin_of,
)
from trainer_bridge.exports.base import MESSAGES, Column, Corpus, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import OWN, SOFT_LABEL, WEIGHT, extra_columns, extra_values
from webapp.jobs.handlers import JobError

_CLIPPED_AT = 0.95


class TrlReward:
    key = "trl_reward"
    title = "TRL reward pairs with margins"
    trainer = "trl.RewardTrainer"
    description = "A prompt with a better and a worse answer and how far apart their rewards should be."
    options: tuple[Option, ...] = (
        Option("margin", "margin", "strength", "where margins come from; null for no margin", may_be_null=True),
        Option(
            "margin_scale",
            "choice",
            "small",
            "small: 0 to 1; large: strength as it is, 0 to 3, or a signal in its own units",
            choices=("small", "large"),
        ),
        WEIGHT,
        SOFT_LABEL,
        Option("tie", "flag", False, "rows of pairs in which people saw no better side, for Davidson's model"),
    )
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "RewardTrainer leaves out, without a word, rows whose chosen or rejected side is longer than max_length tokens."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        told = [
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", "the better answer, as one assistant message"),
            Column("rejected", "the worse answer, as one assistant message"),
        ]
        if options["margin"]:
            span = "0 to 1" if options["margin_scale"] == "small" else "0 or more"
            told.append(Column("margin", f"reward gap asked for, {span}, set on every row: {_formula(options)}"))
        told += extra_columns(options)
        if options["tie"]:
            told.append(Column("tie", "neither is better, and which is called chosen means nothing", OWN))
        return tuple(told)

    def schema(self, options: Options) -> pa.Schema:
        kinds: dict[str, pa.DataType] = dict.fromkeys(("prompt", "chosen", "rejected"), MESSAGES)
        kinds["tie"] = pa.bool_()
        return pa.schema([(column.name, kinds.get(column.name, pa.float64())) for column in self.columns(options)])

    def reads_ties(self, options: Options) -> bool:
        return bool(options["tie"])

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """Where margins of a signal are cut off. Raises JobError where it speaks for no kept pair."""
        source = options["margin"]
        if source in (None, "strength"):
            return {}
        gaps = corpus.gaps(source)
        known = np.abs(gaps[np.isfinite(gaps)])
        if not known.size:
            raise JobError(f"margin: {source} has no number for any kept pair; choose another source of margins.")
        return {"most": float(np.quantile(known, _CLIPPED_AT))}

    def rows(self, unit: Pair, options: Options) -> Iterator[Row]:
        values: dict[str, Any] = {
            "prompt": unit.prompt,
            "chosen": assistant(unit.chosen),
            "rejected": assistant(unit.rejected),
        }
        remarks: tuple[str, ...] = ()
        if source := options["margin"]:
            gap = None if unit.tie else unit.gap(source)
            values["margin"] = _margin(gap, options)
            if not unit.tie and (gap is None or gap < 0):
                remarks = ("no_margin" if gap is None else "margin_contradicts_label",)
        values |= extra_values(unit, options)
        if options["tie"]:
            values["tie"] = unit.tie
            remarks = (*remarks, "tie") if unit.tie else remarks
        yield Row(values, unit.split, remarks)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        """Source, unit and bounds of margins (METHODS B9.6)."""
        source = options["margin"]
        if source is None:
            return {}
        small = options["margin_scale"] == "small"
        most = FULL_STRENGTH if source == "strength" else options.learned["most"]
        unit = "reward" if small or source == "strength" else f"units of {source}"
        margin = {
            "source": source,
            "formula": _formula(options),
            "unit": unit,
            "min": 0.0,
            "max": 1.0 if small else most,
        }
        if source == "strength":
            return {"margin": margin | {"full_strength": FULL_STRENGTH}}
        return {"margin": margin | {"clip": most, "clip_percentile": _CLIPPED_AT}}

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        return []


def _margin(gap: float | None, options: Options) -> float:
    small = options["margin_scale"] == "small"
    if options["margin"] == "strength":
        return margin_of(gap) if small else large_margin_of(gap)
    return clipped_margin_of(gap, most=options.learned["most"], full=1.0 if small else None)


def _formula(options: Options) -> str:
    source, small = options["margin"], options["margin_scale"] == "small"
    if source == "strength":
        return FORMULA if small else LARGE_FORMULA
    return f"margin = gap by {source}, cut off at 0 and P95{' and divided by P95' if small else ''}; 0.0 where unknown"
