"""The principles library, from the first principle to the annotator who reads it beside an item."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

ANNOTATOR = "principled@example.org"
PAIRWISE = [{"name": "better", "type": "pairwise", "title": "Which is better?", "steps": 7}]
ROWS = [
    {"prompt": "What dose is safe?", "chosen": "Ask a doctor.", "rejected": "Ten."},
    {"prompt": "Why is the sky blue?", "chosen": "Air scatters light.", "rejected": "It is."},
]


def test_a_principle_is_written_changed_chosen_and_read(
    people: Callable[[str], Person], rest: Callable[[str], Rest], make_campaign: Callable[..., int]
) -> None:
    # Given a project without principles, whose page shows what a good one is
    campaign = make_campaign(ROWS, PAIRWISE, annotator=ANNOTATOR)
    project = rest(CURATOR).get(f"/api/campaigns/{campaign}/")["project"]
    curator = people(CURATOR)
    page: Page = curator.sign_in()
    page.goto(f"/projects/{project}")
    page.get_by_role("button", name="Switch project").click()
    page.get_by_role("menuitem", name="Principles").click()
    expect(page.get_by_role("heading", name="No principle yet")).to_be_visible()
    assert_accessible(page)

    # When the curator begins with the example, a condition that says nothing keeps it back
    page.get_by_role("button", name="Begin with the example").click()
    dialog = page.get_by_role("dialog", name="New principle")
    dialog.get_by_label("Metadata").fill("language")
    expect(dialog.get_by_text("write a key, an equals sign")).to_be_visible()
    expect(dialog.get_by_role("button", name="Add to the library")).to_be_disabled()
    assert_accessible(page)
    dialog.get_by_label("Metadata").fill("")
    dialog.get_by_role("button", name="Add to the library").click()
    expect(page.get_by_role("heading", name="Doses need a source")).to_be_visible()
    expect(page.get_by_text("prompt mentions dose, dosage, or mg")).to_be_visible()

    # And changes it by keyboard, the history marks the words that changed
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Change the principle")
    dialog.get_by_label("Title").fill("Doses need a source and a limit")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="What changed").click()
    expect(page.locator("ins")).to_have_text(["and a limit"])
    assert_accessible(page)

    # And a guideline for every row is added, and both are chosen beside the campaign's guidelines
    body = {"kind": "guideline", "title": "Read both", "text": "Read both responses to the end."}
    rest(CURATOR).post(f"/api/projects/{project}/principles/", body)
    page.goto(f"/projects/{project}/campaigns/{campaign}?tab=guidelines")
    page.get_by_role("button", name="Choose principles").click()
    dialog = page.get_by_role("dialog", name="Choose principles")
    dialog.get_by_role("button", name="Show Doses need a source and a limit").click()
    dialog.get_by_role("button", name="Show Read both").click()
    dialog.get_by_role("button", name="Move Read both up").click()
    assert_accessible(page)
    dialog.get_by_role("button", name="Show 2 principles").click()
    expect(page.get_by_role("heading", name="Guidelines, version 2")).to_be_visible()

    # Then the annotator is told that there is something to read, and which of it is about the item shown
    annotator = people(ANNOTATOR)
    annotator.sign_in()
    page = annotator.label(campaign)
    expect(page.get_by_role("button", name="not read yet")).to_be_visible()
    page.keyboard.press("g")
    principles = page.get_by_role("complementary", name="Guidelines").locator("summary")
    expect(principles).to_have_text(
        ["Read both for this item", "Doses need a source and a limit for this item"], use_inner_text=True
    )
    assert_accessible(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Why is the sky blue?")).to_be_visible()
    expect(principles).to_have_text(
        ["Read both for this item", "Doses need a source and a limit not about this item"], use_inner_text=True
    )
