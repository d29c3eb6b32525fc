"""The items of an evaluation set as they lie in the store: one Parquet file, in the order they were read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from curation.text.normalise import comparable
from trainer_bridge.models import EvaluationSet
from webapp.store.files import store

# A part of an evaluation's work, and what a killed worker does again at most.
ITEMS_PER_GROUP = 256
CORRECT, INCORRECT = "correct", "incorrect"

_MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
_CANDIDATE = pa.struct([("text", pa.string()), ("role", pa.string()), ("style", pa.string())])
ITEMS = pa.schema(
    [
        ("item_id", pa.string()),
        # Items of one group share their prompt: intervals draw them together.
        ("group", pa.string()),
        ("subset", pa.string()),
        ("prompt", pa.list_(_MESSAGE)),
        ("candidates", pa.list_(_CANDIDATE)),
    ]
)


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """An answer; `role` is correct or incorrect, `style` names a variant where a benchmark has some."""

    text: str
    role: str
    style: str | None = None


class Item(msgspec.Struct, frozen=True, gc=False):
    """A prompt with one correct answer or more, which come first, and one incorrect answer or more."""

    item_id: str
    subset: str
    prompt: list[dict[str, str]]
    candidates: list[Candidate]


def group_of(prompt: Sequence[dict[str, str]]) -> str:
    """What stands for a prompt, however it is spaced, cased and punctuated: 32 hex characters."""
    said = "\x1e".join(f"{message['role']}\x1f{comparable(message['content'])}" for message in prompt)
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class ItemWriter:
    """Writes items to one Parquet file in row groups, holding one group in memory, and counts and hashes them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._writer = pq.ParquetWriter(file, ITEMS, compression="zstd")
        self._pending: list[dict[str, Any]] = []
        self._hasher = hashlib.sha256()
        self._ids: set[str] = set()
        self._groups: set[str] = set()
        self._subsets: Counter[str] = Counter()
        self._candidates = 0

    def __enter__(self) -> ItemWriter:
        return self

    def __exit__(self, kind: object, error: object, tb: object) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def append(self, item: Item) -> None:
        """Raises ValueError for an id that an item before it had."""
        if item.item_id in self._ids:
            raise ValueError(f"Two items have the id {item.item_id!r}.")
        self._ids.add(item.item_id)
        row = {**msgspec.to_builtins(item), "group": group_of(item.prompt)}
        self._hasher.update(msgspec.json.encode(row, order="sorted"))
        self._groups.add(row["group"])
        self._subsets[item.subset] += 1
        self._candidates += len(item.candidates)
        self._pending.append(row)
        if len(self._pending) == ITEMS_PER_GROUP:
            self._flush()

    @property
    def counts(self) -> dict[str, Any]:
        return {
            "items": len(self._ids),
            "candidates": self._candidates,
            "prompts": len(self._groups),
            "subsets": dict(sorted(self._subsets.items())),
        }

    @property
    def content_hash(self) -> str:
        return self._hasher.hexdigest()

    def _flush(self) -> None:
        if self._pending:
            self._writer.write_table(pa.Table.from_pylist(self._pending, schema=ITEMS))
            self._pending = []


def groups_of(items: int) -> int:
    """How many row groups hold so many items."""
    return -(-items // ITEMS_PER_GROUP)


def read_group(evaluation_set: EvaluationSet, group: int) -> list[dict[str, Any]]:
    """The items of one row group, as rows of `ITEMS`."""
    with store().open(evaluation_set.items_key) as file:
        rows: list[dict[str, Any]] = pq.ParquetFile(file, pre_buffer=False).read_row_group(group).to_pylist()
    return rows


def iter_items(evaluation_set: EvaluationSet, *, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Every item in order, one row group in memory at a time."""
    with store().open(evaluation_set.items_key) as file:
        parquet = pq.ParquetFile(file, pre_buffer=False)
        for group in range(parquet.num_row_groups):
            yield from parquet.read_row_group(group, columns=list(columns) if columns else None).to_pylist()
