"""The loop that runs many inquiries at once: what was answered before is looked up, the rest goes to the model.

Inquiries are opened as the backend has room, so that follow-up questions of one go out beside first questions of
another and nothing waits for a batch to fill. Rows come out in the order the inquiries came in.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from curation.domain.judging.replies import ReplyError
from curation.judges.answers import AnswerMemory
from curation.judges.inquiries import Inquiry, Question, Reply
from curation.ml.judging.calls import Answer, BackendError, Call, JudgeBackend
from curation.signals.kinds.base import Row
from webapp.jobs.handlers import JobError

OPENED_AT_ONCE = 64
MOST_OPEN = 1024
FAILURES_LOOKED_AT = 200
MOST_FAILURES = 0.1


@dataclass
class _Open:
    """An inquiry under way: what it asked last and the replies so far."""

    record_id: str
    inquiry: Inquiry
    questions: list[Question] = field(default_factory=list)
    replies: list[Reply | None] = field(default_factory=list)
    row: Row | None = None


class _Place(NamedTuple):
    """Which question of which inquiry waits for an answer."""

    opened: _Open
    position: int


def ask_all(
    inquiries: Iterable[tuple[str, Inquiry]],
    *,
    backend: JudgeBackend,
    memory: AnswerMemory,
    alive: Callable[[], None],
) -> Iterator[Row]:
    """The rows of inquiries, given as (record_id, inquiry), in their order.

    Raises JobError when more than a tenth of the last 200 failed, or the cap on what may be spent is reached.
    """
    asking = _Asking(iter(inquiries), memory, alive)
    try:
        while asking.open_more() or asking.queue:
            yield from asking.finished()
            for number, answer in backend.answer(asking.calls()):
                asking.take(number, answer)
                yield from asking.finished()
            asking.check_all_answered()
        yield from asking.finished()
    except BackendError as error:
        raise JobError(str(error)) from error
    finally:
        memory.write()


class _Asking:
    def __init__(
        self, inquiries: Iterator[tuple[str, Inquiry]], memory: AnswerMemory, alive: Callable[[], None]
    ) -> None:
        self._inquiries, self._memory, self._alive = inquiries, memory, alive
        self._open: deque[_Open] = deque()
        self.queue: deque[tuple[int, Call]] = deque()
        # Keys by number, and everybody who waits for the answer of a key: equal calls are sent once.
        self._numbers: dict[int, bytes] = {}
        self._waiting: dict[bytes, list[_Place]] = {}
        self._under_way = 0
        self._next_number = 0
        self._to_look_up: list[_Open] = []
        self._recent: deque[str | None] = deque(maxlen=FAILURES_LOOKED_AT)

    def calls(self) -> Iterator[tuple[int, Call] | None]:
        """What the backend pulls from; ends when all that can be asked is answered, or rows wait to be handed out."""
        while True:
            self._look_up()
            if not self.queue and not self._has_finished():
                self.open_more()
            if self.queue:
                self._under_way += 1
                yield self.queue.popleft()
            elif self._under_way:
                yield None
            else:
                return

    def open_more(self) -> bool:
        """Start the next inquiries; False when there are none left."""
        if len(self._open) >= MOST_OPEN:
            return True
        started = [_Open(record_id, inquiry) for record_id, inquiry in islice(self._inquiries, OPENED_AT_ONCE)]
        for opened in started:
            self._open.append(opened)
            self._advance(opened, None)
        self._look_up()
        return bool(started)

    def take(self, number: int, answer: Answer) -> None:
        """An answer came back from the model."""
        self._alive()
        self._under_way -= 1
        key = self._numbers.pop(number)
        first, *others = self._waiting.pop(key)
        reply = read_answer(first.opened.questions[first.position], answer)
        self._memory.put(key, answer, reason=reply.reason, record_id=first.opened.record_id)
        self._settle(first, reply)
        for place in others:
            self._settle(place, read_answer(place.opened.questions[place.position], answer))

    def finished(self) -> Iterator[Row]:
        """Rows of the inquiries that ended, up to the first that has not."""
        while self._has_finished():
            row = self._open.popleft().row
            if row is not None:
                self._recent.append(row.reason if row.state == "failed" else None)
                self._stop_when_all_fails()
                yield row

    def check_all_answered(self) -> None:
        """Raises RuntimeError when the backend ended without answering everything it had pulled."""
        if self._under_way:
            raise RuntimeError(f"The backend left {self._under_way} calls unanswered.")

    def _has_finished(self) -> bool:
        return bool(self._open) and self._open[0].row is not None

    def _advance(self, opened: _Open, replies: list[Reply] | None) -> None:
        try:
            opened.questions = opened.inquiry.send(replies) if replies is not None else next(opened.inquiry)
        except StopIteration as ended:
            opened.row = ended.value
            return
        opened.replies = [None] * len(opened.questions)
        self._to_look_up.append(opened)

    def _look_up(self) -> None:
        """Answer what is known; everything else joins the queue, the questions of one inquiry side by side."""
        while self._to_look_up:
            looking, self._to_look_up = self._to_look_up, []
            keys = {id(question): self._memory.key_of(question.call) for each in looking for question in each.questions}
            known = self._memory.known(list(keys.values()))
            for opened in looking:
                for position, question in enumerate(opened.questions):
                    key = keys[id(question)]
                    reply = read_answer(question, known[key]) if key in known else None
                    if reply is not None and reply.reason is None:
                        self._memory.reuse(1)
                        self._settle(_Place(opened, position), reply)
                    else:
                        self._enqueue(_Place(opened, position), key)

    def _enqueue(self, place: _Place, key: bytes) -> None:
        waiting = self._waiting.setdefault(key, [])
        waiting.append(place)
        if len(waiting) == 1:
            self._numbers[self._next_number] = key
            self.queue.append((self._next_number, place.opened.questions[place.position].call))
            self._next_number += 1

    def _settle(self, place: _Place, reply: Reply) -> None:
        opened = place.opened
        opened.replies[place.position] = reply
        given = [each for each in opened.replies if each is not None]
        if len(given) == len(opened.questions):
            self._advance(opened, given)

    def _stop_when_all_fails(self) -> None:
        failures = Counter(reason for reason in self._recent if reason is not None)
        if len(self._recent) < FAILURES_LOOKED_AT or failures.total() <= MOST_FAILURES * FAILURES_LOOKED_AT:
            return
        reason, count = failures.most_common(1)[0]
        raise JobError(
            f"{failures.total()} of the last {FAILURES_LOOKED_AT} failed, most often as “{reason}” ({count}); the rest "
            "is not asked. Look at the failed answers, change the judge, and run it again."
        )


def read_answer(question: Question, answer: Answer) -> Reply:
    """What a question makes of an answer, or why it makes nothing of it."""
    if answer.reason is not None:
        return Reply(reason=answer.reason, text=answer.text)
    try:
        return Reply(question.read(answer), text=answer.text)
    except ReplyError as error:
        return Reply(reason=error.reason, text=answer.text)
