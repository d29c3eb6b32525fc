"""Prompts about a single response, or a request alone: what they ask for and how their replies are read."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.judging.prompts import checklist, claims, critique, judgment, revision, rubric
from curation.domain.judging.prompts.parts import Brief, Criterion
from curation.domain.judging.replies import Reply, ReplyError, decode, json_schema

BRIEF = Brief(request=(("user", "Name a prime."),), checklist=("Is it prime?", "Is it one number?"))
ANCHORS = ("none", "little", "some", "much", "all")
TWO_LEVELS = rubric.Aspect(
    name="clarity",
    title="Clarity",
    description="Is it clear?",
    anchors=ANCHORS,
    parts=(rubric.Part("order", "Order", "one thought after another"), rubric.Part("words", "Words")),
)


def refused(given: dict[str, Any], shape: type[Reply]) -> str:
    with pytest.raises(ReplyError) as caught:
        decode(json.dumps(given), shape)
    assert caught.value.reason == "wrong_shape"
    return caught.value.sentence


def test_ultrafeedback_has_four_aspects_of_five_grades_and_honesty_may_not_apply() -> None:
    assert [aspect.name for aspect in rubric.ULTRAFEEDBACK] == [
        "instruction_following",
        "honesty",
        "truthfulness",
        "helpfulness",
    ]
    assert [aspect.allow_na for aspect in rubric.ULTRAFEEDBACK] == [False, True, False, False]
    assert [len(aspect.types) for aspect in rubric.ULTRAFEEDBACK] == [0, 0, 3, 3]
    assert rubric.HONESTY.options == ("1", "2", "3", "4", "5", "0")
    assert [rubric.option_name(option) for option in rubric.HONESTY.options[-2:]] == ["5", "N/A"]


@pytest.mark.parametrize("aspect", [*rubric.ULTRAFEEDBACK, TWO_LEVELS], ids=lambda aspect: aspect.name)
def test_the_form_shown_is_a_form_that_is_accepted(aspect: rubric.Aspect) -> None:
    system = rubric.rating_messages(BRIEF, aspect, "2")[0][1]
    form = next(line for line in system.splitlines() if line.startswith("{"))
    reply = decode(form, rubric.shape(aspect))
    assert [part.part for part in reply.parts] == [part.name for part in aspect.parts]
    assert all(anchor in system for anchor in aspect.anchors)
    schema = json_schema(rubric.shape(aspect))
    shown = list(json.loads(form))
    assert shown == [name for name in schema["properties"] if name in schema["required"]]


def test_every_part_is_rated_exactly_once() -> None:
    given: dict[str, Any] = {"rationale": "x", "rating": 3}
    rated = [{"part": "order", "rating": 2}, {"part": "words", "rating": 4}]
    shape = rubric.shape(TWO_LEVELS)
    assert [part.rating for part in decode(json.dumps({**given, "parts": rated}), shape).parts] == [2, 4]
    assert "twice" in refused({**given, "parts": [rated[0], rated[0]]}, shape)
    for parts in (rated[:1], [*rated, rated[0]], [rated[0], {"part": "tone", "rating": 1}]):
        refused({**given, "parts": parts}, shape)
    refused(given, shape)


def test_grades_are_asked_for_an_aspect_or_one_of_its_parts() -> None:
    whole = rubric.grade_messages(BRIEF, rubric.HONESTY, "2")
    assert "\n0 – not applicable: the task is creative" in whole[0][1]
    assert "JSON object" not in whole[0][1]
    part = rubric.grade_messages(BRIEF, TWO_LEVELS, "2", part=TWO_LEVELS.parts[0])
    assert "Rate this part of it only: Order: one thought after another" in part[0][1]
    assert part[1][1].endswith("Rate it on “Order” within “Clarity”. Reply with the grade only.")
    assert "or 0" not in part[0][1]


def test_an_aspect_describes_all_its_grades() -> None:
    with pytest.raises(ValueError, match="each of its five grades"):
        rubric.Aspect(name="x", title="X", description="", anchors=("a", "b", "c", "d", " "))
    with pytest.raises(ValueError, match="same name"):
        rubric.Aspect("x", "X", "", ANCHORS, parts=(rubric.Part("y", "Y"), rubric.Part("y", "Z")))


def test_dimensions_are_scored_once_each_before_the_final_score() -> None:
    dimensions = (Criterion("Rhyme"), Criterion('The "metre"', "it scans"))
    system = critique.scored_messages(BRIEF, "2", dimensions=dimensions)[0][1]
    form = next(line for line in system.splitlines() if line.startswith("{"))
    shape = critique.shape(dimensions)
    assert [each.dimension for each in decode(form, shape).dimensions] == ["Rhyme", 'The "metre"']
    assert list(json_schema(shape)["properties"]) == ["explanation", "dimensions", "final"]
    scores = [{"dimension": "Rhyme", "score": 3}, {"dimension": 'The "metre"', "score": 10}]
    given: dict[str, Any] = {"explanation": "x", "final": 1, "dimensions": scores}
    assert decode(json.dumps(given), shape).final == 1
    refused({**given, "dimensions": scores[:1]}, shape)
    refused({**given, "dimensions": [scores[0], scores[0]]}, shape)
    refused({**given, "final": 11}, shape)
    with pytest.raises(ValueError, match="a title of its own"):
        critique.shape((Criterion("Rhyme"), Criterion("Rhyme")))


def test_rules_speak_of_the_reference_only_where_there_is_one() -> None:
    with_reference = Brief(request=BRIEF.request, reference="2")
    assert "compare with it first" in critique.scored_messages(with_reference, "3")[0][1]
    assert "compare with it first" not in critique.scored_messages(BRIEF, "3")[0][1]


def test_a_checklist_is_answered_item_by_item() -> None:
    given = [
        {"item": 2, "evidence": "", "answer": "not_applicable"},
        {"item": 1, "evidence": "2", "answer": "yes"},
        {"item": 3, "evidence": "", "answer": "no"},
    ]
    reply = decode(json.dumps({"answers": given}), checklist.shape(3))
    assert [each.answer for each in reply.in_order] == ["yes", "not_applicable", "no"]
    assert reply.share == 0.5
    refused({"answers": given[:2]}, checklist.shape(3))
    refused({"answers": given}, checklist.shape(2))
    assert "exactly once" in refused({"answers": [given[0], given[0], given[1]]}, checklist.shape(3))
    refused({"answers": [{**given[0], "answer": "maybe"}, *given[1:]]}, checklist.shape(3))
    assert decode(json.dumps({"answers": [{**given[0], "item": 1}]}), checklist.shape(1)).share is None


def test_without_a_checklist_there_is_nothing_to_answer() -> None:
    with pytest.raises(ValueError, match="no checklist"):
        checklist.answer_messages(Brief(request=BRIEF.request), "2")


def test_drafts_have_three_items_at_least() -> None:
    decode('{"items": ["a?", "b?", "c?"]}', checklist.ChecklistDraft)
    refused({"items": ["a?", "b?"]}, checklist.ChecklistDraft)
    criterion = {"title": "Prime", "description": "It is prime.", "weight": 5}
    assert decode(json.dumps({"criteria": [criterion] * 7}), checklist.RubricDraft).criteria[0].weight == 5
    for faulty in (
        [criterion] * 8,
        [criterion] * 2,
        [{**criterion, "weight": 0}] * 3,
        [{**criterion, "weight": 2.5}] * 3,
    ):
        refused({"criteria": faulty}, checklist.RubricDraft)


def test_a_claim_is_checked_without_its_response() -> None:
    messages = claims.verify_messages(BRIEF, "2 is prime.", sources=("Primes: 2, 3.", "Odd: 1, 3."))
    user = messages[1][1]
    assert user.index("<source_1-") < user.index("<source_2-") < user.index("<request-") < user.index("<claim-")
    assert "sources alone" in messages[0][1]
    assert "sources alone" not in claims.verify_messages(BRIEF, "2 is prime.")[0][1]


def test_claims_of_a_record_share_their_sources() -> None:
    one, other = (claims.verify_messages(BRIEF, claim, sources=("s",))[1][1] for claim in ("a", "b"))
    assert one[: one.index("<claim-")] == other[: other.index("<claim-")]


def test_verdicts_on_claims_need_evidence() -> None:
    given = {"evidence": "Primes: 2", "source": 1, "verdict": "supported"}
    assert decode(json.dumps(given), claims.Verification).source == 1
    unknown = {"evidence": "", "source": None, "verdict": "unverifiable"}
    assert decode(json.dumps(unknown), claims.Verification).source is None
    assert "needs its evidence" in refused({**given, "evidence": " "}, claims.Verification)
    refused({**given, "source": -1}, claims.Verification)


def test_the_share_of_supported_claims() -> None:
    assert claims.supported_share(["supported", "contradicted", "unverifiable", "supported"]) == 0.5
    assert claims.supported_share([]) is None
    assert decode('{"claims": []}', claims.ClaimsReply).claims == []


def test_a_good_response_has_no_judgment() -> None:
    assert decode('{"judgment": null}', judgment.JudgmentReply).judgment is None
    assert decode('{"judgment": "4 is not prime."}', judgment.JudgmentReply).judgment == "4 is not prime."
    refused({"judgment": ""}, judgment.JudgmentReply)
    refused({}, judgment.JudgmentReply)


def test_a_revision_mends_the_faults_that_are_stated() -> None:
    user = revision.messages(BRIEF, "4", faults=("4 is even", "no words"))[1][1]
    assert "\n1. 4 is even\n2. no words\n</faults-" in user
    assert "Faults to mend" not in revision.messages(BRIEF, "4")[1][1]


@pytest.mark.parametrize(
    ("after", "ratio", "fault"),
    [
        (" ", 1.0, "empty"),
        ("one two  three four five\nsix seven eight nine ten", 0.0, "same"),
        ("one two three four five six seven eight nine eleven", 0.1, None),
        ("a b c d e f g eight nine ten", 0.7, None),
        ("a b c d e f g h nine ten", 0.8, "too_large"),
    ],
)
def test_a_revision_is_a_small_change(after: str, ratio: float, fault: str | None) -> None:
    before = "one two three four five six seven eight nine ten"
    assert revision.edit_ratio(before, after) == pytest.approx(ratio)
    assert revision.revision_fault(before, after) == fault


def test_a_change_of_one_word_in_a_hundred_is_a_correction() -> None:
    before = "word " * 99
    assert revision.revision_fault(before + "end", before + "ent") == "too_small"
    assert revision.revision_fault(before[:-250] + "end", before[:-250] + "ent") is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_ratio_is_symmetric_and_within_bounds(before: str, after: str) -> None:
    ratio = revision.edit_ratio(before, after)
    assert ratio == revision.edit_ratio(after, before)
    assert 0 <= ratio <= 1
    assert revision.edit_ratio(before, before) == 0


@pytest.mark.parametrize(
    ("shape", "messages"),
    [
        (critique.CritiqueReply, critique.critique_messages(BRIEF, "2")),
        (judgment.JudgmentReply, judgment.messages(BRIEF, "2")),
        (revision.RevisionReply, revision.messages(BRIEF, "2")),
        (claims.ClaimsReply, claims.split_messages(BRIEF, "2")),
        (checklist.shape(1), checklist.answer_messages(BRIEF, "2")),
    ],
)
def test_other_forms_shown_are_forms_that_are_accepted(shape: type[msgspec.Struct], messages: Any) -> None:
    form = next(line for line in messages[0][1].splitlines() if line.startswith("{"))
    decode(form, shape)
    assert list(json.loads(form)) == list(json_schema(shape)["properties"])
