"""Pairs with the reason why one side is better, for losses that learn to give it (arXiv 2407.14477)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.domain.rationales import chosen_comes_first, fault_of, rationale_prompt, type_of
from trainer_bridge.domain.said import JUDGE, Rationale, body_of, said_of
from trainer_bridge.exports.base import MESSAGES, Column, Dropped, KeptRecord, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import OWN
from trainer_bridge.exports.record_options import MOST_SEED, authors
from webapp.store.canonical import Annotation, Record

_SCHEMA = pa.schema(
    [
        ("prompt", MESSAGES),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("rationale", pa.string()),
        ("rationale_prompt", pa.string()),
        ("rationale_type", pa.string()),
        ("author_kind", pa.string()),
        ("weight", pa.float64()),
    ]
)


class RationalePairs:
    key = "rationale_pairs"
    title = "Pairs with rationales"
    trainer = "trl.DPOTrainer"
    description = "Pairs with a reason why chosen is better, by people or by judges whose reasons were checked."
    options: tuple[Option, ...] = (
        authors("all", "rationales"),
        Option("type", "choice", "all", "which rationales are read", choices=("all", "general", "detailed")),
        Option(
            "checked",
            "flag",
            True,
            "without rationales that speak of length alone, and without a judge's unless its quotes exist and a blind "
            "reader found the preference in it",
        ),
        Option("seed", "whole", 0, "what draws which response a prompt shows first", least=0, most=MOST_SEED),
    )
    reads: Literal["records"] = "records"
    over_long = "A rationale's prompt holds both responses: it is about twice as long as a row for DPO alone."

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", "the better answer, as one assistant message"),
            Column("rejected", "the worse answer, as one assistant message"),
            Column("rationale", "why chosen is better", OWN),
            Column("rationale_prompt", "the request it answers: both responses in a drawn order, and which wins", OWN),
            Column("rationale_type", "general, or detailed where it quotes or goes point by point", "people"),
            Column("author_kind", "person or judge", "people"),
            Column("weight", "how much the row counts: a pair's weight shared among its rationales", OWN),
        )

    def schema(self, options: Options) -> pa.Schema:
        return _SCHEMA

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        given = said_of(unit.record.annotations, "rationale", authors=options["authors"])
        for pair in unit.pairs:
            if not given:
                yield Dropped("no_rationale", unit.split)
                continue
            found = [_read(annotation, pair, unit.record, options) for annotation in given]
            kept = [each for each in found if isinstance(each, _Reason)]
            for each in found:
                if isinstance(each, str):
                    yield Dropped(each, unit.split)
                else:
                    yield Row(_values(pair, each, len(kept), options), unit.split)


@dataclass(frozen=True)
class _Reason:
    text: str
    kind: str
    by_judge: bool


def _read(annotation: Annotation, pair: Pair, record: Record, options: Options) -> _Reason | str:
    """The rationale as one of this pair, or why it is none."""
    body = body_of(annotation, Rationale)
    if body is None:
        return "unreadable"
    if not body.text.strip():
        return "reasons_without_text"
    fault = _misplaced(annotation, body, pair, record)
    if fault is not None:
        return fault
    kind = type_of(body.text)
    if options["type"] not in ("all", kind):
        return "other_type"
    by_judge = annotation.source == JUDGE
    if options["checked"]:
        fault = fault_of(body, (pair.chosen, pair.rejected), by_judge=by_judge)
    return fault or _Reason(body.text, kind, by_judge)


def _misplaced(annotation: Annotation, body: Rationale, pair: Pair, record: Record) -> str | None:
    """Why a rationale does not argue for the chosen side of this pair, or None.

    A judge's names the two responses it compares. A person's is about what this person voted, on the one pair.
    """
    if body.about is not None:
        sides = (body.about.better, body.about.worse)
        if set(sides) != {pair.chosen_id, pair.rejected_id}:
            return "about_another_pair"
        return None if sides[0] == pair.chosen_id else "argues_for_rejected"
    if annotation.source == JUDGE:
        return "side_unknown" if len(record.responses) == 2 else "pair_unknown"
    author = (annotation.annotator, annotation.origin)
    own = [label for label in record.labels if (label.annotator, label.origin) == author]
    if len({(label.a, label.b) for label in own}) > 1:
        return "about_several_pairs"
    of_pair = [label for label in own if {label.a, label.b} == {pair.chosen_id, pair.rejected_id}]
    if not of_pair:
        return "author_did_not_vote"
    overall = [label for label in of_pair if label.aspect == pair.aspect] or of_pair
    better = {(label.b if label.value > 0 else label.a) if label.value else None for label in overall}
    return None if better == {pair.chosen_id} else "argues_for_rejected"


def _values(pair: Pair, reason: _Reason, of_pair: int, options: Options) -> dict[str, Any]:
    first = chosen_comes_first(options["seed"], pair.pair_id, pair.chosen_id, pair.rejected_id)
    shown = (pair.chosen, pair.rejected) if first else (pair.rejected, pair.chosen)
    return {
        "prompt": pair.prompt,
        "chosen": assistant(pair.chosen),
        "rejected": assistant(pair.rejected),
        "rationale": reason.text,
        "rationale_prompt": rationale_prompt(pair.prompt, *shown, preferred_first=first),
        "rationale_type": reason.kind,
        "author_kind": "judge" if reason.by_judge else "person",
        "weight": pair.weight / of_pair,
    }
