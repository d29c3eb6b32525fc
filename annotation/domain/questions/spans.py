"""Marks on the texts of an item, and marks for what is missing from them (arXiv 2306.01693).

Categories stand in their order of priority: where two would fit a passage, the earlier one is marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    AnswerError,
    FactKind,
    Facts,
    QuestionError,
    VoteDraft,
    answer_object,
    common_parts,
    flag,
    is_whole,
    named_list,
    one_of,
    only_parts,
    shown,
    storable,
)
from annotation.domain.questions.rationale import offsets, target_text
from annotation.domain.text_offsets import WHITE_SPACE, sha256_of, splits_word

DENSITIES = ("sub_sentence", "sentence", "response")
MAX_MARKS = 2000
MAX_NOTE_CHARS = 4000
MAX_SENTENCES = 100
FACTS: dict[str, FactKind] = {"marks": "number", "omissions": "number", "categories": "words"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    parts = common_parts(
        question,
        allowed=("categories", "omissions", "severities", "notes", "boundaries", "prompt_turns"),
        required=True,
    )
    return {
        **parts,
        "categories": named_list(question, "categories", _category, least=1),
        "omissions": named_list(question, "omissions", _omission),
        "severities": named_list(question, "severities", _severity),
        "notes": flag(question, "notes", default=True),
        "boundaries": one_of(question, "boundaries", ("word", "character"), default="word"),
        "prompt_turns": flag(question, "prompt_turns", default=False),
    }


def _category(entry: Mapping[str, Any]) -> dict[str, Any]:
    only_parts(entry, "density", "evidence", "evidence_required")
    evidence = one_of(entry, "evidence", ("none", "earlier_span", "passage"), default="none")
    needed = flag(entry, "evidence_required", default=False)
    if needed and evidence == "none":
        raise QuestionError("evidence_required", "Evidence of a kind is required; say in “evidence” of which.")
    density = one_of(entry, "density", DENSITIES, default="sub_sentence")
    return {"density": density, "evidence": evidence, "evidence_required": needed}


def _omission(entry: Mapping[str, Any]) -> dict[str, Any]:
    only_parts(entry, "evidence")
    return {"evidence": one_of(entry, "evidence", ("none", "passage"), default="none")}


def _severity(entry: Mapping[str, Any]) -> dict[str, Any]:
    only_parts(entry)
    return {}


def targets_of(question: Mapping[str, Any], item: ItemView) -> list[str]:
    """The texts that can be marked: the responses, and the assistant's turns before them where the question says so."""
    return item.turn_targets() if question["prompt_turns"] else item.response_ids


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return any(item.text_of(target) for target in targets_of(question, item))


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, Any]:
    """`{"sha256", "marks", "omissions", "no_error"}`, marks and omissions in the order of the text.

    A target in `no_error` was read and found without fault. It can have neither marks nor omissions, and with a
    required question every target without them must be there, so that empty never means two things.
    """
    given = answer_object(answer, "sha256", "marks", "omissions", "no_error")
    allowed = targets_of(question, item)
    marks = [_mark(question, mark, item, allowed) for mark in _listed(given, "marks")]
    omissions = [_missing(question, omission, item, allowed) for omission in _listed(given, "omissions")]
    faultless = _faultless(given, allowed)
    marks.sort(key=lambda mark: (mark["target"], mark["start"], mark["end"]))
    omissions.sort(key=lambda each: (each["target"], each["category"]))
    _refuse_overlaps(marks)
    faulty = {each["target"] for each in (*marks, *omissions)}
    if both := faulty & set(faultless):
        raise AnswerError(f"“{min(both)}” is said to have no error, but has marks; remove one of the two.")
    if not faulty and not faultless:
        raise AnswerError("Mark what is wrong in a text, or say that it has no error.")
    if question["required"] and (unread := [each for each in allowed if each not in faulty and each not in faultless]):
        raise AnswerError(f"Mark what is wrong in “{unread[0]}”, or say that it has no error.")
    _check_hashes(given.get("sha256", {}), faulty, item, allowed)
    hashes = {target: sha256_of(item.text_of(target) or "") for target in sorted(faulty)}
    return {"sha256": hashes, "marks": marks, "omissions": omissions, "no_error": faultless}


def _listed(given: Mapping[str, Any], part: str) -> list[Any]:
    value = given.get(part, [])
    if not isinstance(value, list) or len(value) > MAX_MARKS:
        raise AnswerError(f"“{part}” is a list of at most {MAX_MARKS} entries.")
    return value


def _faultless(given: Mapping[str, Any], allowed: Sequence[str]) -> list[str]:
    targets = _listed(given, "no_error")
    if any(not isinstance(target, str) or target not in allowed for target in targets):
        raise AnswerError("“no_error” names texts of this item that the question is about.")
    return sorted(set(targets))


def _check_hashes(hashes: object, faulty: set[str], item: ItemView, allowed: Sequence[str]) -> None:
    """Offsets into another version of the text mean nothing: whoever sends a hash must have seen this text."""
    if not isinstance(hashes, Mapping):
        raise AnswerError("“sha256” is an object of text → the hash of what was marked.")
    for target in hashes:
        _target(target, item, allowed)
    for target in faulty:
        if hashes.get(target) != sha256_of(item.text_of(target) or ""):
            raise AnswerError(f"The marks on “{target}” were made on another version of it; load the item again.")


def _mark(question: Mapping[str, Any], mark: object, item: ItemView, allowed: Sequence[str]) -> dict[str, Any]:
    given = answer_object(mark, "target", "start", "end", "quote", "category", "severity", "note", "evidence")
    target, text = _target(given.get("target"), item, allowed)
    start, end = offsets(given.get("start"), given.get("end"), text, what="the text")
    quote = text[start:end]
    if given.get("quote") != quote:
        raise AnswerError(f"The text from {start} to {end} is not what the mark quotes; mark it again.")
    if quote != quote.strip(WHITE_SPACE):
        raise AnswerError(f"The mark from {start} to {end} begins or ends with white space; leave that out.")
    if question["boundaries"] == "word" and (splits_word(text, start) or splits_word(text, end)):
        raise AnswerError(f"The mark “{quote[:40]}” cuts a word in two; mark whole words.")
    category = _named(given.get("category"), question["categories"], "category")
    return {
        "target": target,
        "start": start,
        "end": end,
        "quote": quote,
        "category": category["name"],
        "severity": _severity_of(question, given.get("severity")),
        "note": _note(question, given.get("note", "")),
        "evidence": _evidence(category, given.get("evidence"), item, text, start),
    }


def _missing(question: Mapping[str, Any], omission: object, item: ItemView, allowed: Sequence[str]) -> dict[str, Any]:
    given = answer_object(omission, "target", "category", "note", "evidence")
    target, _ = _target(given.get("target"), item, allowed)
    category = _named(given.get("category"), question["omissions"], "kind of missing information")
    return {
        "target": target,
        "category": category["name"],
        "note": _note(question, given.get("note", "")),
        "evidence": _evidence(category, given.get("evidence"), item, "", 0),
    }


def _target(target: object, item: ItemView, allowed: Sequence[str]) -> tuple[str, str]:
    if not isinstance(target, str) or target not in allowed:
        raise AnswerError(f"“{shown(target)}” is not one of the texts this question is about.")
    return target_text(target, item)


def _named(name: object, entries: Sequence[Mapping[str, Any]], what: str) -> Mapping[str, Any]:
    for entry in entries:
        if entry["name"] == name:
            return entry
    raise AnswerError(f"“{shown(name)}” is not a {what} of this question.")


def _severity_of(question: Mapping[str, Any], severity: object) -> str | None:
    if severity is None:
        return None
    return str(_named(severity, question["severities"], "severity")["name"])


def _note(question: Mapping[str, Any], note: object) -> str:
    text = storable(note, most=MAX_NOTE_CHARS, what="A note")
    if text and not question["notes"]:
        raise AnswerError("This question takes no notes.")
    return text


def _evidence(
    category: Mapping[str, Any], evidence: object, item: ItemView, text: str, start: int
) -> dict[str, Any] | None:
    if evidence is None:
        if category.get("evidence_required"):
            raise AnswerError(f"“{category['title']}” needs its evidence; point to it.")
        return None
    wanted = category["evidence"]
    if not isinstance(evidence, Mapping) or wanted == "none" or evidence.get("kind") != wanted:
        raise AnswerError(f"“{category['title']}” takes {_WANTED[wanted]}.")
    if wanted == "passage":
        return _passage(evidence, item)
    given = answer_object(evidence, "kind", "start", "end", "quote")
    first, last = offsets(given.get("start"), given.get("end"), text, what="the text")
    if given.get("quote") != text[first:last]:
        raise AnswerError(f"The text from {first} to {last} is not what the evidence quotes; mark it again.")
    if last > start:
        raise AnswerError("The earlier passage must end before the mark begins.")
    return {"kind": "earlier_span", "start": first, "end": last, "quote": text[first:last]}


_WANTED = {
    "none": "no evidence",
    "earlier_span": "an earlier passage of the same text as its evidence",
    "passage": "sentences of a passage as its evidence",
}


def _passage(evidence: Mapping[str, Any], item: ItemView) -> dict[str, Any]:
    given = answer_object(evidence, "kind", "passage", "sentences")
    passages = item.materials.get("passages") or []
    number, sentences = given.get("passage"), given.get("sentences")
    if not passages:
        raise AnswerError("This item has no passages to point to.")
    if not is_whole(number, 0, len(passages) - 1):
        raise AnswerError(f"“passage” is the place of one of the item's {len(passages)} passages, from 0.")
    count = len(passages[number]["sentences"])
    if count == 0:
        raise AnswerError("This passage has no sentences to point to.")
    if not isinstance(sentences, list) or not 1 <= len(sentences) <= MAX_SENTENCES:
        raise AnswerError("“sentences” is a list of at least one sentence's place in the passage.")
    if not all(is_whole(sentence, 0, count - 1) for sentence in sentences):
        raise AnswerError(f"A sentence's place in this passage is a whole number from 0 to {count - 1}.")
    return {"kind": "passage", "passage": number, "sentences": sorted(set(sentences))}


def _refuse_overlaps(marks: Sequence[Mapping[str, Any]]) -> None:
    for earlier, later in pairwise(marks):
        if earlier["target"] == later["target"] and later["start"] < earlier["end"]:
            raise AnswerError(
                f"The marks “{earlier['quote'][:40]}” and “{later['quote'][:40]}” overlap; "
                "keep the one whose category comes first."
            )


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: Mapping[str, Any]) -> Facts:
    categories = {mark["category"] for mark in (*answer["marks"], *answer["omissions"])}
    return {
        "marks": len(answer["marks"]),
        "omissions": len(answer["omissions"]),
        "categories": sorted(categories),
    }
