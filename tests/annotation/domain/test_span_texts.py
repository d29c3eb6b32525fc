"""Marks on texts of many scripts and kinds of markup: offsets count code points and keep whole characters."""

from __future__ import annotations

from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.domain.questions.base import AnswerError
from annotation.domain.questions.spans import validate_answer
from annotation.domain.text_offsets import sha256_of
from tests.annotation.domain.samples import A, asked, item_of, refusal, stored

FAMILY = "👩‍👩‍👧‍👦"
TEXTS = {
    "plain": "Tides rise, tides fall; don't they? It's 3.5 m.",
    "emoji": f"A 👍🏽 and 🇩🇪🇫🇷 for {FAMILY}❤️‍🔥!",
    "combining marks": "Cafe\u0301 nai\u0308ve Zo\u0308e\u0300 a\u0323\u0301.",
    "Devanagari": "क्षत्रिय नमस्ते दुनिया।",
    "Hangul": "한국어 \u1112\u1161\u11ab 문장.",
    "Chinese and Japanese": "月亮引起潮汐。これは「波」です、カタカナも。",
    "Thai": "น้ำขึ้นน้ำลง ทุกวัน",
    "right to left": "הירח גורם לגאות. القمر يسبب المد ١٢٣.",
    "mixed directions": "He said שלום\u200f (peace) and left.",
    "markdown": "# One\n\n> 1. **bold *and ~~both~~***\n>    - [link](https://example.org/a_b)\n\n---\n",
    "table": "| a | b |\n|:--|--:|\n| 1 | 👍 |\n| x\\|y | `z` |\n",
    "code": "```py\ndef f(x_1):\n\treturn x_1 ** 2  # é\n```\r\nDone.\r\n",
    "LaTeX": "$$\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}$$ so $𝒳 \\subset ℝ$.",
    "spaces of all kinds": "a\u00a0b\u3000c\u2009d\u200be\ufefff\u2028g\u0085h",
    "one character": FAMILY,
}
CLUSTERS = [
    "a",
    "B",
    "7",
    "_",
    "-",
    "'",
    ".",
    " ",
    "\n",
    "\r\n",
    "\t",
    "é",
    "e\u0301",
    "字",
    "漢",
    "ก",
    "นี้",
    FAMILY,
    "🇩🇪",
]
mixtures = st.lists(
    st.sampled_from([*CLUSTERS, "👍🏽", "नि", "한", "ש", "ع", "𝒳", "\u3000", "\u200b"]), min_size=1, max_size=30
)
BY_WORD = asked("spans", categories=[{"name": "odd"}])
BY_CHARACTER = asked("spans", categories=[{"name": "odd"}], boundaries="character")


def marked(text: str, start: int, end: int, quote: str | None = None) -> dict[str, Any]:
    given = {"target": A, "start": start, "end": end, "quote": text[start:end] if quote is None else quote}
    return {"sha256": {A: sha256_of(text)}, "marks": [{**given, "category": "odd"}]}


def may_be_marked(text: str, start: int, end: int, *, by_word: bool) -> bool:
    """What may be marked, said another way: whole characters without blanks at the ends, and whole words."""
    ends = {0}
    for cluster in regex.findall(r"\X", text):
        ends.add(max(ends) + len(cluster))
    if not {start, end} <= ends or not text[start:end] or text[start:end].strip() != text[start:end]:
        return False
    return not by_word or not any(_within_word(text, place) for place in (start, end))


def _within_word(text: str, place: int) -> bool:
    """Scripts without spaces between words have no places that are known to be within one."""
    around = text[max(0, place - 1) : place + 1]
    return 0 < place < len(text) and all(
        (each == "_" or regex.match(r"\p{L}|\p{N}|\p{M}", each))
        and not regex.match(r"\p{Han}|\p{Hiragana}|\p{Katakana}|\p{Thai}|\p{Lao}|\p{Khmer}|\p{Myanmar}", each)
        for each in around
    )


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_place_is_accepted_with_its_quote_or_refused(text: str) -> None:
    item = item_of(text)
    accepted = 0
    for start in range(len(text)):
        for end in range(start + 1, min(len(text), start + 12) + 1):
            for question in (BY_WORD, BY_CHARACTER):
                allowed = may_be_marked(text, start, end, by_word=question is BY_WORD)
                try:
                    (mark,) = validate_answer(question, marked(text, start, end), item)["marks"]
                except AnswerError:
                    assert not allowed, f"{text[start:end]!r} is refused"
                else:
                    accepted += 1
                    assert allowed
                    assert mark["quote"] == text[mark["start"] : mark["end"]] == text[start:end]
    assert accepted > 0


@settings(deadline=None)
@given(mixtures.map("".join), st.data())
def test_mixtures_are_accepted_with_their_quote_or_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(-1, len(text) + 1))
    end = data.draw(st.integers(-1, len(text) + 1))
    question = data.draw(st.sampled_from([BY_WORD, BY_CHARACTER]))
    inside = 0 <= start < end <= len(text)
    allowed = inside and may_be_marked(text, start, end, by_word=question is BY_WORD)

    try:
        kept = validate_answer(question, marked(text, start, end), item_of(text))
    except AnswerError:
        assert not allowed
    else:
        assert allowed
        assert kept["marks"][0]["quote"] == text[start:end]
        assert kept["sha256"] == {A: sha256_of(text)}


@pytest.mark.parametrize(
    ("name", "quote"),
    [
        ("plain", "don't"),
        ("plain", "3.5"),
        ("emoji", "👍🏽"),
        ("emoji", "🇩🇪"),
        ("emoji", f"{FAMILY}❤️‍🔥"),
        ("combining marks", "Cafe\u0301"),
        ("combining marks", "a\u0323\u0301"),
        ("Devanagari", "क्षत्रिय"),
        ("Hangul", "\u1112\u1161\u11ab"),
        ("Chinese and Japanese", "潮汐"),
        ("Chinese and Japanese", "波"),
        ("Thai", "น้ำลง"),
        ("right to left", "גורם לגאות"),
        ("right to left", "المد ١٢٣"),
        ("markdown", "**bold *and ~~both~~***"),
        ("markdown", "bold *and ~~both"),
        ("markdown", "https://example.org/a_b"),
        ("table", "| 1 | 👍 |"),
        ("table", "x\\|y"),
        ("code", "x_1 ** 2"),
        ("code", "```py\ndef f(x_1):\n\treturn x_1"),
        ("LaTeX", "\\frac{\\sqrt{\\pi}}{2}"),
        ("LaTeX", "𝒳 \\subset ℝ"),
        ("one character", FAMILY),
    ],
)
def test_passages_people_mark(name: str, quote: str) -> None:
    text = TEXTS[name]
    start = text.index(quote)

    kept = stored(BY_WORD, marked(text, start, start + len(quote)), item_of(text))

    assert kept["marks"] == [
        {
            "target": A,
            "start": start,
            "end": start + len(quote),
            "quote": quote,
            "category": "odd",
            "severity": None,
            "note": "",
            "evidence": None,
        }
    ]


@pytest.mark.parametrize(
    ("name", "quote", "sentence"),
    [
        ("emoji", "👍", "The span from 2 to 3 cuts a character of the text in two; mark whole characters."),
        ("emoji", "🏽", "The span from 3 to 4 cuts a character of the text in two; mark whole characters."),
        ("emoji", "🇪", "The span from 10 to 11 cuts a character of the text in two; mark whole characters."),
        ("one character", "👩‍👩", "The span from 0 to 3 cuts a character of the text in two; mark whole characters."),
        ("combining marks", "Cafe", "The span from 0 to 4 cuts a character of the text in two; mark whole characters."),
        (
            "combining marks",
            "\u0301",
            "The span from 4 to 5 cuts a character of the text in two; mark whole characters.",
        ),
        ("Hangul", "\u1112", "The span from 4 to 5 cuts a character of the text in two; mark whole characters."),
        ("Thai", "น", "The span from 0 to 1 cuts a character of the text in two; mark whole characters."),
        ("plain", "tide", "The mark “tide” cuts a word in two; mark whole words."),
        ("plain", "ides", "The mark “ides” cuts a word in two; mark whole words."),
        ("right to left", "גאות", "The mark “גאות” cuts a word in two; mark whole words."),
        ("code", "x_", "The mark “x_” cuts a word in two; mark whole words."),
        ("code", "x_1 ** 2 ", "The mark from 26 to 35 begins or ends with white space; leave that out."),
        ("spaces of all kinds", "\u3000c", "The mark from 3 to 5 begins or ends with white space; leave that out."),
    ],
)
def test_passages_that_are_refused(name: str, quote: str, sentence: str) -> None:
    text = TEXTS[name]
    start = text.index(quote)
    assert refusal(BY_WORD, marked(text, start, start + len(quote)), item_of(text)) == sentence


def test_offsets_of_other_units_do_not_find_their_quote() -> None:
    """Whoever counts UTF-16 units or bytes is found out by the quote, if not by the length."""
    text = f"{FAMILY} and the moon 🌕 pulls"
    points = text.index("pulls")
    for start in (len(text[:points].encode("utf-16-le")) // 2, len(text[:points].encode())):
        sentence = refusal(BY_WORD, marked(text, start, start + 5, "pulls"), item_of(text))
        assert sentence == f"A span of the text begins before it ends, within its {len(text)} characters."
    inner = text.index("moon")
    utf16 = len(text[:inner].encode("utf-16-le")) // 2
    assert refusal(BY_CHARACTER, marked(text, utf16, utf16 + 4, "moon"), item_of(text)) == (
        f"The text from {utf16} to {utf16 + 4} is not what the mark quotes; mark it again."
    )


def test_another_normal_form_is_another_text() -> None:
    composed, decomposed = "Café au lait", "Cafe\u0301 au lait"
    answer = marked(decomposed, 0, 5)

    assert stored(BY_WORD, answer, item_of(decomposed))["marks"][0]["quote"] == "Cafe\u0301"
    assert "another version" in refusal(
        BY_WORD, {**marked(composed, 0, 4), "sha256": answer["sha256"]}, item_of(composed)
    )
