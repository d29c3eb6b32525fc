"""Fine-Grained RLHF's QA feedback (arXiv 2306.01693): four predictions, marks on the first, votes on all pairs.

Spans and omissions become one `spans` annotation of prediction 1 in the shape of our own answers, a correction an
`edit` annotation, the six votes labels. What our shape cannot hold (the file's order of marks and of predictions,
explanations as they were written, sentence numbers that name a title) is kept beside it, so that
`curation.datasets.downloads` gives back the very objects that came in.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import msgspec
from rapidfuzz.distance import Levenshtein

from annotation.domain.text_offsets import sha256_of
from curation.datasets.importers.base import (
    Draft,
    DraftAnnotation,
    DraftLabel,
    Row,
    RowError,
    missing,
    response,
    text_at,
    wrong_type,
)
from webapp.store.canonical import Message, Response

PREDICTIONS = ("prediction 1", "prediction 2", "prediction 3", "prediction 4")
# In the order of the file's `preference`.
PAIRS = tuple(combinations(range(len(PREDICTIONS)), 2))
CATEGORIES = {
    "Irrelevant": "irrelevant",
    "Redundant": "redundant",
    "Incoherent": "incoherent",
    "Wrong-Grounding": "wrong_grounding",
    "Unverifiable": "unverifiable",
}
OMISSIONS = {
    "Missing-Answer": "missing_answer",
    "Missing-Major-Auxiliary": "missing_major_auxiliary",
    "Missing-Minor-Auxiliary": "missing_minor_auxiliary",
}
SPANS_QUESTION, EDIT_QUESTION = "errors", "correction"
_USED = frozenset({"question", "passages", "gold", "feedback", "preference", *PREDICTIONS})
_ERROR_PARTS = {"error type", "explanation", "start", "end"}
_OMISSION_PARTS = {"error type", "passage_id", "sentence_id"}
_FEEDBACK_PARTS = {"errors", "missing-info", "corrected-prediction"}


class FineGrained:
    key = "fine_grained"
    title = "Fine-Grained RLHF feedback"

    def fits(self, row: Row) -> bool:
        feedback = row.get("feedback")
        return type(feedback) is dict and "errors" in feedback and PREDICTIONS[0] in row

    def draft(self, row: Row) -> Draft:
        question = text_at(row, "question")
        responses = [response(text_at(row, name)) for name in PREDICTIONS]
        passages = _passages(row)
        feedback = row.get("feedback")
        if type(feedback) is not dict:
            raise missing("feedback") if feedback is None else wrong_type("feedback", "an object", feedback)
        _only(feedback, _FEEDBACK_PARTS, "feedback")
        return Draft(
            [Message("user", question)],
            responses,
            _labels(row),
            metadata={
                "passages": [{"title": passage[0], "sentences": passage[1:]} for passage in passages],
                "reference": text_at(row, "gold"),
                "fine_grained": {
                    "predictions": [each.response_id for each in responses],
                    "other": {key: value for key, value in row.items() if key not in _USED},
                },
            },
            annotations=[
                DraftAnnotation(
                    "spans", SPANS_QUESTION, _spans(feedback, responses[0], passages), responses[0].response_id
                ),
                *_correction(feedback, responses[0]),
            ],
        )


def _list_at(row: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = row.get(key)
    if type(value) is not list:
        raise missing(where) if value is None else wrong_type(where, "a list", value)
    return value


def _only(part: Any, allowed: set[str], where: str) -> None:
    """What an object of this format may hold; a part we do not know could not be given back."""
    if type(part) is not dict:
        raise wrong_type(where, "an object", part)
    for name in part:
        if name not in allowed:
            raise RowError("wrong_type", f"“{where}” holds “{name[:40]}”, which this format does not have.")


def _passages(row: Row) -> list[list[str]]:
    passages = _list_at(row, "passages", "passages")
    for index, passage in enumerate(passages):
        if type(passage) is not list or not passage or any(type(part) is not str for part in passage):
            raise wrong_type(f"passages[{index}]", "a list of a title and sentences", passage)
    return passages


def _labels(row: Row) -> list[DraftLabel]:
    given = _list_at(row, "preference", "preference")
    if len(given) != len(PAIRS) or any(type(vote) is not int or vote not in (0, 1, 2) for vote in given):
        raise RowError(
            "bad_label", f"“preference” must be {len(PAIRS)} numbers: 1 or 2 for the better one, 0 for a tie."
        )
    values = {0: (0, 0.0), 1: (-1, 1.0), 2: (1, 1.0)}
    return [DraftLabel(*pair, *values[vote]) for pair, vote in zip(PAIRS, given, strict=True)]


def _spans(feedback: Mapping[str, Any], target: Response, passages: list[list[str]]) -> dict[str, Any]:
    """The answer to a spans question; `original` tells in the file's order what the answer cannot."""
    errors = _list_at(feedback, "errors", "feedback.errors")
    given = _list_at(feedback, "missing-info", "feedback.missing-info")
    marks = [_mark(error, f"feedback.errors[{n}]", target, passages) for n, error in enumerate(errors)]
    order = sorted(range(len(marks)), key=lambda n: (marks[n]["start"], marks[n]["end"], n))
    omissions = [_omission(part, f"feedback.missing-info[{n}]", target, passages) for n, part in enumerate(given)]
    original: list[dict[str, Any]] = [
        {"mark": order.index(n), "explanation": error["explanation"]} for n, error in enumerate(errors)
    ]
    original += [
        {"omission": n, "passage_id": part["passage_id"], "sentence_id": part["sentence_id"]}
        for n, part in enumerate(given)
    ]
    faulty = bool(marks or omissions)
    return {
        "sha256": {target.response_id: sha256_of(target.content)} if faulty else {},
        "marks": [marks[n] for n in order],
        "omissions": omissions,
        "no_error": [] if faulty else [target.response_id],
        "original": original,
    }


def _mark(error: Any, where: str, target: Response, passages: list[list[str]]) -> dict[str, Any]:
    _only(error, _ERROR_PARTS, where)
    kind, explanation = _category(error, CATEGORIES, where), text_at(error, "explanation")
    start, end = error.get("start"), error.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(target.content):
        raise RowError(
            "bad_span", f"“{where}” must begin before it ends, within the {len(target.content)} characters of its text."
        )
    return {
        "target": target.response_id,
        "start": start,
        "end": end,
        "quote": target.content[start:end],
        "category": kind,
        "severity": None,
        "note": "",
        "evidence": _evidence(kind, explanation, target.content, start, passages),
    }


def _evidence(kind: str, explanation: str, text: str, start: int, passages: list[list[str]]) -> dict[str, Any] | None:
    """What an explanation points to; None where it is no text of before the mark, or no sentence there is."""
    if kind == "redundant" and explanation:
        first = text.find(explanation, 0, start)
        if first >= 0:
            return {"kind": "earlier_span", "start": first, "end": first + len(explanation), "quote": explanation}
    if kind == "wrong_grounding":
        try:
            pointer = msgspec.json.decode(explanation)
        except msgspec.DecodeError:
            return None
        if type(pointer) is dict:
            return _passage(pointer.get("passage_id"), pointer.get("sentence_id"), passages)
    return None


def _omission(part: Any, where: str, target: Response, passages: list[list[str]]) -> dict[str, Any]:
    _only(part, _OMISSION_PARTS, where)
    kind = _category(part, OMISSIONS, where)
    for name in ("passage_id", "sentence_id"):
        if name not in part:
            raise missing(f"{where}.{name}")
    return {
        "target": target.response_id,
        "category": kind,
        "note": "",
        "evidence": _passage(part["passage_id"], part["sentence_id"], passages),
    }


def _passage(number: Any, sentences: Any, passages: list[list[str]]) -> dict[str, Any] | None:
    """Evidence counts from 0; the file counts from 1 and names a passage's title by 0, which is no sentence."""
    if type(number) is not int or type(sentences) is not list or not 1 <= number <= len(passages):
        return None
    count = len(passages[number - 1]) - 1
    named = sorted({each - 1 for each in sentences if type(each) is int and 1 <= each <= count})
    return {"kind": "passage", "passage": number - 1, "sentences": named} if named else None


def _category(part: Mapping[str, Any], known: Mapping[str, str], where: str) -> str:
    kind = text_at(part, "error type")
    if kind not in known:
        raise RowError("bad_span", f"“{where}” is of the type “{kind[:40]}”; this format has {', '.join(known)}.")
    return known[kind]


def _correction(feedback: Mapping[str, Any], target: Response) -> list[DraftAnnotation]:
    corrected = text_at(feedback, "corrected-prediction")
    if not corrected:
        return []
    edit = {
        "response": target.response_id,
        "text": corrected,
        "sha256": sha256_of(target.content),
        "characters": Levenshtein.distance(target.content, corrected),
        "words": Levenshtein.distance(target.content.split(), corrected.split()),
    }
    return [DraftAnnotation("edit", EDIT_QUESTION, {"edits": [edit]}, target.response_id)]
