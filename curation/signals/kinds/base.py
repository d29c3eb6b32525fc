"""What a kind of signal must provide.

A kind says at which level it speaks (responses, labelled pairs or records) and which columns it has. A worker hands its
scorer a `Source` and writes what it yields; a recipe reads every column of every kind by the same rules:

- `response`: a recipe sees the margin chosen − rejected of a number, or the value of either side;
- `pair`: `a` < `b` are the sides of a labelled pair; a `signed` number says b − a and is turned towards chosen, so
  swapping sides negates it;
- `record`: one value for every pair of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from webapp.api.errors import ApplicationError
from webapp.store.canonical import Record

Level = Literal["response", "pair", "record"]
Scope = Literal["part", "version"]
ColumnType = Literal["number", "text", "flag"]
Cell = float | str | bool | None


@dataclass(frozen=True)
class Column:
    """One named value of a signal. `signed` numbers of pairs change their sign with the sides."""

    name: str
    title: str
    type: ColumnType = "number"
    signed: bool = False


SCORE: tuple[Column, ...] = (Column("score", "Score"),)


class Pair(NamedTuple):
    """A labelled pair: two responses of a record and what was asked about them."""

    record_id: str
    a: str
    b: str
    aspect: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one response, pair or record, or the reason why it has none. A missing value is never 0.

    `values` holds the kind's columns; one that is left out is missing for this row alone. A `reason` beside state ok
    is a remark ("truncated").
    """

    record_id: str
    values: Mapping[str, Cell]
    response_id: str | None = None
    a: str | None = None
    b: str | None = None
    aspect: str | None = None
    state: Literal["ok", "failed"] = "ok"
    reason: str | None = None


def failed(reason: str, record_id: str, **where: str | None) -> Row:
    """A row without values; `where` is `response_id`, or `a`, `b` and `aspect`."""
    return Row(record_id, {}, state="failed", reason=reason, **where)


def pair_row(pair: Pair, values: Mapping[str, Cell], remark: str | None = None) -> Row:
    return Row(pair.record_id, values, a=pair.a, b=pair.b, aspect=pair.aspect, reason=remark)


def pair_failed(reason: str, pair: Pair) -> Row:
    return failed(reason, pair.record_id, a=pair.a, b=pair.b, aspect=pair.aspect)


class Source(Protocol):
    """The records a scorer reads: one part for kinds of scope `part`, all of a version else.

    Everything may be read as often as needed; no more than a few thousand records are held at a time.
    """

    @property
    def project_id(self) -> int: ...

    @property
    def version_id(self) -> int: ...

    @property
    def job_id(self) -> int: ...

    @property
    def parts(self) -> list[str]:
        """Store keys; a part never changes, so what is worked out from one may be kept under its key."""
        ...

    def records(self) -> Iterator[Record]: ...

    def records_of(self, part: str) -> Iterator[Record]: ...

    def alive(self) -> None:
        """Call every second or so while no rows are yielded: keeps the job's lease; raises when it was cancelled."""
        ...

    def prepares(self, *, expected: int = 0, done: int = 0) -> None:
        """For what has to be worked out before any row, such as vectors: so many more to do, or done. Keeps alive."""
        ...


Scorer = Callable[[Source], Iterable[Row]]


def pairs_of(record: Record) -> list[Pair]:
    """The labelled pairs of a record, each once, in the order of their labels."""
    return list(dict.fromkeys(Pair(record.record_id, label.a, label.b, label.aspect) for label in record.labels))


class SignalKind(Protocol):
    """One module of this folder provides one kind. `version` changes when the same input gives other numbers.

    `queue` is "default", or "ml" for what needs torch. Kinds of scope "version" see all records at once and run in one
    shard; the others run part by part, side by side.
    """

    kind: str
    title: str
    description: str
    version: str
    queue: str
    level: Level
    scope: Scope
    columns: tuple[Column, ...]
    params_schema: dict[str, Any]

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Check the parameters; return the signal's name and its provenance so far. Raises ApplicationError."""
        ...

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        """In a worker: make the scorer, and say what else was used (package versions, device).

        The second value may be filled in while the scorer runs; it is read when the last row was yielded.
        """
        ...


@runtime_checkable
class AddsUp(Protocol):
    """A kind of scope "part" whose provenance speaks of all rows."""

    def add_up(self, used: list[dict[str, Any]]) -> dict[str, Any]:
        """One provenance from what the scorers of all parts said was used. Never called without parts."""
        ...


@runtime_checkable
class WorksInSlices(Protocol):
    """A kind of scope "part" that is slow enough for a part to be shared among workers, so many rows at a time."""

    level: Level
    rows_per_shard: int


@runtime_checkable
class ChoosesColumns(Protocol):
    """A kind whose columns depend on what is asked; its `columns` are those that all have."""

    def columns_for(self, *, project_id: int, params: dict[str, Any]) -> tuple[Column, ...]:
        """After `prepare`."""
        ...


@runtime_checkable
class ReadsSignals(Protocol):
    """A kind that is made from signals of the version it is asked for."""

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        """After `prepare`. Raises ApplicationError when a signal among the parameters is of another version."""
        ...


def no_params(params: dict[str, Any]) -> None:
    """Raises ApplicationError unless `params` is empty."""
    if params:
        raise ApplicationError(f"params: this signal takes none, but got {', '.join(sorted(params))}.")
