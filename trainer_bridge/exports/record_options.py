"""Options that formats of records share."""

from __future__ import annotations

from trainer_bridge.domain.said import AUTHORS
from trainer_bridge.exports.base import KeptRecord
from trainer_bridge.exports.options import Option

MOST_SEED = 2**31 - 1
UNLABELLED = Option(
    "unlabelled",
    "flag",
    True,
    "records without a labelled pair too, which no step of the recipe looked at; none where a step drew the split",
)
# Counted in the manifest for rows of such records.
OF_UNLABELLED = "of_record_without_labelled_pairs"


def authors(default: str, whose: str) -> Option:
    return Option("authors", "choice", default, f"whose {whose} are read", choices=AUTHORS)


def remarks_on(unit: KeptRecord) -> tuple[str, ...]:
    return () if unit.pairs else (OF_UNLABELLED,)
