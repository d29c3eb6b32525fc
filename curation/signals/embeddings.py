"""Vectors of a version's texts, worked out once per part and model and kept in the store.

Parts never change, so their vectors may be kept under the part's key and the embedder's. Several signals need the same
vectors, and a version shares most parts with the one before it. Only the ml worker makes them; anybody may read them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curation.signals.kinds.base import Source
from webapp.jobs.handlers import JobError, as_job_error
from webapp.store.cache import cache_writer, is_cached
from webapp.store.canonical import Record, read_records
from webapp.store.files import store

if TYPE_CHECKING:
    from curation.ml.embedding import TextEmbedder

TEXTS_AT_ONCE = 256
ROWS_PER_GROUP = 1024
SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        # NULL for the prompt.
        ("response_id", pa.string()),
        ("vector", pa.list_(pa.float32())),
        ("reason", pa.string()),
    ]
)
Vector = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class TextVector:
    """The unit vector of a prompt (`response_id` None) or response, or the reason why there is none."""

    record_id: str
    response_id: str | None
    vector: Vector | None
    reason: str | None


@dataclass(frozen=True)
class PromptVectors:
    """Unit vectors (prompts, dimensions) in row order, whose they are, and which records have none, and why."""

    ids: list[str]
    unit: Vector
    failures: list[tuple[str, str]]


def packaged_embedder() -> TextEmbedder:
    """The embedder that comes with the ml worker. Raises JobError where it cannot be loaded."""
    try:
        from curation.ml.embedding import TextEmbedder
        from curation.ml.model_folder import ScoringError
    except ImportError as error:
        raise JobError("Embeddings need torch, which this worker does not have; start it without --lite.") from error
    with as_job_error(ScoringError):
        return TextEmbedder()


def prompt_vectors(source: Source, embedder: TextEmbedder) -> PromptVectors:
    """The vectors of all prompts at once: four bytes a number, and nothing else is held."""
    unit: Vector = np.empty((_rows(source.parts), embedder.dimensions), np.float32)
    ids: list[str] = []
    failures: list[tuple[str, str]] = []
    for part in source.parts:
        for each in part_vectors(source, part, embedder):
            if each.response_id is not None:
                continue
            if each.vector is None:
                failures.append((each.record_id, each.reason or "no_vector"))
            else:
                unit[len(ids)] = each.vector
                ids.append(each.record_id)
        source.alive()
    return PromptVectors(ids, unit[: len(ids)], failures)


def _rows(parts: list[str]) -> int:
    rows = 0
    for part in parts:
        with store().open(part) as file:
            rows += pq.ParquetFile(file).metadata.num_rows
    return rows


def part_vectors(source: Source, part: str, embedder: TextEmbedder) -> Iterator[TextVector]:
    """Vectors of a part's prompts and responses, in row order: of each record the prompt first."""
    key = _key(part, embedder.key)
    if not is_cached(key):
        _write(source, part, key, embedder)
    with store().open(key) as file:
        for batch in pq.ParquetFile(file).iter_batches(batch_size=ROWS_PER_GROUP):
            vectors = batch.column("vector")
            flat = vectors.values.to_numpy(zero_copy_only=False)
            offsets = vectors.offsets.to_numpy()
            ids = zip(*(batch.column(name).to_pylist() for name in ("record_id", "response_id", "reason")), strict=True)
            for at, (record_id, response_id, reason) in enumerate(ids):
                vector = flat[offsets[at] : offsets[at + 1]] if reason is None else None
                yield TextVector(record_id, response_id, vector, reason)


def prompt_text(record: Record) -> str:
    """What is embedded of a prompt: what was said, turn after turn."""
    return "\n\n".join(message.content for message in record.prompt)


def _key(part: str, embedder: str) -> str:
    return f"cache/embeddings/{embedder}/{hashlib.sha256(part.encode()).hexdigest()[:32]}.parquet"


def _write(source: Source, part: str, key: str, embedder: TextEmbedder) -> None:
    with (
        store().open(part) as file,
        cache_writer(key) as out,
        pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer,
    ):
        source.prepares(expected=_texts_in(file))
        for texts in _texts(read_records(file)):
            found = embedder.embed([text for _, _, text in texts])
            place = {int(at): row for row, at in enumerate(found.positions)}
            rows = [
                {
                    "record_id": record_id,
                    "response_id": response_id,
                    "vector": found.vectors[place[at]] if at in place else None,
                    "reason": found.failures.get(at),
                }
                for at, (record_id, response_id, _) in enumerate(texts)
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), row_group_size=ROWS_PER_GROUP)
            source.prepares(done=len(texts))


def _texts_in(part: IO[bytes]) -> int:
    """Prompts and responses of a part, from its footer."""
    metadata = pq.ParquetFile(part).metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    responses = sum(
        column.num_values
        for group in groups
        for column in map(group.column, range(group.num_columns))
        if column.path_in_schema.startswith("responses.") and column.path_in_schema.endswith(".response_id")
    )
    part.seek(0)
    return int(metadata.num_rows + responses)


def _texts(records: Iterator[Record]) -> Iterator[list[tuple[str, str | None, str]]]:
    pending: list[tuple[str, str | None, str]] = []
    for record in records:
        pending.append((record.record_id, None, prompt_text(record)))
        pending.extend((record.record_id, each.response_id, each.content) for each in record.responses)
        while len(pending) >= TEXTS_AT_ONCE:
            yield pending[:TEXTS_AT_ONCE]
            pending = pending[TEXTS_AT_ONCE:]
    if pending:
        yield pending
