"""What holds for valid answers of every type: they are stored once and for all, whatever order people saw."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.domain.forms import form_fits, validate_answers, votes_of
from annotation.domain.questions.registry import QUESTION_TYPES
from tests.annotation.domain.answered import Case, cases
from tests.annotation.domain.samples import canonical

every_type = pytest.mark.parametrize("kind", list(QUESTION_TYPES))
relaxed = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def kept(case: Case) -> Any:
    return validate_answers([case.question], {"q": case.answer}, case.item)


@every_type
@relaxed
@given(data=st.data())
def test_what_was_stored_is_stored_again_as_it_is(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))

    once = kept(case)

    assert form_fits([case.question], case.item)
    assert canonical(kept(case._replace(answer=once["q"]))) == canonical(once)
    assert votes_of([case.question], once, case.item) == votes_of(
        [case.question], kept(case._replace(answer=once["q"])), case.item
    )


@every_type
@relaxed
@given(data=st.data())
def test_the_order_of_the_responses_changes_nothing(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    shuffled = case.item._replace(responses=data.draw(st.permutations(case.item.responses)))

    first, second = kept(case), kept(case._replace(item=shuffled))

    # Byte by byte: not even the order of keys may tell what was shown where.
    assert repr(first) == repr(second)
    assert votes_of([case.question], first, case.item) == votes_of([case.question], second, shuffled)
    assert QUESTION_TYPES[kind].facts(case.question, first["q"]) == QUESTION_TYPES[kind].facts(
        case.question, second["q"]
    )


@every_type
@relaxed
@given(data=st.data())
def test_facts_are_of_the_kinds_that_conditions_expect(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))

    found = QUESTION_TYPES[kind].facts(case.question, kept(case)["q"])

    expected: dict[str, Any] = {"number": int, "word": str, "words": list}
    assert found.keys() <= QUESTION_TYPES[kind].FACTS.keys()
    assert all(type(value) is expected[QUESTION_TYPES[kind].FACTS[name]] for name, value in found.items())


@every_type
@relaxed
@given(data=st.data())
def test_votes_are_of_pairs_of_the_item(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))

    votes = votes_of([case.question], kept(case), case.item)

    assert kind in ("pairwise", "ranking") or not votes
    assert len({(vote.a, vote.b) for vote in votes}) == len(votes)
    assert all(vote.a < vote.b and {vote.a, vote.b} <= set(case.item.response_ids) for vote in votes)
