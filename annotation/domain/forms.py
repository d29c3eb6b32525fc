"""Whole forms: lists of questions, and the answers to all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.domain.conditions import all_hold, check_conditions, is_required, looks_at
from annotation.domain.items import ItemView
from annotation.domain.questions.base import AnswerError, QuestionError, VoteDraft, shown
from annotation.domain.questions.registry import QUESTION_TYPES

MAX_QUESTIONS = 30


class FormError(ValueError):
    """`fields` maps a path such as `questions.0.steps` or `answers.reason` to sentences."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__(next(iter(fields.values()))[0])
        self.fields = fields


def validate_questions(questions: object) -> list[dict[str, Any]]:
    """The questions with every default filled in. Raises FormError that names each fault by its path."""
    if not isinstance(questions, Sequence) or isinstance(questions, str) or not 1 <= len(questions) <= MAX_QUESTIONS:
        raise FormError({"questions": [f"Ask 1 to {MAX_QUESTIONS} questions."]})
    faults: dict[str, list[str]] = {}
    cleaned: list[dict[str, Any]] = []
    for index, question in enumerate(questions):
        try:
            cleaned.append(_validate_question(question, cleaned))
        except QuestionError as error:
            faults[f"questions.{index}.{error.field}"] = [error.message]
            continue
        if cleaned[-1]["name"] in {earlier["name"] for earlier in cleaned[:-1]}:
            faults[f"questions.{index}.name"] = [f"Two questions are named “{cleaned[-1]['name']}”."]
    faults = faults or _check_links(cleaned)
    if faults:
        raise FormError(faults)
    return cleaned


def _validate_question(question: object, earlier: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not isinstance(question, Mapping):
        raise QuestionError("type", "A question is an object with “name” and “type”.")
    kind = question.get("type")
    if not isinstance(kind, str) or kind not in QUESTION_TYPES:
        raise QuestionError("type", f"“type” is one of {', '.join(QUESTION_TYPES)}.")
    cleaned = QUESTION_TYPES[kind].validate_definition(question)
    for field in ("show_if", "required_if"):
        cleaned[field] = check_conditions(question, field, earlier)
    return cleaned


def _check_links(questions: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Faults of questions that name others which may stand after them."""
    spans = {question["name"] for question in questions if question["type"] == "spans"}
    return {
        f"questions.{index}.marks_into": ["“marks_into” names a spans question of this form."]
        for index, question in enumerate(questions)
        if question.get("marks_into") is not None and question["marks_into"] not in spans
    }


def validate_answers(questions: Sequence[Mapping[str, Any]], answers: object, item: ItemView) -> dict[str, Any]:
    """The answers in the form's order, each checked against its question. Raises FormError.

    An answer of null is no answer. A name the form does not have is refused, and so is an answer to a question
    that the answers before it leave out: both would be lost otherwise.
    """
    if not isinstance(answers, Mapping):
        raise FormError({"answers": ["Give an object of question name → answer."]})
    names = {question["name"] for question in questions}
    faults = {
        f"answers.{shown(name)}": ["The form has no question of this name."] for name in answers if name not in names
    }
    asked: dict[str, Mapping[str, Any]] = {}
    cleaned: dict[str, Any] = {}
    # Questions at fault, and those that are asked or not by their answers: the former are to be put right first.
    unsettled: set[str] = set()
    for question in questions:
        name = question["name"]
        answer = answers.get(name)
        conditions = question.get("show_if", ())
        if unsettled & looks_at(conditions):
            unsettled.add(name)
            continue
        if not all_hold(conditions, asked, cleaned):
            if answer is not None:
                faults[f"answers.{name}"] = ["After the answers before it, this question is not asked."]
            continue
        asked[name] = question
        if answer is None:
            if unsettled & looks_at(question.get("required_if", ())) and not question["required"]:
                unsettled.add(name)
            elif is_required(question, asked, cleaned):
                faults[f"answers.{name}"] = [f"“{question['title']}” needs an answer."]
                unsettled.add(name)
            continue
        try:
            cleaned[name] = _validated(question, answer, item, required=is_required(question, asked, cleaned))
        except AnswerError as error:
            faults[f"answers.{name}"] = [str(error)]
            unsettled.add(name)
    if faults:
        raise FormError(faults)
    if not cleaned:
        raise FormError({"answers": ["Answer at least one question, or skip the item."]})
    return cleaned


def _validated(question: Mapping[str, Any], answer: object, item: ItemView, *, required: bool) -> Any:
    kind = QUESTION_TYPES[question["type"]]
    # A question that answers made required is held to the same completeness as one that always is.
    held_to = question if required == question["required"] else {**question, "required": required}
    return kind.validate_answer(held_to, answer, item)


def votes_of(questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any], item: ItemView) -> list[VoteDraft]:
    """Every vote in answers that `validate_answers` returned; the order of the responses plays no part."""
    return [
        vote
        for question in questions
        if question["name"] in answers
        for vote in QUESTION_TYPES[question["type"]].votes(question, answers[question["name"]], item)
    ]


def form_fits(questions: Sequence[Mapping[str, Any]], item: ItemView) -> bool:
    """Tell whether every question can be asked of this item."""
    return all(QUESTION_TYPES[question["type"]].fits(question, item) for question in questions)
