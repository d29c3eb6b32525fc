"""What is known of a pair already: the mean of the labels of the most trusted source that has any."""

from __future__ import annotations

from curation.judges.protocols.base import Unit
from webapp.store.canonical import Label

TRUSTED = ("adjudicated", "human", "imported")


def known_preference(unit: Unit, sources: tuple[str, ...] = TRUSTED) -> float:
    """The mean value of a pair's labels, positive where b is better; 0 for a tie, for both bad, and without labels."""
    if unit.pair is None:
        raise ValueError("A single response has no preference.")
    pair = unit.pair
    about = [label for label in unit.record.labels if (label.a, label.b, label.aspect) == (pair.a, pair.b, pair.aspect)]
    for source in sources:
        values = [_value(label) for label in about if label.source == source]
        if values:
            return sum(values) / len(values)
    return 0.0


def _value(label: Label) -> float:
    return float(label.value or 0)
