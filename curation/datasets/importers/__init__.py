"""One module a format. A new format is a new module here and a line in `IMPORTERS`."""

from __future__ import annotations

from collections.abc import Sequence

from curation.datasets.importers.base import Draft, DraftLabel, Importer, Row, RowError, record_of
from curation.datasets.importers.canonical_rows import CanonicalRows
from curation.datasets.importers.fine_grained import FineGrained
from curation.datasets.importers.hh_transcripts import HHTranscripts
from curation.datasets.importers.paired_instruction import PairedInstruction
from curation.datasets.importers.sharegpt import ShareGpt
from curation.datasets.importers.trl_preference import TrlPreference

__all__ = ["IMPORTERS", "Draft", "DraftLabel", "Importer", "Row", "RowError", "detect", "record_of"]

# In the order they are asked: the more particular formats come first.
_ALL: tuple[Importer, ...] = (
    CanonicalRows(),
    FineGrained(),
    ShareGpt(),
    HHTranscripts(),
    TrlPreference(),
    PairedInstruction(),
)
IMPORTERS: dict[str, Importer] = {importer.key: importer for importer in _ALL}


def detect(rows: Sequence[Row]) -> Importer | None:
    """The importer that fits most of the first rows; of equals the more particular one. None when none fits any."""
    best = max(_ALL, key=lambda importer: sum(importer.fits(row) for row in rows))
    return best if any(best.fits(row) for row in rows) else None
