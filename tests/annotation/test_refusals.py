"""Whatever is wrong with an answer sent over the API: a sentence, and not a row is written or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import Campaign, CampaignAnnotator, Feedback, Item, Lease, Vote
from annotation.services.campaigns import campaign_update
from annotation.services.leasing import leases_expire
from annotation.services.queueing import items_enqueue
from tests.annotation.conftest import item_row
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db

FIRST, SECOND = "Tides 👩‍👩‍👧 follow the moon.\n\nMostly.", "Tides follow it."
UNKNOWN = "f" * 32
QUESTIONS: list[dict[str, Any]] = [
    {"name": "pair", "type": "pairwise"},
    {"name": "rank", "type": "ranking"},
    {"name": "rate", "type": "ratings", "aspects": [{"name": "a"}]},
    {"name": "marks", "type": "spans", "categories": [{"name": "odd"}], "required": False},
    {
        "name": "why",
        "type": "rationale",
        "required_if": [{"question": "pair", "fact": "strength", "test": "at_least", "value": 3}],
    },
    {"name": "fix", "type": "edit"},
    {"name": "thumb", "type": "thumbs", "required": False},
    {"name": "chain", "type": "steps", "required": False},
    {"name": "kind", "type": "choice", "options": [{"value": "x"}, {"value": "y"}]},
    {
        "name": "note",
        "type": "text",
        "show_if": [{"question": "kind", "fact": "chosen", "test": "includes", "value": "y"}],
    },
]
Held = dict[str, Any]


@pytest.fixture
def campaign(make_campaign: Callable[..., Campaign]) -> Campaign:
    """One item for one person, and one more that nobody touches."""
    made = make_campaign(questions=QUESTIONS, overlap=1)
    rows = [item_row(number, responses=[FIRST, f"{SECOND}{number}"]) for number in range(2)]
    assert items_enqueue(campaign_id=made.pk, rows=rows, source_version_id=None).added == 2
    return made


@pytest.fixture
def held(campaign: Campaign, ann_client: APIClient) -> Held:
    return take(ann_client, campaign)


def take(client: APIClient, campaign: Campaign) -> Held:
    return client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()


def submit(client: APIClient, held: Held, answers: Any, **more: Any) -> Any:
    return client.post(f"/api/leases/{held['lease']['id']}/submit/", {"answers": answers, **more})


def ids_of(held: Held) -> tuple[str, str]:
    """The ids of the first text and of the second one, wherever they are shown."""
    ids = {response["content"]: response["response_id"] for response in held["item"]["responses"]}
    first = ids.pop(FIRST)
    return first, ids.popitem()[1]


def good(held: Held) -> dict[str, Any]:
    first, second = ids_of(held)
    return {
        "pair": {"better": first, "strength": 1},
        "rank": {"ranks": {first: 1, second: 2}},
        "rate": {first: {"a": 5}, second: {"a": 1}},
        "kind": "x",
    }


def everything() -> list[Any]:
    """Every row that answering could touch, whole."""
    tables: tuple[Any, ...] = (Feedback, Vote, Lease, Item, CampaignAnnotator)
    return [list(table.objects.order_by("id").values()) for table in tables]


def assert_refused(response: Any, status: int, before: list[Any], *fields: str) -> dict[str, Any]:
    """A 4xx of this status with a sentence, about exactly these fields, and nothing in the tables has changed."""
    body = response.json()
    assert response.status_code == status, body
    assert body["message"].endswith(".")
    assert set(body.get("fields") or {}) == set(fields)
    assert everything() == before
    return dict(body)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def mark(target: str, start: int, end: int, quote: str) -> dict[str, Any]:
    given = {"target": target, "start": start, "end": end, "quote": quote, "category": "odd"}
    return {"sha256": {target: sha256(FIRST)}, "marks": [given]}


def link(target: str, start: int, end: int, quote: str) -> dict[str, Any]:
    return {
        "text": "So.",
        "links": [{"start": 0, "end": 2, "target": target, "from": start, "to": end, "quote": quote}],
    }


WRONG: dict[str, list[Callable[[str, str], Any]]] = {
    "pair": [
        lambda first, second: first,
        lambda first, second: {"better": UNKNOWN, "strength": 1},
        lambda first, second: {"better": first, "strength": 4},
        lambda first, second: {"better": first, "strength": "1"},
        lambda first, second: {"outcome": "tie", "strength": 0},
    ],
    "rank": [
        lambda first, second: [first, second],
        lambda first, second: {"ranks": {first: 1, UNKNOWN: 2}},
        lambda first, second: {"ranks": {first: 1, second: 2, UNKNOWN: 3}},
        lambda first, second: {"ranks": {first: 1}},
        lambda first, second: {"ranks": {first: 1, second: 2.5}},
        lambda first, second: {"ranks": {first: 1, second: 10**30}},
        lambda first, second: {"ranks": {first: -1, second: 2}},
    ],
    "rate": [
        lambda first, second: 5,
        lambda first, second: {first: {"a": 5}},
        lambda first, second: {first: {"a": 5}, second: {"a": 6}},
        lambda first, second: {first: {"a": 5}, second: {"b": 5}},
        lambda first, second: {first: {"a": 5}, second: {"a": 5}, UNKNOWN: {"a": 5}},
    ],
    "marks": [
        lambda first, second: [],
        lambda first, second: mark(first, 33, 39, "Mostly"),
        lambda first, second: mark(first, 0, 1000, FIRST),
        lambda first, second: mark(first, len(FIRST), len(FIRST) + 1, ""),
        lambda first, second: mark(first, -5, 5, "Tides"),
        lambda first, second: mark(first, 6, 7, "👩"),
        lambda first, second: mark(first, 6, 9, "👩‍👩"),
        lambda first, second: mark(first, 7, 11, "\u200d👩‍👧"),
        lambda first, second: mark(first, 0, 4, "Tide"),
        lambda first, second: mark(first, 0, 6, "Tides "),
        lambda first, second: mark(first, 12, 12, ""),
        lambda first, second: mark("turn:0", 0, 4, "What"),
        lambda first, second: mark(UNKNOWN, 0, 5, "Tides"),
        lambda first, second: {**mark(first, 0, 5, "Tides"), "sha256": {first: sha256(SECOND)}},
        lambda first, second: {**mark(first, 0, 5, "Tides"), "no_error": [first]},
        lambda first, second: {"no_error": [UNKNOWN]},
    ],
    "why": [
        lambda first, second: "So.",
        lambda first, second: {"text": ""},
        lambda first, second: {"text": "So.", "reasons": ["x"]},
        lambda first, second: link(first, 7, 11, "\u200d👩‍👧"),
        lambda first, second: link(first, 0, 1000, FIRST),
        lambda first, second: link(first, 0, 5, "tides"),
        lambda first, second: link(UNKNOWN, 0, 5, "Tides"),
    ],
    "fix": [
        lambda first, second: {"edits": []},
        lambda first, second: {"edits": [{"response": UNKNOWN, "text": "So."}]},
        lambda first, second: {"edits": [{"response": first, "text": FIRST}]},
        lambda first, second: {"edits": [{"response": first, "text": 5}]},
    ],
    "thumb": [lambda first, second: "up", lambda first, second: {first: True}, lambda first, second: {UNKNOWN: "up"}],
    "chain": [
        lambda first, second: {first: {"labels": ["good"]}},
        lambda first, second: {first: {"labels": ["good", "bad"], "first_error": 2}},
        lambda first, second: {first: {"labels": ["bad", "good"], "first_error": "none"}},
        lambda first, second: {UNKNOWN: {"labels": []}},
    ],
    "kind": [lambda first, second: "z", lambda first, second: ["x"], lambda first, second: {"item": "x"}],
    "note": [lambda first, second: "Not asked after x.", lambda first, second: ["y"]],
}


@pytest.mark.parametrize(
    ("question", "wrong"),
    [pytest.param(name, wrong, id=f"{name}-{n}") for name, each in WRONG.items() for n, wrong in enumerate(each)],
)
def test_a_wrong_answer(held: Held, ann_client: APIClient, question: str, wrong: Callable[[str, str], Any]) -> None:
    before = everything()
    answers = {**good(held), question: wrong(*ids_of(held))}

    assert_refused(submit(ann_client, held, answers), 400, before, f"answers.{question}")

    assert submit(ann_client, held, good(held)).status_code == 201
    assert (Feedback.objects.count(), Vote.objects.count(), Lease.objects.get().state) == (1, 2, "submitted")


def test_all_that_is_wrong_is_said_at_once(held: Held, ann_client: APIClient) -> None:
    before = everything()
    answers = {"pair": 1, "rank": None, "kind": "z", "mood": "fine"}

    body = assert_refused(
        submit(ann_client, held, answers),
        400,
        before,
        *(f"answers.{name}" for name in ("pair", "rank", "rate", "kind", "mood")),
    )

    assert body["fields"]["answers.mood"] == ["The form has no question of this name."]
    assert body["fields"]["answers.rank"] == ["“rank” needs an answer."]


def test_a_question_that_is_not_asked(held: Held, ann_client: APIClient) -> None:
    before = everything()

    body = assert_refused(submit(ann_client, held, {**good(held), "note": "Why?"}), 400, before, "answers.note")

    assert body["fields"] == {"answers.note": ["After the answers before it, this question is not asked."]}
    assert submit(ann_client, held, {**good(held), "kind": "y", "note": "Why?"}).status_code == 201


def test_an_answer_that_others_made_necessary(held: Held, ann_client: APIClient) -> None:
    before = everything()
    answers = good(held)
    answers["pair"]["strength"] = 3

    body = assert_refused(submit(ann_client, held, answers), 400, before, "answers.why")

    assert body["fields"] == {"answers.why": ["“why” needs an answer."]}


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        "{",
        '{"answers": [1]}',
        '{"answers": {}}',
        '{"answers": {"pair": NaN}}',
        '{"answers": {"pair": "\\ud800"}}',
        '{"answers": {"\\udfff": 1}}',
        '{"answers": {"a\\u0000b": 1}}',
        '{"answers": {"pair": 1e999}}',
        '{"answers": {"pair": ' + "[" * 100_000 + "]" * 100_000 + "}}",
        '{"answers": {"pair": ' + "9" * 5000 + "}}",
        '{"answers": {}, "form_version": "1"}',
        '{"answers": {}, "form_version": true}',
        '{"answers": {}, "form_version": -1}',
        '{"answers": {}, "duration_ms": 1.5}',
        '{"answers": {}, "reading": []}',
    ],
    ids=lambda body: body[:40],
)
def test_a_body_that_is_no_answer(held: Held, ann_client: APIClient, body: str) -> None:
    before = everything()

    refused = ann_client.generic(
        "POST", f"/api/leases/{held['lease']['id']}/submit/", body, content_type="application/json"
    )

    assert refused.status_code == 400
    assert refused.json()["message"]
    assert everything() == before


def test_another_version_of_the_form(held: Held, ann_client: APIClient) -> None:
    before = everything()
    for version in (held["form"]["id"] + 1, 2**62):
        body = assert_refused(submit(ann_client, held, good(held), form_version=version), 409, before)
        assert body["type"] == "stale_form"

    assert submit(ann_client, held, good(held), form_version=held["form"]["id"]).status_code == 201


def test_a_second_submit(held: Held, ann_client: APIClient) -> None:
    assert submit(ann_client, held, good(held)).status_code == 201
    before = everything()
    assert [len(rows) for rows in before[:3]] == [1, 2, 1]

    for answers in (good(held), {"pair": 1}):
        status = 409 if answers == good(held) else 400
        refused = submit(ann_client, held, answers)
        assert refused.status_code == status
        assert everything() == before


def test_somebody_elses_lease(held: Held, bob_client: APIClient) -> None:
    before = everything()
    assert_refused(submit(bob_client, held, good(held)), 404, before)


def test_a_lease_that_never_was(held: Held, ann_client: APIClient) -> None:
    before = everything()
    assert_refused(submit(ann_client, {"lease": {"id": held["lease"]["id"] + 1}}, good(held)), 404, before)


def test_nobody_in_particular(held: Held) -> None:
    before = everything()
    refused = APIClient().post(f"/api/leases/{held['lease']['id']}/submit/", {"answers": good(held)})
    assert refused.status_code in (401, 403)
    assert everything() == before


def test_a_lease_that_ran_out_and_whose_item_is_taken(
    campaign: Campaign, held: Held, ann_client: APIClient, bob_client: APIClient
) -> None:
    Lease.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert leases_expire() == 1
    taken = take(bob_client, campaign)
    assert taken["item"]["id"] == held["item"]["id"]
    before = everything()

    assert_refused(submit(ann_client, held, good(held)), 410, before)
    assert submit(bob_client, taken, good(taken)).status_code == 201
    before = everything()
    assert_refused(submit(ann_client, held, good(held)), 410, before)


@pytest.mark.parametrize("ending", ["skip", "release"])
def test_a_lease_that_was_given_back(held: Held, ann_client: APIClient, ending: str) -> None:
    ann_client.post(f"/api/leases/{held['lease']['id']}/{ending}/", {})
    before = everything()
    assert_refused(submit(ann_client, held, good(held)), 409, before)


def test_a_campaign_that_is_over(campaign: Campaign, held: Held, ann_client: APIClient) -> None:
    campaign_update(campaign_id=campaign.pk, state="finished")
    before = everything()
    assert_refused(submit(ann_client, held, good(held)), 409, before)


def test_a_person_who_was_taken_off(held: Held, ann: User, ann_client: APIClient) -> None:
    CampaignAnnotator.objects.filter(user=ann).update(active=False)
    before = everything()
    assert_refused(submit(ann_client, held, good(held)), 403, before)


class TestRevision:
    @pytest.fixture
    def given(self, held: Held, ann_client: APIClient) -> int:
        return int(submit(ann_client, held, good(held)).json()["feedback"]["id"])

    @pytest.mark.parametrize(
        ("question", "wrong"),
        [pytest.param(name, each[0], id=name) for name, each in WRONG.items()],
    )
    def test_a_wrong_answer(
        self, held: Held, given: int, ann_client: APIClient, question: str, wrong: Callable[[str, str], Any]
    ) -> None:
        before = everything()
        answers = {**good(held), question: wrong(*ids_of(held))}

        refused = ann_client.post(f"/api/feedback/{given}/revise/", {"answers": answers})

        assert_refused(refused, 400, before, f"answers.{question}")

    def test_another_version_of_the_form(self, held: Held, given: int, ann_client: APIClient) -> None:
        before = everything()
        url = f"/api/feedback/{given}/revise/"
        refused = ann_client.post(url, {"answers": good(held), "form_version": held["form"]["id"] + 1})
        assert assert_refused(refused, 409, before)["type"] == "stale_form"

    def test_somebody_elses_feedback(self, held: Held, given: int, bob_client: APIClient) -> None:
        before = everything()
        assert_refused(bob_client.post(f"/api/feedback/{given}/revise/", {"answers": good(held)}), 404, before)

    def test_an_old_revision(self, held: Held, given: int, ann_client: APIClient) -> None:
        answers = {**good(held), "pair": {"outcome": "tie"}}
        assert ann_client.post(f"/api/feedback/{given}/revise/", {"answers": answers}).status_code == 201
        before = everything()
        assert [len(rows) for rows in before[:3]] == [2, 4, 1]

        assert_refused(ann_client.post(f"/api/feedback/{given}/revise/", {"answers": answers}), 409, before)
