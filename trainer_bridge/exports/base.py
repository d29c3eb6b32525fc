"""What a format must say about itself, and the units it turns into rows: kept pairs, or records with their pairs.

A format is one module with one class. It declares its options once (`options.Option`); what it says of columns, schema
and rows may depend on them. Every candidate for a row is either a `Row` or a `Dropped` with a machine-readable reason,
so that `in = written + dropped` always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import duckdb
import numpy as np
import pyarrow as pa

from curation.domain.arrays import Floats
from trainer_bridge.exports.options import Option, Options
from webapp.jobs.handlers import JobError
from webapp.store.canonical import Message, Record

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
Messages = list[dict[str, str]]


class Sides(NamedTuple):
    """The numbers of the two answers of a pair from one source; None where it has none."""

    chosen: float | None
    rejected: float | None

    @property
    def gap(self) -> float | None:
        return None if self.chosen is None or self.rejected is None else self.chosen - self.rejected


@dataclass(frozen=True, slots=True)
class Pair:
    """One kept pair of a snapshot: `prompt` as messages, the two answers as text, `split` train or test.

    `strength` is None where people gave none, or gave it for the other side of a label that was turned round.
    `margins` holds what the snapshot froze of each signal its recipe used, by the signal's id. `scores` holds both
    answers' numbers from every source that an option of the format names.
    """

    prompt: Messages
    chosen: str
    rejected: str
    strength: float | None
    split: str
    pair_id: str = ""
    record_id: str = ""
    chosen_id: str = ""
    rejected_id: str = ""
    aspect: str | None = None
    votes: int = 1
    agreement: float | None = None
    source: str = ""
    margins: Mapping[str, float] = field(default_factory=dict)
    # The probability that chosen is better and how much the pair counts, as the recipe has it.
    soft_label: float = 1.0
    weight: float = 1.0
    flipped: bool = False
    # Neither answer is better, and which is called chosen means nothing.
    tie: bool = False
    scores: Mapping[str, Sides] = field(default_factory=dict)
    # The one answer this unit is about, where a format puts single answers in an order of its own (`Orders`).
    side: Literal["chosen", "rejected"] | None = None

    @property
    def is_treated(self) -> bool:
        """A recipe made the label soft or gave the pair another weight."""
        return self.soft_label != 1.0 or self.weight != 1.0

    def gap(self, source: str) -> float | None:
        """How much better chosen is by a `margin` option's source, in the source's own units; None where unknown."""
        if source == "strength":
            return None if self.strength is None else abs(self.strength)
        if source in self.scores:
            return self.scores[source].gap
        return self.margins.get(source.removeprefix("signal:"))


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record of the dataset version with those of its pairs that the snapshot keeps in `split`, in their order.

    `scores` holds `{source: {response_id: number}}` for every source that an option of the format names.
    """

    record: Record
    pairs: tuple[Pair, ...]
    split: str
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a format's schema, every column set, for the files of `split`.

    `remarks` are counted and told in the manifest, such as "no_margin" of a row that has none of its own.
    """

    values: dict[str, Any]
    split: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A candidate that made no row, and why, in snake_case."""

    reason: str
    split: str


@dataclass(frozen=True)
class Column:
    """A column of the files; `read_by` names what reads it where that is not the format's trainer."""

    name: str
    description: str
    read_by: str = ""


class Format(Protocol):
    """A file format of one trainer, the same object for every export: it holds no state.

    `description` says in a sentence or two what it is for, `reads` what `rows` is given, `over_long` what the trainer
    does to rows that are too long.
    """

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def trainer(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def options(self) -> tuple[Option, ...]: ...

    @property
    def reads(self) -> Literal["pairs", "records"]: ...

    @property
    def over_long(self) -> str: ...

    def columns(self, options: Options) -> tuple[Column, ...]:
        """The columns in the order of the files."""
        ...

    def schema(self, options: Options) -> pa.Schema:
        """The columns' types, the same in every file."""
        ...

    # `unit` is a Pair or a KeptRecord, as `reads` says.
    def rows(self, unit: Any, options: Options) -> Iterable[Row | Dropped]:
        """Every candidate that the unit makes, at least one."""
        ...


def _no_sides(source: str) -> Floats:
    raise LookupError(source)


@dataclass(frozen=True)
class KeptPairs:
    """The kept pairs of a snapshot, or only the `first` so many of them, in the order of its pairs.parquet at `url`."""

    url: str
    first: int | None = None

    def put_into(self, sql: str, **parts: str) -> str:
        """A statement with the pairs in the place of `{pairs}`; they are read from the parameter `pairs`."""
        whole = "read_parquet($pairs)"
        pairs = whole if self.first is None else f"(SELECT * FROM {whole} LIMIT {self.first:d})"  # noqa: S608 - a number
        return sql.format(pairs=pairs, **parts)

    @property
    def parameters(self) -> dict[str, object]:
        return {"pairs": [self.url]}


@dataclass(frozen=True)
class Corpus:
    """The snapshot's files for those who must see all of it first: a cursor, and addresses for `read_parquet`.

    `parts` are the dataset version's. `scores` holds, for every source of single responses that an option names, a
    statement for (record_id, response_id, score) and its parameters. `sides` gives, for any source but strength, an
    array (kept pairs, 2) of both answers' numbers in the file's order, NaN where there is none.
    """

    cursor: duckdb.DuckDBPyConnection
    pairs: KeptPairs
    parts: list[str]
    scores: Mapping[str, tuple[str, Mapping[str, object]]] = field(default_factory=dict)
    sides: Callable[[str], Floats] = _no_sides

    def over_pairs(self, sql: str, **parameters: object) -> duckdb.DuckDBPyConnection:
        """Run a statement that reads the kept pairs as `{pairs}`."""
        return self.cursor.execute(self.pairs.put_into(sql), {**self.pairs.parameters, **parameters})

    def gaps(self, source: str) -> Floats:
        """How much better chosen is in each kept pair by a source, in the file's order; NaN where unknown."""
        sides = self.sides(source)
        return np.asarray(sides[:, 0] - sides[:, 1])


@runtime_checkable
class Learns(Protocol):
    """A format that must know something of the whole snapshot before its first row."""

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """What `rows` will find in `options.learned`. Raises JobError with one sentence."""
        ...


@runtime_checkable
class Orders(Protocol):
    """A format of pairs that writes their sides one by one, in an order of its own."""

    def order(self, corpus: Corpus, options: Options) -> pa.Table:
        """`place` of a pair in the snapshot's file from 0, `is_chosen` and `rank`, a row for each side it wants."""
        ...


@runtime_checkable
class ReadsTies(Protocol):
    """A format of pairs that may also want pairs in which neither answer is better."""

    def reads_ties(self, options: Options) -> bool: ...


@runtime_checkable
class Tells(Protocol):
    """A format with something of its own to say in the manifest."""

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        """Entries for the manifest, once `rows` were written to each split."""
        ...

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        """Sentences a person should read before training."""
        ...


@runtime_checkable
class AddsFiles(Protocol):
    """A format whose trainer wants more than rows: descriptions of them, settings to start from."""

    def texts(self, manifest: Mapping[str, Any], options: Options) -> dict[str, str]:
        """`{file name: UTF-8 text}`."""
        ...


@runtime_checkable
class Checks(Protocol):
    """A format whose options must fit together."""

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        """`{option: what is wrong with it, in a sentence}` of completed options."""
        ...


def scores_of(corpus: Corpus, source: str) -> Floats:
    """Every finite number that a source of single responses has in the dataset version. Raises JobError without any."""
    sql, parameters = corpus.scores[source]
    found = corpus.cursor.execute(f"SELECT score FROM ({sql}) WHERE isfinite(score)", parameters).fetchnumpy()  # noqa: S608 - of our own parts
    scores = np.asarray(found["score"], dtype=np.float64)
    if not scores.size:
        raise JobError(f"{source} has no number for any response; choose another source.")
    return scores


def assistant(content: str) -> Messages:
    """An answer as the conversation that continues the prompt."""
    return [{"role": "assistant", "content": content}]


def messages(prompt: Iterable[Message]) -> Messages:
    """A record's prompt as trainers read it."""
    return [{"role": message.role, "content": message.content} for message in prompt]
