"""What a judge drafted, taken, left and edited by keyboard, and stored as anybody's answer."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import psycopg
from playwright.sync_api import expect
from psycopg.types.json import Jsonb

from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest
from tests.browser.test_feedback_types import ANNOTATOR, dock, line
from tests.support.house import House
from webapp.store.canonical import response_id_of

GOOD, POOR = "Paris, by the river.", "Lyon, by the river."
DRAFT = "Names the town. Once."
QUESTIONS: list[dict[str, Any]] = [
    {
        "name": "errors",
        "type": "spans",
        "title": "Faults",
        "categories": [{"name": "wrong", "title": "Wrong"}],
        "omissions": [],
    },
    {"name": "rubric", "type": "text", "title": "Rubric", "required": True, "max_chars": 19},
]


def mark(text: str, quote: str) -> dict[str, Any]:
    start = text.index(quote)
    place = {"target": response_id_of(text), "start": start, "end": start + len(quote), "quote": quote}
    return {**place, "category": "wrong", "severity": None, "note": "", "evidence": None}


def test_drafts_are_decided_by_keyboard(
    house: House,
    people: Callable[[str], Person],
    rest: Callable[[str], Rest],
    make_campaign: Callable[..., int],
) -> None:
    judge = "judge:Drafts v1"
    row = {"prompt": "Where is the tower?", "responses": [GOOD, POOR]}
    campaign = make_campaign([row], QUESTIONS, annotator=ANNOTATOR, drafts={"judge": judge})
    person = people(ANNOTATOR)
    marks = [mark(GOOD, "river"), mark(POOR, "Lyon")]
    texts = {response_id_of(text): sha256(text.encode()).hexdigest() for text in (GOOD, POOR)}
    spans = {"sha256": texts, "marks": marks, "omissions": [], "no_error": []}
    drafted = {"by": judge, "shown": True, "answers": {"errors": spans, "rubric": DRAFT}}
    with psycopg.connect(house.environment["DATABASE_URL"]) as database:
        database.execute("UPDATE annotation_item SET drafts = %s WHERE campaign_id = %s", [Jsonb(drafted), campaign])

    person.sign_in()
    page = person.label(campaign)
    offer = line(page, "Drafted marks")
    expect(dock(page).get_by_role("button", name="Use draft")).to_be_hidden()
    # A first pass of one's own: no fault in either. Then the drafts come up, and the keys with them.
    page.keyboard.press("0")
    expect(offer).to_be_hidden()
    page.keyboard.press("0")
    expect(offer).to_contain_text("2 drafted marks")
    page.keyboard.press("u")
    expect(offer).to_contain_text("Lyon")
    page.keyboard.press("y")
    expect(offer).to_be_hidden()
    # The text is whole in its field, though longer than it may be, and is not sent before it is short enough.
    page.keyboard.press("y")
    field = dock(page).get_by_role("textbox")
    expect(field).to_have_value(DRAFT)
    expect(field).to_be_focused()
    expect(dock(page).get_by_text("2 characters too many")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(dock(page).get_by_text("“Rubric”: take away at least 2 characters.")).to_be_visible()
    assert_accessible(page)
    field.press("Control+End")
    for _ in " Once.":
        page.keyboard.press("Backspace")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing left for you here")).to_be_visible()
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()

    (stored,) = rest(ANNOTATOR).get(f"/api/campaigns/{campaign}/my-feedback/")["results"]
    assert stored["answers"]["errors"]["marks"] == [marks[1]]
    assert stored["answers"]["errors"]["no_error"] == [response_id_of(GOOD)]
    assert stored["answers"]["rubric"] == DRAFT.removesuffix(" Once.")
