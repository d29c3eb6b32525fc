"""POST /api/leases/{id}/skip/, /release/ and /heartbeat/, and the sweep of expired leases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import Campaign, Item, Lease
from annotation.services.leasing import leases_expire
from annotation.tasks import expire_leases

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient) -> int:
    """The id of Ann's lease on the first of three items."""
    enqueue(campaign, 3)
    return ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()["lease"]["id"]


def next_position(client: APIClient, campaign: Campaign) -> int:
    return client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()["item"]["position"]


def test_skip_hands_the_item_to_others_for_good(
    campaign: Campaign, held: int, ann_client: APIClient, bob_client: APIClient
) -> None:
    done = ann_client.post(f"/api/leases/{held}/skip/", {"reason": "Not my language."})

    assert done.status_code == 204
    lease = Lease.objects.get(pk=held)
    assert (lease.state, lease.slot, lease.skip_reason) == ("skipped", None, "Not my language.")
    assert Item.objects.get(position=0).open_slots == 1
    assert next_position(ann_client, campaign) == 1
    assert next_position(bob_client, campaign) == 0


def test_release_lets_the_same_person_see_it_again(campaign: Campaign, held: int, ann_client: APIClient) -> None:
    assert ann_client.post(f"/api/leases/{held}/release/").status_code == 204

    assert Lease.objects.get(pk=held).state == "released"
    assert Item.objects.get(position=0).open_slots == 1
    assert next_position(ann_client, campaign) == 0


def test_the_same_person_always_sees_an_item_the_same_way_round(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient
) -> None:
    enqueue(campaign, 1)
    shown = []
    for _ in range(3):
        body = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        shown.append(body["item"])
        ann_client.post(f"/api/leases/{body['lease']['id']}/release/")

    assert shown[0] == shown[1] == shown[2]


def test_heartbeat_starts_the_time_again(held: int, ann_client: APIClient) -> None:
    Lease.objects.update(expires_at=timezone.now() + timedelta(seconds=1))

    beat = ann_client.post(f"/api/leases/{held}/heartbeat/")

    assert beat.status_code == 200
    assert beat.json().keys() == {"expires_at"}
    assert Lease.objects.get().expires_at - timezone.now() > timedelta(seconds=890)


@pytest.mark.parametrize("action", ["skip", "release", "heartbeat"])
def test_nobody_touches_other_peoples_leases(held: int, bob_client: APIClient, action: str) -> None:
    assert bob_client.post(f"/api/leases/{held}/{action}/", {}).status_code == 404
    assert Lease.objects.get().state == "active"


@pytest.mark.parametrize("action", ["skip", "release", "heartbeat"])
def test_what_has_ended_stays_ended(held: int, ann_client: APIClient, action: str) -> None:
    ann_client.post(f"/api/leases/{held}/release/")

    refused = ann_client.post(f"/api/leases/{held}/{action}/", {})

    assert refused.status_code == 409
    assert "given back" in refused.json()["message"]
    assert Lease.objects.get().state == "released"
    assert Item.objects.get(position=0).open_slots == 1


@pytest.mark.parametrize("action", ["skip", "release", "heartbeat"])
def test_an_expired_lease_is_gone(held: int, ann_client: APIClient, action: str) -> None:
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    leases_expire()

    assert ann_client.post(f"/api/leases/{held}/{action}/", {}).status_code == 410
    assert Item.objects.get(position=0).open_slots == 1


def test_the_sweep_takes_back_only_what_ran_out(
    campaign: Campaign, held: int, ann_client: APIClient, bob_client: APIClient
) -> None:
    bob_client.post(f"/api/campaigns/{campaign.pk}/next/", {})
    Lease.objects.filter(pk=held).update(expires_at=timezone.now() - timedelta(seconds=1))

    expire_leases()

    assert dict(Lease.objects.values_list("item__position", "state")) == {0: "expired", 1: "active"}
    assert list(Item.objects.order_by("position").values_list("open_slots", flat=True)) == [1, 0, 1]
    lease = Lease.objects.get(pk=held)
    assert lease.slot is None
    assert lease.ended_at is not None


def test_a_long_reason_is_refused(held: int, ann_client: APIClient) -> None:
    assert ann_client.post(f"/api/leases/{held}/skip/", {"reason": "x" * 501}).status_code == 400
    assert Lease.objects.get().state == "active"
