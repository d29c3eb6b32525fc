"""Feedback after it was given: own, revised, and as reviewers see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from annotation.models import Campaign, Feedback, FormVersion, Vote
from annotation.services.campaigns import campaign_update
from tests.annotation.conftest import prefers
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient, answer: Callable[..., Any]
) -> dict[str, Any]:
    """Ann preferred the first response of the first item."""
    enqueue(campaign, 3)
    return answer(ann_client, campaign)


def revise(client: APIClient, given: dict[str, Any], answers: Any) -> Any:
    return client.post(f"/api/feedback/{given['id']}/revise/", {"answers": answers, "duration_ms": 10, "active_ms": 9})


class TestRevise:
    def test_adds_a_revision_and_its_votes(self, given: dict[str, Any], ann_client: APIClient) -> None:
        before = Feedback.objects.values().get()
        payload = given["payload"]

        done = revise(ann_client, given, {**prefers(payload, 1, 3), "reason": "On second thought"})

        assert done.status_code == 201
        new = Feedback.objects.get(revision=2)
        assert done.json()["feedback"]["id"] == new.pk
        assert (done.json()["feedback"]["revision"], done.json()["feedback"]["item"]) == (2, given["item"])
        assert Feedback.objects.values().get(revision=1) == before
        assert new.shown_order == before["shown_order"]
        assert (new.form_version_id, new.lease_id) == (before["form_version_id"], before["lease_id"])
        votes = {vote.feedback.revision: vote for vote in Vote.objects.select_related("feedback")}
        assert votes.keys() == {1, 2}
        assert abs(votes[2].value or 0) == 3
        assert (votes[1].value or 0) * (votes[2].value or 0) < 0

    def test_an_outdated_revision_is_refused(self, given: dict[str, Any], ann_client: APIClient) -> None:
        revise(ann_client, given, prefers(given["payload"], 1))

        refused = revise(ann_client, given, prefers(given["payload"], 0))

        assert refused.status_code == 409
        assert "newest revision" in refused.json()["message"]
        assert Feedback.objects.count() == 2

    def test_other_peoples_feedback_does_not_exist(
        self, given: dict[str, Any], bob_client: APIClient, client_of: Callable[..., APIClient], admin: User
    ) -> None:
        assert revise(bob_client, given, prefers(given["payload"])).status_code == 404
        assert revise(client_of(admin), given, prefers(given["payload"])).status_code == 404
        assert Feedback.objects.count() == 1

    def test_answers_are_checked(self, given: dict[str, Any], ann_client: APIClient) -> None:
        assert revise(ann_client, given, {"preference": {"better": "x", "strength": 1}}).status_code == 400
        assert Feedback.objects.count() == 1

    def test_a_finished_campaign_takes_no_more(
        self, campaign: Campaign, given: dict[str, Any], ann_client: APIClient
    ) -> None:
        campaign_update(campaign_id=campaign.pk, state="finished")

        assert revise(ann_client, given, prefers(given["payload"], 1)).status_code == 409
        assert Feedback.objects.count() == 1


class TestRead:
    def test_shows_the_item_as_it_was_shown(self, given: dict[str, Any], ann_client: APIClient) -> None:
        body = ann_client.get(f"/api/feedback/{given['id']}/").json()

        assert body.keys() == {"id", "revision", "answers", "item", "form", "created_at"}
        assert body["item"] == given["payload"]["item"]
        assert body["form"] == given["payload"]["form"]
        assert body["answers"] == prefers(given["payload"])

    def test_reviewers_may_see_it_and_other_annotators_not(
        self,
        given: dict[str, Any],
        bob_client: APIClient,
        make_member: Callable[..., User],
        make_user: Callable[..., User],
        client_of: Callable[..., APIClient],
    ) -> None:
        url = f"/api/feedback/{given['id']}/"

        assert client_of(make_member("reviewer")).get(url).status_code == 200
        assert bob_client.get(url).status_code == 404
        assert client_of(make_user("stranger@example.org")).get(url).status_code == 404
        assert bob_client.get("/api/feedback/999999/").status_code == 404


class TestMyFeedback:
    def test_newest_first_one_for_each_item(
        self, campaign: Campaign, given: dict[str, Any], ann_client: APIClient, answer: Callable[..., Any]
    ) -> None:
        second = answer(ann_client, campaign)
        revised = revise(ann_client, given, prefers(given["payload"], 1)).json()["feedback"]

        page = ann_client.get(f"/api/campaigns/{campaign.pk}/my-feedback/?limit=1").json()
        rest = ann_client.get(f"/api/campaigns/{campaign.pk}/my-feedback/", {"cursor": page["next"]}).json()

        assert [row["id"] for row in page["results"]] == [revised["id"]]
        assert [row["id"] for row in rest["results"]] == [second["id"]]
        assert rest["next"] is None

    def test_holds_nothing_of_others(self, campaign: Campaign, given: dict[str, Any], bob_client: APIClient) -> None:
        assert bob_client.get(f"/api/campaigns/{campaign.pk}/my-feedback/").json() == {"results": [], "next": None}

    def test_is_for_assigned_people(
        self, campaign: Campaign, make_member: Callable[..., User], client_of: Callable[..., APIClient]
    ) -> None:
        url = f"/api/campaigns/{campaign.pk}/my-feedback/"

        assert client_of(make_member("annotator")).get(url).status_code == 403
        assert client_of(make_member("curator")).get("/api/campaigns/999999/my-feedback/").status_code == 404


class TestCampaignFeedback:
    def test_lists_everybodys_newest_revisions(
        self,
        campaign: Campaign,
        given: dict[str, Any],
        ann: User,
        ann_client: APIClient,
        bob_client: APIClient,
        answer: Callable[..., Any],
        make_member: Callable[..., User],
        client_of: Callable[..., APIClient],
    ) -> None:
        bobs = answer(bob_client, campaign)
        revised = revise(ann_client, given, prefers(given["payload"], 1)).json()["feedback"]

        rows = client_of(make_member("reviewer")).get(f"/api/campaigns/{campaign.pk}/feedback/").json()["results"]

        assert [(row["id"], row["revision"]) for row in rows] == [(revised["id"], 2), (bobs["id"], 1)]
        assert rows[0]["annotator"] == {"id": ann.pk, "email": ann.email, "name": ann.name}
        assert rows[0]["item"]["position"] == 0
        assert len(rows[0]["votes"]) == 1
        assert rows[1]["shown_order"] == [r["response_id"] for r in bobs["payload"]["item"]["responses"]]

    def test_annotators_may_not(self, campaign: Campaign, given: dict[str, Any], ann_client: APIClient) -> None:
        assert ann_client.get(f"/api/campaigns/{campaign.pk}/feedback/").status_code == 403


@pytest.mark.parametrize("model", [Feedback, Vote, FormVersion])
def test_the_database_refuses_to_change_what_was_said(given: dict[str, Any], model: Any) -> None:
    field = {"Feedback": "answers", "Vote": "question", "FormVersion": "questions"}[model.__name__]
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        model.objects.update(**{field: "{}"})


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "tie", "value": None, "strength": None},
        {"outcome": "tie", "value": 1, "strength": 1},
        {"outcome": "both_bad", "value": 0, "strength": 0},
        {"outcome": "preference", "value": None, "strength": None},
        {"outcome": "preference", "value": 0, "strength": 0},
        {"outcome": "preference", "value": 2, "strength": 1},
        {"outcome": "preference", "value": 4, "strength": 4},
        {"outcome": "preference", "value": 2, "strength": 2, "steps": 3},
        {"outcome": "preference", "value": 1, "strength": 1, "steps": 6},
        {"outcome": "preference", "value": 1, "strength": 1, "a": "b", "b": "a"},
    ],
)
def test_the_database_refuses_votes_that_make_no_sense(given: dict[str, Any], values: dict[str, Any]) -> None:
    vote = Vote.objects.get()
    vote.pk = None
    for name, value in {"question": "other", "steps": 7, **values}.items():
        setattr(vote, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        vote.save(force_insert=True)
