"""Items, questions with their defaults filled in, and what anybody may send."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from annotation.domain.forms import FormError, validate_answers, validate_questions
from annotation.domain.items import ItemView
from annotation.domain.questions.base import AnswerError, VoteDraft
from annotation.domain.questions.registry import QUESTION_TYPES

A, B, C, D = (letter * 32 for letter in "abcd")

# Half characters, NUL, characters of several code points, scripts without spaces.
awkward_text = st.text(st.characters() | st.sampled_from("\0\ud800\udfff\u0301\u200d\r\n👩🇩字क्ष"), max_size=12)
awkward_numbers = st.integers(-2, 12) | st.sampled_from([2**63, -(2**63) - 1, 10**40, 1e308]) | st.floats()


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


leaves = st.none() | st.booleans() | awkward_numbers | awkward_text | st.sampled_from([3, 3000]).map(nested)
# What Python callers may hand over and JSON cannot hold.
foreign = st.sampled_from([b"bytes", {1}, (1,), object(), 1j, float("nan")])


def json_around(words: Sequence[str]) -> st.SearchStrategy[Any]:
    """Values of any shape in which these words stand now and then, as keys and as values."""
    known = st.sampled_from(list(words))
    return st.recursive(
        leaves | known | foreign,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(known | awkward_text | st.integers(0, 3) | st.none(), inner, max_size=5)
        ),
        max_leaves=12,
    )


def response(response_id: str, content: str = "") -> dict[str, Any]:
    return {"response_id": response_id, "content": content or f"Text of {response_id[0]}."}


def item_of(*contents: str, **more: Any) -> ItemView:
    """An item whose responses are named by letters: the first `aaa…`, the second `bbb…`."""
    return ItemView(
        [{"response_id": "abcdefgh"[n] * 32, "content": content} for n, content in enumerate(contents)], **more
    )


def asked(kind: str, **parts: Any) -> dict[str, Any]:
    """A question named `q` with its defaults filled in."""
    (question,) = validate_questions([{"name": "q", "type": kind, **parts}])
    return question


def fault_of(kind: str, **parts: Any) -> tuple[str, str]:
    """Where and why a definition is refused."""
    with pytest.raises(FormError) as refused:
        asked(kind, **parts)
    ((path, (sentence,)),) = refused.value.fields.items()
    return path.removeprefix("questions.0."), sentence


def stored(question: Mapping[str, Any], answer: object, item: ItemView) -> Any:
    """An answer as it is stored, by way of the whole form."""
    return validate_answers([question], {"q": answer}, item)["q"]


def refusal(question: Mapping[str, Any], answer: object, item: ItemView) -> str:
    """The sentence with which an answer is refused."""
    with pytest.raises(AnswerError) as refused:
        QUESTION_TYPES[question["type"]].validate_answer(question, answer, item)
    return str(refused.value)


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    kind = QUESTION_TYPES[question["type"]]
    return kind.votes(question, kind.validate_answer(question, answer, item), item)


def facts(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, Any]:
    kind = QUESTION_TYPES[question["type"]]
    return kind.facts(question, kind.validate_answer(question, answer, item))


def canonical(value: object) -> str:
    """JSON that is the same for the same content; refuses what the database could not store."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in text
    return text.encode().decode()
