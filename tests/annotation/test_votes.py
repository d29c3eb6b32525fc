"""The votes that count now, as curation reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign
from annotation.selectors.votes import current_votes, feedback_high_mark, label_of
from annotation.services.queueing import items_enqueue
from tests.annotation.conftest import item_row, prefers
from webapp.accounts.models import User
from webapp.store.canonical import Label

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(
    make_campaign: Callable[..., Campaign],
    enqueue: Callable[..., Any],
    make_member: Callable[..., User],
    assign: Callable[..., Any],
    client_of: Callable[..., APIClient],
    answer: Callable[..., Any],
) -> tuple[Campaign, list[dict[str, Any]], list[APIClient]]:
    """Three items of version 41 and one of 42, each answered by two people."""
    campaign = make_campaign(overlap=2)
    enqueue(campaign, 3)
    items_enqueue(campaign_id=campaign.pk, rows=[item_row(3)], source_version_id=42)
    clients = []
    for number in range(2):
        user = make_member("annotator", f"p{number}@example.org")
        assign(campaign, user)
        clients.append(client_of(user))
    return campaign, [answer(client, campaign) for client in clients for _ in range(4)], clients


def test_one_vote_a_person_and_item_in_order_of_record(answered: Any) -> None:
    campaign, _, _ = answered

    votes = list(current_votes(campaign_id=campaign.pk, chunk=3))

    assert len(votes) == 8
    assert [(vote.record_id, vote.annotator_id) for vote in votes] == sorted(
        (vote.record_id, vote.annotator_id) for vote in votes
    )
    assert all(vote.a < vote.b and vote.steps == 7 and vote.revision == 1 for vote in votes)


def test_can_be_narrowed(answered: Any) -> None:
    campaign, _, _ = answered
    record = item_row(1).record_id

    assert {v.record_id for v in current_votes(campaign_id=campaign.pk, source_version_id=42)} == {
        item_row(3).record_id
    }
    assert len(list(current_votes(campaign_id=campaign.pk, record_ids=[record, "f" * 32]))) == 2
    assert list(current_votes(campaign_id=campaign.pk, record_ids=[])) == []


def test_a_revision_replaces_and_a_mark_keeps_what_was_before(answered: Any) -> None:
    campaign, given, clients = answered
    mark = feedback_high_mark(campaign.pk)
    assert mark == max(row["id"] for row in given)
    before = list(current_votes(campaign_id=campaign.pk, up_to=mark))
    answers = {"preference": {"outcome": "tie"}}
    assert clients[0].post(f"/api/feedback/{given[0]['id']}/revise/", {"answers": answers}).status_code == 201

    now = list(current_votes(campaign_id=campaign.pk))

    assert len(now) == len(before) == 8
    changed = [vote for vote in now if vote.revision == 2]
    assert [(vote.outcome, vote.value) for vote in changed] == [("tie", 0)]
    assert list(current_votes(campaign_id=campaign.pk, up_to=mark)) == before


def test_labels_of_votes(answered: Any) -> None:
    campaign, given, _ = answered
    vote = next(v for v in current_votes(campaign_id=campaign.pk) if v.feedback_id == given[0]["id"])
    better = prefers(given[0]["payload"])["preference"]["better"]

    label = label_of(vote, campaign_id=campaign.pk)

    assert label == Label(
        a=vote.a,
        b=vote.b,
        value=2 if better == vote.b else -2,
        outcome="preference",
        source="human",
        strength=2.0,
        aspect=None,
        annotator=f"user:{vote.annotator_id}",
        origin=f"campaign:{campaign.pk}",
    )
    robots = vote._replace(is_simulated=True, outcome="both_bad", value=None, strength=None)
    assert label_of(robots, campaign_id=campaign.pk).annotator == f"simulated:{vote.annotator_id}"
    assert label_of(robots, campaign_id=campaign.pk).strength is None


def test_an_empty_campaign(campaign: Campaign) -> None:
    assert feedback_high_mark(campaign.pk) == 0
    assert list(current_votes(campaign_id=campaign.pk)) == []
