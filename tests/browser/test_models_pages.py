"""A reward model and what it was measured at: numbers with what they leave out, items by keyboard, stages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest
from tests.support.house import ROOT, House

ITEMS = 12
JOB = 60_000


@pytest.fixture
def page(people: Callable[[str], Person]) -> Page:
    person = people(CURATOR)
    return person.sign_in()


@pytest.fixture
def folder(house: House) -> str:
    """A tiny reward model in the house's folder of models, of which the form offers the first by name."""
    made = Path(house.environment["PLUMBLINE_MODELS_DIR"]) / "zest"
    made.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", _MAKE, str(made)], cwd=ROOT, check=True)
    return made.name


_MAKE = """
import sys
from pathlib import Path
from transformers import AutoModelForSequenceClassification
from trainer_bridge.ml.tiny_model import build
made = Path(sys.argv[1])
build(made)
AutoModelForSequenceClassification.from_pretrained(made, num_labels=1).save_pretrained(made)
"""


def benchmark() -> bytes:
    rows = (
        {
            "id": f"p{at}",
            "prompt": f"How do I plan garden number {at}?",
            "chosen": f"Start with a **small** step and check it {at} times.",
            "rejected": f"No idea {at}.",
            "subset": ("soil", "light")[at % 2],
        }
        for at in range(ITEMS)
    )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_a_reward_model_is_evaluated_and_put_into_production(
    page: Page, rest: Callable[[str], Rest], folder: str
) -> None:
    # Given a registered reward model and a set to test it on
    api = rest(CURATOR)
    project = api.post("/api/projects/", {"name": "Evaluated"})["id"]
    asked = {"kind": "reward", "base_model": f"local:{folder}", "name": "Taste"}
    registered = api.finished(api.post(f"/api/projects/{project}/models/", asked))
    model = registered["result"]["model_version"]
    api.finished(api.upload(f"/api/projects/{project}/evaluation-sets/", "gardens.jsonl", benchmark()))

    # When it is evaluated from its page, by keyboard
    page.goto(f"/projects/{project}/models/{model}")
    expect(page.get_by_role("heading", name="Not evaluated yet")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Evaluate Taste v1")
    expect(dialog.get_by_label("What to measure")).to_be_focused()
    dialog.get_by_label("On", exact=True).select_option(label=f"gardens ({ITEMS} items)")
    assert_accessible(page)
    dialog.get_by_role("button", name="Evaluate").click()
    table = page.get_by_role("table", name="Evaluations of this model")
    expect(table.get_by_text("Succeeded")).to_be_visible(timeout=JOB)
    expect(table).to_contain_text(f"{ITEMS} items")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    # Then the numbers stand beside what they were counted from, in both themes
    expect(page.get_by_role("heading", name="Reward model accuracy of Taste v1")).to_be_visible()
    evaluation = api.get(f"/api/models/{model}/evaluations/")["results"][0]
    overall = f"{100 * evaluation['metrics']['overall']['value']:.1f} %"
    expect(page.locator("dd").filter(has_text=overall).first).to_be_visible()
    expect(page.get_by_text(f"All {ITEMS} items counted")).to_be_visible()
    expect(page.get_by_text(evaluation["leak"]["sentence"])).to_be_visible()
    expect(page.get_by_text("soil")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    assert_accessible(page)
    page.emulate_media(color_scheme="light")
    assert_accessible(page)

    # And an item opens by keyboard, with both answers and their scores
    page.goto(f"/projects/{project}/evaluations/{evaluation['id']}?tab=items")
    expect(page.get_by_role("table", name="Items of the evaluation").get_by_role("row")).to_have_count(1 + ITEMS)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name=re.compile("^Item"))
    expect(panel.get_by_text("Right answer")).to_be_visible()
    expect(panel.get_by_text("No idea 0.")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    # And a stage is changed where it stands, production being asked about first
    page.goto(f"/projects/{project}/models/{model}")
    page.get_by_role("button", name="Stage: Candidate").click()
    page.get_by_role("menuitem", name="Move to production").click()
    page.get_by_role("button", name="Move to production").click()
    expect(page.get_by_role("button", name="Stage: Production")).to_be_visible()
    assert_accessible(page)
