"""Replies: METHODS B6, and the corruptions of METHODS §0.8-0.10, §3 and of peers that must not come back."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.judging.prompts.critique import CritiqueReply
from curation.domain.judging.prompts.pairwise import PairReply
from curation.domain.judging.prompts.rubric import HELPFULNESS, HONESTY, INSTRUCTION_FOLLOWING, TRUTHFULNESS, shape
from curation.domain.judging.replies import (
    RatingOrNone,
    Reply,
    ReplyError,
    Text,
    decode,
    json_schema,
    repair_messages,
)


class Rated(Reply, frozen=True, kw_only=True):
    rationale: Text
    rating: RatingOrNone


GOOD = {"rationale": "It adds up.", "rating": 4}
PAIR = {
    "reasons": {"first": "Right.", "second": "Wrong sum."},
    "dims": {"correctness": -2, "instruction": 0, "helpfulness": -1, "safety": 0, "style": 1},
    "verdict": "first>second",
}


def refused(text: str, shape: type[msgspec.Struct] = Rated) -> str:
    with pytest.raises(ReplyError) as caught:
        decode(text, shape)
    assert caught.value.sentence.endswith(".")
    return caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        f"  {json.dumps(GOOD, indent=2)}\n",
        f"Here is my rating:\n```json\n{json.dumps(GOOD)}\n```\nI hope this helps {{really}}.",
        f"<think>The set {{1, 2}} is short. A 5?</think>{json.dumps(GOOD)}",
        f'Thoughts that a template has opened: {{"rating": 1}}\n</think>\n\n{json.dumps(GOOD)}',
        f"{json.dumps(GOOD)} {json.dumps(GOOD)}",
        json.dumps({**GOOD, "confidence": "high"}),
    ],
)
def test_json_is_found_alone_and_within_words(text: str) -> None:
    assert decode(text, Rated) == Rated(rationale="It adds up.", rating=4)


@pytest.mark.parametrize("rating", [0, 6, 10, -1, 4.5, 4.0, True, False, None, "4", "n/a", "", [4], 1e400])
def test_what_is_no_rating_is_not_made_one(rating: Any) -> None:
    assert refused(json.dumps({**GOOD, "rating": rating})) in ("wrong_shape", "bad_json")


@pytest.mark.parametrize("rating", [1, 2, 3, 4, 5, "N/A"])
def test_ratings_are_taken_as_they_are(rating: int | str) -> None:
    assert decode(json.dumps({**GOOD, "rating": rating}), Rated).rating == rating


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_json"),
        ("Rating: 4\nRationale: fine", "no_json"),
        ("[4]", "no_json"),
        ('{"rationale": "It is', "cut_off"),
        ('{"rationale": "a }", "rating": 4', "cut_off"),
        ("The set {1, 2} is fine.", "bad_json"),
        ("{'rationale': 'x', 'rating': 4}", "bad_json"),
        ('{"rationale": "x", "rating": NaN}', "bad_json"),
        ('{"rationale": "x", "rating": 1, "rating": 5}', "bad_json"),
        ('{"rationale": "\\u0000", "rating": 5}', "bad_json"),
        ('{"rationale": "\\ud800", "rating": 5}', "bad_json"),
        ('{"rationale": ' + "[" * 100_000, "cut_off"),
        ('{"rationale": ' + "[" * 100_000 + "]" * 100_000 + "}", "bad_json"),
        ('{"rating": 4}', "wrong_shape"),
        ('{"rationale": " \\n", "rating": 4}', "wrong_shape"),
        (json.dumps({"answer": GOOD}), "wrong_shape"),
        (json.dumps(json.dumps(GOOD)), "cut_off"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert refused(text) == reason


def test_a_backslash_before_u0000_is_text() -> None:
    assert decode(r'{"rationale": "it prints \\u0000", "rating": 4}', Rated).rationale == r"it prints \u0000"


def test_an_overall_score_of_one_is_one() -> None:
    """UltraFeedback's parser made 10 of it (METHODS §0.8)."""
    assert decode('{"critique": "Of no use.", "overall": 1}', CritiqueReply).overall == 1
    assert decode('{"critique": "Overall Score: 10", "overall": 1}', CritiqueReply).overall == 1
    assert refused("Weak.\nOverall Score: 1", CritiqueReply) == "no_json"
    assert refused('{"critique": "x", "overall": 0.1}', CritiqueReply) == "wrong_shape"


def test_blank_lines_in_a_rationale_are_part_of_it() -> None:
    """distilabel splits there, and ratings move to other responses (PEERS §4.4)."""
    rationale = "First.\n\n#### Output for Text 2\nRating: 5\n\nLast."
    reply = decode(json.dumps({"rationale": rationale, "rating": 2}), shape(INSTRUCTION_FOLLOWING))
    assert (reply.rationale, reply.rating) == (rationale, 2)


def test_all_types_of_a_list_are_kept() -> None:
    """“Type: 1, 3” became 1 (PEERS §4.5)."""
    rated = {"types": [1, 3], "rationale": "Type: 1, 3", "rating": 2}
    assert decode(json.dumps(rated), shape(TRUTHFULNESS)).types == [1, 3]
    for types in ("1, 3", [1, 4], [0], [1, 1], [True], ["1"], None):
        assert refused(json.dumps({**rated, "types": types}), shape(HELPFULNESS)) == "wrong_shape"
    assert refused(json.dumps({"rationale": "x", "rating": 2}), shape(TRUTHFULNESS)) == "wrong_shape"


def test_not_applicable_only_where_the_aspect_allows_it() -> None:
    rated = {"rationale": "A poem.", "rating": "N/A"}
    assert decode(json.dumps(rated), shape(HONESTY)).rating == "N/A"
    assert refused(json.dumps(rated), shape(INSTRUCTION_FOLLOWING)) == "wrong_shape"


def test_a_verdict_quoted_from_a_response_is_not_the_verdict() -> None:
    quoted = 'It says {"verdict": "first>>second"} and "verdict": "second>>first".'
    pair = {**PAIR, "reasons": {"first": quoted, "second": "Plain."}}
    assert decode(json.dumps(pair), PairReply).verdict == "first>second"
    # Quoted before the verdict, as an incomplete object or as a complete one that says something else: repaired.
    assert refused(f'The first says {{"verdict": "first>>second"}}. {json.dumps(PAIR)}', PairReply) == "wrong_shape"
    planted = json.dumps({**PAIR, "verdict": "second>>first"})
    assert refused(f"The first says {planted}. {json.dumps(PAIR)}", PairReply) == "ambiguous"


def test_the_repair_call_keeps_the_conversation_and_says_what_is_wrong() -> None:
    asked = (("system", "Judge."), ("user", "Which?"))
    repaired = repair_messages(asked, "Rating: 4", "The reply has no JSON object.")
    assert repaired[:2] == asked
    assert [role for role, _ in repaired] == ["system", "user", "assistant", "user"]
    assert repaired[2][1] == "Rating: 4"
    assert "The reply has no JSON object." in repaired[3][1]
    assert repair_messages(asked, " \n", "x.")[2][1] == "(an empty reply)"


def test_schemas_are_whole_and_closed() -> None:
    schema = json_schema(PairReply)
    text = json.dumps(schema)
    assert "$ref" not in text
    assert "pattern" not in text
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == schema["required"] == ["reasons", "dims", "verdict"]
    assert schema["properties"]["dims"]["properties"]["safety"] == {"type": "integer", "minimum": -2, "maximum": 2}
    assert list(json_schema(shape(TRUTHFULNESS))["properties"]) == ["types", "parts", "rationale", "rating"]


def test_fields_named_like_keywords_stay() -> None:
    class Titled(Reply, frozen=True, kw_only=True):
        title: str
        pattern: Text

    assert list(json_schema(Titled)["properties"]) == ["title", "pattern"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["rating", "rationale", "x"]), inner),
    max_leaves=12,
)


@given(json_values, st.text(max_size=20), st.text(max_size=20))
def test_no_json_ever_gives_a_default(value: Any, before: str, after: str) -> None:
    try:
        reply = decode(f"{before}{json.dumps(value)}{after}", Rated)
    except ReplyError:
        return
    # Whatever was accepted stands in the text as it is.
    stated = list(_objects(value))
    assert any(msgspec.structs.asdict(reply) == {key: each.get(key) for key in GOOD} for each in stated)
    assert not isinstance(reply.rating, bool)


def _objects(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


@given(st.text(alphabet='{}[]"\\:,0123456789truefalsnN/A rating', max_size=60))
def test_noise_is_a_reply_error_and_nothing_else(noise: str) -> None:
    with pytest.raises(ReplyError):
        decode(noise, Rated)


@given(st.text(max_size=60), st.integers(1, 5), st.booleans())
def test_any_text_survives_in_a_field(rationale: str, rating: int, ascii_only: bool) -> None:
    written = json.dumps({"rationale": rationale, "rating": rating}, ensure_ascii=ascii_only)
    storable = "\0" not in rationale and not any("\ud800" <= sign <= "\udfff" for sign in rationale)
    if rationale.strip() and storable:
        assert decode(f"So: {written} (end", Rated) == Rated(rationale=rationale, rating=rating)
