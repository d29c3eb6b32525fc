"""Pairs with their sides exchanged, and what must become of a signal's values then."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from curation.models import Signal
from tests.curation.signals.computing import rows_of
from webapp.store.canonical import Record


def exchanged(records: Sequence[Record]) -> list[Record]:
    """The same comparisons with the names of the sides exchanged: b says what a said, and labels follow the texts.

    Every margin b − a must change its sign and nothing else. Records need two responses.
    """
    others = []
    for record in records:
        first, second = record.responses
        responses = [
            msgspec.structs.replace(second, response_id=first.response_id),
            msgspec.structs.replace(first, response_id=second.response_id),
        ]
        labels = [msgspec.structs.replace(label, value=label.value and -label.value) for label in record.labels]
        others.append(msgspec.structs.replace(record, responses=responses, labels=labels))
    return others


def assert_mirrored(one: Signal, two: Signal) -> None:
    """Signed numbers are negated exactly; all other values, states and reasons are the same."""
    signed = {column["name"] for column in one.columns if column["signed"]}
    assert signed, "This kind has no signed column."
    first, second = rows_of(one), rows_of(two)
    assert len(first) == len(second) > 0
    assert any(row[name] for row in first for name in signed)
    for row, other in zip(first, second, strict=True):
        mirrored = {name: -value if name in signed and value is not None else value for name, value in row.items()}
        assert other == mirrored, f"{other} is not {mirrored}"
