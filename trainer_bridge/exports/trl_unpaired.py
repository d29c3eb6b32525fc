"""Single answers that are wanted or not, for `trl.KTOTrainer` (TRL 1.16).

KTO estimates its KL term with the answer of the row before, so rows are shuffled here and no two neighbours share a
prompt (METHODS §10.4); its trainer reads rows in this order. Which weights balance the two kinds is in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from trainer_bridge.domain.margins import kto_weights
from trainer_bridge.domain.row_order import apart
from trainer_bridge.exports.base import Column, Corpus, Dropped, Pair, Row
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import STYLE, answer_of, prompt_of, text_type

_PLACES = """
SELECT row_number() OVER () - 1 AS place, split = 'test' AS is_test, hash(prompt)::VARCHAR AS prompt,
       hash(record_id, chosen.response_id)::VARCHAR AS chosen,
       hash(record_id, rejected.response_id)::VARCHAR AS rejected
  FROM {pairs}
"""


class TrlUnpaired:
    key = "trl_unpaired"
    title = "TRL unpaired answers (KTO)"
    trainer = "trl.KTOTrainer"
    description = (
        "Single answers that are wanted or not: the two sides of every pair, or answers whose score is high or low. "
        "No two rows in a row share a prompt."
    )
    options: tuple[Option, ...] = (
        Option("score", "score", None, "label answers by this score instead of by the side of their pair"),
        Option("desirable_from", "number", None, "answers with this score or a higher one are wanted"),
        Option("undesirable_to", "number", None, "answers with this score or a lower one are not wanted"),
        STYLE,
        Option("seed", "whole", 0, "decides the order of rows", least=0, most=2**31 - 1),
    )
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "KTOTrainer cuts rows longer than max_length tokens at the end, and leaves out rows whose prompt alone fills "
        "it."
    )

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        least, most = options["desirable_from"], options["undesirable_to"]
        if options["score"] is None:
            return {
                name: "Name a score to go with it." for name in ("desirable_from", "undesirable_to") if options[name]
            }
        problems = {
            name: "Say from which score on answers are wanted, and up to which they are not."
            for name in ("desirable_from", "undesirable_to")
            if options[name] is None
        }
        return problems or ({"undesirable_to": "Choose a number below desirable_from."} if most >= least else {})

    def columns(self, options: Options) -> tuple[Column, ...]:
        by = f"{options['score']} says so" if options["score"] else "it is the better one of its pair"
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("completion", "one answer"),
            Column("label", f"true where {by}, false otherwise"),
        )

    def schema(self, options: Options) -> pa.Schema:
        kind = text_type(options)
        return pa.schema([("prompt", kind), ("completion", kind), ("label", pa.bool_())])

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """The order of rows, how many of them are wanted in each split, and how many stand beside their own prompt."""
        found = corpus.over_pairs(_PLACES).fetchnumpy()
        sides = _Sides.of(found, None if options["score"] is None else corpus.sides(options["score"]), options)
        ordered, counts, adjacent = [], {}, {}
        for split, is_test in (("train", False), ("test", True)):
            rows = np.flatnonzero((sides.is_test == is_test) & (sides.label >= 0))
            order, adjacent[split] = apart(sides.prompt[rows], seed=options["seed"])
            ordered.append(rows[order])
            wanted = int((sides.label[rows] == 1).sum())
            counts[split] = (wanted, len(rows) - wanted)
        # Those that make no row come last and say why.
        ordered.append(np.flatnonzero((sides.label < 0) & ~sides.is_repeated))
        rows = np.concatenate(ordered)
        table = pa.table({"place": sides.place[rows], "is_chosen": sides.is_chosen[rows], "rank": np.arange(len(rows))})
        return {"order": table, "counts": counts, "adjacent": adjacent}

    def order(self, corpus: Corpus, options: Options) -> pa.Table:
        table: pa.Table = options.learned["order"]
        return table

    def rows(self, unit: Pair, options: Options) -> Iterator[Row | Dropped]:
        """The answer the unit is about, or both where it does not say which."""
        for side in ("chosen", "rejected") if unit.side is None else (unit.side,):
            label = _label(unit, side, options)
            if isinstance(label, str):
                yield Dropped(label, unit.split)
                continue
            content = unit.chosen if side == "chosen" else unit.rejected
            values = {
                "prompt": prompt_of(unit.prompt, options),
                "completion": answer_of(content, options),
                "label": label,
            }
            yield Row(values, unit.split)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        """How many rows are wanted, and the weights that balance them."""
        desirable, undesirable = options.learned["counts"]["train"]
        found: dict[str, Any] = {
            "labels": {
                split: {"desirable": wanted, "undesirable": unwanted}
                for split, (wanted, unwanted) in options.learned["counts"].items()
            },
            "order": {"seed": options["seed"], "neighbours_of_one_prompt": options.learned["adjacent"]},
        }
        if desirable and undesirable:
            weights = kto_weights(desirable, undesirable)
            found["kto_weights"] = {
                "desirable_weight": weights[0],
                "undesirable_weight": weights[1],
                "ratio": round(weights[0] * desirable / (weights[1] * undesirable), 4),
                "ratio_wanted": [1.0, round(4 / 3, 4)],
            }
        return found

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        found = []
        desirable, undesirable = options.learned["counts"]["train"]
        if rows["train"] and not (desirable and undesirable):
            found.append("All training rows have one label: KTO cannot learn from these; move a threshold.")
        elif rows["train"] and kto_weights(desirable, undesirable) != (1.0, 1.0):
            weights = kto_weights(desirable, undesirable)
            found.append(
                f"{desirable:,} training rows are wanted and {undesirable:,} are not: train with desirable_weight "
                f"{weights[0]:g} and undesirable_weight {weights[1]:g}."
            )
        for split, adjacent in options.learned["adjacent"].items():
            if adjacent:
                found.append(
                    f"More than half of the {split} rows share one prompt, so {adjacent:,} of them stand beside "
                    "another of it; KTO's KL term is estimated badly there."
                )
        return found


class _Sides:
    """Both sides of every pair, chosen first: arrays (2 × pairs,). `label` is 1, 0, or −1 for no row."""

    def __init__(self, place: Any, is_chosen: Any, is_test: Any, prompt: Any, label: Any, is_repeated: Any) -> None:
        self.place, self.is_chosen, self.is_test = place, is_chosen, is_test
        self.prompt, self.label, self.is_repeated = prompt, label, is_repeated

    @classmethod
    def of(cls, found: Mapping[str, Any], scores: Any, options: Options) -> _Sides:
        count = len(found["place"])
        is_chosen: Any = np.repeat([True, False], count)
        _, prompt = np.unique(found["prompt"].astype(str), return_inverse=True)
        label: Any = is_chosen.astype(np.int8)
        is_repeated: Any = np.zeros(2 * count, dtype=bool)
        if scores is not None:
            score = np.concatenate([scores[:, 0], scores[:, 1]])
            wanted, unwanted = score >= options["desirable_from"], score <= options["undesirable_to"]
            # An answer is in several pairs and has one score: it makes one row.
            _, first = np.unique(np.concatenate([found["chosen"], found["rejected"]]).astype(str), return_index=True)
            is_repeated = np.ones(2 * count, dtype=bool)
            is_repeated[first] = False
            label = np.where(is_repeated, -1, np.where(wanted, 1, np.where(unwanted, 0, -1)))
        return cls(
            np.tile(found["place"], 2), is_chosen, np.tile(found["is_test"], 2), np.tile(prompt, 2), label, is_repeated
        )


def _label(pair: Pair, side: str, options: Options) -> bool | str:
    """Whether the answer is wanted, or the reason for which it makes no row."""
    if options["score"] is None:
        return side == "chosen"
    sides = pair.scores[options["score"]]
    score = sides.chosen if side == "chosen" else sides.rejected
    if score is None:
        return "no_score"
    if score >= options["desirable_from"]:
        return True
    return False if score <= options["undesirable_to"] else "score_between_thresholds"
