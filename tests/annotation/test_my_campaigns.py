"""GET /api/my/campaigns/: what is left for me, how I am doing, and how far the team is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import Campaign
from webapp.accounts.models import User
from webapp.projects.models import Membership, Project

pytestmark = pytest.mark.django_db


def test_what_is_left_counts_what_i_hold_and_not_what_i_did(
    make_campaign: Callable[..., Campaign],
    enqueue: Callable[..., Any],
    make_member: Callable[..., User],
    assign: Callable[..., Any],
    client_of: Callable[..., APIClient],
    answer: Callable[..., Any],
    project: Project,
) -> None:
    campaign = make_campaign(overlap=2, guidelines="Read both.")
    enqueue(campaign, 5)
    make_campaign(name="Not mine")
    done = make_campaign(name="Over", overlap=1)
    user = make_member("annotator")
    assign(campaign, user)
    assign(done, user)
    Campaign.objects.filter(pk=done.pk).update(state="finished")
    client = client_of(user)
    answer(client, campaign)
    skipped = client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()["lease"]["id"]
    client.post(f"/api/leases/{skipped}/skip/", {})
    client.post(f"/api/campaigns/{campaign.pk}/next/", {})

    (mine,) = client.get("/api/my/campaigns/").json()["results"]

    assert mine == {
        "id": campaign.pk,
        "name": "Round one",
        "project": {"id": project.pk, "name": project.name},
        "state": "active",
        "my_done": 1,
        "my_today": 1,
        "my_median_active_ms": 8000,
        "remaining_for_me": 3,
        "items": 5,
        "completed_items": 0,
        "guidelines": "Read both.",
        "guidelines_version": 1,
        "guidelines_examples": [],
        "principles": [],
    }


def test_the_team_is_counted_and_nobody_named(
    make_campaign: Callable[..., Campaign],
    enqueue: Callable[..., Any],
    make_member: Callable[..., User],
    assign: Callable[..., Any],
    client_of: Callable[..., APIClient],
    answer: Callable[..., Any],
) -> None:
    campaign = make_campaign(overlap=2)
    enqueue(campaign, 3)
    people = [make_member("annotator", f"p{number}@example.org") for number in range(2)]
    for user in people:
        assign(campaign, user)
    first, second = (client_of(user) for user in people)
    for client, items in ((first, 3), (second, 1)):
        for _ in range(items):
            answer(client, campaign)
    second.post(f"/api/campaigns/{campaign.pk}/next/", {})

    def figures(client: APIClient, **params: Any) -> tuple[Any, ...]:
        (mine,) = client.get("/api/my/campaigns/", params).json()["results"]
        return tuple(mine[name] for name in ("items", "completed_items", "my_done", "my_today"))

    assert figures(first) == (3, 1, 3, 3)
    assert figures(second) == (3, 1, 1, 1)
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert figures(first, since=tomorrow) == (3, 1, 3, 0)
    assert first.get("/api/my/campaigns/", {"since": "dawn"}).status_code == 400
    assert "@example.org" not in first.get("/api/my/campaigns/").content.decode()


def test_it_takes_as_many_statements_for_many_campaigns_as_for_one(
    campaign: Campaign,
    make_campaign: Callable[..., Campaign],
    ann: User,
    ann_client: APIClient,
    assign: Callable[..., Any],
) -> None:
    with CaptureQueriesContext(connection) as one:
        assert len(ann_client.get("/api/my/campaigns/").json()["results"]) == 1
    for number in range(4):
        assign(make_campaign(name=f"Round {number}"), ann)
    with CaptureQueriesContext(connection) as five:
        assert len(ann_client.get("/api/my/campaigns/").json()["results"]) == 5

    assert len(one) == len(five) == 3


def test_former_members_see_nothing(campaign: Campaign, ann: User, ann_client: APIClient) -> None:
    Membership.objects.filter(user=ann).delete()

    assert ann_client.get("/api/my/campaigns/").json() == {"results": []}
