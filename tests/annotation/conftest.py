"""A campaign with two annotators, and ways to fill its queue and to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign, CampaignAnnotator
from annotation.services.campaigns import campaign_create
from annotation.services.queueing import Enqueued, ItemRow, items_enqueue
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Message, record_id_of, response_id_of


def item_row(number: int, *, responses: Iterable[str] | None = None, **fields: Any) -> ItemRow:
    """A record with two answers to question `number`."""
    contents = list(responses if responses is not None else (f"short {number}", f"long {number}"))
    question = f"What is {number}?"
    ids = [response_id_of(content) for content in contents]
    return ItemRow(
        record_id=record_id_of([Message("user", question)], ids),
        prompt=[{"role": "user", "content": question}],
        responses=[
            {"response_id": response_id, "content": content, "generator": "secret-model"}
            for response_id, content in zip(ids, contents, strict=True)
        ],
        **fields,
    )


def prefers(payload: dict[str, Any], index: int = 0, strength: int = 2) -> dict[str, Any]:
    """Answers that prefer the response shown at `index`."""
    return {"preference": {"better": payload["item"]["responses"][index]["response_id"], "strength": strength}}


@pytest.fixture
def make_campaign(project: Project, admin: User) -> Callable[..., Campaign]:
    def make(**fields: Any) -> Campaign:
        given = {"name": "Round one", "template": "pairwise", "seed": 7, **fields}
        if given.get("questions") is not None:
            given["template"] = None
        return campaign_create(project=project, created_by=admin, **given)

    return make


@pytest.fixture
def campaign(make_campaign: Callable[..., Campaign]) -> Campaign:
    return make_campaign(guidelines="Prefer the honest answer.")


@pytest.fixture
def enqueue() -> Callable[..., Enqueued]:
    """Put items 0 … count − 1 into a campaign."""

    def put(campaign: Campaign, count: int = 1) -> Enqueued:
        return items_enqueue(
            campaign_id=campaign.pk, rows=(item_row(number) for number in range(count)), source_version_id=41
        )

    return put


@pytest.fixture
def assign() -> Callable[[Campaign, User], CampaignAnnotator]:
    def put(campaign: Campaign, user: User) -> CampaignAnnotator:
        return CampaignAnnotator.objects.create(campaign=campaign, user=user)

    return put


@pytest.fixture
def ann(make_member: Callable[..., User], campaign: Campaign, assign: Callable[..., Any]) -> User:
    user = make_member("annotator", "ann@example.org")
    assign(campaign, user)
    return user


@pytest.fixture
def bob(make_member: Callable[..., User], campaign: Campaign, assign: Callable[..., Any]) -> User:
    user = make_member("annotator", "bob@example.org")
    assign(campaign, user)
    return user


@pytest.fixture
def ann_client(ann: User, client_of: Callable[[User], APIClient]) -> APIClient:
    return client_of(ann)


@pytest.fixture
def bob_client(bob: User, client_of: Callable[[User], APIClient]) -> APIClient:
    return client_of(bob)


@pytest.fixture
def answer() -> Callable[..., dict[str, Any]]:
    """Take the next item through the API and prefer the response shown at `index`; returns the stored feedback."""

    def take_and_answer(client: APIClient, campaign: Campaign, index: int = 0, strength: int = 2) -> dict[str, Any]:
        payload = client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        done = client.post(
            f"/api/leases/{payload['lease']['id']}/submit/",
            {"answers": prefers(payload, index, strength), "duration_ms": 9000, "active_ms": 8000},
        )
        assert done.status_code == 201, done.json()
        return {**done.json()["feedback"], "payload": payload}

    return take_and_answer
