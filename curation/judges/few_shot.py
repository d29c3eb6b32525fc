"""Show a judge, beside each pair, the pairs most like it that people labelled (METHODS §2, human-guided few-shot)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from curation.datasets.reading import part_keys
from curation.domain.judging.gold_eval import prompt_key
from curation.judges.example_library import (
    LIBRARY_VERSION,
    Asked,
    ExampleLibrary,
    compared_text,
    library_of,
)
from curation.judges.protocols.base import Unit
from curation.models import DatasetVersion
from curation.signals.embeddings import packaged_embedder, prompt_text
from curation.signals.source import PartsSource

if TYPE_CHECKING:
    from curation.ml.embedding import TextEmbedder

_UNITS_AT_ONCE = 32
# The shards of one job follow each other in one process.
_loaded: dict[tuple[str, ...], FewShot] = {}


class FewShot:
    """Fills units with their examples, a few at a time, in their order."""

    def __init__(self, library: ExampleLibrary, embedder: TextEmbedder) -> None:
        self._library, self._embedder = library, embedder

    @property
    def provenance(self) -> dict[str, Any]:
        embedder = {name: self._embedder.provenance[name] for name in ("model", "revision", "key")}
        return {"version": LIBRARY_VERSION, "labelled_pairs": len(self._library.known), "embedder": embedder}

    def fill(self, units: Iterable[Unit], most: int) -> Iterator[Unit]:
        """The same pairs, each with up to `most` examples, the most alike first."""
        units = iter(units)
        while some := list(islice(units, _UNITS_AT_ONCE)):
            records = {unit.record.record_id: unit.record for unit in some}
            found = self._embedder.embed([compared_text(record) for record in records.values()])
            names = list(records)
            vectors = {names[at]: found.vectors[row] for row, at in enumerate(found.positions.tolist())}
            for unit in some:
                shown = self._library.nearest(_asked(unit), vectors.get(unit.record.record_id), most)
                examples = tuple(each.example for each in shown)
                yield replace(unit, examples=examples, example_ids=tuple(each.record_id for each in shown))


def few_shot_of(version_id: int, alive: Callable[[], None]) -> FewShot:
    """In a worker: what may be shown of a version. Raises JobError where the embedder cannot be loaded."""
    version = DatasetVersion.objects.select_related("dataset").get(pk=version_id)
    source = PartsSource(version.dataset.project_id, version.pk, part_keys(version), keep_alive=alive)
    named = tuple(source.parts)
    if named not in _loaded:
        _loaded.clear()
        embedder = packaged_embedder()
        _loaded[named] = FewShot(library_of(source.parts, source.records, embedder, alive), embedder)
    return _loaded[named]


def _asked(unit: Unit) -> Asked:
    return Asked(prompt_key(prompt_text(unit.record)), unit.pair.aspect if unit.pair else None, unit.record.context)
