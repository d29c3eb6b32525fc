"""The models of a project: registering one that was not trained here."""

from __future__ import annotations

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


@pytest.fixture
def curator(people: Callable[[str], Person]) -> Person:
    person = people(CURATOR)
    person.sign_in()
    return person


@pytest.fixture
def models(house: House) -> Path:
    """The house's folder of models, with a tiny language model and one that is not complete."""
    folder = Path(house.environment["PLUMBLINE_MODELS_DIR"])
    (folder / "half").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "trainer_bridge.ml.base_models", "tiny-llama", str(folder / "tiny")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_an_admin_registers_a_model(curator: Person, rest: Callable[[str], Rest], models: Path) -> None:
    # Given a project without models
    project = rest(CURATOR).post("/api/projects/", {"name": "Models"})["id"]
    page: Page = curator.page
    page.goto(f"/projects/{project}/models")
    expect(page.get_by_role("heading", name="No model yet")).to_be_visible()
    assert_accessible(page)

    # When its admin asks for what the Hub cannot have, that is said at the field
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Register a model")
    dialog.get_by_label("Model", exact=True).fill("nobody")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("A model of the Hub is written hub:owner/name")).to_be_visible()
    expect(dialog.get_by_label("Model", exact=True)).to_have_attribute("aria-invalid", "true")
    assert_accessible(page)
    curator.forgive("400")

    # And a language model of the server's folder is no reward model
    dialog.get_by_label("From").select_option(label="Folder of this server")
    folder = dialog.get_by_label("Folder", exact=True)
    expect(folder).to_have_value("tiny")
    expect(folder.get_by_role("option", name="half (no complete model)")).to_be_disabled()
    assert_accessible(page)
    dialog.get_by_role("button", name="Register reward model").click()
    expect(page.get_by_role("alert").filter(has_text="local:tiny is not a reward model")).to_be_visible()

    # Then as a policy it is registered, and the strip leads to it
    page.get_by_role("button", name="Register model").click()
    dialog.get_by_label("Kind").select_option(label="Policy")
    dialog.get_by_label("From").select_option(label="Folder of this server")
    dialog.get_by_label("Name").fill("Small talk")
    dialog.get_by_role("button", name="Register policy").click()
    expect(page.get_by_text("Registered Small talk v1.")).to_be_visible()
    expect(page.get_by_role("table", name="Registered models")).to_contain_text("local:tiny")
    assert_accessible(page)
    page.get_by_role("link", name="Open the model").click()
    expect(page.get_by_role("heading", name="Small talk v1")).to_be_visible()
    expect(page.get_by_text("Policy registered from local:tiny")).to_be_visible()
