"""What an AI judge drafted for an item, as far as it answers the campaign's questions: pure, without a database.

Drafts anchor the people who see them (METHODS §5), so some items show none, and both kinds are told apart later.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from annotation.domain.items import ItemView
from annotation.domain.questions import rationale, spans, text
from annotation.domain.questions.base import ITEM, AnswerError
from annotation.domain.text_offsets import sha256_of

KINDS = ("spans", "rationale", "text")
# The share of items whose drafts nobody sees.
WITHHELD = 0.2


class Draft(NamedTuple):
    """One annotation of a judge: its kind, the question it was asked, and an answer to that."""

    kind: str
    question: str
    body: Any


def is_withheld(seed: int, record_id: str, pair: str) -> bool:
    """Whether an item shows no drafts: the same whenever and in whatever order items are queued."""
    lot = random.Random(f"{seed} {record_id} {pair}").random()  # noqa: S311 - a sample, not a secret
    return lot < WITHHELD


def drafts_for(
    questions: Iterable[Mapping[str, Any]], item: ItemView, given: Sequence[Draft], *, whole: bool
) -> dict[str, Any]:
    """Question name → answer, for questions with a draft that fits them.

    A draft is of the question of its name or, where there is none, of the only question of its kind; a text only of
    the question of its name, for texts may be about anything. Marks that do not stand in the item's texts as they quote
    them, or whose category the question does not have, are left out. Texts are whole, also those that people have to
    shorten or to lengthen before they can be sent. `whole` tells that the item shows all responses of its record: what
    a rationale compares is unknown otherwise.
    """
    asked = [question for question in questions if question["type"] in KINDS]
    found: dict[str, Any] = {}
    for question in asked:
        drafts = _of(question, asked, given)
        answer: Any = None
        if question["type"] == "spans":
            answer = _spans(question, item, drafts)
        elif question["type"] == "text":
            answer = _text(question, item, drafts)
        elif whole:
            answer = _rationale(question, item, drafts)
        if answer is not None:
            found[question["name"]] = answer
    return found


def _of(question: Mapping[str, Any], asked: Sequence[Mapping[str, Any]], given: Sequence[Draft]) -> list[Any]:
    of_kind = [draft for draft in given if draft.kind == question["type"]]
    named = [draft.body for draft in of_kind if draft.question == question["name"]]
    if named or question["type"] == "text" or sum(each["type"] == question["type"] for each in asked) > 1:
        return named
    return [draft.body for draft in of_kind]


def _spans(question: Mapping[str, Any], item: ItemView, bodies: Sequence[Any]) -> dict[str, Any] | None:
    marks: list[dict[str, Any]] = []
    omissions: list[dict[str, Any]] = []
    for body in bodies:
        for mark in body.get("marks", ()):
            answer = _checked(question, item, {"marks": [mark]}, mark)
            if answer is not None and not any(_overlap(answer["marks"][0], other) for other in marks):
                marks += answer["marks"]
        for omission in body.get("omissions", ()):
            answer = _checked(question, item, {"omissions": [omission]}, omission)
            omissions += answer["omissions"] if answer is not None else []
    if not marks and not omissions:
        return None
    targets = {each["target"] for each in (*marks, *omissions)}
    return {
        "sha256": {target: sha256_of(item.text_of(target) or "") for target in sorted(targets)},
        "marks": sorted(marks, key=lambda mark: (mark["target"], mark["start"])),
        "omissions": omissions,
        "no_error": [],
    }


def _checked(
    question: Mapping[str, Any], item: ItemView, part: Mapping[str, Any], entry: Mapping[str, Any]
) -> dict[str, Any] | None:
    """One mark or omission as the question stores it; None where a person could not have given it."""
    content = item.text_of(str(entry.get("target")))
    if content is None:
        return None
    hashes = {str(entry["target"]): sha256_of(content)}
    try:
        return spans.validate_answer({**question, "required": False}, {**part, "sha256": hashes}, item)
    except AnswerError:
        return None


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["target"] == other["target"] and one["start"] < other["end"] and other["start"] < one["end"])


def _rationale(question: Mapping[str, Any], item: ItemView, bodies: Sequence[Any]) -> dict[str, Any] | None:
    if len(bodies) != 1:
        return None
    known = {option["value"] for option in question["reasons"]}
    reasons = [reason for reason in bodies[0].get("reasons", ()) if reason in known]
    links = bodies[0].get("links", []) if question["links"] else []
    of_any_length = {**question, "min_chars": 0, "max_chars": rationale.MAX_CHARS}
    try:
        # A judge's has its checks beside it, which are no part of an answer.
        answer = {"text": bodies[0].get("text", ""), "reasons": reasons, "links": links}
        return rationale.validate_answer(of_any_length, answer, item)
    except AnswerError:
        return None


def _text(question: Mapping[str, Any], item: ItemView, bodies: Sequence[Any]) -> str | None:
    """A text about the item; those about single responses are not offered."""
    if len(bodies) != 1 or question.get("per", ITEM) != ITEM or not isinstance(bodies[0], str):
        return None
    try:
        return str(text.validate_answer({**question, "max_chars": text.MAX_CHARS}, bodies[0], item))
    except AnswerError:
        return None
