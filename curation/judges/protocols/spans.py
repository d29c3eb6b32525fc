"""Fine-grained errors, marked in the same form as people mark them, for people to confirm or correct (METHODS §5)."""

from __future__ import annotations

from typing import Any

import msgspec

from annotation.domain.questions.base import QuestionError
from annotation.domain.questions.spans import validate_definition
from annotation.domain.text_offsets import sha256_of
from curation.domain.judging.prompts import spans
from curation.judges.inquiries import repaired, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values, options_refused
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.writing import as_json, drafted, json_question
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Column
from webapp.store.canonical import Annotation, Record

# Irrelevance and repetition at parts of sentences, wrong facts at sentences, missing answers at the whole.
FINE_GRAINED: dict[str, Any] = {
    "name": "spans",
    "type": "spans",
    "title": "Errors",
    "required": False,
    "categories": [
        {"name": "wrong", "title": "Wrong", "density": "sentence"},
        {"name": "unverifiable", "title": "Cannot be verified", "density": "sentence"},
        {"name": "irrelevant", "title": "Irrelevant", "density": "sub_sentence"},
        {"name": "redundant", "title": "Repeats what was said", "density": "sub_sentence"},
        {"name": "incoherent", "title": "Incoherent", "density": "sub_sentence"},
    ],
    "omissions": [{"name": "missing", "title": "Something asked for is missing"}],
    "severities": [{"name": "minor", "title": "Minor"}, {"name": "major", "title": "Major"}],
}


class SpansOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """`question` is a question of type spans as forms define it; without one, five categories of errors are marked."""

    question: dict[str, Any] = {}


class SpansProtocol(JudgeProtocol):
    name = "spans"
    title = "Marked errors"
    description = (
        "Marks what is wrong in each response, with category, severity, note and evidence, in the form people mark it, "
        "so that the marks can be confirmed or corrected in a campaign."
    )
    level = "response"
    gives = "drafts"
    generates = True
    comparable = False
    prompt_version = spans.PROMPT_VERSION
    options_type = SpansOptions

    def options_from(self, options: dict[str, Any]) -> Any:
        found: SpansOptions = super().options_from(options)
        try:
            return msgspec.structs.replace(found, question=_question(found))
        except QuestionError as error:
            raise options_refused("question", str(error)) from None

    def columns(self, options: SpansOptions) -> tuple[Column, ...]:
        return (
            Column("marks", "Marks"),
            Column("omissions", "Omissions"),
            Column("refused", "Marks without a place in the text"),
            Column("spans", "Marks and omissions", "text"),
        )

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        question, text = judge.options.question, unit.one.content
        passages = _passages(unit.record)
        messages = spans.messages(brief_of(unit, judge), text, question, passages)
        (reply,) = required((yield from repaired([json_question(messages, spans.shape(question), judge)])))
        placed = spans.place(reply, text, question, passages)
        return {
            "marks": float(len(placed.marks)),
            "omissions": float(len(placed.omissions)),
            "refused": float(len(placed.refused)),
            "spans": as_json({"question": question["name"], "marks": placed.marks, "omissions": placed.omissions}),
        }

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        """An answer to the question as a person's is stored."""
        target = row["response_id"]
        text = next(each.content for each in record.responses if each.response_id == target)
        found = msgspec.json.decode(row["spans"])
        marks = [{**mark, "target": target} for mark in found["marks"]]
        omissions = [{**each, "target": target} for each in found["omissions"]]
        if row["refused"] and not marks and not omissions:
            # Faults were found, but none has a place: neither marks nor “no error”.
            return []
        faulty = bool(marks or omissions)
        body = {
            "sha256": {target: sha256_of(text)} if faulty else {},
            "marks": marks,
            "omissions": omissions,
            "no_error": [] if faulty else [target],
        }
        return [drafted("spans", found["question"], body, annotator=annotator, origin=origin, target=target)]


def _question(options: SpansOptions) -> dict[str, Any]:
    given = options.question or FINE_GRAINED
    return validate_definition({**given, "type": "spans"})


def _passages(record: Record) -> list[dict[str, Any]]:
    """Passages that came with the row: `[{"title", "sentences"}]` in its metadata."""
    found = record.metadata.get("passages")
    if not isinstance(found, list):
        return []
    return [each for each in found if isinstance(each, dict) and isinstance(each.get("sentences"), list)]
