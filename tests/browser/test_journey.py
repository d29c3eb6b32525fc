"""One team's way round the whole circle, by mouse and keyboard, from an empty installation to a filtered recipe.

The tests of this file are the chapters of one story and run in their order; each leaves the house to the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, Person, assert_accessible, shown
from tests.browser.rest import Rest

ADMIN, ADA, BO = "admin@example.org", "ada@example.org", "bo@example.org"
ITEMS = 10
JOB = 30_000
RUN = 90_000

# What a person thinks of item n: −3 (the rejected one much better) … 3 (the chosen one much better), or both bad.
OPINIONS: list[int | str] = [3, 2, 1, 0, -1, -2, -3, "both_bad", 2, 3]
KEYS_FROM_FIRST = {3: "1", 2: "2", 1: "3", 0: "4", -1: "5", -2: "6", -3: "7", "both_bad": "0"}


def prompt_of(n: int) -> str:
    return f"What is {n} plus {n}?"


def chosen_of(n: int) -> str:
    return f"{n} plus {n} is {2 * n}, because adding a number to itself doubles it."


def rejected_of(n: int) -> str:
    return f"It is {2 * n + 1}."


@dataclass
class Story:
    project: int = 0
    campaign: int = 0
    dataset: int = 0
    recipe: str = ""
    snapshot: str = ""
    runs: list[str] = field(default_factory=list)
    model: str = ""
    links: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def number_in(pattern: str, page: Page) -> int:
    found = re.search(pattern, page.url)
    assert found, page.url
    return int(found[1])


def open_area(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Project").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def answer_of(n: int, story: Story) -> dict[str, Any]:
    """What the API must hold for item n, by response id."""
    opinion = OPINIONS[n]
    if opinion == "both_bad":
        return {"outcome": "both_bad"}
    if opinion == 0:
        return {"outcome": "tie"}
    assert isinstance(opinion, int)
    better = chosen_of(n) if opinion > 0 else rejected_of(n)
    return {"better": story.ids[better], "strength": abs(opinion)}


def key_for(page: Page, n: int) -> str:
    """The key that says opinion n for the order in which the responses stand on this person's screen."""
    opinion = OPINIONS[n]
    _, first, _ = shown(page)
    if isinstance(opinion, int) and first != chosen_of(n):
        opinion = -opinion
    return KEYS_FROM_FIRST[opinion]


def item_on_screen(page: Page, *, other_than: str | None = None) -> int:
    """The number of the item shown, once it is another than the last one."""
    text = page.get_by_role("region", name="Prompt text")
    if other_than is not None:
        expect(text).not_to_have_text(other_than)
    found = re.fullmatch(r"What is (\d+) plus \1\?", text.inner_text().strip())
    assert found, text.inner_text()
    return int(found[1])


def chosen_button(page: Page) -> Any:
    return page.get_by_role("region", name="Your verdict").locator("button[aria-pressed=true]")


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


@pytest.fixture(scope="module")
def admin(people: Callable[..., Person]) -> Page:
    return people(ADMIN).page


@pytest.fixture
def answers(rest: Callable[[str], Rest], story: Story) -> Callable[[str], dict[int, Any]]:
    """`answers(email)` is what the API holds of one annotator: item number → answers."""

    def stored(email: str) -> dict[int, Any]:
        rows = rest(ADMIN).all(f"/api/campaigns/{story.campaign}/feedback/")
        return {row["item"]["position"]: row["answers"] for row in rows if row["annotator"]["email"] == email}

    return stored


def test_an_admin_signs_in_and_creates_a_project(people: Callable[..., Person], story: Story) -> None:
    page = people(ADMIN).page
    # Given somebody who is not signed in
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    people(ADMIN).sign_in()
    page.get_by_role("button", name="Create project").or_(page.get_by_role("link", name="Create project")).first.click()
    page.get_by_label("Name").fill("Arithmetic tutor")
    page.get_by_role("button", name="Create project").click()

    expect(page.get_by_role("heading", name="Arithmetic tutor", level=1)).to_be_visible()
    expect(page.get_by_text("Import preference data")).to_be_visible()
    story.project = number_in(r"/projects/(\d+)$", page)


def test_imports_say_what_they_took_and_what_they_refused(
    admin: Page, story: Story, rest: Callable[[str], Rest], tmp_path: Path
) -> None:
    open_area(admin, "Datasets")
    admin.get_by_role("button", name="Create dataset").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Sums")
    dialog.get_by_role("button", name="Create dataset").click()
    expect(admin.get_by_role("region", name="Import a file")).to_be_visible()
    story.dataset = number_in(r"/datasets/(\d+)", admin)
    rows = [{"prompt": prompt_of(n), "chosen": chosen_of(n), "rejected": rejected_of(n)} for n in range(ITEMS)]
    good, broken = tmp_path / "sums.jsonl", tmp_path / "more.jsonl"
    good.write_text("".join(json.dumps(row) + "\n" for row in rows))
    broken.write_text(json.dumps(rows[0]) + '\n{"prompt": "cut off in the mid\n')

    admin.get_by_label("File to import").set_input_files(good)
    table = admin.get_by_role("table", name="Imports of this dataset")
    line = table.get_by_role("row").filter(has_text="sums.jsonl")
    expect(line.get_by_role("cell")).to_contain_text(
        ["sums.jsonl", "Succeeded", str(ITEMS), str(ITEMS), "0", "0"], timeout=JOB
    )
    admin.get_by_label("File to import").set_input_files(broken)
    line = table.get_by_role("row").filter(has_text="more.jsonl")
    expect(line.get_by_role("cell")).to_contain_text(["more.jsonl", "Succeeded", "2", "0", "1", "1"], timeout=JOB)

    # Then the refused row can be had back, with its reason
    with admin.expect_download() as download:
        line.get_by_role("link", name="Refused rows").click()
    assert "cut off in the mid" in Path(download.value.path()).read_text()
    version = rest(ADMIN).get(f"/api/datasets/{story.dataset}/versions/")["results"][-1]
    for row in rest(ADMIN).all(f"/api/dataset-versions/{version['id']}/rows/"):
        story.ids |= {response["content"]: response["response_id"] for response in row["responses"]}
    assert len(story.ids) == 2 * ITEMS


def test_rows_can_be_browsed_and_read(admin: Page) -> None:
    admin.get_by_role("link", name=re.compile("^Rows")).click()
    table = admin.get_by_role("table", name=re.compile("^Rows of version"))
    expect(table.locator("tbody tr")).to_have_count(ITEMS)

    table.get_by_role("button", name=prompt_of(4)).click()

    record = admin.get_by_role("article", name=re.compile("^Record"))
    expect(record.get_by_text(chosen_of(4))).to_be_visible()
    expect(record.get_by_text(rejected_of(4))).to_be_visible()
    admin.keyboard.press("Escape")
    expect(table).to_be_visible()


def test_a_campaign_is_created_filled_and_shared_by_links(admin: Page, story: Story) -> None:
    open_area(admin, "Campaigns")
    admin.get_by_role("button", name="Create campaign").or_(
        admin.get_by_role("link", name="Create campaign")
    ).first.click()
    admin.get_by_label("Name", exact=True).fill("Which explains better?")
    expect(admin.get_by_role("radio", name="Pairwise, as in HH")).to_be_checked()
    questions = admin.get_by_role("list", name="Questions")
    questions.get_by_role("button", name=re.compile(r"Which is better\?.*required")).click()
    expect(admin.get_by_label("Scale")).to_have_value("7")
    expect(admin.get_by_label("Allow “about the same”")).to_be_checked()
    expect(admin.get_by_label("Allow “both bad”")).to_be_checked()
    expect(questions.get_by_role("button", name=re.compile(r"Why\?.*optional"))).to_be_visible()
    admin.get_by_label("Answers per item").fill("2")
    admin.get_by_role("button", name="Create campaign").click()
    expect(admin.get_by_role("heading", name="Which explains better?")).to_be_visible()
    story.campaign = number_in(r"/campaigns/(\d+)", admin)

    admin.get_by_role("button", name="Queue rows").click()
    admin.get_by_role("dialog").get_by_role("button", name=f"Queue {ITEMS} rows").click()
    expect(admin.get_by_text(f"{ITEMS} items added to the queue.")).to_be_visible(timeout=JOB)
    admin.get_by_role("button", name="Invite annotators").click()
    admin.get_by_label("Email addresses").fill(f"{ADA}\n{BO}")
    admin.get_by_role("button", name="Invite 2 people").click()

    dialog = admin.get_by_role("dialog", name="Invitation links")
    for email in (ADA, BO):
        line = dialog.get_by_role("listitem").filter(has_text=email)
        story.links[email] = line.get_by_text("/invitations/").inner_text().strip()
    dialog.get_by_role("button", name="Done").click()
    expect(admin.get_by_role("table", name="Annotators of this campaign").locator("tbody tr")).to_have_count(2)


@pytest.mark.parametrize("email", [ADA, BO])
def test_an_invited_annotator_sets_a_password_and_lands_on_labelling(
    people: Callable[..., Person], story: Story, email: str
) -> None:
    page = people(email, account=False).page
    page.goto(story.links[email])
    expect(page.get_by_role("heading", name="Join Arithmetic tutor")).to_be_visible()

    page.get_by_label("Your name").fill(email.partition("@")[0].title())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join project").click()

    expect(page.get_by_role("heading", name="Which explains better?")).to_be_visible()
    page.get_by_role("link", name="Start labelling").press("Enter")
    expect(page.get_by_role("region", name="Your verdict")).to_be_visible()


def test_labelling_needs_nothing_but_the_keyboard(
    people: Callable[..., Person], story: Story, answers: Callable[[str], dict[int, Any]]
) -> None:
    page = people(ADA).page
    keys = page.keyboard
    expected: dict[int, Any] = {}
    text: str | None = None
    skipped: int | None = None
    corrected: int | None = None

    for step in range(ITEMS):
        n = item_on_screen(page, other_than=text)
        text = prompt_of(n)
        if step == 2:
            # Enter without an answer says what is missing and stays
            keys.press("Enter")
            expect(page.get_by_text("Answer “Which is better?” first.")).to_be_visible()
            keys.press("x")
            expect(page.get_by_role("dialog", name="Skip this item")).to_be_visible()
            keys.press("1")
            skipped = n
            continue
        if step == 4:
            # The wrong answer first; after Enter one goes back, sees it, and corrects it
            keys.press("4" if OPINIONS[n] != 0 else "1")
            keys.press("Enter")
            expect(page.get_by_role("region", name="Prompt text")).not_to_have_text(text)
            keys.press("Control+z")
            expect(page.get_by_role("region", name="Prompt text")).to_have_text(text)
            expect(page.get_by_text("Correcting an earlier answer")).to_be_visible()
            expect(chosen_button(page)).to_have_count(1)
            corrected = n
        key = key_for(page, n)
        keys.press(key)
        expect(chosen_button(page)).to_have_attribute("aria-keyshortcuts", key)
        expected[n] = {"preference": answer_of(n, story)}
        if step % 3 == 0:
            keys.press("r")
            keys.type(f"Because of sum {n}: 1, 2 and x.")
            keys.press("Escape")
            expected[n]["reason"] = f"Because of sum {n}: 1, 2 and x."
        keys.press("Enter")

    # The skipped item comes back to nobody in particular; this person is done with the rest
    expect(page.get_by_role("heading", name="Nothing left for you here")).to_be_visible()
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()
    assert skipped is not None
    assert corrected in expected
    assert len(expected) == ITEMS - 1
    assert answers(ADA) == expected


def test_two_people_may_see_other_sides_and_still_mean_the_same(
    people: Callable[..., Person],
    story: Story,
    answers: Callable[[str], dict[int, Any]],
    rest: Callable[[str], Rest],
) -> None:
    page = people(BO).page
    text: str | None = None
    for _ in range(ITEMS):
        n = item_on_screen(page, other_than=text)
        text = prompt_of(n)
        page.keyboard.press(key_for(page, n))
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing left for you here")).to_be_visible()
    expect(page.get_by_text("Saved · 0 waiting to send")).to_be_visible()

    assert answers(BO) == {n: {"preference": answer_of(n, story)} for n in range(ITEMS)}
    verdicts = {n: answer["preference"] for n, answer in answers(ADA).items()}
    assert verdicts == {n: answers(BO)[n]["preference"] for n in verdicts}
    orders: dict[int, set[tuple[str, ...]]] = {}
    for row in rest(ADMIN).all(f"/api/campaigns/{story.campaign}/feedback/"):
        orders.setdefault(row["item"]["position"], set()).add(tuple(row["shown_order"]))
    first = {next(iter(shown_orders))[0] for shown_orders in orders.values()}
    assert any(len(shown_orders) == 2 for shown_orders in orders.values()) or len(first) > 1


def test_votes_fold_into_a_version_and_quality_is_plain(admin: Page, story: Story) -> None:
    admin.goto(f"/projects/{story.project}/campaigns/{story.campaign}?tab=quality")
    expect(admin.get_by_role("table", name="Quality by annotator").locator("tbody tr")).to_have_count(2)
    expect(admin.get_by_text("100 %").or_(admin.get_by_text("100%")).first).to_be_visible()

    admin.get_by_role("button", name="Fold votes into a new version").click()
    admin.get_by_role("link", name=re.compile(r"Look at version \d of the dataset")).click(timeout=JOB)

    expect(admin.get_by_role("table", name=re.compile("^Rows of version")).locator("tbody tr")).to_have_count(ITEMS)


def test_a_recipe_shows_its_funnel_and_is_frozen(admin: Page, story: Story) -> None:
    open_area(admin, "Recipes")
    admin.get_by_role("button", name="Create recipe").click()
    funnel = admin.get_by_role("table", name="Pairs kept by each step")
    expect(funnel.get_by_role("row").first).to_contain_text(str(ITEMS))
    expect(funnel.get_by_text("1 tie", exact=False).or_(admin.get_by_text("dropped")).first).to_be_visible()
    # Ties and both bad are out
    expect(admin.get_by_text(f"{ITEMS - 2} pairs kept, 2 dropped, 0 set aside for review.")).to_be_visible()

    admin.get_by_label("At least").fill("2")
    expect(admin.get_by_text(f"{ITEMS - 4} pairs kept, 4 dropped, 0 set aside for review.")).to_be_visible()
    expect(admin.get_by_text("Not saved")).to_be_visible()
    admin.keyboard.press("Control+s")
    expect(admin.get_by_text("Not saved")).to_have_count(0)
    story.recipe = admin.url
    admin.get_by_role("button", name="Freeze snapshot").click()
    dialog = admin.get_by_role("dialog", name="Freeze snapshot")
    dialog.get_by_label("Held out for testing, %").fill("20")
    dialog.get_by_role("button", name="Freeze snapshot").click()
    admin.get_by_role("link", name="Look at the snapshot").click(timeout=JOB)

    expect(admin.get_by_role("tab", name="Pairs")).to_be_visible()
    expect(admin.locator("dl").first).to_contain_text(f"Kept{ITEMS - 4}")
    story.snapshot = admin.url


def test_the_snapshot_is_exported_for_both_trainers(admin: Page) -> None:
    admin.get_by_role("tab", name="Exports").click()
    for count, name in enumerate(("TRL reward pairs with margins", "TRL preference pairs"), start=1):
        admin.keyboard.press("e")
        admin.get_by_role("radio", name=name).check()
        admin.get_by_role("button", name="Write export").click()
        expect(admin.get_by_role("link", name="Train on this export")).to_have_count(count, timeout=JOB)

    with admin.expect_download() as download:
        admin.get_by_role("row").filter(has_text="train.jsonl").first.get_by_role("link").click()
    rows = [json.loads(line) for line in Path(download.value.path()).read_text().splitlines()]
    assert {"prompt", "chosen", "rejected"} <= set(rows[0])


@pytest.mark.parametrize(("title", "kind"), [("TRL reward pairs", "reward"), ("TRL preference pairs", "dpo")])
def test_a_run_draws_curves_and_registers_its_model(admin: Page, story: Story, title: str, kind: str) -> None:
    admin.goto(f"{story.snapshot}?tab=exports")
    export = admin.get_by_role("region", name=re.compile(rf"^Export \d+: {title}"))
    export.get_by_role("link", name="Train on this export").click()
    admin.get_by_label("Base model").select_option("tiny-llama")
    admin.get_by_label("Name", exact=False).fill(f"First {kind}")
    admin.get_by_label("Steps", exact=True).fill("3")
    admin.get_by_label("Batch size").fill("2")
    admin.get_by_label("Longest row, tokens").fill("128")
    admin.get_by_role("button", name="Start run").click()

    model = admin.get_by_role("link", name="Look at the model")
    expect(model).to_be_visible(timeout=RUN)
    expect(admin.locator(".uplot").first).to_be_visible()
    story.runs.append(admin.url)
    model.click()
    expect(admin.get_by_role("heading", name=re.compile(f"First {kind} v1"))).to_be_visible()
    if kind == "reward":
        story.model = admin.url


def test_the_reward_model_scores_the_version_and_the_recipe_filters_by_margin(admin: Page, story: Story) -> None:
    admin.goto(f"/projects/{story.project}/datasets/{story.dataset}/signals")
    admin.get_by_role("button", name="Compute a signal").first.click()
    dialog = admin.get_by_role("dialog", name="Compute a signal")
    dialog.get_by_role("radio", name="Reward model", exact=True).check(force=True)
    dialog.get_by_label("Model", exact=True).select_option(index=1)
    dialog.get_by_role("button", name="Compute Reward model").click()
    row = admin.get_by_role("table", name="Signals").locator("tbody tr")
    expect(row).to_contain_text("Ready", timeout=RUN)
    expect(row.get_by_role("cell").nth(3)).to_have_text(str(2 * ITEMS))

    admin.goto(story.recipe)
    admin.get_by_role("button", name="Add step").click()
    admin.get_by_role("menuitem", name="Margin of a signal").click()
    admin.get_by_label("Signal", exact=True).select_option(label="Score by First reward v1")
    admin.get_by_label("Margin from").fill("100")
    expect(admin.get_by_text(re.compile(r"^0 pairs kept, 10 dropped"))).to_be_visible()
    admin.get_by_label("Margin from").fill("-100")
    expect(admin.get_by_text(f"{ITEMS - 4} pairs kept, 4 dropped, 0 set aside for review.")).to_be_visible()
    admin.keyboard.press("Control+s")
    expect(admin.get_by_text("Not saved")).to_have_count(0)


@pytest.fixture
def themed(admin: Page) -> Iterator[Callable[[str], None]]:
    yield lambda theme: admin.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    admin.emulate_media(color_scheme="light")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible(
    admin: Page, story: Story, themed: Callable[[str], None], rest: Callable[[str], Rest], theme: str
) -> None:
    project = f"/projects/{story.project}"
    rest(ADMIN).post(f"/api/campaigns/{story.campaign}/annotators/", {"emails": [ADMIN]})
    themed(theme)
    for address in (
        project,
        f"{project}/datasets",
        f"{project}/datasets/{story.dataset}/rows",
        f"{project}/datasets/{story.dataset}/imports",
        f"{project}/datasets/{story.dataset}/signals",
        f"{project}/campaigns/{story.campaign}",
        f"{project}/campaigns/{story.campaign}?tab=quality",
        "/annotate",
        story.recipe,
        story.snapshot,
        f"{story.snapshot}?tab=exports",
        story.runs[0],
        story.model,
        f"{project}/jobs",
    ):
        admin.goto(address)
        admin.wait_for_load_state("networkidle")
        expect(admin.get_by_role("heading", level=1)).to_be_visible()
        assert_accessible(admin)
