"""Pairs with a third, best answer, for `trl.experimental.tpo.TPOTrainer` (TRL 1.16; METHODS §10.5).

The reference is never one of the pair's own answers: a record without another one makes no row, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.domain.said import Edits, body_of, said_of
from trainer_bridge.exports.base import MESSAGES, Column, Dropped, KeptRecord, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options


class TrlReference:
    key = "trl_reference"
    title = "TRL pairs with a reference answer"
    trainer = "trl.experimental.tpo.TPOTrainer"
    description = "A pair and a third answer better than both, such as one that people corrected, for TPO."
    options: tuple[Option, ...] = (
        Option(
            "reference",
            "choice",
            "edit",
            "an answer people corrected, the one with the highest score, or one of the record's metadata",
            choices=("edit", "highest_rated", "gold"),
        ),
        Option("score", "score", None, "the score that tells which answer is best, for highest_rated"),
        Option("gold_key", "text", "reference", "where in the metadata the gold answer stands, for gold"),
    )
    reads: Literal["records"] = "records"
    over_long = "TPOTrainer cuts rows longer than max_length tokens at the end and leaves none out."

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        if (options["reference"] == "highest_rated") != (options["score"] is not None):
            return {"score": "Name a score where the reference is the highest rated answer, and only there."}
        return {} if options["gold_key"] else {"gold_key": "Name the key of the metadata that holds the answer."}

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", "the better answer, as one assistant message"),
            Column("rejected", "the worse answer, as one assistant message"),
            Column("reference", f"a third answer, better than both: {_SAID[options['reference']]}"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([(name, MESSAGES) for name in ("prompt", "chosen", "rejected", "reference")])

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        for pair in unit.pairs:
            found = list(_FINDERS[options["reference"]](unit, pair, options))
            taken = {pair.chosen.strip(), pair.rejected.strip()}
            reference = next((text for text in found if text.strip() not in taken), None)
            if reference is None:
                yield Dropped("reference_is_of_the_pair" if found else "no_reference", pair.split)
                continue
            values = {
                "prompt": pair.prompt,
                "chosen": assistant(pair.chosen),
                "rejected": assistant(pair.rejected),
                "reference": assistant(reference),
            }
            yield Row(values, pair.split)


def _edited(unit: KeptRecord, pair: Pair, options: Options) -> Iterator[str]:
    """What people made of the chosen answer, then of the rejected one, then of others."""
    said = said_of(unit.record.annotations, "edit", authors="people")
    given: list[Edits | None] = [body_of(each, Edits) for each in said]
    edits = [edit for body in given if body is not None for edit in body.edits]
    places = {pair.chosen_id: 0, pair.rejected_id: 1}
    for edit in sorted(edits, key=lambda edit: places.get(edit.response, 2)):
        if edit.text.strip():
            yield edit.text


def _highest_rated(unit: KeptRecord, pair: Pair, options: Options) -> Iterator[str]:
    """The answers scored above the chosen one, the best first; without the chosen one's score all of them."""
    scores = unit.scores[options["score"]]
    least = scores.get(pair.chosen_id)
    contents = {response.response_id: response.content for response in unit.record.responses}
    for name, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        if name in contents and (least is None or score > least or name == pair.chosen_id):
            yield contents[name]


def _gold(unit: KeptRecord, pair: Pair, options: Options) -> Iterator[str]:
    found = unit.record.metadata.get(options["gold_key"])
    if isinstance(found, str) and found.strip():
        yield found


_FINDERS: dict[str, Callable[[KeptRecord, Pair, Options], Iterator[str]]] = {
    "edit": _edited,
    "highest_rated": _highest_rated,
    "gold": _gold,
}
_SAID = {
    "edit": "one that people corrected",
    "highest_rated": "the one with the highest score",
    "gold": "the gold answer of the record",
}
