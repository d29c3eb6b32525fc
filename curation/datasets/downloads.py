"""A dataset version as a file: our own rows, or Fine-Grained RLHF's objects as they came in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from curation.datasets.importers.fine_grained import (
    CATEGORIES,
    EDIT_QUESTION,
    OMISSIONS,
    PAIRS,
    PREDICTIONS,
    SPANS_QUESTION,
)
from curation.datasets.reading import iter_version_batches, iter_version_records
from curation.models import DatasetVersion
from webapp.api.errors import ConflictError
from webapp.store.canonical import Annotation, Record

FORMATS = {"jsonl": "application/x-ndjson", "fine_grained": "application/json"}
_CHUNK = 1 << 16
_NAMED_BACK = {ours: theirs for theirs, ours in (CATEGORIES | OMISSIONS).items()}


def version_download(version: DatasetVersion, format: str) -> Iterator[bytes]:
    """The bytes of a version in one of `FORMATS`, piece by piece.

    `fine_grained` holds the rows that were imported in that format, and no others. Raises ConflictError where there
    are none.
    """
    if format == "jsonl":
        return _joined(_line(record) for record in iter_version_records(version))
    if not _any_fine_grained(version):
        raise ConflictError(
            "No row of this version was imported as Fine-Grained RLHF feedback; download it as jsonl instead."
        )
    return _joined(_array(_fine_grained(version)))


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces in chunks worth sending."""
    chunk = bytearray()
    for piece in pieces:
        chunk += piece
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


def _line(record: Record) -> bytes:
    """A row as `importers.canonical_rows` reads it."""
    row = {
        "record_id": record.record_id,
        "prompt": record.prompt,
        "responses": record.responses,
        "labels": record.labels,
        "annotations": [
            {**msgspec.structs.asdict(annotation), "body": msgspec.Raw(annotation.body.encode())}
            for annotation in record.annotations
        ],
        "context": record.context,
        "metadata": record.metadata,
    }
    return msgspec.json.encode(row) + b"\n"


def _array(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    before = b"[\n"
    for row in rows:
        yield before + msgspec.json.encode(row)
        before = b",\n"
    yield b"\n]\n"


def _any_fine_grained(version: DatasetVersion) -> bool:
    return any(
        '"fine_grained"' in (metadata or "")
        for batch in iter_version_batches(version, ["metadata"])
        for metadata in batch.column(0).to_pylist()
    )


def _fine_grained(version: DatasetVersion) -> Iterator[dict[str, Any]]:
    for record in iter_version_records(version):
        # The same row under another context says nothing the file said.
        if "fine_grained" in record.metadata and record.context is None:
            # Anybody may call a column of theirs so; a row that does not hold together is not from such a file.
            with suppress(KeyError, IndexError, TypeError, ValueError):
                yield _object(record)


def _imported(record: Record, kind: str, question: str) -> Any:
    """The body of the annotation the file brought."""
    for annotation in record.annotations:
        if (annotation.kind, annotation.question, annotation.source) == (kind, question, "imported"):
            return _body(annotation)
    return None


def _body(annotation: Annotation) -> Any:
    return msgspec.json.decode(annotation.body)


def _object(record: Record) -> dict[str, Any]:
    kept, spans = record.metadata["fine_grained"], _imported(record, "spans", SPANS_QUESTION)
    texts = {response.response_id: response.content for response in record.responses}
    edit = _imported(record, "edit", EDIT_QUESTION)
    return {
        "question": record.prompt[0].content,
        "passages": [[passage["title"], *passage["sentences"]] for passage in record.metadata["passages"]],
        "gold": record.metadata["reference"],
        **{name: texts[named] for name, named in zip(PREDICTIONS, kept["predictions"], strict=True)},
        "feedback": {
            "errors": [_error(spans, part) for part in spans["original"] if "mark" in part],
            "missing-info": [_missing(spans, part) for part in spans["original"] if "omission" in part],
            "corrected-prediction": edit["edits"][0]["text"] if edit else "",
        },
        "preference": [_vote(record, kept["predictions"], *pair) for pair in PAIRS],
        **kept["other"],
    }


def _error(spans: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    mark = spans["marks"][part["mark"]]
    return {
        "error type": _NAMED_BACK[mark["category"]],
        "explanation": part["explanation"],
        "start": mark["start"],
        "end": mark["end"],
    }


def _missing(spans: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    category = spans["omissions"][part["omission"]]["category"]
    return {
        "error type": _NAMED_BACK[category],
        "passage_id": part["passage_id"],
        "sentence_id": part["sentence_id"],
    }


def _vote(record: Record, predictions: list[str], first: int, second: int) -> int:
    """1 or 2 for the better of two predictions, 0 for neither, as the file had it."""
    a, b = predictions[first], predictions[second]
    for label in record.labels:
        if (label.source, label.annotator, label.aspect) == ("imported", None, None) and {label.a, label.b} == {a, b}:
            if not label.value:
                return 0
            return 2 if (label.value > 0) == (label.b == b) else 1
    return 0
