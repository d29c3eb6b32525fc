"""Whose labels say what a pair is worth: of several sources that labelled it, the most trusted speaks alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from curation.signals.kinds.base import Pair
from webapp.store.canonical import Label, Record

# The most trusted first.
BY_PEOPLE = ("adjudicated", "human")
TRUSTED = (*BY_PEOPLE, "imported")


def trusted_labels(labels: Iterable[Label], sources: Sequence[str]) -> list[Label]:
    """The labels of the first of `sources` that gave any."""
    given = list(labels)
    for source in sources:
        found = [label for label in given if label.source == source]
        if found:
            return found
    return []


def labels_of_pair(record: Record, pair: Pair) -> list[Label]:
    """A record's labels of one pair, by everybody who labelled it for the pair's aspect."""
    return [label for label in record.labels if (label.a, label.b, label.aspect) == (pair.a, pair.b, pair.aspect)]
