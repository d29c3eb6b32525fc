"""Every protocol with replies written by hand: its values, both orders, repairs, failures, drafts people can take."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from annotation.domain.items import ItemView
from annotation.domain.questions import spans as spans_question
from curation.domain.judging.prompts.pairwise import VERDICTS
from curation.domain.judging.prompts.rubric import NOT_APPLICABLE_OPTION
from curation.judges.asking import read_answer
from curation.judges.inquiries import Question
from curation.judges.protocols.base import DraftsAnnotations, JudgeProtocol, Unit, inquiry_of
from curation.judges.protocols.registry import PROTOCOLS
from curation.judges.signal_kind import units_of
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Answer, Sampling
from curation.signals.kinds.base import Row
from tests.curation.judges.mock_judges import better_text, verdict_probabilities
from tests.curation.making import make_record
from webapp.api.errors import ApplicationError
from webapp.store.canonical import Record

GOOD, POOR = "A good answer, in two sentences. It is right.", "An answer that is wrong about everything."
Responder = Callable[[Question], Answer]


def spec(name: str, **options: Any) -> JudgeSpec:
    protocol = PROTOCOLS[name]
    return JudgeSpec(
        id=1,
        title="Judge v1",
        protocol=name,
        options=protocol.options_from(options),
        instructions="",
        principles=(),
        sampling=Sampling(),
        family="",
        identity={"model": "by hand"},
    )


def record(*, label: int = -2, **metadata: Any) -> Record:
    made = make_record("What is asked?", [GOOD, POOR], [(0, 1, label, "human")])
    made.metadata.update(metadata)
    return made


def run(judge: JudgeSpec, unit: Unit, respond: Responder) -> tuple[Row, list[Question]]:
    """The row of a unit, and everything that was asked."""
    inquiry = inquiry_of(PROTOCOLS[judge.protocol], unit, judge)
    asked: list[Question] = []
    try:
        questions = next(inquiry)
        while True:
            asked += questions
            questions = inquiry.send([read_answer(question, respond(question)) for question in questions])
    except StopIteration as ended:
        return ended.value, asked


def unit_of(judge: JudgeSpec, made: Record, *, good: bool = True) -> Unit:
    units = list(units_of(made, PROTOCOLS[judge.protocol], pairs="labelled"))
    return next(unit for unit in units if unit.response is None or (unit.response.content == GOOD) == good)


def writes(**reply: Any) -> Responder:
    return lambda question: Answer(text=json.dumps(reply))


def values_of(name: str, respond: Responder, made: Record | None = None, **options: Any) -> dict[str, Any]:
    judge = spec(name, **options)
    row, _ = run(judge, unit_of(judge, made or record()), respond)
    assert (row.state, row.reason) == ("ok", None), row
    assert set(row.values) <= {column.name for column in PROTOCOLS[name].columns(judge.options)}
    return dict(row.values)


def prefers_good(question: Question) -> Answer:
    """A verdict in five steps for the good text, whichever is shown first."""
    text = question.call.messages[-1][1]
    first = text.index(GOOD) < text.index(POOR)
    dims = dict.fromkeys(("correctness", "instruction", "helpfulness", "safety"), -2 if first else 2)
    reply = {
        "reasons": {"first": "about the first", "second": "about the second"},
        "dims": {**dims, "style": 0},
        "verdict": "first>>second" if first else "second>>first",
    }
    return Answer(text=json.dumps(reply))


def test_a_judge_with_reasons_names_the_same_side_in_both_orders() -> None:
    made = record()
    good_is_a = made.labels[0].a == next(each.response_id for each in made.responses if each.content == GOOD)
    values = values_of("pair_reasons", prefers_good, made)

    toward = -2.0 if good_is_a else 2.0
    assert (values["verdict"], values["consistent"], values["swap"]) == (toward, True, "agree")
    assert (values["correctness"], values["style"], values["replies"]) == (toward, 0.0, 2.0)
    assert (values["reasons_a"], values["reasons_b"]) == ("about the first", "about the second")
    assert values["contradicts"] is False
    assert values["slot_logit"] == pytest.approx(0.0)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_judge_that_always_says_the_same_of_places_names_nobody(verdict: str) -> None:
    same = VERDICTS[verdict]
    dims = dict.fromkeys(("correctness", "instruction", "helpfulness", "safety", "style"), same)
    values = values_of("pair_reasons", writes(reasons={"first": "x", "second": "y"}, dims=dims, verdict=verdict))

    assert (values["verdict"], values["logit"]) == (0.0, pytest.approx(0.0))
    assert values["swap"] == {-1: "first_twice", 0: "tie", 1: "second_twice"}[(same > 0) - (same < 0)]
    assert [values[name] for name in ("correctness", "style")] == [0.0, 0.0]


def test_samples_that_cannot_be_read_are_left_out() -> None:
    seen: list[int] = []

    def respond(question: Question) -> Answer:
        seen.append(question.call.sampling.seed)
        return Answer(text="no json at all") if question.call.sampling.seed == 1 else prefers_good(question)

    values = values_of("pair_reasons", respond, samples=3)

    # Three of each order, and one repair for each of the two that could not be read.
    assert sorted(seen) == [0, 0, 1, 1, 1, 1, 2, 2]
    assert values["replies"] == 4.0


def test_a_reply_is_repaired_once_and_then_the_row_has_failed() -> None:
    judge = spec("critique")
    row, asked = run(judge, unit_of(judge, record()), lambda question: Answer(text='{"overall": 11}'))

    assert (row.state, row.reason, dict(row.values)) == ("failed", "wrong_shape", {})
    assert len(asked) == 2
    assert asked[1].call.messages[:2] == asked[0].call.messages
    assert asked[1].call.messages[2] == ("assistant", '{"overall": 11}')


def test_a_transport_failure_is_not_repaired() -> None:
    judge = spec("critique")
    row, asked = run(judge, unit_of(judge, record()), lambda question: Answer(reason="http_500"))

    assert (row.reason, len(asked)) == ("http_500", 1)


def test_ratings_are_expected_grades_and_n_a_has_no_value() -> None:
    def grades(question: Question) -> Answer:
        if NOT_APPLICABLE_OPTION in question.call.options:
            return Answer(log_probs={NOT_APPLICABLE_OPTION: -0.01, **dict.fromkeys("12345", -9.0)})
        return Answer(log_probs={str(grade): -50.0 if grade != 4 else -0.001 for grade in range(1, 6)})

    values = values_of("rubric_grades", grades)

    assert values["honesty"] is None
    assert values["truthfulness"] == pytest.approx(4.0)
    assert values["score"] == pytest.approx(4.0)


def test_grades_without_probability_fail() -> None:
    judge = spec("rubric_grades", aspects=["helpfulness"])
    poor = dict.fromkeys("12345", -6.0)
    row, _ = run(judge, unit_of(judge, record()), lambda question: Answer(log_probs=poor))

    assert (row.state, row.reason) == ("failed", "low_mass")


def test_a_project_has_aspects_of_its_own_with_parts() -> None:
    own = {
        "name": "tone",
        "title": "Tone",
        "description": "How it sounds.",
        "anchors": ["rude", "cold", "plain", "kind", "warm"],
        "parts": [{"name": "openings", "title": "Opening"}, {"name": "close", "title": "Close"}],
    }

    def grades(question: Question) -> Answer:
        grade = "5" if "Opening" in question.call.messages[-1][1] else "3"
        return Answer(log_probs={each: -0.001 if each == grade else -50.0 for each in "12345"})

    values = values_of("rubric_grades", grades, aspects=[own, "helpfulness"])

    assert values == {"score": pytest.approx(3.5), "tone": pytest.approx(4.0), "helpfulness": pytest.approx(3.0)}


def test_critiques_scores_checklists_judgments_and_attributes_are_read() -> None:
    assert values_of("critique", writes(critique="Fine, but vague.", overall=1)) == {
        "score": 1.0,
        "critique": "Fine, but vague.",
    }
    dimensions = [{"title": "Tone"}, {"title": "準確"}]
    scored = writes(
        explanation="Because.",
        dimensions=[{"dimension": "Tone", "score": 3}, {"dimension": "準確", "score": 8}],
        final=6,
    )
    values = values_of("scored", scored, dimensions=dimensions)
    assert (values["score"], values["d_tone"], values["d_e6ba96e7a2ba"]) == (6.0, 3.0, 8.0)
    answers = [
        {"item": 2, "evidence": "", "answer": "no"},
        {"item": 1, "evidence": "in two", "answer": "yes"},
        {"item": 3, "evidence": "", "answer": "not_applicable"},
    ]
    values = values_of(
        "checklist",
        writes(answers=answers),
        checklist=["Is it short?"],
        checklist_from="points",
        made=record(points=["Is it kind?", "Is it code?"]),
    )
    assert (values["score"], values["asked"]) == (0.5, 2.0)
    assert json.loads(values["answers"])[0] == {"item": "Is it short?", "answer": "yes", "evidence": "in two"}
    assert values_of("judgment", writes(judgment=None)) == {"judgment": None, "faultless": True}
    attributes = writes(
        task_category="facts",
        objectivity="objective",
        controversiality="low",
        desired_attributes=["right", "short", "kind"],
        guideline="Check the facts.",
    )
    assert values_of("attributes", attributes)["desired"] == "right, short, kind"


def test_a_rubric_people_edited_is_read_before_the_drafted_one() -> None:
    drafted = writes(criteria=[{"title": f"Point {n}", "description": "d", "weight": n} for n in (1, 2, 3)])
    judge = spec("rubric_draft")
    made = record()
    row, _ = run(judge, next(units_of(made, PROTOCOLS["rubric_draft"], pairs="labelled")), drafted)
    protocol = PROTOCOLS["rubric_draft"]
    assert isinstance(protocol, DraftsAnnotations)
    made.annotations = protocol.annotations(dict(row.values), made, annotator="judge:x v1", origin="o")
    asked: list[Question] = []

    def respond(question: Question) -> Answer:
        asked.append(question)
        return Answer(text=json.dumps({"answers": []}))

    reader = spec("checklist", checklist_from="rubric")
    run(reader, unit_of(reader, made), respond)
    assert "Point 3: d (weight 3)" in asked[0].call.messages[1][1]
    human = msgspec.structs.replace(made.annotations[0], source="human", body='"Only this."')
    made.annotations = [human, *made.annotations]
    run(reader, unit_of(reader, made), respond)
    assert "Only this." in asked[-1].call.messages[1][1]
    assert "Point 3" not in asked[-1].call.messages[1][1]


@pytest.mark.parametrize(("quote", "found"), [("in two sentences", True), ("never said", False)])
def test_a_rationale_is_checked_for_its_quotes_and_by_a_blind_reader(quote: str, found: bool) -> None:
    made = record()
    good_is_a = made.labels[0].a == next(each.response_id for each in made.responses if each.content == GOOD)
    side = "A" if good_is_a else "B"

    def respond(question: Question) -> Answer:
        if question.call.options:
            text = question.call.messages[-1][1]
            logit = 3.0 if text.index(GOOD) > text.index(POOR) else -3.0
            return Answer(log_probs=verdict_probabilities(logit))
        return Answer(
            text=json.dumps(
                {"rationale": "It is right.", "aspects": ["correct"], "quotes": [{"side": side, "text": quote}]}
            )
        )

    values = values_of("rationale", respond, made)

    assert (values["quotes_found"], values["recovered"], values["length_only"]) == (found, True, False)
    assert (values["blind_logit"] < 0) == good_is_a


@pytest.mark.parametrize(
    ("logit", "recovered", "better"), [(2.0, True, "b"), (2.0, False, "a"), (-2.0, True, "a"), (-2.0, False, "b")]
)
def test_a_rationale_brought_home_says_what_it_compares_and_what_it_was_put_to(
    logit: float, recovered: bool, better: str
) -> None:
    protocol = PROTOCOLS["rationale"]
    assert isinstance(protocol, DraftsAnnotations)
    row = {"a": "a", "b": "b", "rationale": "It is right.", "quotes_found": True, "length_only": False}
    row |= {"blind_logit": logit, "recovered": recovered}

    (brought,) = protocol.annotations(row, record(), annotator="judge:R v1", origin="judge:1")
    body = json.loads(brought.body)

    assert body["about"] == {"better": better, "worse": "a" if better == "b" else "b"}
    assert body["checks"] == {"quotes_found": True, "recovered": recovered, "length_only": False}
    without = protocol.annotations({**row, "blind_logit": None, "recovered": None}, record(), annotator="j", origin="o")
    assert "about" not in json.loads(without[0].body)


def test_a_rationale_needs_a_preference() -> None:
    judge = spec("rationale")
    row, asked = run(judge, unit_of(judge, record(label=0)), writes())
    assert (row.reason, asked) == ("no_preference", [])


def test_marks_are_an_answer_people_could_have_given() -> None:
    reply = writes(
        marks=[
            {
                "quote": "It is right",
                "occurrence": None,
                "category": "wrong",
                "severity": "major",
                "note": "",
                "evidence": [],
            }
        ],
        omissions=[],
    )
    made = record()
    judge = spec("spans")
    row, _ = run(judge, unit_of(judge, made), reply)
    assert (row.values["marks"], row.values["refused"]) == (1.0, 0.0)
    protocol = PROTOCOLS["spans"]
    assert isinstance(protocol, DraftsAnnotations)
    values = {**row.values, "response_id": row.response_id}
    (annotation,) = protocol.annotations(values, made, annotator="judge:Judge v1", origin="judge-run:1")

    body = json.loads(annotation.body)
    item = ItemView([{"response_id": row.response_id, "content": GOOD}])
    assert spans_question.validate_answer(judge.options.question, body, item) == body
    assert (annotation.source, annotation.target) == ("judge", row.response_id)


def test_claims_are_split_and_each_is_verified_alone() -> None:
    def respond(question: Question) -> Answer:
        text = question.call.messages[-1][1]
        if "List the claims" in text:
            claims = [{"quote": "It is right", "claim": "One."}, {"quote": "in two sentences", "claim": "Two."}]
            return Answer(text=json.dumps({"claims": claims}))
        verdict = "supported" if "One." in text else "contradicted"
        return Answer(text=json.dumps({"evidence": "known", "source": None, "verdict": verdict}))

    values = values_of("claims", respond)

    assert [values[name] for name in ("score", "claims", "contradicted", "unverifiable")] == [0.5, 2.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("revised", "reason"),
    [(GOOD, "revision_same"), ("Something else entirely that nobody wrote before now", "revision_too_large")],
)
def test_a_revision_that_makes_no_pair_fails(revised: str, reason: str) -> None:
    judge = spec("revision")
    row, _ = run(judge, unit_of(judge, record()), writes(reasoning="r", revised=revised))
    assert (row.state, row.reason) == ("failed", reason)


def test_a_revision_keeps_what_it_changed() -> None:
    values = values_of("revision", writes(reasoning="r", revised=GOOD.replace("right", "quite right")))
    assert 0.02 < values["changed"] < 0.7


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("pair_letter", {"few_shot": 9}, "options.few_shot"),
        ("pair_letter", {"nonsense": 1}, "nonsense"),
        ("rubric_grades", {"aspects": ["charm"]}, "is no built-in aspect"),
        ("rubric_grades", {"aspects": ["honesty", "honesty"]}, "a name of its own"),
        ("spans", {"question": {"name": "s", "title": "S", "categories": []}}, "options.question"),
        ("scored", {"dimensions": [{"title": "A b"}, {"title": "a B"}]}, "differ"),
    ],
)
def test_options_that_make_no_judge_are_refused(name: str, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ApplicationError, match=sentence):
        PROTOCOLS[name].options_from(options)


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_every_protocol_can_be_drawn_and_brought_home(protocol: JudgeProtocol) -> None:
    options = protocol.options_from({})
    names = [column.name for column in protocol.columns(options)]
    assert len(set(names)) == len(names) > 0
    assert protocol.description.endswith(".")
    assert len(protocol.name) <= 40
    assert protocol.level == "pair" or not any(column.signed for column in protocol.columns(options))
    assert msgspec.json.schema(protocol.options_type)
    assert (
        protocol.gives == "votes"
        or isinstance(protocol, DraftsAnnotations)
        or protocol.name in ("checklist", "revision")
    )


@pytest.mark.parametrize("name", ["pair_letter", "pair_reasons"])
def test_swapped_storage_negates_and_changes_nothing_else(name: str) -> None:
    def respond(question: Question) -> Answer:
        if question.call.options:
            text = question.call.messages[-1][1]
            first, second = (GOOD, POOR) if text.index(GOOD) < text.index(POOR) else (POOR, GOOD)
            return Answer(log_probs=verdict_probabilities(better_text(first, second)))
        return prefers_good(question)

    made = record()
    judge = spec(name)
    unit = unit_of(judge, made)
    a, b = unit.sides
    # The same pair, its texts under each other's ids.
    turned = {a.response_id: msgspec.structs.replace(b, response_id=a.response_id)}
    turned[b.response_id] = msgspec.structs.replace(a, response_id=b.response_id)
    swapped = Unit(made, pair=unit.pair, responses=turned)

    one, other = run(judge, unit, respond)[0].values, run(judge, swapped, respond)[0].values

    for column in PROTOCOLS[name].columns(judge.options):
        if column.signed:
            assert one[column.name] == pytest.approx(-other[column.name]), column.name
        elif column.type != "text":
            assert one[column.name] == pytest.approx(other[column.name]), column.name
