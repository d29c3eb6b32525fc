"""POST /api/leases/{id}/submit/"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import Campaign, CampaignAnnotator, Feedback, Item, Lease, Vote
from annotation.services.campaigns import campaign_update
from annotation.services.leasing import leases_expire
from tests.annotation.conftest import prefers
from webapp.accounts.models import User
from webapp.projects.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient) -> dict[str, Any]:
    """What `next` gave to Ann."""
    enqueue(campaign, 2)
    return ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()


def submit(client: APIClient, lease: dict[str, Any] | int, answers: Any, **extra: Any) -> Any:
    pk = lease if isinstance(lease, int) else lease["lease"]["id"]
    return client.post(f"/api/leases/{pk}/submit/", {"answers": answers, **extra})


def nothing_was_stored() -> bool:
    return Feedback.objects.count() == 0 and Vote.objects.count() == 0 and Item.objects.get(position=0).done_count == 0


def test_stores_feedback_and_vote(held: dict[str, Any], ann: User, ann_client: APIClient) -> None:
    answers = {**prefers(held, 1, strength=3), "reason": " Clearer. "}

    done = submit(ann_client, held, answers, duration_ms=9000, active_ms=7000)

    assert done.status_code == 201
    feedback = Feedback.objects.get()
    assert done.json()["feedback"] == {
        "id": feedback.pk,
        "revision": 1,
        "item": held["item"]["id"],
        "created_at": done.json()["feedback"]["created_at"],
    }
    assert feedback.answers == answers
    assert feedback.shown_order == [response["response_id"] for response in held["item"]["responses"]]
    assert (feedback.annotator_id, feedback.lease_id, feedback.guidelines_version) == (ann.pk, held["lease"]["id"], 1)
    assert (feedback.duration_ms, feedback.active_ms) == (9000, 7000)
    vote = Vote.objects.get()
    better = answers["preference"]["better"]
    assert (vote.a, vote.b) == tuple(sorted(feedback.shown_order))
    assert vote.value == (3 if better == vote.b else -3)
    assert (vote.outcome, vote.strength, vote.steps, vote.question) == ("preference", 3, 7, "preference")
    lease = Lease.objects.get()
    assert (lease.state, lease.slot) == ("submitted", None)
    item = Item.objects.get(position=0)
    assert (item.open_slots, item.done_count) == (0, 1)


@pytest.mark.parametrize(("outcome", "value"), [("tie", 0), ("both_bad", None)])
def test_ties_and_both_bad(held: dict[str, Any], ann_client: APIClient, outcome: str, value: int | None) -> None:
    assert submit(ann_client, held, {"preference": {"outcome": outcome}}).status_code == 201

    vote = Vote.objects.get()
    assert (vote.outcome, vote.value, vote.strength) == (outcome, value, value)


def test_a_loop_takes_five_statements(campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient) -> None:
    """Next and submit, with authentication: Label Studio needs 107 for the same."""
    enqueue(campaign, 2)
    with CaptureQueriesContext(connection) as captured:
        held = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        assert submit(ann_client, held, prefers(held)).status_code == 201

    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 5


def test_a_second_submit_is_refused(held: dict[str, Any], ann_client: APIClient) -> None:
    submit(ann_client, held, prefers(held))

    again = submit(ann_client, held, prefers(held, 1))

    assert again.status_code == 409
    assert "submitted this item already" in again.json()["message"]
    assert Feedback.objects.count() == 1
    assert Vote.objects.count() == 1
    assert Item.objects.get(position=0).done_count == 1


def test_a_retry_with_its_key_is_answered_again(held: dict[str, Any], ann_client: APIClient) -> None:
    body = {"answers": prefers(held)}
    url = f"/api/leases/{held['lease']['id']}/submit/"
    first = ann_client.post(url, body, headers={"Idempotency-Key": "k1"})
    second = ann_client.post(url, body, headers={"Idempotency-Key": "k1"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Feedback.objects.count() == 1


def test_nobody_submits_for_somebody_else(held: dict[str, Any], bob_client: APIClient) -> None:
    refused = submit(bob_client, held, prefers(held))

    assert refused.status_code == 404
    assert Lease.objects.get().state == "active"
    assert nothing_was_stored()


def test_an_unknown_lease_is_404(ann_client: APIClient) -> None:
    assert submit(ann_client, 999_999, {"preference": {"outcome": "tie"}}).status_code == 404


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (None, "answers"),
        ([], "answers"),
        ({}, "answers.preference"),
        ({"preference": None}, "answers.preference"),
        ({"preference": {"better": "f" * 32, "strength": 1}}, "answers.preference"),
        ({"preference": {"better": ["x"], "strength": 1}}, "answers.preference"),
        ({"preference": {"outcome": "sideways"}}, "answers.preference"),
        ({"preference": {"outcome": "tie", "strength": 1}}, "answers.preference"),
        ({"preference": {"outcome": "tie"}, "colour": "red"}, "answers.colour"),
        ({"preference": {"outcome": "tie"}, "reason": 5}, "answers.reason"),
        ({"preference": {"outcome": "tie"}, "reason": "x" * 4001}, "answers.reason"),
        ({"preference": {"outcome": "tie"}, "reason": "a\0b"}, "answers.reason"),
    ],
)
def test_answers_that_do_not_fit_are_refused(
    held: dict[str, Any], ann_client: APIClient, answers: Any, field: str
) -> None:
    refused = submit(ann_client, held, answers)

    assert refused.status_code == 400
    assert field in refused.json()["fields"]
    assert Lease.objects.get().state == "active"
    assert nothing_was_stored()


@pytest.mark.parametrize("strength", [0, 4, 1.5, True, "1", None])
def test_strengths_off_the_scale_are_refused(held: dict[str, Any], ann_client: APIClient, strength: Any) -> None:
    better = held["item"]["responses"][0]["response_id"]

    assert submit(ann_client, held, {"preference": {"better": better, "strength": strength}}).status_code == 400
    assert nothing_was_stored()


@pytest.mark.parametrize("duration", [-1, "1", 1.5, True, 10**12])
def test_durations_that_cannot_be_are_refused(held: dict[str, Any], ann_client: APIClient, duration: Any) -> None:
    refused = submit(ann_client, held, prefers(held), duration_ms=duration)

    assert refused.status_code == 400
    assert nothing_was_stored()


def test_active_time_never_exceeds_the_duration(held: dict[str, Any], ann_client: APIClient) -> None:
    submit(ann_client, held, prefers(held), duration_ms=1000, active_ms=1004)

    assert Feedback.objects.get().active_ms == 1000


def test_an_expired_lease_nobody_took_back_is_accepted(held: dict[str, Any], ann_client: APIClient) -> None:
    Lease.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    assert submit(ann_client, held, prefers(held)).status_code == 201
    assert Item.objects.get(position=0).open_slots == 0


def test_a_late_answer_takes_a_slot_that_is_still_free(held: dict[str, Any], ann_client: APIClient) -> None:
    Lease.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert leases_expire() == 1
    assert Item.objects.get(position=0).open_slots == 1

    assert submit(ann_client, held, prefers(held)).status_code == 201
    item = Item.objects.get(position=0)
    assert (item.open_slots, item.done_count) == (0, 1)


def test_a_late_answer_to_an_item_others_took_is_gone(
    campaign: Campaign, held: dict[str, Any], ann_client: APIClient, bob_client: APIClient
) -> None:
    Lease.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    leases_expire()
    taken = bob_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
    assert taken["item"]["id"] == held["item"]["id"]

    refused = submit(ann_client, held, prefers(held))

    assert refused.status_code == 410
    assert nothing_was_stored()
    assert submit(bob_client, taken, prefers(taken)).status_code == 201


def test_a_late_answer_after_taking_the_item_again_is_gone(
    campaign: Campaign, held: dict[str, Any], ann_client: APIClient
) -> None:
    campaign_update(campaign_id=campaign.pk, overlap=2)
    Lease.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    leases_expire()
    again = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
    assert again["item"]["id"] == held["item"]["id"]

    assert submit(ann_client, held, prefers(held)).status_code == 410
    assert submit(ann_client, again, prefers(again)).status_code == 201
    assert Item.objects.get(position=0).open_slots == 1


@pytest.mark.parametrize("ending", ["skip", "release"])
def test_an_item_given_back_takes_no_answer(held: dict[str, Any], ann_client: APIClient, ending: str) -> None:
    ann_client.post(f"/api/leases/{held['lease']['id']}/{ending}/", {})

    assert submit(ann_client, held, prefers(held)).status_code == 409
    assert nothing_was_stored()


def test_a_paused_campaign_takes_what_is_held(campaign: Campaign, held: dict[str, Any], ann_client: APIClient) -> None:
    campaign_update(campaign_id=campaign.pk, state="paused")

    assert submit(ann_client, held, prefers(held)).status_code == 201


def test_a_finished_campaign_takes_no_more(campaign: Campaign, held: dict[str, Any], ann_client: APIClient) -> None:
    campaign_update(campaign_id=campaign.pk, state="finished")

    assert submit(ann_client, held, prefers(held)).status_code == 409
    assert nothing_was_stored()


def test_people_who_were_taken_off_are_refused(held: dict[str, Any], ann: User, ann_client: APIClient) -> None:
    CampaignAnnotator.objects.filter(user=ann).update(active=False)
    assert submit(ann_client, held, prefers(held)).status_code == 403
    Membership.objects.filter(user=ann).delete()
    assert submit(ann_client, held, prefers(held)).status_code == 404
    assert nothing_was_stored()


def test_feedback_names_the_guidelines_its_item_was_given_under(
    campaign: Campaign, held: dict[str, Any], ann_client: APIClient
) -> None:
    campaign_update(campaign_id=campaign.pk, guidelines="Prefer the shorter answer.")
    submit(ann_client, held, prefers(held))

    assert Feedback.objects.get().guidelines_version == 1
