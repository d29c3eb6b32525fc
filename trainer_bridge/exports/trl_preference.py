"""Pairs for `trl.DPOTrainer`, and the columns that Plumbline's losses read beside them.

ODPO's offset (METHODS §10.2) is Δ = α·f(gap): gaps of 0 or less, and offsets below 0, are no rows. MaPPO's reward gap
is a difference of rewards in 0…1, which a reward model's scores become by their empirical distribution over the whole
dataset version; below 0 the reward model contradicts the label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from curation.domain.pooling import EmpiricalCdf
from trainer_bridge.domain.margins import OFFSETS, offset_of
from trainer_bridge.exports.base import Column, Corpus, Dropped, Pair, Row, scores_of
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import (
    OWN,
    SOFT_LABEL,
    STYLE,
    WEIGHT,
    answer_of,
    extra_columns,
    extra_values,
    prompt_of,
    text_type,
)


class TrlPreference:
    key = "trl_preference"
    title = "TRL preference pairs"
    trainer = "trl.DPOTrainer"
    description = "A prompt with a better and a worse answer, for DPO and its relatives."
    options: tuple[Option, ...] = (
        Option(
            "prompt",
            "choice",
            "explicit",
            "in a column of its own, or at the beginning of both answers",
            choices=("explicit", "implicit"),
        ),
        STYLE,
        WEIGHT,
        SOFT_LABEL,
        Option("offset", "margin", None, "a column with ODPO's offset, from how much better chosen is by this source"),
        Option("offset_alpha", "number", 1.0, "α of the offset", above=0, most=100),
        Option("offset_f", "choice", "log", "f of the offset; log1p for gaps within 0 to 1", choices=OFFSETS),
        Option("reward_gap", "score", None, "a column with MaPPO's reward gap, from a reward model's scores"),
    )
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "DPOTrainer cuts rows longer than max_length tokens at the end, and leaves out rows whose prompt alone fills "
        "it."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        """The answers hold the prompt too where it is implicit."""
        whole = "" if options["prompt"] == "explicit" else "the prompt and "
        told = [
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", f"{whole}the better answer, as {_words(options)}"),
            Column("rejected", f"{whole}the worse answer, as {_words(options)}"),
            *extra_columns(options),
        ]
        if options["offset"]:
            told.append(Column("offset", f"ODPO's Δ ≥ 0, in units of β times the log-ratio: {_formula(options)}", OWN))
        if options["reward_gap"]:
            told.append(Column("reward_gap", "MaPPO's Δr = r(chosen) − r(rejected), 0 to 1", OWN))
        return tuple(told if options["prompt"] == "explicit" else told[1:])

    def schema(self, options: Options) -> pa.Schema:
        kinds = dict.fromkeys(("prompt", "chosen", "rejected"), text_type(options))
        return pa.schema([(column.name, kinds.get(column.name, pa.float64())) for column in self.columns(options)])

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """The distribution of the reward model's scores. Raises JobError where it has none."""
        source = options["reward_gap"]
        return {} if source is None else {"cdf": EmpiricalCdf.of(scores_of(corpus, source))}

    def rows(self, unit: Pair, options: Options) -> Iterator[Row | Dropped]:
        numbers = extra_values(unit, options)
        for find in (_offset, _reward_gap):
            found = find(unit, options)
            if isinstance(found, str):
                yield Dropped(found, unit.split)
                return
            numbers |= found
        prompt = prompt_of(unit.prompt, options)
        answers = {"chosen": answer_of(unit.chosen, options), "rejected": answer_of(unit.rejected, options)}
        if options["prompt"] == "explicit":
            yield Row({"prompt": prompt, **answers, **numbers}, unit.split)
        else:
            yield Row({**{name: prompt + answer for name, answer in answers.items()}, **numbers}, unit.split)  # type: ignore[operator]

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        """Where the extra numbers come from and on what scale."""
        found: dict[str, Any] = {}
        if options["offset"]:
            alpha, function = options["offset_alpha"], options["offset_f"]
            found["offset"] = {
                "source": options["offset"],
                "alpha": alpha,
                "f": function,
                "formula": _formula(options),
                "unit": "beta times log-ratio",
            }
        if options["reward_gap"]:
            cdf: EmpiricalCdf = options.learned["cdf"]
            table = np.interp((0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0), cdf.share, cdf.values)
            found["reward_gap"] = {
                "source": options["reward_gap"],
                "formula": "r = empirical distribution of the source's scores over the dataset version",
                "unit": "share of scores",
                "min": 0.0,
                "max": 1.0,
                "scores_at": [round(float(score), 6) for score in table],
            }
        return found

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        return []


def _offset(pair: Pair, options: Options) -> dict[str, float] | str:
    """The column, or the reason for which the pair makes no row."""
    if options["offset"] is None:
        return {}
    gap = pair.gap(options["offset"])
    if gap is None:
        return "no_gap"
    if not gap > 0:
        return "gap_not_positive"
    try:
        return {"offset": offset_of(gap, alpha=options["offset_alpha"], function=options["offset_f"])}
    except ValueError:
        return "offset_below_zero"


def _reward_gap(pair: Pair, options: Options) -> dict[str, float] | str:
    """The column, or the reason for which the pair makes no row."""
    if options["reward_gap"] is None:
        return {}
    sides = pair.scores[options["reward_gap"]]
    if sides.chosen is None or sides.rejected is None:
        return "no_reward"
    chosen, rejected = options.learned["cdf"](np.array([sides.chosen, sides.rejected]))
    return {"reward_gap": float(chosen - rejected)} if chosen >= rejected else "reward_contradicts_label"


def _formula(options: Options) -> str:
    function = {"log": "log(gap)", "log1p": "log(1 + gap)", "identity": "gap"}[options["offset_f"]]
    return f"offset = {options['offset_alpha']:g} · {function}, gap by {options['offset']}"


def _words(options: Options) -> str:
    return "one assistant message" if options["style"] == "conversational" else "text"
