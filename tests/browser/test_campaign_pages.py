"""A campaign as curators and reviewers see it: queueing, questions, guidelines, answers, flags and comments."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import CURATOR
from tests.browser.people import Person, assert_accessible
from tests.browser.rest import Rest

ANNOTATOR = "pages@example.org"
PAIRWISE = {"name": "better", "type": "pairwise", "title": "Which is better?", "steps": 7}
SPANS = {
    "name": "errors",
    "type": "spans",
    "title": "What is wrong?",
    "categories": [{"name": "irrelevant", "title": "Irrelevant", "density": "sub_sentence"}],
    "omissions": [{"name": "missing", "title": "Missing answer"}],
}
LEAK = {
    "prompt": "Who are you?",
    "chosen": "As an AI model developed by OpenAI, I am ChatGPT and I can help.",
    "rejected": "A helper.",
}
EXAMPLE = {
    "title": "A claim without a source",
    "prompt": "When was it released?",
    "responses": ["In 2018, to great acclaim.", "In 2018."],
    "verdict": "The second is better.",
    "explanation": "*Great acclaim* is in no passage.",
}
# Two passages of one title, as real data has them.
PASSAGES = [{"title": "Sky", "sentences": ["It is blue."]}, {"title": "Sky", "sentences": ["Often."]}]
MARKED = "Bananas are yellow and they grow in bunches. The sky is blue."
MARK = "Bananas are yellow and they grow in bunches."


@pytest.fixture(scope="module")
def curator(people: Callable[[str], Person]) -> Person:
    person = people(CURATOR)
    person.sign_in()
    return person


@pytest.fixture
def open_campaign(curator: Person, rest: Callable[[str], Rest]) -> Callable[..., Page]:
    def go(campaign: int, tab: str = "") -> Page:
        project = rest(CURATOR).get(f"/api/campaigns/{campaign}/")["project"]
        curator.page.goto(f"/projects/{project}/campaigns/{campaign}")
        if tab:
            curator.page.get_by_role("tab", name=tab).click()
        return curator.page

    return go


def rows(count: int) -> list[dict[str, Any]]:
    return [{"prompt": f"Question {n}?", "chosen": f"Good {n}.", "rejected": f"Bad {n}."} for n in range(count)]


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


def taken(api: Rest, campaign: int) -> dict[str, Any]:
    task: dict[str, Any] = api.post(f"/api/campaigns/{campaign}/next/", {})
    return task


def test_rows_are_queued_under_contexts_and_leaks_are_counted(
    make_campaign: Callable[..., int], open_campaign: Callable[..., Page]
) -> None:
    # Given a campaign that leaves out responses which name their model
    campaign = make_campaign(
        [LEAK, *rows(2)], [PAIRWISE], annotator=ANNOTATOR, identity_leaks="quarantine", queue={"limit": 1}
    )
    page = open_campaign(campaign)

    # When a curator queues its rows under two contexts
    page.get_by_role("button", name="Queue rows").click()
    dialog = panel(page, "Queue rows")
    expect(dialog.get_by_label("Version")).to_contain_text("3 rows")
    for n, text in ((1, "Prefer what a doctor would say."), (2, "Prefer the shorter one.")):
        dialog.get_by_role("button", name="Add context").click()
        dialog.get_by_label(f"Context {n}", exact=True).fill(text)
    assert_accessible(page)
    dialog.get_by_role("button", name="Queue 3 rows under 2 contexts (6 items)").click()

    # Then what became of them is said in numbers, with the way to the log
    outcome = page.get_by_role("definition").filter(has_text="a response names its model")
    expect(outcome).to_be_visible()
    expect(page.get_by_text("4 items added to the queue.")).to_be_visible()
    expect(page.get_by_role("link", name="See which rows in the log")).to_be_visible()
    assert_accessible(page)


def test_questions_change_as_a_new_version(
    make_campaign: Callable[..., int], open_campaign: Callable[..., Page], rest: Callable[[str], Rest]
) -> None:
    # Given an answer to the first version
    campaign = make_campaign(rows(2), [PAIRWISE], annotator=ANNOTATOR)
    annotator = rest(ANNOTATOR)
    task = taken(annotator, campaign)
    annotator.post(f"/api/leases/{task['lease']['id']}/submit/", {"answers": {"better": {"outcome": "tie"}}})
    page = open_campaign(campaign, "Guidelines and questions")
    expect(page.get_by_text("asked now")).to_be_visible()

    # When a question is added
    page.get_by_role("link", name="Change questions").click()
    page.get_by_role("button", name="Add question").click()
    page.get_by_role("menuitem", name="Thumbs").click()
    expect(page.get_by_label("Question", exact=True)).to_have_value("Good or bad?")
    assert_accessible(page)
    page.get_by_role("button", name="Review the change").click()
    dialog = panel(page, "Save version 2 of the questions")
    expect(dialog.get_by_role("checkbox", name="Which is better?")).to_be_checked()
    assert_accessible(page)
    dialog.get_by_role("radio", name="Ask again where something is missing").check()
    dialog.get_by_label("Note").fill("Thumbs for the old study.")
    dialog.get_by_role("button", name="Save and ask again").click()

    # Then both versions stand with their answers, and what was given counts on
    expect(page.get_by_text("Version 2 is asked from now on. 1 answer asked for again.")).to_be_visible()
    expect(page.get_by_text("Thumbs for the old study.")).to_be_visible()
    expect(page.get_by_text("1 answer", exact=True)).to_be_visible()
    page.get_by_role("button", name="2 questions").click()
    expect(page.get_by_text("Earlier answers count on for: Which is better?")).to_be_visible()
    assert_accessible(page)


def test_guidelines_teach_by_examples(make_campaign: Callable[..., int], open_campaign: Callable[..., Page]) -> None:
    # Given guidelines with a worked example
    campaign = make_campaign(
        rows(1), [PAIRWISE], annotator=ANNOTATOR, guidelines="Read **both**.", guidelines_examples=[EXAMPLE]
    )
    page = open_campaign(campaign, "Guidelines and questions")
    page.get_by_text(EXAMPLE["title"]).click()
    expect(page.get_by_text(EXAMPLE["verdict"])).to_be_visible()
    assert_accessible(page)

    # When a curator changes them
    page.get_by_role("button", name="Edit guidelines").click()
    page.get_by_role("textbox", name="Text").fill("Read both, then the passages.")
    assert_accessible(page)
    page.get_by_role("button", name="Save guidelines").click()

    # Then both versions can be read
    expect(page.get_by_role("heading", name="Guidelines, version 2")).to_be_visible()
    page.get_by_role("button", name="Read", exact=True).last.click()
    expect(page.get_by_text("Read both.", exact=True)).to_be_visible()
    assert_accessible(page)


def test_an_answer_is_read_with_what_training_makes_of_its_marks(
    make_campaign: Callable[..., int], open_campaign: Callable[..., Page], rest: Callable[[str], Rest]
) -> None:
    # Given an answer with a mark, an omission, and texts in which two passages have one title
    row = {"prompt": "Why is it blue?", "responses": [MARKED, "Because."], "metadata": {"passages": PASSAGES}}
    campaign = make_campaign([row], [SPANS], annotator=ANNOTATOR)
    page = open_campaign(campaign, "Answers")
    expect(page.get_by_text("No answers yet")).to_be_visible()
    assert_accessible(page)
    annotator = rest(ANNOTATOR)
    task = taken(annotator, campaign)
    texts = {each["content"]: each["response_id"] for each in task["item"]["responses"]}
    mark = {"target": texts[MARKED], "start": 0, "end": len(MARK), "quote": MARK, "category": "irrelevant"}
    answer = {
        "sha256": {target: sha256(text.encode()).hexdigest() for text, target in texts.items()},
        "marks": [{**mark, "severity": None, "note": "Not asked", "evidence": None}],
        "omissions": [{"target": texts["Because."], "category": "missing", "note": "", "evidence": None}],
        "no_error": [],
    }
    annotator.post(f"/api/leases/{task['lease']['id']}/submit/", {"answers": {"errors": answer}})

    # When it is opened, each text has its own marks
    open_campaign(campaign, "Answers").get_by_role("button", name="Item 1, answer of").click()
    reader = panel(page, "Item 1")
    expect(reader.get_by_role("list", name="Marks")).to_have_count(2)
    assert_accessible(page)

    # Then the marked part is an error for training, and the response without one says why nothing is drawn
    labels = reader.get_by_text("As labels of parts, sentences and the response")
    labels.first.click()
    labels.last.click()
    expect(reader.get_by_text("Errors in 100 tokens: Irrelevant")).to_be_visible()
    expect(reader.get_by_text("No part here has one")).to_have_count(1)
    assert_accessible(page)


def test_a_mention_leads_to_what_was_said_about_the_item(
    make_campaign: Callable[..., int],
    open_campaign: Callable[..., Page],
    rest: Callable[[str], Rest],
) -> None:
    # Given an empty page, and then a flag and a question to the curator
    campaign = make_campaign(rows(2), [PAIRWISE], annotator=ANNOTATOR)
    page = open_campaign(campaign, "Flags and comments")
    expect(page.get_by_text("No open flags")).to_be_visible()
    expect(page.get_by_text("No comments yet")).to_be_visible()
    assert_accessible(page)
    annotator = rest(ANNOTATOR)
    lease = taken(annotator, campaign)["lease"]["id"]
    annotator.post(f"/api/leases/{lease}/flag/", {"reason": "broken", "note": "Cut off."})
    people = annotator.get(f"/api/leases/{lease}/mentionable/")["results"]
    handle = next(each["handle"] for each in people if each["name"].startswith("Curator"))
    annotator.post(f"/api/leases/{lease}/comments/", {"text": f"@{handle} is it meant to end here?"})

    # When the curator follows the mention from another page
    page.goto("/projects")
    page.get_by_role("button", name="1 unread mention").click()
    page.get_by_role("menuitem", name="is it meant to end here?").click()

    # Then the item's discussion is open at the comment
    reader = panel(page, "Item 1")
    comment = reader.get_by_role("listitem").filter(has_text="is it meant to end here?")
    expect(comment).to_have_attribute("aria-current", "true")
    expect(comment).to_be_in_viewport()
    assert_accessible(page)
    reader.get_by_role("textbox", name="Comment on this item").fill("No, it is broken.")
    reader.get_by_role("button", name="Comment", exact=True).click()
    expect(reader.get_by_text("No, it is broken.")).to_be_visible()
    reader.get_by_role("button", name="Close panel").click()

    # And the flag is resolved from the list
    expect(page.get_by_text("Cut off.")).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("No open flags")).to_be_visible()
    page.get_by_label("State of the flags").select_option("resolved")
    expect(page.get_by_text("· resolved by")).to_be_visible()
    assert_accessible(page)
