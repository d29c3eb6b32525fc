"""What protocols share whose model writes: questions answered in JSON, and annotations as they are brought home."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from curation.domain.judging.prompts.parts import Messages
from curation.domain.judging.replies import decode, json_schema
from curation.judges.inquiries import Question
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Call
from webapp.store.canonical import Annotation, make_annotation

Shape = TypeVar("Shape", bound=msgspec.Struct)


def json_question(messages: Messages, shape: type[Shape], judge: JudgeSpec, *, sample: int = 0) -> Question:
    """A question whose reply is a `shape`; samples of one question differ in their seed alone."""
    sampling = replace(judge.sampling, seed=judge.sampling.seed + sample)
    return Question(
        Call(messages, schema=json_schema(shape), sampling=sampling), lambda answer: decode(answer.text, shape)
    )


def as_json(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def drafted(kind: str, question: str, body: Any, *, annotator: str, origin: str, target: str | None) -> Annotation:
    """An annotation of a judge."""
    return make_annotation(kind, question, body, source="judge", annotator=annotator, origin=origin, target=target)


def drafted_text(question: str, text: str, target: str, *, annotator: str, origin: str) -> Annotation:
    """A text about one response, as a text question that is asked for each response stores it."""
    return drafted("text", question, {target: text}, annotator=annotator, origin=origin, target=target)
