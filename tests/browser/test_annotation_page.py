"""The page around the questions: failing servers, undo, own keys, another language, phones, pictures, flags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible, shown
from tests.browser.rest import Rest

ANNOTATOR = "page@example.org"
PAIRWISE = [{"name": "better", "type": "pairwise", "title": "Which is better?", "steps": 7}]
THUMBS = [{"name": "thumb", "type": "thumbs", "title": "Good enough?"}]
ARABIC = "السماء زرقاء لأن الهواء يشتت الضوء."
# Eight by eight pixels of one colour.
PIXELS = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGMwTpuJFTEM"
    "LQkAyvtMgQDiJ6sAAAAASUVORK5CYII="
)


@pytest.fixture(scope="module")
def annotator(people: Callable[[str], Person]) -> Person:
    person = people(ANNOTATOR)
    person.sign_in()
    return person


def plain_rows(count: int) -> list[dict[str, Any]]:
    return [{"prompt": f"Question {n}?", "chosen": f"Good {n}.", "rejected": f"Bad {n}."} for n in range(count)]


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()


def stored(rest: Callable[[str], Rest], campaign: int) -> list[dict[str, Any]]:
    """Everybody's newest answers, oldest first."""
    rows: list[dict[str, Any]] = rest(CURATOR).get(f"/api/campaigns/{campaign}/feedback/")["results"]
    return sorted(rows, key=lambda row: row["item"]["position"])


def test_a_server_that_fails_loses_nothing(
    annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest]
) -> None:
    campaign = make_campaign(plain_rows(3), PAIRWISE, annotator=ANNOTATOR)
    annotator.context.route("**/submit/", lambda route: route.fulfill(status=500, body="broken"))
    page = annotator.label(campaign)

    # When two answers meet a server that fails, the page goes on and says where they are
    for n in range(2):
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"{n + 1} kept here, will be sent")).to_be_visible()
    assert stored(rest, campaign) == []
    page.reload()
    expect(page.get_by_text("2 kept here, will be sent")).to_be_visible()

    # Then they arrive once, as they were given, when it recovers
    annotator.context.unroute("**/submit/")
    page.get_by_role("button", name="Send now").click()
    saved(page)
    annotator.forgive("500", "Failed to load resource")
    assert [row["answers"]["better"]["strength"] for row in stored(rest, campaign)] == [3, 3]


def test_undo_walks_back_across_submits_and_adds_a_revision(
    annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest]
) -> None:
    campaign = make_campaign(plain_rows(3), PAIRWISE, annotator=ANNOTATOR)
    page = annotator.label(campaign)
    first = shown(page)[0]
    for n in range(2):
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"{n + 1} of 3")).to_be_visible()
        expect(page.get_by_role("region", name="Your verdict")).to_be_visible()
    saved(page)

    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Correcting an earlier answer")).to_be_visible()
    assert shown(page)[0] == first
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    saved(page)

    rows = stored(rest, campaign)
    assert [row["revision"] for row in rows] == [2, 1]
    assert [row["answers"]["better"].get("outcome") for row in rows] == ["both_bad", None]
    assert all(row["reading"] is not None and row["active_ms"] is not None for row in rows)


def test_an_item_is_flagged_discussed_and_skipped(
    annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest]
) -> None:
    campaign = make_campaign(plain_rows(2), PAIRWISE, annotator=ANNOTATOR)
    page = annotator.label(campaign)

    page.keyboard.press("f")
    expect(page.get_by_role("dialog", name="Flag this item")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("1")
    page.get_by_role("dialog").get_by_role("button", name="Flag").last.click()
    expect(page.get_by_text("Flagged. You can still answer or skip this item.")).to_be_visible()
    page.keyboard.press("c")
    page.get_by_role("textbox", name="Comment on this item").fill("Both say the same.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("Both say the same.")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Skip").first.click()
    page.keyboard.press("1")
    expect(page.get_by_role("dialog")).to_have_count(0)

    api = rest(CURATOR)
    assert [flag["reason"] for flag in api.get(f"/api/campaigns/{campaign}/flags/")["results"]] == ["broken"]
    comments = api.get(f"/api/campaigns/{campaign}/comments/")["results"]
    assert [comment["text"] for comment in comments] == ["Both say the same."]
    assert stored(rest, campaign) == []


def test_own_keys_take_the_place_of_the_defaults(
    annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest]
) -> None:
    campaign = make_campaign(plain_rows(1), PAIRWISE, annotator=ANNOTATOR)
    api = rest(ANNOTATOR)
    api.patch("/api/me/", {"keymap": {"annotate.submit": ["Control+ArrowRight"]}})
    page = annotator.label(campaign)

    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert stored(rest, campaign) == []
    page.keyboard.press("Control+ArrowRight")
    expect(page.get_by_role("heading", name="Nothing left for you here")).to_be_visible()
    saved(page)
    assert len(stored(rest, campaign)) == 1
    api.patch("/api/me/", {"keymap": {}})


def test_the_page_speaks_a_second_language(
    annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest]
) -> None:
    campaign = make_campaign(plain_rows(1), PAIRWISE, annotator=ANNOTATOR)
    api = rest(ANNOTATOR)
    api.patch("/api/me/", {"locale": "de"})
    page = annotator.page
    page.goto(f"/annotate/{campaign}")

    expect(page.get_by_role("button", name="Absenden")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"
    assert_accessible(page)
    for english in ("Submit", "Skip", "Guidelines", "Undo"):
        expect(page.get_by_role("button", name=english, exact=True)).to_have_count(0)
    api.patch("/api/me/", {"locale": "en"})
    page.goto(f"/annotate/{campaign}")
    expect(page.get_by_role("button", name="Submit")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_thumbs_on_a_phone_and_text_from_right_to_left(
    annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest], theme: str
) -> None:
    rows = [{"prompt": "لماذا السماء زرقاء؟", "responses": [ARABIC]}]
    campaign = make_campaign(rows, THUMBS, annotator=ANNOTATOR)
    page = annotator.page
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 800})
    annotator.label(campaign)

    text = page.get_by_text(ARABIC)
    expect(text).to_be_visible()
    assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)
    button = page.get_by_role("region", name="Your verdict").get_by_role("button", name="Thumb down")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 44
    button.click()
    page.get_by_role("button", name="Submit").click()
    saved(page)
    assert list(stored(rest, campaign)[0]["answers"]["thumb"].values()) == ["down"]
    page.set_viewport_size({"width": 1440, "height": 900})


def test_at_twice_the_size_nothing_is_cut_off(annotator: Person, make_campaign: Callable[..., int]) -> None:
    campaign = make_campaign(plain_rows(1), PAIRWISE, annotator=ANNOTATOR)
    page = annotator.page
    # A window of 1280 × 800 at 200 % has this many CSS pixels.
    page.set_viewport_size({"width": 640, "height": 400})
    annotator.label(campaign)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Submit")).to_be_in_viewport()
    assert_accessible(page)
    page.set_viewport_size({"width": 1440, "height": 900})


def test_pictures_are_compared(
    annotator: Person, make_campaign: Callable[..., int], rest: Callable[[str], Rest]
) -> None:
    rows = [
        {
            "prompt": [{"role": "user", "content": "Which picture?", "images": [PIXELS]}],
            "responses": [
                {"content": "", "images": [PIXELS]},
                {"content": "With words.", "images": [PIXELS]},
            ],
        }
    ]
    campaign = make_campaign(rows, PAIRWISE, annotator=ANNOTATOR)
    page = annotator.label(campaign)

    pictures = page.get_by_role("main").get_by_role("img")
    expect(pictures).to_have_count(3)
    assert pictures.first.evaluate("image => image.complete && image.naturalWidth") == 8
    assert_accessible(page)
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(rest, campaign)[0]["answers"]["better"]["strength"] == 3
