"""Labelling under trouble: no network, hostile text, both themes. Each test has a campaign of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person, assert_accessible, shown
from tests.browser.rest import Rest

CURATOR, ANNOTATOR = "curator@example.org", "annotator@example.org"
QUESTIONS = [
    {"name": "better", "type": "pairwise", "title": "Which is better?", "steps": 7, "tie": True, "both_bad": True,
     "required": True},
    {"name": "why", "type": "text", "title": "Why?", "required": False},
]  # fmt: skip
HOSTILE = """<script>window.pwned = 1</script><img src=x onerror="window.pwned = 2">
<svg onload="window.pwned = 3"></svg><iframe srcdoc="<script>parent.pwned = 4</script>"></iframe>

[click me](javascript:window.pwned=5) and ![x](https://tracker.example/pixel.gif)

<form action="https://evil.example"><button>Sign in again</button></form>

$\\href{javascript:window.pwned=6}{formula}$ `<b onmouseover=alert(1)>`

Plain words stay."""


@pytest.fixture(scope="module")
def annotator(people: Callable[[str], Person]) -> Person:
    people(CURATOR)
    person = people(ANNOTATOR)
    person.sign_in()
    return person


@pytest.fixture
def campaign(annotator: Person, rest: Callable[[str], Rest]) -> Callable[[list[dict[str, Any]]], int]:
    """A campaign over these rows, with the annotator invited."""

    def make(rows: list[dict[str, Any]]) -> int:
        api = rest(CURATOR)
        project = api.post("/api/projects/", {"name": "Trouble"})["id"]
        dataset = api.post(f"/api/projects/{project}/datasets/", {"name": "Rows"})["id"]
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        api.finished(api.upload(f"/api/datasets/{dataset}/imports/", "rows.jsonl", content))
        version = api.get(f"/api/datasets/{dataset}/versions/")["results"][0]["id"]
        body = {"name": "Trouble", "questions": QUESTIONS, "overlap": 1, "guidelines": "Be **fair**."}
        made = api.post(f"/api/projects/{project}/campaigns/", body)["id"]
        api.finished(api.post(f"/api/campaigns/{made}/queue/", {"dataset_version": version}))
        api.post(f"/api/campaigns/{made}/annotators/", {"emails": [ANNOTATOR]})
        return int(made)

    return make


def plain_rows(count: int) -> list[dict[str, Any]]:
    return [{"prompt": f"Question {n}?", "chosen": f"Good {n}.", "rejected": f"Bad {n}."} for n in range(count)]


def answer_first(page: Page, why: str) -> str:
    """Prefer the first response much, say why, submit; returns the text of that response."""
    prompt, first, _ = shown(page)
    page.keyboard.press("1")
    page.keyboard.press("r")
    page.keyboard.type(why)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(prompt, exact=True)).to_have_count(0)
    return first


def stored(api: Rest, campaign: int) -> dict[str, str]:
    """Why → the id of the response that was preferred."""
    rows = api.all(f"/api/campaigns/{campaign}/feedback/")
    return {row["answers"]["why"]: row["answers"]["better"]["better"] for row in rows}


def ids_of(api: Rest, campaign: int) -> dict[str, str]:
    """The text of every response of the campaign's dataset → its id."""
    project = api.get(f"/api/campaigns/{campaign}/")["project"]
    dataset = api.get(f"/api/projects/{project}/datasets/")["results"][0]
    rows = api.all(f"/api/dataset-versions/{dataset['latest_version']['id']}/rows/")
    return {response["content"]: response["response_id"] for row in rows for response in row["responses"]}


def test_answers_given_offline_are_kept_through_a_reload_and_sent_once(
    annotator: Person, campaign: Callable[[list[dict[str, Any]]], int], rest: Callable[[str], Rest]
) -> None:
    api = rest(CURATOR)
    trouble = campaign(plain_rows(6))
    page = annotator.label(trouble)
    expected = {"online": answer_first(page, "online")}
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()
    page.wait_for_load_state("networkidle")

    # When the network goes away, labelling goes on with what was fetched ahead, and says where the answers are
    annotator.context.set_offline(True)
    expected["offline one"] = answer_first(page, "offline one")
    expected["offline two"] = answer_first(page, "offline two")
    expect(page.get_by_text("Cannot reach the server · 2 kept here, will be sent")).to_be_visible()
    assert set(stored(api, trouble)) == {"online"}

    # When the tab is closed in that state and opened again where only submitting fails
    page.close()
    annotator.context.set_offline(False)
    annotator.context.route("**/submit/", lambda route: route.abort())
    annotator.open_page()
    page = annotator.label(trouble)
    expect(page.get_by_text("Cannot reach the server · 2 kept here, will be sent")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Cannot reach the server · 2 kept here, will be sent")).to_be_visible()
    assert set(stored(api, trouble)) == {"online"}

    # Then they are sent as soon as that works, and the rest is labelled as if nothing had been
    annotator.context.unroute("**/submit/")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()
    for n in range(3):
        expected[f"after {n}"] = answer_first(page, f"after {n}")
    expect(page.get_by_role("heading", name="Nothing left for you here")).to_be_visible()
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()
    annotator.forgive("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    ids = ids_of(api, trouble)
    assert stored(api, trouble) == {why: ids[text] for why, text in expected.items()}


def test_hostile_text_is_only_text(annotator: Person, campaign: Callable[[list[dict[str, Any]]], int]) -> None:
    asked: list[str] = []
    annotator.page.on("request", lambda request: asked.append(request.url))
    page = annotator.label(campaign([{"prompt": HOSTILE, "chosen": HOSTILE + " A", "rejected": HOSTILE + " B"}]))

    response = page.get_by_role("region", name="First response")
    expect(response.get_by_text("Plain words stay.")).to_be_visible()
    page.wait_for_load_state("networkidle")

    assert page.evaluate("window.pwned") is None
    assert [url for url in asked if not url.startswith((annotator.address, "data:"))] == []
    for kind in ("script", "iframe", "form", "button", "img[onerror]", "[onload]", "[onmouseover]"):
        expect(response.locator(kind)).to_have_count(0)
    expect(page.locator("a[href^='javascript' i]")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_labelling_is_accessible(
    annotator: Person, campaign: Callable[[list[dict[str, Any]]], int], theme: str, width: int
) -> None:
    page = annotator.page
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    annotator.label(campaign(plain_rows(1)))

    assert_accessible(page)
    page.keyboard.press("7")
    page.keyboard.press("g")
    expect(page.get_by_role("complementary", name="Guidelines")).to_be_visible()
    assert_accessible(page)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signing_in_is_accessible(people: Callable[..., Person], theme: str) -> None:
    page = people("nobody@example.org", account=False).page
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto("/accounts/login/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    assert_accessible(page)
