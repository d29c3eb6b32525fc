"""POST /api/campaigns/{id}/next/"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import Campaign, CampaignAnnotator, Item, Lease
from annotation.services.campaigns import campaign_update
from annotation.services.leasing import leases_expire
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db


def take(client: APIClient, campaign: Campaign, exclude: list[int] | None = None) -> Any:
    return client.post(f"/api/campaigns/{campaign.pk}/next/", {"exclude": exclude or []})


def test_gives_the_first_item_in_the_documented_shape(
    campaign: Campaign, enqueue: Callable[..., Any], ann: User, ann_client: APIClient
) -> None:
    enqueue(campaign, 3)

    answer = take(ann_client, campaign)

    assert answer.status_code == 200
    body = answer.json()
    item = Item.objects.get(position=0)
    lease = Lease.objects.get()
    assert body.keys() == {"lease", "item", "form", "answers", "drafts"}
    assert body["form"]["id"] == lease.form_version_id == campaign.form_version_id
    assert body["answers"] == {}
    assert body["lease"]["id"] == lease.pk
    assert body["item"].keys() == {"id", "position", "prompt", "responses", "context", "materials"}
    assert body["item"]["id"] == item.pk
    assert body["item"]["prompt"] == [{"role": "user", "content": "What is 0?"}]
    assert [question["name"] for question in body["form"]["questions"]] == ["preference", "reason"]
    assert (lease.annotator_id, lease.state, lease.slot, lease.guidelines_version) == (ann.pk, "active", 1, 1)
    assert timedelta(seconds=890) < lease.expires_at - timezone.now() <= timedelta(seconds=900)
    item.refresh_from_db()
    assert (item.open_slots, item.done_count) == (0, 0)


def test_names_no_generator(campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient) -> None:
    enqueue(campaign)

    body = take(ann_client, campaign).content.decode()

    assert "secret-model" not in body
    assert "generator" not in body


def test_asking_again_gives_the_same_item_in_the_same_order(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient
) -> None:
    enqueue(campaign, 2)

    first, second = take(ann_client, campaign).json(), take(ann_client, campaign).json()

    assert first == second
    assert Lease.objects.count() == 1


def test_excluded_leases_are_passed_over_up_to_five(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient
) -> None:
    enqueue(campaign, 7)
    held: list[int] = []
    for position in range(5):
        body = take(ann_client, campaign, held).json()
        assert body["item"]["position"] == position
        held.append(body["lease"]["id"])

    refused = take(ann_client, campaign, held)

    assert refused.status_code == 409
    assert "hold 5 items" in refused.json()["message"]
    assert Lease.objects.count() == 5
    assert sorted(Lease.objects.values_list("slot", flat=True)) == [1, 2, 3, 4, 5]
    assert take(ann_client, campaign, held[1:]).json()["lease"]["id"] == held[0]


def test_sides_differ_between_people_and_items(
    make_campaign: Callable[..., Campaign],
    enqueue: Callable[..., Any],
    make_member: Callable[..., User],
    assign: Callable[..., Any],
    client_of: Callable[[User], APIClient],
) -> None:
    campaign = make_campaign(overlap=8)
    enqueue(campaign, 1)
    orders = set()
    for number in range(8):
        user = make_member("annotator", f"a{number}@example.org")
        assign(campaign, user)
        body = take(client_of(user), campaign).json()
        orders.add(tuple(response["response_id"] for response in body["item"]["responses"]))

    assert len(orders) == 2


def test_an_item_goes_to_as_many_people_as_the_overlap_says(
    make_campaign: Callable[..., Campaign],
    enqueue: Callable[..., Any],
    make_member: Callable[..., User],
    assign: Callable[..., Any],
    client_of: Callable[[User], APIClient],
) -> None:
    campaign = make_campaign(overlap=2)
    enqueue(campaign, 1)
    users = [make_member("annotator", f"a{number}@example.org") for number in range(3)]
    for user in users:
        assign(campaign, user)

    assert [take(client_of(user), campaign).status_code for user in users] == [200, 200, 204]


def test_nothing_left_is_204(campaign: Campaign, ann_client: APIClient) -> None:
    answer = take(ann_client, campaign)

    assert answer.status_code == 204
    assert answer.content == b""


def test_an_expired_lease_is_taken_over_when_nothing_else_is_open(
    campaign: Campaign, enqueue: Callable[..., Any], ann: User, ann_client: APIClient, bob_client: APIClient
) -> None:
    enqueue(campaign, 1)
    old = take(ann_client, campaign).json()["lease"]["id"]
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    taken = take(bob_client, campaign)

    assert taken.status_code == 200
    assert Lease.objects.get(pk=old).state == "expired"
    assert Item.objects.get().open_slots == 0
    assert take(ann_client, campaign).status_code == 204


def test_five_expired_leases_do_not_lock_their_holder_out(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient
) -> None:
    enqueue(campaign, 5)
    held: list[int] = []
    for _ in range(5):
        held.append(take(ann_client, campaign, held).json()["lease"]["id"])
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    body = take(ann_client, campaign, held).json()

    assert body["item"]["position"] == 0
    assert body["lease"]["id"] not in held


def test_what_others_give_back_comes_before_what_follows(
    campaign: Campaign, enqueue: Callable[..., Any], bob: User, ann_client: APIClient, bob_client: APIClient
) -> None:
    """The shortcut past handled items must not pass over items that open up again behind it."""
    enqueue(campaign, 4)
    first = take(ann_client, campaign).json()["lease"]["id"]
    bobs = take(bob_client, campaign).json()["lease"]["id"]
    assert CampaignAnnotator.objects.get(user=bob).next_position == 1
    ann_client.post(f"/api/leases/{first}/release/")

    assert take(bob_client, campaign, [bobs]).json()["item"]["position"] == 0


def test_expiry_reopens_items_for_everybody(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient, bob_client: APIClient
) -> None:
    enqueue(campaign, 4)
    take(ann_client, campaign)
    bobs = take(bob_client, campaign).json()["lease"]["id"]
    Lease.objects.exclude(pk=bobs).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert leases_expire() == 1
    assert leases_expire() == 0
    assert take(bob_client, campaign, [bobs]).json()["item"]["position"] == 0


@pytest.mark.parametrize(("state", "word"), [("paused", "paused"), ("finished", "finished")])
def test_a_campaign_that_is_not_active_gives_nothing_out(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient, state: str, word: str
) -> None:
    enqueue(campaign)
    campaign_update(campaign_id=campaign.pk, state=state)

    refused = take(ann_client, campaign)

    assert refused.status_code == 409
    assert word in refused.json()["message"]
    assert Lease.objects.count() == 0


def test_members_who_are_not_assigned_get_403(
    campaign: Campaign,
    enqueue: Callable[..., Any],
    make_member: Callable[..., User],
    client_of: Callable[[User], APIClient],
    ann: User,
    ann_client: APIClient,
) -> None:
    enqueue(campaign)
    curator = client_of(make_member("curator"))
    CampaignAnnotator.objects.filter(user=ann).update(active=False)

    assert take(curator, campaign).status_code == 403
    assert take(ann_client, campaign).status_code == 403
    assert Lease.objects.count() == 0


def test_strangers_and_unknown_campaigns_get_404(
    campaign: Campaign,
    enqueue: Callable[..., Any],
    make_user: Callable[..., User],
    assign: Callable[..., Any],
    client_of: Callable[[User], APIClient],
) -> None:
    enqueue(campaign)
    stranger = make_user("stranger@example.org")
    assign(campaign, stranger)  # a left-over assignment of somebody whose membership ended

    assert take(client_of(stranger), campaign).status_code == 404
    assert client_of(stranger).post("/api/campaigns/999999/next/", {}).status_code == 404
    assert Lease.objects.count() == 0


def test_a_read_token_may_not_take_items(
    campaign: Campaign, enqueue: Callable[..., Any], ann: User, client_of: Callable[..., APIClient]
) -> None:
    enqueue(campaign)

    assert take(client_of(ann, "read"), campaign).status_code == 403
    assert Lease.objects.count() == 0


@pytest.mark.parametrize("exclude", ["x", [1.5], [True], [-1], [2**63], [1] * 101, {"a": 1}])
def test_a_malformed_exclude_is_refused(campaign: Campaign, ann_client: APIClient, exclude: Any) -> None:
    refused = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {"exclude": exclude})

    assert refused.status_code == 400
    assert refused.json()["fields"].keys() == {"exclude"}


def test_a_body_that_is_no_object_is_refused(campaign: Campaign, ann_client: APIClient) -> None:
    assert ann_client.post(f"/api/campaigns/{campaign.pk}/next/", [1], format="json").status_code == 400
