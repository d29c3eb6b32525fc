"""The recipe lab: which recipe helps, in words and with intervals, beside controls."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

ROWS = 400
WIDTH = 6
FLIPS = 0.3


@pytest.fixture(scope="module")
def curator(people: Callable[[str], Person]) -> Person:
    person = people(CURATOR)
    person.sign_in()
    return person


@pytest.fixture(scope="module")
def project(curator: Person, rest: Callable[[str], Rest]) -> int:
    return int(rest(CURATOR).post("/api/projects/", {"name": "Lab"})["id"])


@pytest.fixture(scope="module")
def dataset(project: int, rest: Callable[[str], Rest]) -> int:
    """Responses with scores of which one sum decides, labels turned at random, and rows that say which."""
    api = rest(CURATOR)
    made = api.post(f"/api/projects/{project}/datasets/", {"name": "Planted noise"})["id"]
    draw = random.Random(7)
    content = "".join(json.dumps(row(n, draw)) + "\n" for n in range(ROWS)).encode()
    api.finished(api.upload(f"/api/datasets/{made}/imports/", "rows.jsonl", content))
    return int(made)


def row(number: int, draw: random.Random) -> dict[str, Any]:
    scores = [draw.gauss(0, 1) for _ in range(WIDTH)]
    better, turned = sum(scores) > 0, draw.random() < FLIPS
    return {
        "prompt": f"Question {number}?",
        "responses": [
            {"content": f"First {number}.", "scores": {f"f{at}": 0.0 for at in range(WIDTH)}},
            {"content": f"Second {number}.", "scores": {f"f{at}": score for at, score in enumerate(scores)}},
        ],
        "labels": [{"a": 0, "b": 1, "value": draw.randint(1, 3) * (1 if better != turned else -1)}],
        "metadata": {"planted_flip": turned},
    }


def test_the_lab_needs_two_recipes(curator: Person, project: int, dataset: int, rest: Callable[[str], Rest]) -> None:
    page = curator.page
    # Given a project without recipes
    page.goto(f"/projects/{project}")
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Lab").click()
    expect(page.get_by_role("heading", name="No recipe has been tried yet")).to_be_visible()
    expect(page.get_by_text("create two first")).to_be_visible()
    expect(page.get_by_role("button", name="Compare recipes")).to_have_count(0)
    assert_accessible(page)

    # When there are three, two of them ticked in the list of recipes
    for name, least in (("Everything", 0), ("Clear votes", 2), ("Strong votes", 3)):
        steps = [{"type": "strength", "min_strength": least}] if least else []
        rest(CURATOR).post(f"/api/projects/{project}/recipes/", {"name": name, "steps": steps})
    page.get_by_role("main").get_by_role("link", name="Recipes").last.click()
    page.get_by_role("checkbox", name="Compare Clear votes").check()
    expect(page.get_by_role("link", name="Compare in the lab")).to_have_count(0)
    page.get_by_role("checkbox", name="Compare Everything").check()
    page.get_by_role("link", name="Compare in the lab").click()

    # Then the dialog has them, and the one dataset that has rows
    dialog = page.get_by_role("dialog", name="Compare recipes in the lab")
    expect(dialog.get_by_role("checkbox", name="Clear votes")).to_be_checked()
    expect(dialog.get_by_role("checkbox", name="Strong votes")).not_to_be_checked()
    expect(dialog.get_by_label("Dataset")).to_contain_text("Planted noise")
    expect(dialog.get_by_role("button", name="Compare 2 recipes")).to_be_enabled()
    assert_accessible(page)


def test_what_is_wrong_is_said_before_anything_starts(curator: Person, project: int, dataset: int) -> None:
    page = curator.page
    page.goto(f"/projects/{project}/lab")
    page.get_by_role("button", name="Compare recipes").wait_for()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Compare recipes in the lab")

    # Given a form with too few recipes and a share beyond all bounds
    dialog.get_by_label("Held out, %").fill("80")
    dialog.get_by_label("Seeds").fill("2")
    dialog.get_by_role("button", name="Compare recipes").click()
    for sentence in ("Choose at least two recipes.", "Give 5 to 50 percent.", "Give a whole number from 3 to 10."):
        expect(dialog.get_by_text(sentence)).to_be_visible()
    assert_accessible(page)

    # And gold labels that nobody gave: the server says what is missing
    dialog.get_by_label("Seeds").fill("3")
    dialog.get_by_role("radio", name="Pairs with adjudicated labels").check()
    dialog.get_by_role("checkbox", name="Everything").check()
    dialog.get_by_role("checkbox", name="Clear votes").check()
    dialog.get_by_role("radio", name="Scores that came with the responses").check()
    dialog.get_by_role("button", name="Compare 2 recipes").click()
    expect(dialog.get_by_role("alert")).to_contain_text("gold")
    assert_accessible(page)
    curator.forgive("422")


def test_a_run_says_what_helps(curator: Person, project: int, dataset: int) -> None:
    page = curator.page
    # Given a run of two recipes, started by keyboard
    page.goto(f"/projects/{project}/lab?new=yes")
    dialog = page.get_by_role("dialog", name="Compare recipes in the lab")
    for name in ("Clear votes", "Everything"):
        dialog.get_by_role("checkbox", name=name).focus()
        page.keyboard.press("Space")
    dialog.get_by_role("radio", name="Scores that came with the responses").check()
    dialog.get_by_label("Seeds").fill("3")
    dialog.get_by_label("Name").fill("Do clear votes help?")
    dialog.get_by_label("Name").press("Enter")

    # When it is done, which the page sees by itself
    expect(page.get_by_role("heading", name="Do clear votes help?", level=1)).to_be_visible()
    board = page.get_by_role("table", name="Accuracy of each arm")
    expect(board).to_be_visible(timeout=60_000)

    # Then every arm has its accuracy, its interval and a verdict, and the controls stand apart
    names = board.get_by_role("rowheader")
    expect(names.first).to_have_text("Raw labels")
    lines = board.locator("tbody").first.get_by_role("row")
    expect(lines).to_have_count(3)
    expect(lines.filter(has_text="Everything")).to_contain_text("No measurable difference")
    expect(board.get_by_role("img", name=re.compile(r"^Everything: 0\.0 points, from 0\.0 to 0\.0"))).to_be_visible()
    controls = board.locator("tbody").nth(1)
    expect(controls).to_contain_text("Controls: what a recipe must be better than")
    expect(controls).to_contain_text("Random, as many as “Clear votes”")
    expect(controls).to_contain_text("Planted errors removed")
    expect(page.get_by_text(re.compile(r"^Judged on \d+ pairs of \d+ prompts that were held out\."))).to_be_visible()
    expect(page.get_by_role("region", name="What to keep in mind").get_by_role("listitem").first).to_be_visible()

    # And what a review would find is said beside as many pairs by lot
    expect(
        page.get_by_text(re.compile(rf"^Asking again about {ROWS // 10} of {ROWS} pairs \(10 %\) finds"))
    ).to_be_visible()
    review = page.get_by_role("table", name="What a review finds")
    expect(review.get_by_role("row").filter(has_text="Lowest margins first")).to_contain_text("±")
    expect(page.get_by_role("region", name="Steps of Clear votes")).to_contain_text("at least 2")
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page)
    page.emulate_media(color_scheme="light")


def test_the_list_says_what_was_found(curator: Person, project: int) -> None:
    page: Page = curator.page
    page.goto(f"/projects/{project}/lab")
    table = page.get_by_role("table", name="Lab runs of this project")
    expect(table.get_by_role("row").nth(1)).to_contain_text("make no measurable difference")
    assert_accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Do clear votes help?", level=1)).to_be_visible()
    page.get_by_role("link", name="Compare these again").click()
    dialog = page.get_by_role("dialog", name="Compare recipes in the lab")
    expect(dialog.get_by_role("checkbox", name="Clear votes")).to_be_checked()
    expect(dialog.get_by_label("Version")).to_contain_text(f"v1 · {ROWS} rows")
