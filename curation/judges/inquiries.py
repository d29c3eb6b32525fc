"""What a protocol writes: inquiries, generators that ask a model what they need to know about one pair or response.

An inquiry yields the questions it needs answered next and is sent their replies in the same order; in the end it
returns its row. It knows nothing of models, memory or other inquiries, so a test can answer it by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from curation.domain.judging.replies import ReplyError, repair_messages
from curation.ml.judging.calls import Answer, Call
from curation.signals.kinds.base import Row


@dataclass(frozen=True)
class Question:
    """A call, and how its answer is read. `read` raises ReplyError for an answer that says nothing."""

    call: Call
    read: Callable[[Answer], Any]


@dataclass(frozen=True)
class Reply:
    """What `read` made of an answer, or the reason why there is nothing and the text that came back."""

    value: Any = None
    reason: str | None = None
    text: str = ""


Inquiry = Generator[list[Question], list[Reply], Row]


class NoReplyError(Exception):
    """A question that an inquiry cannot go on without has no answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def required(replies: list[Reply]) -> list[Any]:
    """The values of replies that are all needed. Raises NoReplyError with the first reason."""
    for reply in replies:
        if reply.reason is not None:
            raise NoReplyError(reply.reason)
    return [reply.value for reply in replies]


def repaired(questions: list[Question]) -> Generator[list[Question], list[Reply], list[Reply]]:
    """Ask; ask once more, showing what was wrong, where a reply could not be read (METHODS B6)."""
    replies = yield questions
    broken = [at for at, reply in enumerate(replies) if reply.reason is not None and reply.text]
    if not broken:
        return replies
    second = yield [_repair(questions[at], replies[at]) for at in broken]
    for at, reply in zip(broken, second, strict=True):
        replies[at] = reply
    return replies


def _repair(question: Question, reply: Reply) -> Question:
    call = question.call
    sentence = "Your reply could not be read."
    try:
        question.read(Answer(text=reply.text))
    except ReplyError as error:
        sentence = str(error)
    messages = repair_messages(call.messages, reply.text, sentence)
    return Question(Call(messages, call.options, call.lead, call.schema, call.sampling), question.read)
