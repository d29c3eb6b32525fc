"""A corrected response. Folding back makes pairs of it: edited over original, and over what the original beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz.distance import Levenshtein

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    NAME,
    AnswerError,
    FactKind,
    Facts,
    QuestionError,
    VoteDraft,
    answer_object,
    common_parts,
    one_of,
    storable,
)
from annotation.domain.text_offsets import sha256_of

MAX_CHARS = 400_000
# Corrections are small, and whether a distance is at most this is known in 30 ms even for 160,000 characters,
# while any distance takes seconds.
LIKELY_DISTANCE = 4096
FACTS: dict[str, FactKind] = {"edits": "number", "characters": "number"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    """`marks_into` names the spans question to which the changed passages are offered as marks."""
    parts = common_parts(question, allowed=("which", "marks_into"), required=False)
    marks_into = question.get("marks_into")
    if marks_into is not None and (not isinstance(marks_into, str) or not NAME.fullmatch(marks_into)):
        raise QuestionError("marks_into", "“marks_into” is null or the name of a spans question.")
    return {**parts, "which": one_of(question, "which", ("any", "each"), default="any"), "marks_into": marks_into}


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return any(response["content"] for response in item.responses)


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, Any]:
    """`{"edits": [{"response", "text"}]}`; stored with the original's hash and the distance between the two.

    `characters` and `words` are Levenshtein distances, over code points and over words separated by white space.
    """
    given = answer_object(answer, "edits")
    edits = given.get("edits")
    if not isinstance(edits, list) or not edits:
        raise AnswerError("“edits” is a list of at least one edited response.")
    texts: dict[str, str] = {}
    for edit in edits:
        response, text = _edit(edit, item)
        if response in texts:
            raise AnswerError("A response is edited twice; send its last text only.")
        texts[response] = text
    if question["required"] and question["which"] == "each" and len(texts) < len(item.responses):
        raise AnswerError(f"Edit all {len(item.responses)} responses; {len(texts)} are edited.")
    return {"edits": [_measured(response, texts[response], item) for response in sorted(texts)]}


def _edit(edit: object, item: ItemView) -> tuple[str, str]:
    # The stored parts come back when somebody revises an answer they loaded; they are worked out anew.
    given = answer_object(edit, "response", "text", "sha256", "characters", "words")
    response = given.get("response")
    if not isinstance(response, str) or response not in item.response_ids:
        raise AnswerError("“response” must be the id of one of this item's responses.")
    original = item.text_of(response) or ""
    text = storable(given.get("text"), most=MAX_CHARS, what="An edited response")
    if not text.strip():
        raise AnswerError("An edited response cannot be empty.")
    if text == original:
        raise AnswerError("The response is unchanged; edit it or leave it out.")
    return response, text


def _measured(response: str, text: str, item: ItemView) -> dict[str, Any]:
    original = item.text_of(response) or ""
    return {
        "response": response,
        "text": text,
        "sha256": sha256_of(original),
        "characters": distance(original, text),
        "words": distance(original.split(), text.split()),
    }


def distance(before: Sequence[str], after: Sequence[str]) -> int:
    """Levenshtein distance over code points of texts, or over words of lists of them."""
    likely = Levenshtein.distance(before, after, score_cutoff=LIKELY_DISTANCE)
    return likely if likely <= LIKELY_DISTANCE else Levenshtein.distance(before, after)


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: Mapping[str, Any]) -> Facts:
    edits = answer["edits"]
    return {"edits": len(edits), "characters": sum(edit.get("characters", 0) for edit in edits)}
