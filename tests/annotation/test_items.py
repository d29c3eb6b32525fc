"""What reviewers look up: items, and the guidelines of each day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign, Item
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator_client(make_member: Callable[..., User], client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(make_member("curator", "cora@example.org"))


def test_an_item_is_read_as_it_is_stored(
    campaign: Campaign, enqueue: Callable[..., Any], curator_client: APIClient
) -> None:
    enqueue(campaign, 2)
    item = Item.objects.latest("position")

    read = curator_client.get(f"/api/items/{item.pk}/")

    assert read.status_code == 200
    assert read.json() == {
        "id": item.pk,
        "campaign": campaign.pk,
        "record_id": item.record_id,
        "position": 1,
        "prompt": item.prompt,
        "responses": item.responses,
        "context": None,
        "materials": None,
    }


def test_nobody_reads_an_item_that_is_not_there(curator_client: APIClient) -> None:
    read = curator_client.get("/api/items/987654/")

    assert read.status_code == 404
    assert read.json()["message"] == "There is nothing at this address, or you may not see it."


def test_an_annotator_reads_items_only_by_leasing_them(
    campaign: Campaign, enqueue: Callable[..., Any], ann: User, ann_client: APIClient
) -> None:
    enqueue(campaign, 1)

    read = ann_client.get(f"/api/items/{Item.objects.get().pk}/")

    assert read.status_code == 403


def test_every_text_of_the_guidelines_is_kept(campaign: Campaign, curator_client: APIClient) -> None:
    example = {
        "title": "Short wins",
        "prompt": "Boiling point of water?",
        "responses": ["100 °C", "It depends."],
        "verdict": "First much better",
        "explanation": "It answers.",
    }
    before = campaign.guidelines
    curator_client.patch(
        f"/api/campaigns/{campaign.pk}/", {"guidelines": "Be strict.", "guidelines_examples": [example]}
    )

    versions = curator_client.get(f"/api/campaigns/{campaign.pk}/guidelines-versions/").json()["results"]

    assert [(each["version"], each["text"], each["examples"]) for each in versions] == [
        (2, "Be strict.", [example]),
        (1, before, []),
    ]
