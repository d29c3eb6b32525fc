"""From a snapshot to a trained model by the pages: export, form, curves, comparison, clone.

The tests of this file are the chapters of one story and run in their order; each leaves the house to the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

PAIRS = 24
JOB = 60_000
RUN = 120_000


@dataclass
class Story:
    project: int = 0
    snapshot: int = 0
    run: str = ""


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


@pytest.fixture(scope="module")
def curator(people: Callable[[str], Person]) -> Person:
    person = people(CURATOR)
    person.sign_in()
    return person


@pytest.fixture(scope="module")
def page(curator: Person) -> Page:
    return curator.page


def transcripts() -> bytes:
    lines = []
    for n in range(PAIRS):
        talk = f"\n\nHuman: What is {n} plus {n}?\n\nAssistant:"
        lines.append({"chosen": f"{talk} It is {2 * n}.", "rejected": f"{talk} I will not say."})
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_without_a_snapshot_the_form_says_what_comes_first(
    page: Page, story: Story, rest: Callable[[str], Rest]
) -> None:
    story.project = rest(CURATOR).post("/api/projects/", {"name": "Runs"})["id"]
    page.goto(f"/projects/{story.project}/runs")
    expect(page.get_by_role("heading", name="No training run yet")).to_be_visible()
    assert_accessible(page)

    page.keyboard.press("n")

    expect(page.get_by_role("heading", name="There is no snapshot to learn from yet")).to_be_visible()
    assert_accessible(page)


def test_an_export_is_chosen_by_what_it_is_for(page: Page, story: Story, rest: Callable[[str], Rest]) -> None:
    api = rest(CURATOR)
    dataset = api.post(f"/api/projects/{story.project}/datasets/", {"name": "Sums"})["id"]
    api.finished(api.upload(f"/api/datasets/{dataset}/imports/", "sums.jsonl", transcripts()))
    version = api.get(f"/api/datasets/{dataset}/versions/")["results"][0]["id"]
    recipe = api.post(f"/api/projects/{story.project}/recipes/", {"name": "All", "steps": []})["id"]
    frozen = {"dataset_version": version, "name": "Sums", "test_fraction": 0.25}
    api.finished(api.post(f"/api/recipes/{recipe}/snapshots/", frozen))
    story.snapshot = api.get(f"/api/projects/{story.project}/snapshots/")["results"][0]["id"]

    page.goto(f"/projects/{story.project}/snapshots/{story.snapshot}?tab=exports")
    expect(page.get_by_role("heading", name="Not exported yet")).to_be_visible()
    page.keyboard.press("e")
    page.get_by_role("radio", name="TRL reward pairs with margins").check()
    expect(page.get_by_text("Read by trl.RewardTrainer · here: reward models")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Write export").click()

    files = page.get_by_role("table", name="Files of this export")
    expect(files.get_by_role("row").filter(has_text="train.parquet")).to_be_visible(timeout=JOB)
    expect(page.get_by_role("link", name="Train on this export")).to_be_visible()
    assert_accessible(page)


def test_a_run_is_refused_at_the_right_field(page: Page, story: Story) -> None:
    page.get_by_role("link", name="Train on this export").click()
    expect(page.get_by_role("heading", name="New run", level=1)).to_be_visible()
    expect(page.get_by_role("radio", name="Reward model")).to_be_checked()
    page.get_by_label("Steps", exact=False).first.fill("0")

    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Give a whole number from 1 to 100000.")).to_be_visible()
    expect(page.get_by_label("Steps", exact=False).first).to_be_focused()
    assert_accessible(page)


def test_a_run_starts_from_the_snapshot_alone_and_its_curves_grow(page: Page, story: Story) -> None:
    page.goto(f"/projects/{story.project}/runs/new?snapshot={story.snapshot}")
    page.get_by_role("radio", name=re.compile("^DPO A policy")).check()
    page.get_by_label("Base model").select_option("tiny-llama")
    page.get_by_label("Steps", exact=True).fill("6")
    page.get_by_label("Batch size").fill("3")
    page.get_by_label("Longest row, tokens").fill("128")
    page.get_by_role("button", name="More settings").click()
    page.get_by_label("Sample prompts").fill("2")
    page.get_by_label("Evaluate every, steps").fill("3")
    name = page.get_by_label("Name", exact=True)
    name.fill("Sums by DPO")
    start = page.get_by_role("button", name="Start run")
    assert name.bounding_box()["y"] + name.bounding_box()["height"] < start.bounding_box()["y"], "hidden by the bar"
    expect(page.get_by_text(re.compile(r"^All of the \d+ pairs can be used\."))).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ training rows · 3 in a step · 6 steps"))).to_be_visible()
    assert_accessible(page)

    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Sums by DPO", level=1)).to_be_visible()
    story.run = page.url
    expect(page.get_by_role("img", name="Line chart: Loss. The table shows the numbers.")).to_be_visible(timeout=RUN)
    expect(page.get_by_role("link", name="Look at the model")).to_be_visible(timeout=RUN)
    expect(page.locator(".uplot").first).to_be_visible()
    page.get_by_role("button", name="View Loss as table").click()
    expect(page.get_by_role("table", name="Loss").get_by_role("row")).to_have_count(1 + 6)
    assert_accessible(page)


@pytest.mark.parametrize("tab", ["samples", "evaluation", "data", "logs", "artefacts", "lineage"])
def test_every_tab_of_a_run_says_something(page: Page, story: Story, tab: str) -> None:
    page.goto(f"{story.run}?tab={tab}")
    panel = page.get_by_role("tabpanel")
    says = {
        "samples": "Step 6",
        "evaluation": "Evaluate",
        "data": "To learn from",
        "logs": "step 6/6",
        "artefacts": "trainer_bridge.ml.train",
        "lineage": "Where it is used",
    }
    expect(panel).to_contain_text(says[tab])
    assert_accessible(page)


def test_a_clone_is_marked_where_it_differs_and_compared(page: Page, story: Story) -> None:
    page.goto(story.run)
    expect(page.get_by_role("heading", name="Sums by DPO", level=1)).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_label("Steps", exact=True)).to_have_value("6")
    page.get_by_label("Steps", exact=True).fill("4")
    page.get_by_label("Name", exact=True).fill("Shorter")
    page.get_by_role("button", name="Start run").click()

    expect(page.get_by_role("heading", name="Shorter", level=1)).to_be_visible()
    expect(page.get_by_role("complementary", name="Configuration")).to_contain_text("there 6")
    expect(page.get_by_role("link", name="Look at the model")).to_be_visible(timeout=RUN)

    page.goto(f"/projects/{story.project}/runs")
    for name in ("Sums by DPO", "Shorter"):
        page.get_by_role("checkbox", name=f"Compare {name}").check()
    assert_accessible(page)
    page.keyboard.press("v")
    expect(page.get_by_role("table", name="Settings that are not the same").get_by_role("row")).to_have_count(1 + 2)
    expect(page.get_by_role("img", name="Line chart: Loss. The table shows the numbers.")).to_be_visible()
    assert_accessible(page)
