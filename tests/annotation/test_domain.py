"""Forms, questions, presentation and agreement: pure rules, for any input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.agreement import percent_agreement, verdict, wilson_rate
from annotation.domain.forms import FormError, form_fits, validate_answers, validate_questions, votes_of
from annotation.domain.items import ItemView
from annotation.domain.presentation import presentation_order
from annotation.domain.questions.base import AnswerError, QuestionError
from annotation.domain.questions.registry import QUESTION_TYPES
from annotation.domain.templates import NAMES, templates

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def view(ids: Sequence[str]) -> ItemView:
    return ItemView([{"response_id": response_id, "content": response_id} for response_id in ids])


response_ids = st.lists(st.text("0123456789abcdef", min_size=32, max_size=32), min_size=2, max_size=2, unique=True)
pairwise = st.builds(
    lambda steps, tie, both_bad: validate_questions(
        [{"name": "q", "type": "pairwise", "steps": steps, "tie": tie, "both_bad": both_bad}]
    )[0],
    st.sampled_from([3, 5, 7]),
    st.booleans(),
    st.booleans(),
)


@st.composite
def answered_pairs(draw: st.DrawFn) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
    """A question with ties and both bad, two response ids, and an answer that fits."""
    ids = draw(response_ids)
    steps = draw(st.sampled_from([3, 5, 7]))
    (question,) = validate_questions([{"name": "q", "type": "pairwise", "steps": steps}])
    preference = st.fixed_dictionaries({"better": st.sampled_from(ids), "strength": st.integers(1, (steps - 1) // 2)})
    outcome = st.fixed_dictionaries({"outcome": st.sampled_from(["tie", "both_bad"])})
    return question, ids, draw(preference | outcome)


class TestForms:
    @given(json_values)
    def test_any_definition_is_cleaned_or_refused_by_path(self, questions: Any) -> None:
        faults: dict[str, list[str]] = {}
        try:
            cleaned = validate_questions(questions)
        except FormError as error:
            faults = error.fields
        else:
            assert validate_questions(cleaned) == cleaned
        assert all(path.startswith("questions") and sentences for path, sentences in faults.items())

    @given(st.sampled_from(sorted(QUESTION_TYPES)), st.dictionaries(st.text(max_size=8), json_values, max_size=5))
    def test_any_parts_of_a_question_are_cleaned_or_refused(self, kind: str, parts: dict[str, Any]) -> None:
        question = {"name": "q", "options": [{"value": "a"}, {"value": "b"}], **parts, "type": kind}
        try:
            cleaned = QUESTION_TYPES[kind].validate_definition(question)
        except QuestionError:
            return
        assert QUESTION_TYPES[kind].validate_definition(cleaned) == cleaned

    @given(json_values)
    def test_any_answers_are_cleaned_or_refused(self, answers: Any) -> None:
        questions = validate_questions(templates()["hh_pairwise"].questions)
        faults: dict[str, list[str]] = {}
        try:
            validate_answers(questions, answers, view(["a" * 32, "b" * 32]))
        except FormError as error:
            faults = error.fields
        assert all(path.startswith("answers") for path in faults)

    def test_templates_are_valid_and_complete(self) -> None:
        assert list(templates()) == list(NAMES)
        assert all(validate_questions(each.questions) == each.questions for each in templates().values())

    def test_every_fault_is_named_at_once(self) -> None:
        questions = [
            {"name": "Bad Name", "type": "text"},
            {"name": "q", "type": "pairwise", "steps": 4},
            {"name": "q", "type": "text", "max_chars": 0},
            "text",
            {"type": "choice", "name": "c", "options": [{"value": "a"}]},
        ]
        with pytest.raises(FormError) as refused:
            validate_questions(questions)
        assert refused.value.fields.keys() == {
            "questions.0.name",
            "questions.1.steps",
            "questions.2.max_chars",
            "questions.3.type",
            "questions.4.options",
        }

    def test_an_optional_form_needs_at_least_one_answer(self) -> None:
        questions = validate_questions([{"name": "note", "type": "text"}])
        with pytest.raises(FormError, match="at least one"):
            validate_answers(questions, {"note": None}, view([]))
        assert validate_answers(questions, {"note": "x"}, view([])) == {"note": "x"}

    def test_answers_come_back_in_the_forms_order(self) -> None:
        questions = validate_questions([{"name": "b", "type": "text"}, {"name": "a", "type": "text"}])
        assert list(validate_answers(questions, {"a": "1", "b": "2"}, view([]))) == ["b", "a"]

    def test_a_pair_is_two_different_responses(self) -> None:
        questions = validate_questions(templates()["hh_pairwise"].questions)
        assert form_fits(questions, view(["a", "b"]))
        assert not form_fits(questions, view(["a", "a"]))
        assert not form_fits(questions, view(["a"]))
        assert not form_fits(questions, view(["a", "b", "c"]))


class TestPairwise:
    @given(pairwise, json_values, response_ids)
    def test_what_is_accepted_is_one_of_the_three_shapes(
        self, question: dict[str, Any], answer: Any, ids: list[str]
    ) -> None:
        kind = QUESTION_TYPES["pairwise"]
        for candidate in (answer, {"better": ids[0], "strength": answer}, {"outcome": answer}):
            try:
                cleaned = kind.validate_answer(question, candidate, view(ids))
            except AnswerError:
                continue
            if "outcome" in cleaned:
                assert question[cleaned["outcome"]] is True
            else:
                assert cleaned["better"] in ids
                assert 1 <= cleaned["strength"] <= (question["steps"] - 1) // 2

    @given(answered_pairs())
    def test_swapping_the_sides_changes_no_vote(self, case: tuple[dict[str, Any], list[str], dict[str, Any]]) -> None:
        question, ids, answer = case
        swapped = ids[::-1]

        votes = votes_of([question], validate_answers([question], {"q": answer}, view(ids)), view(ids))

        assert votes == votes_of([question], validate_answers([question], {"q": answer}, view(swapped)), view(swapped))
        (vote,) = votes
        assert vote.a < vote.b
        if vote.outcome == "preference":
            assert vote.value is not None
            assert (vote.b if vote.value > 0 else vote.a) == answer["better"]
            assert vote.strength == abs(vote.value) == answer["strength"]

    @given(st.lists(answered_pairs(), min_size=2, max_size=8))
    def test_swapping_the_sides_changes_no_agreement(self, cases: list[Any]) -> None:
        def judged(flip: bool) -> Any:
            judgements = []
            for annotator, (question, ids, answer) in enumerate(cases):
                shown = ids[::-1] if flip else ids
                (vote,) = votes_of([question], {"q": answer}, view(shown))
                judgements.append((0, annotator, verdict(vote.outcome, vote.value)))
            return percent_agreement(judgements)

        assert judged(flip=False) == judged(flip=True)


class TestChoice:
    QUESTION = {"name": "c", "type": "choice", "options": [{"value": "x", "label": "X"}, {"value": "y"}]}

    def test_one_option(self) -> None:
        (question,) = validate_questions([self.QUESTION])
        assert question["options"] == [{"value": "x", "label": "X"}, {"value": "y", "label": "y"}]
        assert validate_answers([question], {"c": "y"}, view([])) == {"c": "y"}
        for wrong in ("z", ["x"], 1, {}):
            with pytest.raises(FormError):
                validate_answers([question], {"c": wrong}, view([]))

    def test_several_come_back_in_the_forms_order_and_once(self) -> None:
        (question,) = validate_questions([{**self.QUESTION, "multiple": True}])
        assert validate_answers([question], {"c": ["y", "x", "y"]}, view([])) == {"c": ["x", "y"]}
        for wrong in ("x", [], ["z"], [["x"]]):
            with pytest.raises(FormError):
                validate_answers([question], {"c": wrong}, view([]))


class TestPresentation:
    @given(st.lists(st.text(max_size=5), unique=True, max_size=6), st.integers(-(2**63), 2**63 - 1))
    def test_is_a_permutation_that_only_the_seed_decides(self, ids: list[str], seed: int) -> None:
        order = presentation_order(ids, seed)

        assert sorted(order) == sorted(ids)
        assert order == presentation_order(ids[::-1], seed)

    @pytest.mark.parametrize("count", [2, 3, 4])
    def test_every_order_is_equally_likely(self, count: int) -> None:
        ids = [str(number) for number in range(count)]
        draws = 20_000
        seen = Counter(tuple(presentation_order(ids, seed)) for seed in range(draws))
        orders = list(permutations(ids))
        expected = draws / len(orders)
        chi_squared = sum((seen[order] - expected) ** 2 / expected for order in orders)
        # The 99.9 % quantiles of chi-squared for 1, 5 and 23 degrees of freedom.
        assert chi_squared < {2: 10.83, 3: 20.52, 4: 49.73}[count]

    def test_stays_as_it_is(self) -> None:
        """Orders shown in the past must be drawn again alike by later versions."""
        assert ["".join(presentation_order("abcd", seed)) for seed in (0, 1, -1, 2**63 - 1)] == [
            "cbad",
            "cadb",
            "cbda",
            "bcad",
        ]


class TestAgreement:
    def test_wilson_intervals(self) -> None:
        rate = wilson_rate(8, 10)
        assert (rate.rate, rate.n) == (0.8, 10)
        assert (rate.low, rate.high) == (pytest.approx(0.4901625), pytest.approx(0.9433178))
        assert wilson_rate(0, 0) == (None, None, None, 0)
        with pytest.raises(ValueError, match="not a share"):
            wilson_rate(3, 2)

    @given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_intervals_hold_the_share_and_stay_inside(self, case: tuple[int, int]) -> None:
        rate = wilson_rate(*case)
        assert rate.low is not None
        assert rate.high is not None
        assert rate.rate is not None
        assert 0 <= rate.low <= rate.rate + 1e-12
        assert rate.rate - 1e-12 <= rate.high <= 1

    @given(
        st.dictionaries(
            st.tuples(st.integers(0, 4), st.integers(0, 3)), st.sampled_from(["a", "b", "tie", "both_bad"]), max_size=20
        )
    )
    def test_is_the_share_of_agreeing_pairs_of_people(self, said: dict[tuple[int, int], str]) -> None:
        judgements = [(subject, annotator, verdict) for (subject, annotator), verdict in said.items()]
        pairs = [(left, right) for left, right in combinations(judgements, 2) if left[0] == right[0]]
        agreeing = [pair for pair in pairs if pair[0][2] == pair[1][2]]

        found = percent_agreement(judgements)

        assert found.overall == wilson_rate(len(agreeing), len(pairs))
        for annotator, rate in found.by_annotator.items():
            own = [pair for pair in pairs if annotator in (pair[0][1], pair[1][1])]
            assert rate == wilson_rate(len([pair for pair in own if pair in agreeing]), len(own))
