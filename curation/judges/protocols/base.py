"""What a judging protocol must provide: its options, the columns it fills, and the inquiry about one unit.

A unit of a protocol of level `pair` is two responses of a record, of level `response` one, of level `record` the record
itself. Both orders of a pair are
asked in one step, and what is written down names responses, never places.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from curation.domain.judging.prompts.parts import Example
from curation.judges.inquiries import Inquiry, NoReplyError, Question, Reply
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Cell, Column, Pair, Row, failed, pair_failed, pair_row
from webapp.api.errors import ApplicationError
from webapp.store.canonical import Annotation, Record, Response

Level = Literal["pair", "response", "record"]
# What becomes of the rows when they are brought home: votes, or drafts for people to confirm.
Gives = Literal["votes", "drafts"]
PRINCIPLES = Column("principles", "Principles it was given under", "text")
EXAMPLES = Column("examples", "Records of the examples it was shown", "text")
Values = Generator[list[Question], list[Reply], dict[str, Cell]]


@dataclass(frozen=True)
class Unit:
    """One thing to be judged. `examples` are pairs people have labelled, of the records `example_ids`, for judges that
    are shown some."""

    record: Record
    pair: Pair | None = None
    response: Response | None = None
    examples: tuple[Example, ...] = ()
    example_ids: tuple[str, ...] = ()
    responses: dict[str, Response] = field(default_factory=dict)

    @property
    def sides(self) -> tuple[Response, Response]:
        """The responses a and b of a pair."""
        if self.pair is None:
            raise ValueError("A single response has no sides.")
        return self.responses[self.pair.a], self.responses[self.pair.b]

    @property
    def response_id(self) -> str | None:
        """Of the response that is judged by itself; None for a pair, and for a request."""
        return self.response.response_id if self.response is not None else None

    @property
    def one(self) -> Response:
        """The response itself."""
        if self.response is None:
            raise ValueError("A pair is not one response.")
        return self.response


class JudgeProtocol(ABC):
    """One module of this folder provides one protocol or a few that are alike.

    `version` changes when the same replies give other values, `prompt_version` when the prompt does.
    """

    name: str
    title: str
    description: str
    level: Level
    gives: Gives
    # Whether the model writes, or its next-token probabilities are read.
    generates: bool
    # Whether its values can be held against labels of pairs: a verdict, or a score of each response.
    comparable: bool
    version: str = "1"
    prompt_version: str
    options_type: type[msgspec.Struct]

    def options_from(self, options: dict[str, Any]) -> Any:
        """Checked options. Raises ApplicationError that names the field."""
        try:
            return msgspec.convert(options, self.options_type)
        except msgspec.ValidationError as error:
            sentence, _, place = str(error).partition(" - at `$")
            raise options_refused(place.removesuffix("`").removeprefix("."), sentence) from None

    @abstractmethod
    def columns(self, options: Any) -> tuple[Column, ...]: ...

    @abstractmethod
    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        """The inquiry about a unit; ends in the values of its row. Raises NoReplyError."""


@runtime_checkable
class DraftsAnnotations(Protocol):
    """A protocol whose rows are annotations once they are brought home."""

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]: ...


def inquiry_of(protocol: JudgeProtocol, unit: Unit, judge: JudgeSpec) -> Inquiry:
    """The inquiry as the loop runs it: its values become a row, what had no reply a failed one."""
    try:
        values = yield from protocol.values(unit, judge)
    except NoReplyError as error:
        return _failed(unit, error.reason)
    if examples_shown(judge.options):
        values = {**values, EXAMPLES.name: " ".join(unit.example_ids)}
    principles = judge.principles_for(unit.record)
    if principles:
        values = {**values, PRINCIPLES.name: " ".join(f"{each.id}@{each.version}" for each in principles)}
    if unit.pair is not None:
        return pair_row(unit.pair, values)
    return Row(unit.record.record_id, values, response_id=unit.response_id)


def examples_shown(options: Any) -> int:
    """How many pairs that people labelled a judge with these options is shown at most."""
    return int(getattr(options, "few_shot", 0))


def _failed(unit: Unit, reason: str) -> Row:
    if unit.pair is not None:
        return pair_failed(reason, unit.pair)
    return failed(reason, unit.record.record_id, response_id=unit.response_id)


def options_refused(place: str, sentence: str) -> ApplicationError:
    where = f"options.{place}" if place else "options"
    return ApplicationError(f"{where}: {sentence.removesuffix('.')}.", fields={where: [sentence]})
