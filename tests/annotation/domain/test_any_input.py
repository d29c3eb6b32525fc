"""Whatever anybody sends, a question or an answer is taken or refused in a sentence; nothing else ever happens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.domain.forms import FormError, validate_answers, validate_questions
from annotation.domain.questions.base import AnswerError, QuestionError
from annotation.domain.questions.registry import QUESTION_TYPES
from tests.annotation.domain.answered import ASPECTS, OPTIONS, cases
from tests.annotation.domain.samples import A, B, asked, awkward_text, canonical, item_of, json_around

PARTS = re.findall(
    r"\w+",
    "name type title required description show_if required_if steps tie both_bad aspect ties partial top_k "
    "not_rankable per low high na aspects item_rubric categories omissions severities notes boundaries prompt_turns "
    "reasons min_chars max_chars links which marks_into split neutral first_error options multiple value label anchors "
    "criteria density evidence evidence_required question fact test",
)
WORDS = re.findall(
    r"\S+",
    "better strength outcome tie both_bad ranks not_rankable a b/c b/d na sha256 marks omissions no_error target start "
    "end quote category severity note evidence kind passage earlier_span sentences odd gone text reasons links from to "
    "edits response characters words up down labels first_error good bad none x y item turn:1",
)
ITEM = item_of(
    "One 👩‍👩‍👧.\n\nTwo.",
    "",
    prompt=[{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}],
    materials={"passages": [{"title": "P", "sentences": ["S."]}], "rubric": [{"name": "a", "criteria": []}]},
)
NEEDED: dict[str, dict[str, Any]] = {
    "ratings": {"aspects": ASPECTS},
    "spans": {"categories": [{"name": "odd"}], "omissions": [{"name": "gone", "evidence": "passage"}]},
    "choice": {"options": OPTIONS},
}
every_type = pytest.mark.parametrize("kind", list(QUESTION_TYPES))
relaxed = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
definitions = st.dictionaries(st.sampled_from(PARTS) | awkward_text, json_around([*PARTS, "q"]), max_size=5)
anything = json_around([*WORDS, A, B])


@every_type
@relaxed
@given(parts=definitions)
def test_any_definition(kind: str, parts: dict[str, Any]) -> None:
    question = {"name": "q", **NEEDED.get(kind, {}), **parts, "type": kind}
    try:
        cleaned = QUESTION_TYPES[kind].validate_definition(question)
    except QuestionError as error:
        canonical([error.field, error.message])
        return
    # What conditions are is for the whole form to say.
    plain = {**cleaned, "show_if": [], "required_if": []}
    assert QUESTION_TYPES[kind].validate_definition(plain) == plain
    canonical(plain)


@relaxed
@given(st.lists(definitions | anything, max_size=3))
def test_any_form(questions: list[Any]) -> None:
    try:
        cleaned = validate_questions([{"name": "first", "type": "pairwise"}, *questions])
    except FormError as error:
        canonical(error.fields)
        return
    assert validate_questions(cleaned) == cleaned
    canonical(cleaned)


@every_type
@relaxed
@given(answer=anything, required=st.booleans())
def test_any_answer(kind: str, answer: Any, required: bool) -> None:
    question = asked(kind, **NEEDED.get(kind, {}), required=required)
    try:
        cleaned = QUESTION_TYPES[kind].validate_answer(question, answer, ITEM)
    except AnswerError as error:
        canonical(str(error))
        return
    canonical(cleaned)
    assert QUESTION_TYPES[kind].validate_answer(question, cleaned, ITEM) == cleaned


@every_type
@relaxed
@given(data=st.data())
def test_a_valid_answer_with_one_part_replaced(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    answer = _with_one_part_replaced(case.answer, data)
    try:
        cleaned = validate_answers([case.question], {"q": answer}, case.item)
    except FormError as error:
        canonical(error.fields)
        return
    canonical(cleaned)
    assert validate_answers([case.question], cleaned, case.item) == cleaned


def _with_one_part_replaced(value: Any, data: st.DataObject) -> Any:
    """Goes down at random and puts anything in the place where it stops."""
    if isinstance(value, dict | list) and value and data.draw(st.integers(0, 3)):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = data.draw(st.sampled_from(keys))
        changed = value.copy()
        changed[key] = _with_one_part_replaced(value[key], data)
        return changed
    return data.draw(anything)


@relaxed
@given(anything)
def test_any_answers(answers: Any) -> None:
    questions = validate_questions([{"name": "q", "type": "text"}, {"name": "x", "type": "choice", "options": OPTIONS}])
    for given_answers in (answers, {"q": answers}, {"q": "Fine.", "x": answers, "no": answers}):
        try:
            cleaned = validate_answers(questions, given_answers, ITEM)
        except FormError as error:
            canonical(error.fields)
            continue
        assert validate_answers(questions, cleaned, ITEM) == cleaned
