"""Every type of feedback, given by keyboard alone and by pointer, and then read through the API as it was stored."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

ANNOTATOR = "types@example.org"
AGAIN = {"role": "user", "content": "And again?"}
CHAIN = "Two and two are four.\n\nFour and one are six.\n\nSo it is six."


class Case(NamedTuple):
    """`keys` and `pointer` answer one item each; `expected` is the answer in terms of the ids in the order shown."""

    questions: list[dict[str, Any]]
    keys: Callable[[Page], None]
    pointer: Callable[[Page], None]
    expected: Callable[[list[str]], dict[str, Any]]
    responses: list[Any] = ["Alpha is wrong here.", "Beta is wrong here.", "Gamma is wrong here."]
    prompt: Any = "Which is right?"
    metadata: dict[str, Any] = {}


def type_keys(*keys: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return press


def dock(page: Page) -> Locator:
    return page.get_by_role("region", name="Your verdict")


def line(page: Page, name: str) -> Locator:
    return dock(page).get_by_role("group", name=name)


def choose(*labels: str) -> Callable[[Page], None]:
    def click(page: Page) -> None:
        for label in labels:
            dock(page).get_by_role("button", name=label, exact=True).click()

    return click


def in_groups(*pairs: tuple[str, str]) -> Callable[[Page], None]:
    """Click a button in each named group of the dock."""

    def click(page: Page) -> None:
        for group, button in pairs:
            line(page, group).get_by_role("button", name=button, exact=True).click()

    return click


def rank_by_pointer(page: Page) -> None:
    for card, slot in (("First", 2), ("Second", 1), ("Third", 2)):
        dock(page).get_by_role("button", name=card, exact=True).click()
        dock(page).get_by_role("button", name=f"Rank {slot}", exact=True).click()


def write_by_keys(page: Page) -> None:
    page.keyboard.press("r")
    page.keyboard.type("Plain words 🙂")
    page.keyboard.press("Escape")


def write_by_pointer(page: Page) -> None:
    dock(page).get_by_role("textbox").click()
    page.keyboard.type("Plain words 🙂")


def link_by_keys(page: Page) -> None:
    page.keyboard.press("1")
    page.keyboard.press("r")
    page.keyboard.type("It is wrong.")
    page.keyboard.press("Control+l")
    expect(page.locator("[data-link-text]").first).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(dock(page).get_by_role("list", name="Links").get_by_role("listitem")).to_have_count(1)


def link_by_pointer(page: Page) -> None:
    dock(page).get_by_role("button", name="Facts").click()
    dock(page).get_by_role("textbox").fill("It is wrong.")
    dock(page).get_by_role("button", name="Link", exact=True).click()
    first = page.get_by_role("region", name="First response", exact=True)
    expect(first.locator("[data-link-text]")).to_be_visible()
    double_click_first_word(page)
    expect(dock(page).get_by_role("list", name="Links").get_by_role("listitem")).to_have_count(1)


def double_click_first_word(page: Page, side: str = "First") -> None:
    pane = page.get_by_role("region", name=f"{side} response", exact=True)
    box = pane.locator(".prose-text p").first.bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + 8, box["y"] + box["height"] / 2)


def mark_by_keys(page: Page) -> None:
    """A mark with its evidence, something missing, and the other response found without fault."""
    page.keyboard.press("h")
    expect(page.locator("[data-spans-text]").first).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("2")
    expect(dock(page).get_by_role("button", name="First: 1 mark")).to_be_visible()
    passages = dock(page).get_by_text("Which passage shows it?")
    if not passages.is_visible():
        page.keyboard.press("v")
    expect(passages).to_be_visible()
    page.keyboard.press("1")
    expect(dock(page).get_by_role("button", name="Beta is the second.")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.keyboard.press("m")
    expect(dock(page).get_by_role("button", name="Missing answer")).to_be_visible()
    page.keyboard.press("1")
    expect(dock(page).get_by_role("button", name="First: 1 mark, 1 missing")).to_be_visible()
    page.keyboard.press("]")
    page.keyboard.press("0")


def mark_by_pointer(page: Page) -> None:
    double_click_first_word(page)
    dock(page).get_by_role("button", name="Wrong grounding").first.click()
    point, passage = (dock(page).get_by_role("button", name=name) for name in ("Point to a passage", "Letters"))
    expect(point.or_(passage)).to_be_visible()
    if point.is_visible():
        point.click()
    passage.click()
    dock(page).get_by_role("button", name="Beta is the second.").click()
    dock(page).get_by_role("button", name="Done").click()
    dock(page).get_by_role("button", name="Something is missing").click()
    dock(page).get_by_role("button", name="Missing answer").click()
    dock(page).get_by_role("button", name="Second: nothing said yet").click()
    dock(page).get_by_role("button", name="No errors found").click()


def step_by_pointer(page: Page) -> None:
    pane = page.get_by_role("region", name="First response", exact=True)
    pane.get_by_role("button", name="Good").first.click()
    pane.get_by_role("button", name="First error").click()


def edit_by_keys(page: Page) -> None:
    page.keyboard.press("e")
    expect(page.get_by_role("region", name="First response", exact=True).locator("textarea")).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Now ")
    page.keyboard.press("Escape")


def edit_by_pointer(page: Page) -> None:
    dock(page).get_by_role("button", name="Edit First").click()
    field = page.get_by_role("region", name="First response", exact=True).locator("textarea")
    field.click(position={"x": 2, "y": 8})
    page.keyboard.press("Control+Home")
    page.keyboard.type("Now ")


ASPECTS = [{"name": "truth", "title": "Truth"}, {"name": "style", "title": "Style"}]
OPTIONS = [{"value": value, "label": value.title()} for value in ("long", "rude", "wrong")]
CASES = {
    "pairwise": Case(
        [
            {"name": "helpful", "type": "pairwise", "title": "Helpful", "aspect": "helpfulness", "steps": 7},
            {"name": "honest", "type": "pairwise", "title": "Honest", "aspect": "honesty", "steps": 3},
            {"name": "safe", "type": "pairwise", "title": "Safe", "aspect": "safety", "steps": 5},
        ],
        type_keys("2", "2", "0"),
        in_groups(("Helpful", "First better"), ("Honest", "About the same"), ("Safe", "Both are bad")),
        lambda ids: {
            "helpful": {"better": ids[0], "strength": 2},
            "honest": {"outcome": "tie"},
            "safe": {"outcome": "both_bad"},
        },
        responses=["Alpha.", "Beta."],
    ),
    "ranking": Case(
        [{"name": "q", "type": "ranking", "title": "From best to worst"}],
        type_keys("2", "1", "2"),
        rank_by_pointer,
        lambda ids: {"q": {"ranks": {ids[0]: 2, ids[1]: 1, ids[2]: 2}}},
    ),
    "ratings": Case(
        [{"name": "q", "type": "ratings", "title": "Rate", "low": 0, "high": 4, "aspects": ASPECTS}],
        type_keys("4", "-", "0", "1", "2", "3"),
        in_groups(
            ("Truth, First", "4"), ("Style, First", "Does not apply"),
            ("Truth, Second", "0"), ("Style, Second", "1"), ("Truth, Third", "2"), ("Style, Third", "3"),
        ),
        lambda ids: {
            "q": {
                ids[0]: {"truth": 4, "style": "na"},
                ids[1]: {"truth": 0, "style": 1},
                ids[2]: {"truth": 2, "style": 3},
            }
        },
    ),
    "thumbs": Case(
        [{"name": "q", "type": "thumbs", "title": "Good enough?", "per": "turn"}],
        type_keys("1", "2"),
        in_groups(("Turn 2", "Thumb up"), ("First", "Thumb down")),
        lambda ids: {"q": {"turn:1": "up", ids[0]: "down"}},
        responses=["Alpha."],
        prompt=[
            {"role": "user", "content": "Hello?"},
            {"role": "assistant", "content": "Good day."},
            {"role": "user", "content": "And now?"},
        ],
    ),
    "choice": Case(
        [{"name": "q", "type": "choice", "title": "What is wrong?", "multiple": True, "options": OPTIONS}],
        type_keys("1", "2", "3", "2"),
        choose("Long", "Wrong"),
        lambda _: {"q": ["long", "wrong"]},
    ),
    "text": Case(
        [{"name": "q", "type": "text", "title": "Say more", "required": True}],
        write_by_keys,
        write_by_pointer,
        lambda _: {"q": "Plain words 🙂"},
    ),
    "rationale": Case(
        [
            {
                "name": "q", "type": "rationale", "title": "Why?", "required": True,
                "reasons": [{"value": "facts", "label": "Facts"}],
            }
        ],
        link_by_keys,
        link_by_pointer,
        lambda ids: {
            "q": {
                "text": "It is wrong.",
                "reasons": ["facts"],
                "links": [{"start": 0, "end": 12, "target": ids[0], "from": 0, "to": 5, "quote": "Alpha"}],
            }
        },
        responses=["Alpha is wrong here."],
    ),
    "spans": Case(
        [
            {
                "name": "q", "type": "spans", "title": "What is wrong?",
                "categories": [
                    {"name": "irrelevant", "title": "Irrelevant"},
                    {
                        "name": "wrong", "title": "Wrong grounding", "density": "sentence", "evidence": "passage",
                        "evidence_required": True,
                    },
                ],
                "omissions": [
                    {"name": "missing_answer", "title": "Missing answer"},
                    {"name": "missing_detail", "title": "Missing detail"},
                ],
            }
        ],
        mark_by_keys,
        mark_by_pointer,
        lambda ids: {
            "q": {
                "marks": [
                    {
                        "target": ids[0], "start": 0, "category": "wrong", "severity": None, "note": "",
                        "evidence": {"kind": "passage", "passage": 0, "sentences": [1]},
                    }
                ],
                "omissions": [{"target": ids[0], "category": "missing_answer", "note": "", "evidence": None}],
                "no_error": [ids[1]],
            }
        },
        responses=["Alpha 🙂 is wrong here.", "Beta is *wrong* here."],
        metadata={
            "passages": [
                {"title": "Letters", "sentences": ["Alpha is the first.", "Beta is the second."]},
                {"title": "More", "sentences": ["Gamma is the third."]},
            ]
        },
    ),
    "steps": Case(
        [{"name": "q", "type": "steps", "title": "Is each step right?"}],
        type_keys("1", "b"),
        step_by_pointer,
        lambda ids: {"q": {ids[0]: {"labels": ["good", "bad", None], "first_error": 1}}},
        responses=[CHAIN],
    ),
    "edit": Case(
        [{"name": "q", "type": "edit", "title": "Make it right", "required": True}],
        edit_by_keys,
        edit_by_pointer,
        lambda ids: {"q": {"edits": [{"response": ids[0], "characters": 4, "words": 1}]}},
        responses=["Alpha is wrong here.", "Beta is wrong here."],
    ),
    "conditional": Case(
        [
            {"name": "q", "type": "pairwise", "title": "Which?", "steps": 3},
            {
                "name": "why", "type": "text", "title": "Both bad, why?", "required": True,
                "show_if": [{"question": "q", "fact": "outcome", "test": "is", "value": "both_bad"}],
            },
        ],
        lambda page: (page.keyboard.press("0"), write_by_keys(page))[0],
        lambda page: (choose("Both are bad")(page), write_by_pointer(page))[0],
        lambda _: {"q": {"outcome": "both_bad"}, "why": "Plain words 🙂"},
        responses=["Alpha.", "Beta."],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def annotator(people: Callable[[str], Person]) -> Person:
    person = people(ANNOTATOR)
    person.sign_in()
    return person


def rows_of(case: Case) -> list[dict[str, Any]]:
    """Two rows that differ in their prompt only."""
    again = f"{case.prompt} Again?" if isinstance(case.prompt, str) else [*case.prompt[:-1], AGAIN]
    prompts = [again, case.prompt]
    responses = [{"content": text} if isinstance(text, str) else text for text in case.responses]
    return [{"prompt": prompt, "responses": responses, "metadata": case.metadata} for prompt in prompts]


def submitted(page: Page, position: int) -> None:
    """The item is answered, by now on its way, and the next one or the end is on screen."""
    if position == 0:
        expect(page.get_by_text("1 of 2")).to_be_visible()
    else:
        expect(page.get_by_role("heading", name="Nothing left for you here")).to_be_visible()
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()


def complete(name: str, expected: dict[str, Any], responses: list[dict[str, Any]]) -> None:
    """What an answer says about the text itself, which depends on the response that was shown first."""
    text = responses[0]["content"]
    word = text.split()[0]
    if name == "rationale":
        expected["q"]["links"][0] |= {"to": len(word), "quote": word}
    if name == "spans":
        expected["q"]["marks"][0] |= {"end": len(word), "quote": word}
        expected["q"]["sha256"] = {responses[0]["response_id"]: sha256(text.encode()).hexdigest()}
    if name == "edit":
        expected["q"]["edits"][0] |= {"text": f"Now {text}", "sha256": sha256(text.encode()).hexdigest()}


@pytest.mark.parametrize("name", CASES)
def test_answered_by_keys_and_by_pointer(
    name: str, annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest]
) -> None:
    case = CASES[name]
    campaign = make_campaign(rows_of(case), case.questions, annotator=ANNOTATOR)
    page = annotator.label(campaign)
    assert_accessible(page)

    case.keys(page)
    assert_accessible(page)
    page.keyboard.press("Enter")
    submitted(page, 0)
    case.pointer(page)
    page.get_by_role("button", name="Submit").click()
    submitted(page, 1)

    stored = rest(ANNOTATOR).get(f"/api/campaigns/{campaign}/my-feedback/")["results"]
    assert len(stored) == 2
    for feedback in stored:
        shown = [response["response_id"] for response in feedback["item"]["responses"]]
        expected = case.expected(shown)
        complete(name, expected, feedback["item"]["responses"])
        assert feedback["answers"] == expected
    votes = [row["votes"] for row in rest(CURATOR).get(f"/api/campaigns/{campaign}/feedback/")["results"]]
    assert all(len(each) == {"pairwise": 3, "ranking": 3, "conditional": 1}.get(name, 0) for each in votes)
