"""What rows are made of: rationales, judgments, aspects, contexts, people under pseudonyms, and answers' bodies."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_bridge.domain.annotator_rows import Contexts, groups_kept, pid_of, unseen_of
from trainer_bridge.domain.aspects import mean_ratings, weights_of
from trainer_bridge.domain.contexts import preference_set, under_system
from trainer_bridge.domain.judgments import is_sampled, judgment_text, prompt_under, variants_of
from trainer_bridge.domain.rationales import chosen_comes_first, fault_of, rationale_prompt, type_of
from trainer_bridge.domain.said import Chain, Checks, Ratings, Rationale, Spans, Steps, body_of, is_by, said_of
from webapp.store.canonical import Annotation, make_annotation

ASK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why is the sky blue?"}]
SIDES = ("Light scatters in the air.", "Because it is.")
OK = Checks(quotes_found=True, recovered=True, length_only=False)


def annotation(kind: str, body: Any, **facts: Any) -> Annotation:
    return make_annotation(kind, "q", body, **{"source": "human", **facts})


def test_bodies_of_another_shape_are_not_read() -> None:
    assert body_of(annotation("spans", {"marks": [], "more": 1}), Spans) == Spans()
    assert body_of(annotation("spans", {"marks": [{"start": "x"}]}), Spans) is None
    assert body_of(annotation("steps", {"r": {"labels": ["good", None], "first_error": "none"}}), Steps) == {
        "r": Chain(["good", None], "none")
    }
    assert body_of(annotation("steps", {"r": {"labels": ["fine"]}}), Steps) is None
    assert body_of(Annotation("steps", "q", None, None, "imported", None, "not JSON"), Steps) is None


@pytest.mark.parametrize(
    ("source", "people", "judges"),
    [("human", True, False), ("imported", True, False), ("adjudicated", True, False), ("judge", False, True)],
)
def test_authors_are_people_or_judges(source: str, people: bool, judges: bool) -> None:
    given_ = annotation("text", "x", source=source)
    assert (is_by(given_, "people"), is_by(given_, "judges"), is_by(given_, "all")) == (people, judges, True)


def test_annotations_come_in_an_order_of_their_own() -> None:
    given_ = [annotation("text", text, annotator=who) for text, who in (("b", "2"), ("a", "2"), ("c", "1"))]
    found = said_of(given_[::-1], "text", authors="people")
    assert [each.body for each in found] == ['"c"', '"a"', '"b"']
    assert said_of(given_, "text", questions=["other"]) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It explains the reason.", "general"),
        ("It names “scatters in the air”, which is the reason.", "detailed"),
        ("- It is right.\n- It is short.", "detailed"),
        ('It says "Light".', "detailed"),
    ],
)
def test_rationales_are_general_or_detailed(text: str, kind: str) -> None:
    assert type_of(text) == kind


@pytest.mark.parametrize(
    ("text", "checks", "by_judge", "fault"),
    [
        ("It gives the true reason.", None, False, None),
        ("It is longer.", None, False, "length_only"),
        ("It gives the true reason.", None, True, "unchecked"),
        ("It gives the true reason.", Checks(quotes_found=True), True, "unchecked"),
        ("It gives the true reason.", OK, True, None),
        ("It is longer.", OK, True, "length_only"),
        ("It gives the true reason.", Checks(quotes_found=False, recovered=True), True, "quote_not_found"),
        ("It says “scatters  in the air”.", OK, True, None),
        ("It says “sound scatters in water”.", OK, True, "quote_not_found"),
        ("It gives the true reason.", Checks(quotes_found=True, recovered=False), True, "not_recovered"),
    ],
)
def test_rationales_are_checked(text: str, checks: Checks | None, by_judge: bool, fault: str | None) -> None:
    assert fault_of(Rationale(text, checks=checks), SIDES, by_judge=by_judge) == fault


@given(st.integers(0, 9), st.text("0123456789abcdef", min_size=1, max_size=8))
def test_a_rationales_prompt_shows_both_in_the_same_order_whichever_wins(seed: int, pair_id: str) -> None:
    one = chosen_comes_first(seed, pair_id, "a", "b")
    other = chosen_comes_first(seed, pair_id, "b", "a")
    prompts = [
        rationale_prompt(ASK, *(SIDES if first == a_wins else SIDES[::-1]), preferred_first=first)
        for first, a_wins in ((one, True), (other, False))
    ]
    assert one is not other
    # Only the word that says which is preferred differs.
    assert prompts[0] != prompts[1]
    assert len({re.sub("The (first|second) response is", "", prompt) for prompt in prompts}) == 1


def test_both_orders_are_drawn() -> None:
    drawn = [chosen_comes_first(0, str(number), "a", "b") for number in range(400)]
    assert 150 < sum(drawn) < 250


def test_the_variants_of_cut() -> None:
    everything = ("aligned_p", "aligned_n", "misaligned")
    assert variants_of(None, everything) == ["aligned_p"]
    assert variants_of("Wrong.", everything) == ["aligned_n", "misaligned"]
    assert variants_of("Wrong.", ("aligned_p",)) == []
    asked = prompt_under("It is vague.", ASK)
    assert [message["role"] for message in asked] == ["system", "user"]
    assert asked[1]["content"].startswith("Why is the sky blue?\n\n")
    assert asked[1]["content"].endswith("It is vague.")
    assert ASK[1]["content"] == "Why is the sky blue?"
    assert prompt_under("J", [])[0]["role"] == "user"


def test_a_judgment_is_about_one_response() -> None:
    assert judgment_text({"r": "Wrong."}, "r") == "Wrong."
    assert judgment_text({"r": "  "}, "r") is None
    assert judgment_text("about the item", "r") is None


def test_a_share_is_drawn_by_name_and_seed() -> None:
    drawn = [is_sampled(1, str(number), 0.25) for number in range(2000)]
    assert 430 < sum(drawn) < 570
    assert drawn == [is_sampled(1, str(number), 0.25) for number in range(2000)]
    assert all(is_sampled(seed, "x", 1.0) for seed in range(20))


def test_weights_add_up_or_have_length_one() -> None:
    assert weights_of(["b", "a"], {}, "sum") == {"a": 0.5, "b": 0.5}
    assert weights_of(["a", "b"], {"a": 3, "b": 4}, "unit") == pytest.approx({"a": 0.6, "b": 0.8})
    assert weights_of(["a", "b"], {"a": 3}, "sum") == {"a": 1.0, "b": 0.0}
    with pytest.raises(ValueError, match="None of the aspects a has a weight above 0"):
        weights_of(["a"], {"b": 1}, "sum")


@given(st.dictionaries(st.sampled_from("abcd"), st.floats(1e-6, 1e6), min_size=1))
def test_norms_hold(given_: dict[str, float]) -> None:
    assert math.fsum(weights_of(given_, given_, "sum").values()) == pytest.approx(1, abs=1e-9)
    assert math.hypot(*weights_of(given_, given_, "unit").values()) == pytest.approx(1, abs=1e-9)


def test_ratings_are_means_over_people_of_means_over_criteria() -> None:
    one: Ratings = {"r": {"truth": 4.0, "style/tone": 2.0, "style/form": 4.0}, "s": {"truth": "na"}}
    other: Ratings = {"r": {"truth": 5.0}}
    assert mean_ratings([one, other]) == {"r": {"style": 3.0, "truth": 4.5}}
    assert mean_ratings([other, one]) == mean_ratings([one, other])


def test_a_context_is_the_system_turn() -> None:
    assert under_system("Be kind.", ASK)[0] == {"role": "system", "content": "Be brief.\n\nBe kind."}
    assert under_system("Be kind.", ASK[1:])[0] == {"role": "system", "content": "Be kind."}
    assert under_system("", ASK) == ASK
    assert ASK[0]["content"] == "Be brief."


def test_values_are_named_by_dimension_where_the_record_does() -> None:
    named = [{"dimension": "style", "subdimension": "clarity", "description": "Say it plainly."}]
    assert preference_set("c", {"preference_set": named}) == named
    assert preference_set("c", {"preference_set": [{"dimension": "style"}]})[0]["description"] == ""
    whole = [{"dimension": "context", "subdimension": "", "description": "c"}]
    assert preference_set("c", {"preference_set": ["style"]}) == preference_set("c", {}) == whole
    assert preference_set("", {}) == []


def test_pseudonyms_hold_inside_an_export_and_differ_between_two() -> None:
    people = [f"annotator-{number}" for number in range(200)]
    one, other = ([pid_of(secret, person) for person in people] for secret in (b"one", b"other"))
    assert one == [pid_of(b"one", person) for person in people]
    assert len(set(one) | set(other)) == 400
    assert all(len(pid) == 16 and set(pid) <= set("0123456789abcdef") for pid in one)
    # HMAC-SHA256 of RFC 4231, case 2.
    assert pid_of(b"Jefe", "what do ya want for nothing?") == "5bdcc146bf60754e"


@given(st.sets(st.text(min_size=1, max_size=4), max_size=60), st.integers(0, 5))
def test_a_tenth_of_people_is_held_out_whatever_their_order(pids: set[str], seed: int) -> None:
    held_out = unseen_of(sorted(pids), share=0.1, seed=seed)
    assert held_out == unseen_of(sorted(pids, reverse=True), share=0.1, seed=seed)
    assert held_out <= pids
    assert len(held_out) == (0 if len(pids) < 2 else math.ceil(0.1 * len(pids)))


def test_small_groups_do_not_stand_out() -> None:
    group_of = {f"p{number}": "north" if number < 5 else "south" for number in range(9)}
    assert groups_kept(group_of, least=5) == {"north"}


def test_context_is_the_latest_of_a_persons_earlier_pairs_on_other_prompts() -> None:
    contexts = Contexts(2)
    for prompt, pair_id in (("x", "1"), ("y", "2"), ("z", "3")):
        assert pair_id not in contexts.before("p", prompt)
        contexts.add("p", prompt, pair_id)
    assert contexts.before("p", "w") == ["2", "3"]
    assert contexts.before("p", "z") == ["1", "2"]
    assert contexts.before("q", "w") == []
    assert Contexts(0).before("p", "w") == []
