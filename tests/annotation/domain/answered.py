"""Hypothesis strategies: a question of each type, an item it fits, and an answer to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from annotation.domain.items import ItemView
from annotation.domain.questions.ratings import cells_of
from annotation.domain.questions.registry import QUESTION_TYPES
from annotation.domain.questions.spans import targets_of as texts_of
from annotation.domain.text_offsets import sha256_of, splits_grapheme, splits_word, steps_of
from tests.annotation.domain.samples import asked

WORDS = ["Tides", "rise", "字", "👩🏽‍🚀", "e\u0301té", "x_1", "שלום", ".", "don't", "$$a^2$$", "| b |"]
content = (
    st.lists(st.sampled_from([*WORDS, "\n", "\n\n", "\r\n", " "]), min_size=1, max_size=12)
    .map(" ".join)
    .filter(str.strip)
)
response_id = st.text("0123456789abcdef", min_size=8, max_size=8)
free_text = st.lists(st.sampled_from([*WORDS, " ", "\n"]), min_size=1, max_size=8).map("".join).filter(str.strip)
OPTIONS = [{"value": value} for value in "xyz"]
ASPECTS = [{"name": "a"}, {"name": "b", "low": 0, "high": 10, "criteria": [{"name": "c"}, {"name": "d", "high": 3}]}]


class Case(NamedTuple):
    question: dict[str, Any]
    answer: Any
    item: ItemView


@st.composite
def items(draw: st.DrawFn, least: int = 1, most: int = 4) -> ItemView:
    ids = draw(st.lists(response_id, min_size=least, max_size=most, unique=True))
    roles = draw(st.lists(st.sampled_from(["user", "assistant"]), max_size=3))
    return ItemView(
        [{"response_id": each, "content": draw(content)} for each in ids],
        [{"role": role, "content": draw(content)} for role in roles],
        {"passages": [{"title": "P", "sentences": ["One.", "Two.", "Three."]}]},
    )


def answers_by(draw: st.DrawFn, targets: list[str], one: Callable[[str], Any], *, every: bool) -> dict[str, Any]:
    """Target → answer in an order of its own; for all targets or for some."""
    chosen = targets if every else draw(st.lists(st.sampled_from(targets), min_size=1, unique=True))
    return {target: one(target) for target in draw(st.permutations(chosen))}


def targets(question: dict[str, Any], item: ItemView) -> list[str]:
    return {"item": ["item"], "turn": item.turn_targets()}.get(question["per"], item.response_ids)


def pairwise(draw: st.DrawFn) -> Case:
    item = draw(items(least=2, most=2))
    question = asked("pairwise", steps=draw(st.sampled_from([3, 5, 7])), aspect=draw(st.none() | st.just("safe")))
    strength = draw(st.integers(-1, (question["steps"] - 1) // 2))
    outcome = {-1: {"outcome": "both_bad"}, 0: {"outcome": "tie"}}.get(strength)
    return Case(question, outcome or {"better": draw(st.sampled_from(item.response_ids)), "strength": strength}, item)


def ranking(draw: st.DrawFn) -> Case:
    item = draw(items(least=2))
    question = asked("ranking", partial=draw(st.booleans()), top_k=draw(st.none() | st.integers(1, 3)))
    if draw(st.integers(0, 9)) == 0:
        return Case(question, {"outcome": "not_rankable"}, item)
    least = 1 if question["partial"] else len(item.responses)
    least = least if question["top_k"] is None else min(question["top_k"], len(item.responses))
    chosen = draw(st.lists(st.sampled_from(item.response_ids), min_size=least, unique=True))
    return Case(question, {"ranks": {each: draw(st.integers(1, 50)) for each in chosen}}, item)


def ratings(draw: st.DrawFn) -> Case:
    item = draw(items())
    per, required = draw(st.sampled_from(["response", "item"])), draw(st.booleans())
    question = asked("ratings", aspects=ASPECTS, per=per, required=required)
    cells = cells_of(question, item)

    def row(target: str) -> dict[str, Any]:
        return answers_by(
            draw, list(cells), lambda cell: draw(st.integers(*cells[cell]) | st.just("na")), every=required
        )

    return Case(question, answers_by(draw, targets(question, item), row, every=required), item)


def spans(draw: st.DrawFn) -> Case:
    item = draw(items())
    categories = [
        {"name": "odd"},
        {"name": "again", "evidence": "earlier_span"},
        {"name": "false", "evidence": "passage"},
    ]
    question = asked(
        "spans",
        categories=categories,
        omissions=[{"name": "gone", "evidence": "passage"}],
        severities=[{"name": "minor"}],
        boundaries=draw(st.sampled_from(["word", "character"])),
        prompt_turns=draw(st.booleans()),
    )
    marks, omissions, faultless = [], [], []
    for target in draw(st.permutations(texts_of(question, item))):
        found = _marks(draw, question, target, str(item.text_of(target)))
        marks += found
        if draw(st.booleans()):
            omissions.append(
                {"target": target, "category": "gone", "note": draw(free_text), "evidence": _passage(draw)}
            )
        elif not found:
            faultless.append(target)
    hashes = {each["target"]: sha256_of(str(item.text_of(each["target"]))) for each in (*marks, *omissions)}
    answer = {"sha256": hashes, "marks": marks, "omissions": omissions, "no_error": faultless}
    return Case(question, answer, item)


def _passage(draw: st.DrawFn) -> dict[str, Any] | None:
    sentences = draw(st.lists(st.integers(0, 2), max_size=4))
    return {"kind": "passage", "passage": 0, "sentences": sentences} if sentences else None


def _marks(draw: st.DrawFn, question: dict[str, Any], target: str, text: str) -> list[dict[str, Any]]:
    """Marks that share no character, cut nothing in two and have no blanks at their ends, in any order."""
    by_word = question["boundaries"] == "word"
    ends = [
        at for at in range(len(text) + 1) if not splits_grapheme(text, at) and not (by_word and splits_word(text, at))
    ]
    chosen = sorted(draw(st.lists(st.sampled_from(ends), max_size=6, unique=True)))
    found = []
    for start, end in zip(chosen[::2], chosen[1::2], strict=False):
        quote = text[start:end]
        if quote.strip() != quote:
            continue
        category = draw(st.sampled_from(["odd", "again", "false"]))
        evidence: dict[str, Any] | None = _passage(draw) if category == "false" else None
        first = max(at for at in ends if at <= start)
        if category == "again" and first > 0:
            evidence = {"kind": "earlier_span", "start": 0, "end": first, "quote": text[:first]}
        found.append(
            {
                "target": target,
                "start": start,
                "end": end,
                "quote": quote,
                "category": category,
                "severity": draw(st.sampled_from(["minor", None])),
                "note": draw(st.just("") | free_text),
                "evidence": evidence,
            }
        )
    return draw(st.permutations(found))


def rationale(draw: st.DrawFn) -> Case:
    item = draw(items())
    text = draw(free_text)
    links = []
    for target in draw(st.lists(st.sampled_from(item.turn_targets()), max_size=3)):
        source = str(item.text_of(target))
        links.append({"start": 0, "end": len(text), "target": target, "from": 0, "to": len(source), "quote": source})
    reasons = draw(st.lists(st.sampled_from("xyz")))
    return Case(asked("rationale", reasons=OPTIONS), {"text": text, "reasons": reasons, "links": links}, item)


def edit(draw: st.DrawFn) -> Case:
    item = draw(items())
    chosen = draw(st.lists(st.sampled_from(item.response_ids), min_size=1, unique=True))
    edits = [{"response": each, "text": f"{draw(free_text)} {item.text_of(each)}"} for each in chosen]
    return Case(asked("edit"), {"edits": edits}, item)


def thumbs(draw: st.DrawFn) -> Case:
    item = draw(items())
    question = asked("thumbs", per=draw(st.sampled_from(["item", "response", "turn"])), required=draw(st.booleans()))
    one = st.sampled_from(["up", "down"])
    return Case(
        question,
        answers_by(draw, targets(question, item), lambda _: draw(one), every=question["required"]),
        item,
    )


def steps(draw: st.DrawFn) -> Case:
    item = draw(items())
    question = asked("steps", split=draw(st.sampled_from(["blank_line", "line"])))

    def chain(target: str) -> dict[str, Any]:
        count = len(steps_of(str(item.text_of(target)), question["split"]))
        labels = draw(st.lists(st.sampled_from(["good", "neutral", "bad"]), min_size=count, max_size=count))
        if "bad" not in labels:
            return {"labels": labels, "first_error": "none" if labels else None}
        first = labels.index("bad")
        kept = draw(st.integers(first + 1, count))
        return {"labels": labels[:kept] + [None] * (count - kept), "first_error": first}

    return Case(question, answers_by(draw, item.response_ids, chain, every=True), item)


def choice(draw: st.DrawFn) -> Case:
    item = draw(items())
    per, multiple = draw(st.sampled_from(["item", "response", "turn"])), draw(st.booleans())
    question = asked("choice", options=OPTIONS, per=per, multiple=multiple, required=draw(st.booleans()))
    one: st.SearchStrategy[Any] = st.sampled_from("xyz")
    one = st.lists(one, min_size=1) if multiple else one
    if per == "item":
        return Case(question, draw(one), item)
    return Case(
        question,
        answers_by(draw, targets(question, item), lambda _: draw(one), every=question["required"]),
        item,
    )


def text(draw: st.DrawFn) -> Case:
    item = draw(items())
    question = asked("text", per=draw(st.sampled_from(["item", "response", "turn"])), required=draw(st.booleans()))
    if question["per"] == "item":
        return Case(question, draw(free_text), item)
    return Case(
        question,
        answers_by(draw, targets(question, item), lambda _: draw(free_text), every=question["required"]),
        item,
    )


DRAWN: dict[str, Callable[[st.DrawFn], Case]] = {
    "pairwise": pairwise,
    "ranking": ranking,
    "ratings": ratings,
    "spans": spans,
    "rationale": rationale,
    "edit": edit,
    "thumbs": thumbs,
    "steps": steps,
    "choice": choice,
    "text": text,
}
assert DRAWN.keys() == QUESTION_TYPES.keys()


@st.composite
def cases(draw: st.DrawFn, kind: str) -> Case:
    return DRAWN[kind](draw)
