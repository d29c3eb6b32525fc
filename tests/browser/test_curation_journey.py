"""From a file of transcripts to a set one can defend: import, quick ensemble, zones, recipe, snapshot, difference.

The tests of this file are the chapters of one story and run in their order; each leaves the house to the next.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

PAIRS, PLANTED = 240, 24
JOB = 60_000


@dataclass
class Story:
    project: int = 0
    dataset: int = 0
    recipe: str = ""
    first: str = ""
    second: str = ""


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


@pytest.fixture(scope="module")
def page(people: Callable[[str], Person]) -> Page:
    person = people(CURATOR)
    person.sign_in()
    return person.page


def transcripts(folder: Path) -> Path:
    """Helpful answers beside rude ones, in the HH format; of every tenth pair the labels are the wrong way round."""
    lots = random.Random(7)
    topics = ["bread", "rain", "chess", "moss", "tides", "bees", "glass", "rust", "maps", "salt", "wool", "clocks"]
    lines = []
    for n in range(PAIRS):
        first, second = lots.sample(topics, 2)
        talk = f"\n\nHuman: How are {first} and {second} alike, question {n}?\n\nAssistant:"
        good = f" Both {first} and {second} reward patience; here is how, step by step, with an example for {first}."
        bad = f" Shut up, that is a stupid thing to ask. I do not care about {second} at all."
        sides = (bad, good) if n < PLANTED else (good, bad)
        lines.append(json.dumps({"chosen": talk + sides[0], "rejected": talk + sides[1]}))
    lots.shuffle(lines)
    path = folder / "transcripts.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def number_in(pattern: str, page: Page) -> int:
    found = re.search(pattern, page.url)
    assert found, page.url
    return int(found[1])


def freeze(page: Page, name: str) -> str:
    """Freezes the recipe that is open and goes to the snapshot; its address."""
    page.get_by_role("button", name="Freeze snapshot").click()
    dialog = page.get_by_role("dialog", name="Freeze snapshot")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Freeze snapshot").click()
    page.get_by_role("link", name="Look at the snapshot").click(timeout=JOB)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_role("tab", name="Pairs")).to_be_visible()
    return page.url


def figures(page: Page) -> Locator:
    return page.locator("dl").first


def test_transcripts_are_imported(page: Page, story: Story, rest: Callable[[str], Rest], tmp_path: Path) -> None:
    story.project = rest(CURATOR).post("/api/projects/", {"name": "Curation"})["id"]
    page.goto(f"/projects/{story.project}/datasets")
    page.get_by_role("button", name="Create dataset").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Transcripts")
    page.get_by_role("dialog").get_by_role("button", name="Create dataset").click()
    expect(page.get_by_role("region", name="Import a file")).to_be_visible()
    story.dataset = number_in(r"/datasets/(\d+)", page)

    page.get_by_label("File to import").set_input_files(transcripts(tmp_path))

    line = page.get_by_role("row").filter(has_text="transcripts.jsonl.gz")
    expect(line.get_by_role("cell")).to_contain_text(
        ["transcripts.jsonl.gz", "Succeeded", str(PAIRS), str(PAIRS), "0", "0"], timeout=JOB
    )


def test_the_quick_ensemble_gives_every_pair_a_strength(page: Page, story: Story) -> None:
    page.goto(f"/projects/{story.project}/datasets/{story.dataset}/signals")
    page.get_by_role("button", name="Compute a signal").first.click()
    dialog = page.get_by_role("dialog", name="Compute a signal")
    dialog.get_by_role("searchbox").fill("quick ensemble")
    dialog.get_by_text("Quick ensemble", exact=True).click()
    dialog.get_by_role("button", name="Compute Quick ensemble").click()

    row = page.get_by_role("table", name="Signals").get_by_role("row").filter(has_text="Quick ensemble")
    expect(row).to_contain_text("Ready", timeout=JOB)
    expect(row.get_by_role("cell").nth(3)).to_have_text(str(PAIRS))


def test_zones_send_doubtful_labels_to_people(page: Page, story: Story) -> None:
    page.goto(f"/projects/{story.project}/recipes")
    page.get_by_role("button", name="Create recipe").first.click()
    page.get_by_role("button", name="Add step").click()
    page.get_by_role("menuitem", name="Strength zones").click()

    # By default what looks wrong is shown to people, and nothing is flipped or dropped behind anybody's back.
    outcome = f"{PAIRS - PLANTED} pairs kept, 0 dropped, {PLANTED} set aside for review."
    expect(page.get_by_text(outcome)).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Name", exact=True).fill("Doubts to people")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Not saved")).to_have_count(0)
    story.recipe = page.url
    story.first = freeze(page, "First")
    expect(figures(page)).to_contain_text(f"Kept{PAIRS - PLANTED}")
    expect(figures(page)).to_contain_text(f"For review{PLANTED}")


def test_rows_are_filtered_by_what_they_say(page: Page, story: Story) -> None:
    page.goto(story.recipe)
    page.get_by_role("button", name="Add step").click()
    page.get_by_role("menuitem", name="Rows", exact=False).first.click()
    expect(page.get_by_text("Say what to compare with.")).to_be_visible()
    page.get_by_label("Value of condition 1").fill("moss")
    page.get_by_label("Comparison of condition 1").select_option("contains")
    kept = page.get_by_text(re.compile(r"^\d+ pairs kept, [1-9]\d* dropped, \d+ set aside for review\.$"))
    expect(kept).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Not saved")).to_have_count(0)
    story.second = freeze(page, "Second")


def test_the_difference_says_what_went(page: Page, story: Story) -> None:
    page.goto(f"{story.second}?tab=difference")
    expect(page.get_by_label("Compared with")).to_contain_text("First")
    expect(page.get_by_text(re.compile("removed", re.IGNORECASE)).first).to_be_visible()
    assert_accessible(page)


def test_a_snapshot_is_kept_fresh(page: Page, story: Story) -> None:
    page.goto(story.second)
    page.get_by_role("button", name="Keep fresh").click()
    dialog = page.get_by_role("dialog", name="Keep this snapshot fresh")
    dialog.get_by_label("Look for something new").select_option("168")
    assert_accessible(page)
    dialog.get_by_role("button", name="Keep fresh").click()

    table = page.get_by_role("table", name="Scheduled refreshes")
    expect(table).to_contain_text("Doubts to people over Transcripts")
    expect(table).to_contain_text("pairs frozen.", timeout=JOB)
    table.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name="Pause").click()
    expect(table).to_contain_text("Paused")
    assert_accessible(page)
    table.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name="Stop keeping fresh").click()
    page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("button", name="Stop").click()
    expect(table).to_have_count(0)
