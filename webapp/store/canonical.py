"""The canonical record: a prompt with its candidate responses and every label anybody gave, nothing collapsed.

Identity is content. A response is named by the hash of what it says, a record by the hash of its prompt and its
sorted responses, so importing the same comparison twice, or with its sides swapped, gives the same record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string()), ("images", pa.list_(pa.string()))])
RESPONSE = pa.struct(
    [
        ("response_id", pa.string()),
        ("content", pa.string()),
        ("generator", pa.string()),
        ("generated_at", pa.string()),
        ("logprob", pa.float64()),
        ("scores", pa.map_(pa.string(), pa.float64())),
        ("images", pa.list_(pa.string())),
    ]
)
LABEL = pa.struct(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("value", pa.int8()),
        ("outcome", pa.string()),
        ("source", pa.string()),
        ("strength", pa.float64()),
        ("aspect", pa.string()),
        ("annotator", pa.string()),
        ("origin", pa.string()),
    ]
)
ANNOTATION = pa.struct(
    [
        ("kind", pa.string()),
        ("question", pa.string()),
        ("target", pa.string()),
        ("annotator", pa.string()),
        ("source", pa.string()),
        ("origin", pa.string()),
        # JSON: every kind has its own shape.
        ("body", pa.string()),
    ]
)
RECORD_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("prompt", pa.list_(MESSAGE)),
        ("responses", pa.list_(RESPONSE)),
        ("labels", pa.list_(LABEL)),
        ("context", pa.string()),
        # JSON: keys differ from row to row, and types within a key may too.
        ("metadata", pa.string()),
        # Last, and not in files written before there were any: whoever names this column must allow for its absence.
        ("annotations", pa.list_(ANNOTATION)),
    ]
)

# Only these repeat enough for Parquet's dictionaries; building them for texts and ids costs time and saves nothing.
_REPEATING = ["prompt.list.element.role", "responses.list.element.generator"] + [
    f"labels.list.element.{name}"
    for name in ("value", "outcome", "source", "strength", "aspect", "annotator", "origin")
]
_REPEATING += [
    f"annotations.list.element.{name}" for name in ("kind", "question", "target", "annotator", "source", "origin")
]

OUTCOMES = ("preference", "tie", "both_bad")
SOURCES = ("human", "adjudicated", "judge", "imported")
ANNOTATION_KINDS = ("spans", "ratings", "rationale", "edit", "thumbs", "steps", "choice", "text", "ranking")


# None of these can be part of a reference cycle, so the garbage collector need not visit millions of them.
class Message(msgspec.Struct, omit_defaults=True, gc=False):
    role: str
    content: str
    images: list[str] | None = None


class Response(msgspec.Struct, omit_defaults=True, gc=False):
    response_id: str
    content: str
    generator: str | None = None
    generated_at: str | None = None
    logprob: float | None = None
    scores: dict[str, float] | None = None
    images: list[str] | None = None


class Label(msgspec.Struct, frozen=True, gc=False):
    """One vote between two responses of a record.

    `a` < `b` always. `value` is −3…3 and positive when `b` is better, 0 for a tie, None when both are bad;
    `strength` is its size on the scale it was given on. `origin` names the import or campaign it came by.
    """

    a: str
    b: str
    value: int | None
    outcome: str
    source: str
    strength: float | None = None
    aspect: str | None = None
    annotator: str | None = None
    origin: str | None = None


class Annotation(msgspec.Struct, frozen=True, gc=False):
    """What somebody said about a record that is no vote: marks, ratings, a rationale, an edit, …

    `kind` is one of `ANNOTATION_KINDS`; `body` is the answer as JSON, in the shape its question type defines, with
    offsets in code points of the texts as they stand in this record. `target` is the response it is about where it
    is about one alone. Annotations take no part in a record's id.
    """

    kind: str
    question: str
    target: str | None
    annotator: str | None
    source: str
    origin: str | None
    body: str


class Record(msgspec.Struct, gc=False):
    record_id: str
    prompt: list[Message]
    responses: list[Response]
    labels: list[Label] = []
    context: str | None = None
    metadata: dict[str, Any] = {}
    annotations: list[Annotation] = []


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _framed(part: str) -> bytes:
    """A string's bytes after their length; the length keeps ("ab","c") and ("a","bc") apart."""
    data = _bytes(part)
    return len(data).to_bytes(8, "big") + data


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


_RESPONSE, _RECORD, _RESPONSES, _CONTEXT = (_framed(tag) for tag in ("response", "record", "responses", "context"))


def response_id_of(content: str, images: Sequence[str] | None = None) -> str:
    """The name of a response: 32 hex characters (128-bit BLAKE2b) from its text and its images' addresses."""
    if not images:
        # The hot path of every import, spelled out.
        data = _bytes(content)
        return hashlib.blake2b(_RESPONSE + len(data).to_bytes(8, "big") + data, digest_size=16).hexdigest()
    return _digest(b"".join((_RESPONSE, _framed(content), *map(_framed, images))))


def record_id_of(prompt: Iterable[Message], response_ids: Iterable[str], context: str | None = None) -> str:
    """The name of a record: 32 hex characters from its prompt and sorted responses.

    A context (the criterion a comparison is to be judged under) takes part only where there is one, so the same
    pair under two criteria makes two records.
    """
    parts = [_RECORD]
    for message in prompt:
        parts += (_framed(message.role), _framed(message.content))
        if message.images:
            parts += map(_framed, message.images)
    parts.append(_RESPONSES)
    parts += map(_framed, sorted(response_ids))
    if context is not None:
        parts += (_CONTEXT, _framed(context))
    return _digest(b"".join(parts))


def make_label(first: str, second: str, value: int | None, *, outcome: str | None = None, **facts: Any) -> Label:
    """A label between two responses given in any order; `value` > 0 says `second` is better.

    Raises ValueError for equal ids or a value outside −3…3.
    """
    if first == second:
        raise ValueError("A label needs two different responses.")
    if value is not None and not -3 <= value <= 3:
        raise ValueError("A label's value lies between -3 and 3.")
    named = outcome or ("both_bad" if value is None else "tie" if value == 0 else "preference")
    if first > second:
        first, second, value = second, first, (None if value is None else -value)
    strength = facts.pop("strength", None if value is None else float(abs(value)))
    return Label(first, second, value, named, strength=strength, **facts)


def make_annotation(kind: str, question: str, body: Any, **facts: Any) -> Annotation:
    """An annotation with `body` (JSON values) encoded the same way whatever the order of its keys.

    Raises ValueError for an unknown kind.
    """
    if kind not in ANNOTATION_KINDS:
        raise ValueError(f"An annotation is one of {', '.join(ANNOTATION_KINDS)}.")
    encoded = msgspec.json.encode(body, order="sorted").decode()
    named = {"target": None, "annotator": None, "origin": None, **facts}
    return Annotation(kind, question, body=encoded, **named)


class RecordWriter:
    """Writes records to one Parquet file in row groups, holding one group in memory.

    A group ends after `rows_per_group` records, or earlier when their texts reach `characters_per_group`.
    Columns are built as flat lists with offsets: converting nested Python rows one by one is several times slower.
    """

    def __init__(self, file: IO[bytes], *, rows_per_group: int = 4096, characters_per_group: int = 48 << 20) -> None:
        self._writer = pq.ParquetWriter(file, RECORD_SCHEMA, compression="zstd", use_dictionary=_REPEATING)
        self._rows_per_group = rows_per_group
        self._characters_per_group = characters_per_group
        self._pending: list[Record] = []
        self._characters = 0
        self.rows = 0

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(self, kind: object, error: object, tb: object) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def append(self, record: Record) -> None:
        self._pending.append(record)
        self.rows += 1
        for message in record.prompt:
            self._characters += len(message.content)
            if message.images:
                self._characters += sum(map(len, message.images))
        for response in record.responses:
            self._characters += len(response.content)
            if response.images:
                self._characters += sum(map(len, response.images))
        if len(self._pending) >= self._rows_per_group or self._characters >= self._characters_per_group:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._writer.write_table(records_to_table(self._pending))
            self._pending, self._characters = [], 0


_astuple = msgspec.structs.astuple


def _lists(groups: Sequence[Sequence[Any]], struct: pa.StructType) -> pa.ListArray:
    """A list column from one sequence of msgspec Structs a row, whose fields are those of `struct` in order."""
    offsets = [0, *accumulate(map(len, groups))]
    columns: Sequence[Sequence[Any]] = list(zip(*map(_astuple, chain.from_iterable(groups)), strict=True))
    arrays = [_column(values, field.type) for values, field in zip(columns or [()] * len(struct), struct, strict=True)]
    values = pa.StructArray.from_arrays(arrays, fields=list(struct))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_map(kind):
        values = [None if value is None else list(value.items()) for value in values]
    return pa.array(values, type=kind)


def records_to_table(records: Sequence[Record]) -> pa.Table:
    """An Arrow table of `RECORD_SCHEMA` with one row a record."""
    return pa.Table.from_arrays(
        [
            pa.array([record.record_id for record in records], pa.string()),
            _lists([record.prompt for record in records], MESSAGE),
            _lists([record.responses for record in records], RESPONSE),
            _lists([record.labels for record in records], LABEL),
            pa.array([record.context for record in records], pa.string()),
            pa.array([_metadata_json(record.metadata) for record in records], pa.string()),
            _lists([record.annotations for record in records], ANNOTATION),
        ],
        schema=RECORD_SCHEMA,
    )


def _metadata_json(metadata: dict[str, Any]) -> str:
    return msgspec.json.encode(metadata, order="sorted").decode() if metadata else "{}"


def record_from_row(row: dict[str, Any]) -> Record:
    """A record from one row of an Arrow table of `RECORD_SCHEMA` (`to_pylist`), with or without annotations."""
    return Record(
        record_id=row["record_id"],
        prompt=[Message(**message) for message in row["prompt"]],
        responses=[
            Response(**{**response, "scores": dict(response["scores"]) if response["scores"] else None})
            for response in row["responses"]
        ],
        labels=[Label(**label) for label in row["labels"] or ()],
        context=row["context"],
        metadata=msgspec.json.decode(row["metadata"]) if row["metadata"] else {},
        annotations=[Annotation(**annotation) for annotation in row.get("annotations") or ()],
    )


def read_records(file: IO[bytes], *, batch_rows: int = 1024) -> Iterator[Record]:
    """Stream the records of one Parquet part, `batch_rows` at a time."""
    for batch in pq.ParquetFile(file).iter_batches(batch_size=batch_rows):
        for row in batch.to_pylist():
            yield record_from_row(row)
