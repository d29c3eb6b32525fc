"""The judges of a project, as far as no model is asked: made, read word for word, changed and put away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

PAIR = b'{"prompt": "Name a primary colour.", "chosen": "Red is a primary colour.", "rejected": "Perhaps brown?"}\n'


@pytest.fixture
def curator(people: Callable[[str], Person]) -> Person:
    person = people(CURATOR)
    person.sign_in()
    return person


def test_a_judge_is_made_read_changed_and_archived(curator: Person, rest: Callable[[str], Rest]) -> None:
    # Given a project with one pair and no judge
    api = rest(CURATOR)
    project = api.post("/api/projects/", {"name": "Judged"})["id"]
    dataset = api.post(f"/api/projects/{project}/datasets/", {"name": "Colours"})["id"]
    api.finished(api.upload(f"/api/datasets/{dataset}/imports/", "pairs.jsonl", PAIR))
    page: Page = curator.page
    page.goto(f"/projects/{project}/judges")
    expect(page.get_by_role("heading", name="No judge yet")).to_be_visible()
    assert_accessible(page)

    # When its admin makes one by keyboard, what is missing is said first
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New judge")).to_be_visible()
    expect(page.get_by_role("radio", name="Pairwise, by letter")).to_be_checked()
    page.keyboard.press("Control+Enter")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    name.fill("Colour judge")
    page.get_by_role("button", name="Add to criteria").click()
    page.get_by_label("Title of criteria 1").fill("Correct")
    assert_accessible(page)
    page.keyboard.press("Control+Enter")

    # Then its definition says what it is made of, and shows both orders word for word
    expect(page.get_by_role("heading", name="Colour judge v1")).to_be_visible()
    expect(page.get_by_text("Not measured", exact=True)).to_be_visible()
    page.get_by_role("button", name="See the exact prompt").click()
    for order in ("One order", "The other order"):
        expect(page.get_by_role("region", name=order)).to_contain_text("Red is a primary colour.")
        expect(page.get_by_role("region", name=order)).to_contain_text("Correct")
    expect(page.locator("mark").first).to_be_visible()
    assert_accessible(page)

    # When it is changed, the next version says what differs
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="New version of Colour judge")).to_be_visible()
    page.get_by_label("Instructions").fill("Prefer the short one.")
    page.get_by_role("button", name="Make version 2").click()
    expect(page.get_by_role("heading", name="Colour judge v2")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Version 2")).to_contain_text("Prefer the short one.")

    # Then nothing is known of it yet, and archived it is out of the way
    page.get_by_role("tab", name="Trust").click()
    expect(page.get_by_role("heading", name="Not measured yet")).to_be_visible()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Check against people’s labels")).to_be_disabled()
    assert_accessible(page)
    page.goto(f"/projects/{project}/judges")
    expect(page.get_by_role("heading", name="No judge yet")).to_be_visible()
    page.get_by_role("link", name="Show archived").click()
    expect(page.get_by_role("link", name="Colour judge v2")).to_be_visible()
    assert_accessible(page)
