"""Plain preference pairs: prompt, chosen, rejected, and perhaps a subset."""

from __future__ import annotations

from curation.datasets.importers.base import RowError, optional_text_at
from curation.datasets.importers.hh_transcripts import HHTranscripts
from curation.datasets.importers.trl_preference import TrlPreference
from trainer_bridge.evaluation.importers.base import Draft, Row, optional_id
from webapp.store.canonical import Message

_TRANSCRIPTS, _PAIRS = HHTranscripts(), TrlPreference()
_SUBSET_FIELDS = ("subset", "scenario", "category", "domain")


class Preferences:
    """Everything that datasets are imported from as pairs of texts, conversations or transcripts."""

    key = "preferences"

    def fits(self, row: Row) -> bool:
        return "chosen" in row and "rejected" in row

    def draft(self, row: Row, *, file: str) -> Draft:
        prompt, right, wrong = pair_of(row)
        named = next((text for field in _SUBSET_FIELDS if (text := optional_text_at(row, field))), "")
        return Draft(optional_id(row, "id", "prompt_id"), named, prompt, [right], [wrong])


def pair_of(row: Row) -> tuple[list[Message], str, str]:
    """The prompt, the right and the wrong answer of a row with `chosen` and `rejected`. Raises RowError."""
    found = (_TRANSCRIPTS if _TRANSCRIPTS.fits(row) else _PAIRS).draft(row)
    if any(response.images for response in found.responses) or any(message.images for message in found.prompt):
        raise RowError("images", "The row holds images, and models are evaluated on texts here.")
    right, wrong = (response.content for response in found.responses)
    return found.prompt, right, wrong
