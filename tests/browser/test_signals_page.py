"""The signals of a dataset: computing any kind from a form drawn from its schema, and reading what came out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

LEAKED = "Explain to a ten-year-old why the sky is blue in three short sentences without any technical words please"
ROWS = 12


class Place(NamedTuple):
    project: int
    dataset: int
    version: int


@pytest.fixture(scope="module")
def curator(people: Callable[[str], Person]) -> Person:
    person = people(CURATOR)
    person.sign_in()
    return person


@pytest.fixture(scope="module")
def place(curator: Person, rest: Callable[[str], Rest]) -> Place:
    """A project with chats, two of which hold the test set's item, and that test set."""
    api = rest(CURATOR)
    project = api.post("/api/projects/", {"name": "Signals"})["id"]
    prompts = [LEAKED if n < 2 else f"Question {n}?" for n in range(ROWS)]
    rows = [
        {"prompt": prompt, "chosen": f"Good {n}. {'x' * n}", "rejected": f"Bad {n}."}
        for n, prompt in enumerate(prompts)
    ]
    imported(api, project, "Test questions", [{"prompt": LEAKED, "chosen": "Light scatters.", "rejected": "No."}])
    return Place(project, *imported(api, project, "Chats", rows))


def imported(api: Rest, project: int, name: str, rows: list[dict[str, Any]]) -> tuple[int, int]:
    """The dataset and its version."""
    dataset = api.post(f"/api/projects/{project}/datasets/", {"name": name})["id"]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    api.finished(api.upload(f"/api/datasets/{dataset}/imports/", "rows.jsonl", content))
    return dataset, api.get(f"/api/datasets/{dataset}/versions/")["results"][0]["id"]


@pytest.fixture
def page(curator: Person, place: Place) -> Page:
    curator.page.goto(f"/projects/{place.project}/datasets/{place.dataset}/signals")
    return curator.page


def compute_dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Compute a signal")


def line(page: Page, name: str) -> Locator:
    return page.get_by_role("table", name="Signals").get_by_role("row").filter(has_text=name)


def test_a_signal_is_found_and_computed_by_keyboard(page: Page) -> None:
    # Given a version without signals
    expect(page.get_by_role("heading", name="Version 1 has no signals")).to_be_visible()
    assert_accessible(page)

    # When a curator opens the dialog by its key, types what the signal is about and takes it
    page.keyboard.press("n")
    dialog = compute_dialog(page)
    expect(dialog.get_by_role("searchbox", name="Find a kind of signal")).to_be_focused()
    expect(dialog.get_by_role("heading", name="People’s labels")).to_be_visible()
    assert_accessible(page)
    page.keyboard.type("nothing of the kind")
    expect(dialog.get_by_text("No kind of signal speaks of “nothing of the kind”.")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("number of characters of each")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(dialog.get_by_text("There is nothing to set.")).to_be_visible()
    dialog.get_by_role("button", name="Compute Length in characters").press("Enter")

    # Then its row says what came out, and Enter opens all of it
    expect(line(page, "Length in characters")).to_contain_text("Ready")
    expect(line(page, "Length in characters").get_by_role("cell").nth(3)).to_have_text(str(2 * ROWS))
    expect(line(page, "Length in characters")).to_contain_text("mean")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Length in characters")
    expect(panel.get_by_role("img", name="Histogram: Score.")).to_be_visible()
    panel.get_by_role("button", name="View Score as table").click()
    expect(panel.get_by_role("table", name="Score")).to_be_visible()
    expect(panel.get_by_text("This kind has nothing to set.")).to_be_visible()
    assert_accessible(page)


def test_what_cannot_be_computed_is_said_at_its_field(
    page: Page, place: Place, curator: Person, rest: Callable[[str], Rest]
) -> None:
    page.get_by_role("button", name="Compute a signal").click()
    dialog = compute_dialog(page)

    # Given a number out of bounds, the form says what the schema allows
    dialog.get_by_text("Duplicates", exact=True).click()
    dialog.get_by_label("Threshold").fill("7")
    dialog.get_by_role("button", name="Compute Duplicates").click()
    expect(dialog.get_by_text("Give a number from 0.5 to 1.")).to_be_visible()
    expect(dialog.get_by_label("Threshold")).to_have_attribute("aria-invalid", "true")
    assert_accessible(page)

    # And a model that is missing is said with the way to one
    dialog.get_by_text("Reward model", exact=True).click()
    expect(dialog.get_by_text("This project has no reward model yet.")).to_be_visible()
    dialog.get_by_role("button", name="Compute Reward model").click()
    expect(dialog.get_by_text("Choose one.", exact=True)).to_be_visible()

    # And what only the server knows stands at its field too
    other = rest(CURATOR).post("/api/projects/", {"name": "Elsewhere"})["id"]
    _, elsewhere = imported(rest(CURATOR), other, "Theirs", [{"prompt": "a", "chosen": "b", "rejected": "c"}])
    address = f"**/api/dataset-versions/{place.version}/signals/"
    body = json.dumps({"kind": "contamination", "params": {"dataset_version": elsewhere}})
    page.route(address, lambda route: route.continue_(post_data=body) if route.request.method == "POST" else None)
    dialog.get_by_text("Test-set overlap", exact=True).click()
    dialog.get_by_label("Dataset", exact=True).select_option(label="Test questions")
    expect(dialog.get_by_label("Version")).to_contain_text("v1 · 1 row")
    dialog.get_by_role("button", name="Compute Test-set overlap").click()
    expect(dialog.get_by_text(f"This project has no ready dataset version {elsewhere}.")).to_be_visible()
    expect(dialog.get_by_label("Dataset", exact=True)).to_have_attribute("aria-invalid", "true")
    page.unroute(address)
    curator.forgive("422")


def test_overlap_with_a_test_set_comes_with_its_proof(page: Page) -> None:
    # Given the overlap with a test set
    page.get_by_role("button", name="Compute a signal").click()
    dialog = compute_dialog(page)
    dialog.get_by_text("Test-set overlap", exact=True).click()
    dialog.get_by_label("Dataset", exact=True).select_option(label="Test questions")
    dialog.get_by_role("button", name="Compute Test-set overlap").click()
    expect(line(page, "Overlap with Test questions v1")).to_contain_text("Ready")

    # When it is opened
    page.get_by_role("button", name="Overlap with Test questions v1").click()
    panel = page.get_by_role("dialog", name="Overlap with Test questions v1")

    # Then flags, the shared words, and what it was made with are there
    expect(panel.get_by_text("Holds a test item")).to_be_visible()
    expect(panel.get_by_text("“explain to a ten year old why the sky is blue")).to_have_count(2)
    expect(panel.get_by_role("definition").filter(has_text="Test questions v1").first).to_be_visible()
    assert_accessible(page)

    # And a proof leads to the row it was found in
    panel.get_by_role("link", name="Row").first.click()
    expect(page.get_by_role("article", name="Record")).to_contain_text(LEAKED)


def test_duplicates_show_their_groups_and_asking_again_opens_what_exists(page: Page) -> None:
    for _ in range(2):
        page.get_by_role("button", name="Compute a signal").click()
        dialog = compute_dialog(page)
        dialog.get_by_text("Duplicates", exact=True).click()
        dialog.get_by_role("button", name="Compute Duplicates").click()
        expect(line(page, "Duplicates")).to_contain_text("Ready")

    panel = page.get_by_role("dialog", name="Duplicates")
    expect(page.get_by_text("This was computed before")).to_be_visible()
    group = panel.get_by_role("table", name="Largest groups").get_by_role("row").nth(1)
    expect(group).to_contain_text(LEAKED)
    expect(group.get_by_role("cell").last).to_have_text("2")
    expect(panel.get_by_text("0.8 (default)")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_an_order_for_budgets_is_made_from_another_signals_margin(
    page: Page, place: Place, rest: Callable[[str], Rest]
) -> None:
    # Given a margin: how much longer the chosen side is
    length = rest(CURATOR).post(f"/api/dataset-versions/{place.version}/signals/", {"kind": "length"})
    rest(CURATOR).finished(length)
    page.reload()

    # When a curator asks for the order without naming it, the form says what is missing
    page.get_by_role("button", name="Compute a signal").click()
    dialog = compute_dialog(page)
    expect(dialog.get_by_role("heading", name="Order for budgets")).to_be_visible()
    dialog.get_by_text("Curriculum: easy to hard", exact=True).click()
    dialog.get_by_role("button", name="Compute Curriculum").click()
    expect(dialog.get_by_text("Choose one.", exact=True)).to_be_visible()

    # And with the margin and a number of stages it is computed
    margin = dialog.get_by_label("Margin", exact=True)
    margin.select_option(index=1)
    expect(margin.locator("option:checked")).to_contain_text("Length in characters")
    dialog.get_by_label("Stages").fill("4")
    assert_accessible(page)
    dialog.get_by_role("button", name="Compute Curriculum").click()

    # Then it is ready, and each stage has a quarter of the pairs
    expect(line(page, "Curriculum by Length in characters")).to_contain_text("Ready")
    page.get_by_role("button", name="Curriculum by Length in characters").click()
    panel = page.get_by_role("dialog", name="Curriculum by Length in characters")
    panel.get_by_role("button", name="View Stage, 1 the easiest as table").click()
    expect(panel.get_by_role("table", name="Stage, 1 the easiest")).to_contain_text(str(ROWS // 4))
    assert_accessible(page)
