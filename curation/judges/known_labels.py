"""What is known of a pair already: the mean of the labels of the most trusted source that has any."""

from __future__ import annotations

from statistics import fmean

from curation.judges.protocols.base import Unit
from curation.signals.trusted_labels import TRUSTED, labels_of_pair, trusted_labels


def known_preference(unit: Unit, sources: tuple[str, ...] = TRUSTED) -> float:
    """The mean value of a pair's labels, positive where b is better; 0 for a tie, for both bad, and without labels."""
    if unit.pair is None:
        raise ValueError("A single response has no preference.")
    spoken = trusted_labels(labels_of_pair(unit.record, unit.pair), sources)
    return fmean(label.value or 0 for label in spoken) if spoken else 0.0
