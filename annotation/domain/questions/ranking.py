"""An order of the responses from best to worst, with ties, and complete, partial or of the best few only."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    AnswerError,
    FactKind,
    Facts,
    QuestionError,
    VoteDraft,
    answer_object,
    aspect_part,
    common_parts,
    flag,
    is_whole,
    shown,
)

MAX_RESPONSES = 50
# A rank says which is better and not by how much: the smallest scale has one strength.
STEPS = 3
FACTS: dict[str, FactKind] = {"outcome": "word", "ranked": "number"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    parts = common_parts(question, allowed=("ties", "partial", "top_k", "not_rankable", "aspect"), required=True)
    top_k = question.get("top_k")
    if top_k is not None and not is_whole(top_k, 1, MAX_RESPONSES):
        raise QuestionError("top_k", f"“top_k” is null or a whole number from 1 to {MAX_RESPONSES}.")
    return {
        **parts,
        "ties": flag(question, "ties", default=True),
        "partial": flag(question, "partial", default=False),
        "top_k": top_k,
        "not_rankable": flag(question, "not_rankable", default=True),
        "aspect": aspect_part(question),
    }


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    ids = item.response_ids
    return 2 <= len(ids) == len(set(ids)) <= MAX_RESPONSES


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, Any]:
    """`{"ranks": {response_id: n}}` with 1 as the best, stored as ranks without gaps, or `{"outcome": "not_rankable"}`.

    With `top_k` at least so many responses are ranked (all of them, where there are fewer); without it all are,
    unless `partial` allows fewer.
    """
    given = answer_object(answer, "ranks", "outcome")
    if set(given) == {"outcome"}:
        if given["outcome"] != "not_rankable":
            raise AnswerError("“outcome” can only be “not_rankable”; give “ranks” otherwise.")
        if not question["not_rankable"]:
            raise AnswerError("This question does not offer “not rankable”.")
        return {"outcome": "not_rankable"}
    if set(given) != {"ranks"} or not isinstance(given["ranks"], Mapping):
        raise AnswerError("Give either “ranks”, an object of response id → rank, or only “outcome”.")
    return {"ranks": _dense(question, given["ranks"], item.response_ids)}


def _dense(question: Mapping[str, Any], ranks: Mapping[Any, Any], ids: list[str]) -> dict[str, int]:
    for response_id, rank in ranks.items():
        if response_id not in ids:
            raise AnswerError(f"“{shown(response_id)}” is not the id of one of this item's responses.")
        if not is_whole(rank, 1, MAX_RESPONSES):
            raise AnswerError(f"A rank is a whole number from 1 (the best) to {MAX_RESPONSES}.")
    needed = 1 if question["partial"] else len(ids)
    if question["top_k"] is not None:
        needed = min(question["top_k"], len(ids))
    if len(ranks) < needed:
        raise AnswerError(f"Rank at least {needed} of the {len(ids)} responses; {len(ranks)} are ranked.")
    if not question["ties"] and len(set(ranks.values())) < len(ranks):
        raise AnswerError("Two responses have the same rank, and this question takes no ties.")
    places = {rank: place for place, rank in enumerate(sorted(set(ranks.values())), start=1)}
    return {response_id: places[ranks[response_id]] for response_id in sorted(ranks)}


def votes(question: Mapping[str, Any], answer: Mapping[str, Any], item: ItemView) -> list[VoteDraft]:
    """A vote for every two responses the ranking orders.

    What is left unranked was not judged, unless the question asked for the best few: then they are better than it.
    """
    if "outcome" in answer:
        return []
    ranks: Mapping[str, int] = answer["ranks"]
    unranked = len(item.responses) + MAX_RESPONSES if question["top_k"] is not None else None
    drafts = []
    for a, b in combinations(sorted(item.response_ids), 2):
        first, second = ranks.get(a, unranked), ranks.get(b, unranked)
        if first is None or second is None or (a not in ranks and b not in ranks):
            continue
        value = (first > second) - (first < second)
        outcome = "tie" if value == 0 else "preference"
        drafts.append(
            VoteDraft(question["name"], question["aspect"], a, b, outcome, value, abs(value), STEPS),
        )
    return drafts


def facts(question: Mapping[str, Any], answer: Mapping[str, Any]) -> Facts:
    if "outcome" in answer:
        return {"outcome": "not_rankable", "ranked": 0}
    return {"outcome": "ranked", "ranked": len(answer["ranks"])}
