"""What models say of the responses that a part's labels name, record after record.

Several models are loaded in turn, so that memory need hold one of them.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from curation.domain.recipe_steps import DEFAULT_PRECEDENCE
from curation.signals.embeddings import prompt_text
from curation.signals.kinds.base import Pair, Source, pairs_of
from curation.signals.model_resolution import ResolvedModel
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error
from webapp.store.canonical import Record

if TYPE_CHECKING:
    from curation.ml.token_rows import ScoringItem


TRAINED_ON_IT = "model_trained_on_it"


class Reading(Protocol):
    """What a model says of one response: `state` ok or failed, and perhaps a reason."""

    @property
    def record_id(self) -> str: ...

    @property
    def response_id(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def reason(self) -> str | None: ...


Result = TypeVar("Result", bound=Reading)
Result_co = TypeVar("Result_co", bound=Reading, covariant=True)


class ModelScorer(Protocol[Result_co]):
    """A loaded model; see `curation.ml.response_scoring`."""

    provenance: dict[str, Any]

    def score(self, items: Iterable[ScoringItem]) -> Iterator[Result_co]: ...


@contextmanager
def loading() -> Iterator[None]:
    """Turns what keeps a model from being loaded or used into a JobError with the same sentence."""
    try:
        from curation.ml.model_folder import ScoringError
    except ImportError as error:
        message = "Scoring with a model needs torch, which this worker does not have; start it without --lite."
        raise JobError(message) from error
    with as_job_error(ScoringError, ApplicationError):
        yield


def facts_of(scorer: ModelScorer[Any], model: ResolvedModel) -> dict[str, Any]:
    """What was loaded, for provenance."""
    return {**scorer.provenance, **model.facts}


def read_sides(
    source: Source, scorer: ModelScorer[Result], *, wanted: Callable[[Record], bool] = lambda record: True
) -> Iterator[tuple[Record, dict[str, Result]]]:
    """Each wanted record that has labelled pairs, with the model's reading of each of their sides by response id."""
    waiting: deque[Record] = deque()

    def items() -> Iterator[ScoringItem]:
        for record in source.records():
            if record.labels and wanted(record):
                waiting.append(record)
                yield scoring_item(record, sides_of(record))

    found: dict[str, Result] = {}
    for result in scorer.score(items()):
        found[result.response_id] = result
        # A record's results come one after the other and it has as many as it has labelled responses.
        if len(found) == len(sides_of(waiting[0])):
            source.alive()
            yield waiting.popleft(), found
            found = {}


def read_sides_in_turn(
    source: Source, load: Sequence[Callable[[], ModelScorer[Result]]]
) -> Iterator[tuple[Record, list[dict[str, Result]]]]:
    """Each record that has labelled pairs, with every model's readings of their sides, in the order of `load`."""
    *early, last = load
    held: list[deque[dict[str, Result]]] = []
    for each in early:
        with loading():
            scorer = each()
        held.append(deque(found for _, found in read_sides(source, scorer)))
        del scorer
    with loading():
        scorer = last()
    for record, found in read_sides(source, scorer):
        yield record, [*(readings.popleft() for readings in held), found]


def scoring_item(record: Record, sides: Sequence[str]) -> ScoringItem:
    """The record's prompt with these of its responses."""
    from curation.ml.token_rows import ScoringItem

    contents = {each.response_id: each.content for each in record.responses}
    prompt = [{"role": message.role, "content": message.content} for message in record.prompt]
    return ScoringItem(record.record_id, prompt, [(side, contents[side]) for side in sides])


def sides_of(record: Record) -> list[str]:
    """The responses that a record's labels name, each once."""
    return list(dict.fromkeys(side for label in record.labels for side in (label.a, label.b)))


def preferences_of(record: Record) -> dict[Pair, int]:
    """1 where b is better, −1 where a is, 0 where neither: by the mean of the most trusted source's labels.

    The better side is the one a recipe sees as chosen unless it is told otherwise.
    """
    said: dict[Pair, dict[str, int]] = {pair: {} for pair in pairs_of(record)}
    for label in record.labels:
        by_source = said[Pair(record.record_id, label.a, label.b, label.aspect)]
        by_source[label.source] = by_source.get(label.source, 0) + (label.value or 0)
    totals = {
        pair: next((by_source[source] for source in DEFAULT_PRECEDENCE if source in by_source), 0)
        for pair, by_source in said.items()
    }
    return {pair: (total > 0) - (total < 0) for pair, total in totals.items()}


class TrainingPrompts:
    """What a model was trained on, as far as this installation knows: its word on these prompts is memory."""

    def __init__(self, model: ResolvedModel) -> None:
        self._known = {_short(text) for text in model.training_prompts()}

    def holds(self, record: Record) -> bool:
        return bool(self._known) and _short(prompt_text(record)) in self._known


def _short(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def failure_of(readings: Iterable[Reading]) -> str | None:
    """The first failed reading's reason; None when there is none."""
    return next((reading.reason or "failed" for reading in readings if reading.state == "failed"), None)


def remark_of(readings: Iterable[Reading]) -> str | None:
    """The first remark beside a value ("truncated")."""
    return next((reading.reason for reading in readings if reading.reason), None)
