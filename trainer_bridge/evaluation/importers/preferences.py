"""Plain preference pairs: everything that datasets are imported from where a row prefers one of two answers."""

from __future__ import annotations

from collections.abc import Sequence

from curation.datasets.importers import IMPORTERS
from curation.datasets.importers.base import DraftLabel, RowError, missing, optional_text_at
from trainer_bridge.evaluation.importers.base import Draft, Row, optional_id
from webapp.store.canonical import Message

_SUBSET_FIELDS = ("subset", "scenario", "category", "domain")


class Preferences:
    """Texts, conversations or transcripts, chosen and rejected or with votes; the subset where a field names it."""

    key = "preferences"

    def fits(self, row: Row) -> bool:
        return any(importer.fits(row) for importer in IMPORTERS.values())

    def draft(self, row: Row, *, file: str) -> Draft:
        prompt, right, wrong = pair_of(row)
        named = next((text for field in _SUBSET_FIELDS if (text := optional_text_at(row, field))), "")
        return Draft(optional_id(row, "id", "prompt_id"), named, prompt, [right], [wrong])


def pair_of(row: Row) -> tuple[list[Message], str, str]:
    """The prompt, the right and the wrong answer of a row. Raises RowError, also for votes that prefer neither."""
    importer = next((importer for importer in IMPORTERS.values() if importer.fits(row)), None)
    if importer is None:
        raise missing("rejected" if row.get("chosen") is not None else "chosen")
    found = importer.draft(row)
    if any(response.images for response in found.responses) or any(message.images for message in found.prompt):
        raise RowError("images", "The row holds images, and models are evaluated on texts here.")
    right, wrong = _sides(found.labels)
    return found.prompt, found.responses[right].content, found.responses[wrong].content


def _sides(votes: Sequence[DraftLabel]) -> tuple[int, int]:
    """Which response most of the votes' weight prefers, and which not."""
    if len({frozenset((vote.first, vote.second)) for vote in votes}) != 1:
        raise RowError("no_pair", "The row has to prefer one of two answers.")
    first, second = votes[0].first, votes[0].second
    total = sum((vote.value or 0) * (1 if vote.first == first else -1) for vote in votes)
    if not total:
        raise RowError("no_preference", "The row's votes prefer neither answer.")
    return (second, first) if total > 0 else (first, second)
