"""Ratings of single responses, an aspect a question: by the probabilities of the grades, or with reasons.

UltraFeedback's four aspects and those of the project (METHODS §3); the expected grade in the form of G-Eval (§11.4).
One response and one aspect a prompt, so that neither its neighbours nor its other grades rub off on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from curation.domain.judging.expected_score import Score, aspects_mean, expected_score, probabilities_of
from curation.domain.judging.prompts import rubric
from curation.domain.judging.prompts.parts import Brief
from curation.domain.judging.prompts.rubric import Aspect, Part
from curation.domain.judging.replies import ReplyError
from curation.judges.inquiries import NoReplyError, Question, repaired, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values, options_refused
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.writing import drafted, json_question
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Answer, Call
from curation.signals.kinds.base import Cell, Column
from webapp.store.canonical import Annotation, Record

BUILT_IN = {aspect.name: aspect for aspect in rubric.ULTRAFEEDBACK}
MOST_ASPECTS = 8
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class PartOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    description: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class AspectOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An aspect of the project's own. `anchors` say what each grade from 1 to 5 means; `parts` are rated one by one."""

    name: Name
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    description: Words
    anchors: Annotated[tuple[Words, ...], msgspec.Meta(min_length=5, max_length=5)]
    allow_na: bool = False
    na_when: Annotated[str, msgspec.Meta(max_length=500)] = ""
    types: Annotated[tuple[Words, ...], msgspec.Meta(max_length=10)] = ()
    parts: Annotated[tuple[PartOption, ...], msgspec.Meta(max_length=8)] = ()


class RubricOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """Names of built-in aspects, or aspects of the project's own."""

    aspects: Annotated[tuple[str | AspectOption, ...], msgspec.Meta(min_length=1, max_length=MOST_ASPECTS)] = tuple(
        BUILT_IN
    )


class _Rubric(JudgeProtocol):
    level = "response"
    gives = "drafts"
    comparable = True
    prompt_version = rubric.PROMPT_VERSION
    options_type = RubricOptions

    def options_from(self, options: dict[str, Any]) -> Any:
        found = super().options_from(options)
        names = [each if isinstance(each, str) else each.name for each in found.aspects]
        unknown = [each for each in found.aspects if isinstance(each, str) and each not in BUILT_IN]
        if unknown:
            known = ", ".join(BUILT_IN)
            raise options_refused("aspects", f"{unknown[0]!r} is no built-in aspect; those are {known}")
        if len(set(names)) < len(names) or "score" in names:
            raise options_refused("aspects", "give each aspect a name of its own, other than “score”")
        return found

    def columns(self, options: RubricOptions) -> tuple[Column, ...]:
        aspects = aspects_of(options)
        return (Column("score", "Mean of the aspects"), *(Column(each.name, each.title) for each in aspects))

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        """Ratings as the grid question stores them, as whole grades."""
        target = row["response_id"]
        keys = ("record_id", "response_id", "state", "reason", "score", "reasons", "principles")
        grades = {name: round(value) for name, value in row.items() if name not in keys and value is not None}
        if not grades:
            return []
        return [drafted("ratings", "ratings", {target: grades}, annotator=annotator, origin=origin, target=target)]


class RubricGradesProtocol(_Rubric):
    name = "rubric_grades"
    title = "Ratings, by grade"
    description = (
        "Each response by itself on each aspect from 1 to 5: the expected grade under the model's own probabilities, "
        "without a word written. Aspects may have parts; a grade may be “not applicable”."
    )
    generates = False

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief = brief_of(unit, judge)
        asked = [
            (aspect, part)
            for aspect in aspects_of(judge.options)
            for part in (aspect.parts if aspect.parts else (None,))
        ]
        scores = required((yield [grade_question(brief, aspect, unit.one.content, part) for aspect, part in asked]))
        return _values([(aspect, part, score) for (aspect, part), score in zip(asked, scores, strict=True)])


class RubricReasonsProtocol(_Rubric):
    name = "rubric_reasons"
    title = "Ratings, with reasons"
    description = (
        "Each response by itself on each aspect: the kinds of faults found, a rationale, and then a grade from 1 to 5."
    )
    generates = True

    def columns(self, options: RubricOptions) -> tuple[Column, ...]:
        return (*super().columns(options), Column("reasons", "Rationales", "text"))

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief, aspects = brief_of(unit, judge), aspects_of(judge.options)
        questions = [
            json_question(rubric.rating_messages(brief, aspect, unit.one.content), rubric.shape(aspect), judge)
            for aspect in aspects
        ]
        found = required((yield from repaired(questions)))
        scores = [(aspect, None, _score_of(reply)) for aspect, reply in zip(aspects, found, strict=True)]
        reasons = "\n\n".join(
            f"{aspect.title}: {reply.rationale}" for aspect, reply in zip(aspects, found, strict=True)
        )
        return {**_values(scores), "reasons": reasons}


def aspects_of(options: RubricOptions) -> list[Aspect]:
    """The aspects as prompts ask for them."""
    return [BUILT_IN[each] if isinstance(each, str) else _own(each) for each in options.aspects]


def grade_question(brief: Brief, aspect: Aspect, response: str, part: Part | None) -> Question:
    messages = rubric.grade_messages(brief, aspect, response, part=part)
    return Question(Call(messages, options=aspect.options, lead=rubric.LEAD), read_grade)


def read_grade(answer: Answer) -> Score:
    """The expected grade. Raises ReplyError where the grades have too little of the probability."""
    if answer.log_probs is None:
        raise ReplyError("no_log_probs", "The log-probabilities of the grades are needed.")
    named = {rubric.option_name(option): value for option, value in answer.log_probs.items()}
    score = expected_score(probabilities_of(named))
    if score.state == "failed":
        raise ReplyError("low_mass", f"Not a grade: {score.reason}.")
    return score


def _own(option: AspectOption) -> Aspect:
    first, second, third, fourth, fifth = option.anchors
    return Aspect(
        name=option.name,
        title=option.title,
        description=option.description,
        anchors=(first, second, third, fourth, fifth),
        allow_na=option.allow_na,
        na_when=option.na_when,
        types=option.types,
        parts=tuple(Part(each.name, each.title, each.description) for each in option.parts),
    )


def _score_of(reply: rubric.RatingReply) -> Score:
    return Score("not_applicable") if isinstance(reply.rating, str) else Score("scored", float(reply.rating))


def _values(scores: Sequence[tuple[Aspect, Part | None, Score]]) -> dict[str, Cell]:
    """What is not applicable has no value, and takes no part in the mean."""
    levels: dict[str, Any] = {}
    for aspect, part, score in scores:
        if part is None:
            levels[aspect.name] = score
        else:
            levels.setdefault(aspect.name, {})[part.name] = score
    found = aspects_mean(levels)
    if found.overall.state == "failed":
        raise NoReplyError("no_grade")
    if found.overall.value is None:
        raise NoReplyError("not_applicable")
    return {"score": found.overall.value, **{name: score.value for name, score in found.aspects.items()}}
