"""Parquet parts of dataset versions: writing them, and the numbers kept about each.

A version's numbers are the sums over its parts, so a new version that shares parts with its parent never reads
them again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import msgspec

from webapp.store.canonical import Annotation, Label, Record, RecordWriter
from webapp.store.files import store

ROWS_PER_PART = 25_000
_DIGEST_BITS = 256
_encode = msgspec.json.Encoder(order="sorted").encode

Told = TypeVar("Told", Annotation, Label)
# {"key", "rows", "digest", "stats"} as kept in DatasetVersion.parts
Part = dict[str, Any]


class PartTally:
    """Counts what a part's rows hold, and adds up their digests.

    The digest of a part is the sum of its rows' 256-bit digests: the same for the same rows in any order, and the
    digest of a version is the sum over its parts. A row's digest covers its id (prompt, responses, context), its
    metadata, what is known about its responses, and its labels and annotations except for the import that brought
    them, so that importing a file again elsewhere gives the same digest.
    """

    def __init__(self) -> None:
        self.rows = self.responses = self.labels = self.multi_turn = self.turns = 0
        self._digest = 0
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._annotations = AnnotationCounts()

    def add(self, record: Record) -> None:
        turns = 0
        for message in record.prompt:
            if message.role == "user":
                turns += 1
        self.rows += 1
        self.responses += len(record.responses)
        self.turns += turns
        if turns > 1:
            self.multi_turn += 1
        for label in record.labels:
            self.labels += 1
            self._kinds[label.source, label.outcome] += 1
        for annotation in record.annotations:
            self._annotations.add(annotation)
        self._digest += row_digest(record)

    def part(self, key: str) -> Part:
        sources: Counter[str] = Counter()
        outcomes: Counter[str] = Counter()
        for (source, outcome), count in self._kinds.items():
            sources[source] += count
            outcomes[outcome] += count
        stats = {
            "responses": self.responses,
            "labels": self.labels,
            "label_sources": dict(sorted(sources.items())),
            "outcomes": dict(sorted(outcomes.items())),
            "multi_turn": self.multi_turn,
            "turns": self.turns,
            **self._annotations.stats(),
        }
        digest = f"{self._digest % (1 << _DIGEST_BITS):064x}"
        return {"key": key, "rows": self.rows, "digest": digest, "stats": stats}


class AnnotationCounts:
    """How many annotations of each kind there are, and how many marks and omissions of each category in them."""

    NAMES = ("annotation_kinds", "span_categories", "omission_categories")

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in self.NAMES}

    def add(self, annotation: Annotation) -> None:
        self._counts["annotation_kinds"][annotation.kind] += 1
        if annotation.kind == "spans":
            body = _spans(annotation.body)
            self._counts["span_categories"].update(mark.category for mark in body.marks)
            self._counts["omission_categories"].update(omission.category for omission in body.omissions)

    def stats(self) -> dict[str, dict[str, int]]:
        return {name: dict(sorted(counts.items())) for name, counts in self._counts.items()}


class _Category(msgspec.Struct):
    category: str


class _Spans(msgspec.Struct):
    marks: list[_Category] = []
    omissions: list[_Category] = []


_spans = msgspec.json.Decoder(_Spans).decode


def spans_readable(body: Any) -> bool:
    """Tell whether the marks and omissions of an answer can be counted."""
    try:
        msgspec.convert(body, _Spans)
    except msgspec.ValidationError:
        return False
    return True


def row_digest(record: Record) -> int:
    """256 bits of everything a row says; see `PartTally`."""
    labels = [_label_facts(label) for label in record.labels]
    if len(labels) > 1:
        labels.sort(key=_encode)
    facts: tuple[Any, ...] = (
        record.record_id,
        [(r.response_id, r.generator, r.generated_at, r.logprob, r.scores) for r in record.responses],
        labels,
        record.metadata,
    )
    if record.annotations:
        # Left out where there are none, so that rows from before there were any keep their digest.
        facts += (sorted(map(annotation_identity, record.annotations), key=_encode),)
    return int.from_bytes(hashlib.blake2b(_encode(facts), digest_size=_DIGEST_BITS // 8).digest(), "big")


def label_identity(label: Label) -> tuple[Any, ...]:
    """What makes two labels of a record the same vote: everything, but for labels from files not which file."""
    return _label_facts(label)


def _label_facts(label: Label) -> tuple[Any, ...]:
    return (
        label.a,
        label.b,
        label.value,
        label.outcome,
        label.source,
        label.strength,
        label.aspect,
        label.annotator,
        None if label.source == "imported" else label.origin,
    )


def annotation_identity(annotation: Annotation) -> tuple[Any, ...]:
    """What makes two annotations of a record the same; as for labels, not which file one came from."""
    return (
        annotation.kind,
        annotation.question,
        annotation.target,
        annotation.annotator,
        annotation.source,
        None if annotation.source == "imported" else annotation.origin,
        annotation.body,
    )


def annotations_merge(kept: list[Annotation], more: Iterable[Annotation]) -> int:
    """Add to `kept` the annotations it does not have yet; returns how many were added."""
    return _merge(kept, more, annotation_identity)


def labels_merge(kept: list[Label], more: Iterable[Label]) -> int:
    """Add to `kept` the labels it does not have yet; returns how many were added."""
    return _merge(kept, more, label_identity)


def _merge(kept: list[Told], more: Iterable[Told], identity_of: Callable[[Told], tuple[Any, ...]]) -> int:
    known = set(map(identity_of, kept))
    before = len(kept)
    for each in more:
        identity = identity_of(each)
        if identity not in known:
            known.add(identity)
            kept.append(each)
    return len(kept) - before


def part_write(key: str, records: Iterable[Record]) -> Part:
    """Write one part; it appears in the store only when it is whole."""
    tally = PartTally()
    with store().writer(key) as file, RecordWriter(file) as writer:
        for record in records:
            writer.append(record)
            tally.add(record)
    return tally.part(key)


class PartsWriter:
    """Writes records one after another into parts of `ROWS_PER_PART` rows, named `<folder>/part-00000.parquet` on."""

    def __init__(self, folder: str, *, rows_per_part: int = ROWS_PER_PART) -> None:
        self._folder, self._rows_per_part = folder, rows_per_part
        self.parts: list[Part] = []
        self._open: ExitStack | None = None

    def append(self, record: Record) -> None:
        if self._open is None:
            self._begin()
        self._writer.append(record)
        self._tally.add(record)
        if self._tally.rows >= self._rows_per_part:
            self._end()

    def _begin(self) -> None:
        self._key = f"{self._folder}/part-{len(self.parts):05}.parquet"
        with ExitStack() as stack:
            file = stack.enter_context(store().writer(self._key))
            self._writer = stack.enter_context(RecordWriter(file))
            self._open = stack.pop_all()
        self._tally = PartTally()

    def _end(self) -> None:
        assert self._open is not None  # noqa: S101 - narrows the type; `_begin` ran
        opened, self._open = self._open, None
        opened.close()
        self.parts.append(self._tally.part(self._key))

    def __enter__(self) -> PartsWriter:
        return self

    def close(self) -> None:
        """Finish the part that is being written; `parts` is complete then."""
        if self._open is not None:
            self._end()

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is None:
            self.close()
        elif self._open is not None:
            opened, self._open = self._open, None
            opened.__exit__(kind, error, traceback)


def parts_stats(parts: Iterable[Part]) -> dict[str, Any]:
    """The numbers of a version: sums over its parts."""
    total: Counter[str] = Counter(responses=0, labels=0, multi_turn=0, turns=0)
    named: dict[str, Counter[str]] = {
        name: Counter() for name in ("label_sources", "outcomes", *AnnotationCounts.NAMES)
    }
    for part in parts:
        for name, value in part["stats"].items():
            if isinstance(value, dict):
                named[name].update(value)
            else:
                total[name] += value
    return {**total, **{name: dict(sorted(counts.items())) for name, counts in named.items()}}


def parts_rows(parts: Iterable[Part]) -> int:
    return sum(part["rows"] for part in parts)


def parts_hash(parts: Iterable[Part]) -> str:
    """The content hash of a version: 64 hex characters, the same for the same rows in any order."""
    listed = list(parts)
    total = sum(int(part["digest"], 16) for part in listed) % (1 << _DIGEST_BITS)
    facts = f"{parts_rows(listed)}:{total:064x}".encode()
    return hashlib.blake2b(facts, digest_size=_DIGEST_BITS // 8).hexdigest()


def parts_offsets(parts: Iterable[Part]) -> Iterator[tuple[int, Part]]:
    """Each part with the version position of its first row."""
    offset = 0
    for part in parts:
        yield offset, part
        offset += part["rows"]
