"""Campaigns, the people in them, and what they see of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import Campaign, CampaignAnnotator, Form, GuidelinesVersion, Item, Lease
from tests.annotation.conftest import prefers
from webapp.accounts.models import User
from webapp.projects.models import Invitation, Membership, Project

pytestmark = pytest.mark.django_db

DEFAULTS: dict[str, Any] = {"required": True, "description": "", "show_if": [], "required_if": []}
EXAMPLE = {
    "title": "Honest beats friendly",
    "prompt": "Is the earth flat?",
    "responses": ["No.", "Great question! Yes."],
    "verdict": "The first, by far",
    "explanation": "It is true.",
}
PAIRWISE = {"name": "better", "type": "pairwise", "title": "Which?", "steps": 5}


@pytest.fixture
def curator_client(make_member: Callable[..., User], client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(make_member("curator"))


def create(client: APIClient, project: Project, **body: Any) -> Any:
    return client.post(f"/api/projects/{project.pk}/campaigns/", {"name": "Round", "template": "pairwise", **body})


class TestCreate:
    def test_from_a_template(self, curator_client: APIClient, project: Project) -> None:
        made = create(curator_client, project, guidelines="Be fair.", overlap=2, lease_seconds=60)

        assert made.status_code == 201
        body = made.json()
        campaign = Campaign.objects.get()
        assert body == {
            "id": campaign.pk,
            "project": project.pk,
            "name": "Round",
            "state": "active",
            "guidelines": "Be fair.",
            "guidelines_version": 1,
            "guidelines_examples": [],
            "identity_leaks": "mask",
            "overlap": 2,
            "lease_seconds": 60,
            "drafts": None,
            "form": {"id": campaign.form_version_id, "version": 1, "questions": body["form"]["questions"]},
            "progress": {
                "items": 0,
                "completed_items": 0,
                "feedback": 0,
                "active_leases": 0,
                "skips": 0,
                "annotators": 0,
            },
            "created_at": body["created_at"],
        }
        assert [question["type"] for question in body["form"]["questions"]] == ["pairwise", "text"]
        assert GuidelinesVersion.objects.get().text == "Be fair."
        assert -(2**63) <= campaign.seed < 2**63

    def test_from_questions_with_defaults_filled_in(self, curator_client: APIClient, project: Project) -> None:
        body = create(curator_client, project, template=None, questions=[PAIRWISE]).json()
        assert "fields" in body  # null is no template name

        made = curator_client.post(
            f"/api/projects/{project.pk}/campaigns/", {"name": "Own", "questions": [PAIRWISE]}
        ).json()
        assert made["form"]["questions"] == [{**PAIRWISE, **DEFAULTS, "tie": True, "both_bad": True, "aspect": None}]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"template": "pairwise", "questions": [PAIRWISE]}, "questions"),
            ({"questions": []}, "questions"),
            ({}, "questions"),
            ({"questions": [PAIRWISE, PAIRWISE]}, "questions.1.name"),
            ({"questions": [{**PAIRWISE, "steps": 4}]}, "questions.0.steps"),
            ({"questions": [{**PAIRWISE, "step": 5}]}, "questions.0.step"),
            ({"questions": [{**PAIRWISE, "type": "dance"}]}, "questions.0.type"),
            ({"template": "pairwise", "overlap": 0}, "overlap"),
            ({"template": "pairwise", "lease_seconds": 1}, "lease_seconds"),
            ({"template": "pairwise", "name": ""}, "name"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(
        self, curator_client: APIClient, project: Project, body: dict[str, Any], field: str
    ) -> None:
        refused = curator_client.post(f"/api/projects/{project.pk}/campaigns/", {"name": "Round", **body})

        assert refused.status_code == 400
        assert field in refused.json()["fields"]
        assert Campaign.objects.count() == Form.objects.count() == 0

    def test_an_unknown_template_is_named(self, curator_client: APIClient, project: Project) -> None:
        refused = create(curator_client, project, template="waltz")

        assert refused.status_code == 400
        assert "waltz" in refused.json()["message"]

    def test_annotators_and_reviewers_may_not(
        self, make_member: Callable[..., User], client_of: Callable[..., APIClient], project: Project
    ) -> None:
        for role in ("annotator", "reviewer"):
            assert create(client_of(make_member(role)), project).status_code == 403
        assert Campaign.objects.count() == 0


class TestReadAndUpdate:
    def test_progress_is_counted(
        self,
        make_campaign: Callable[..., Campaign],
        enqueue: Callable[..., Any],
        assign: Callable[..., Any],
        make_member: Callable[..., User],
        client_of: Callable[..., APIClient],
        curator_client: APIClient,
        project: Project,
        answer: Callable[..., Any],
    ) -> None:
        campaign, empty = make_campaign(overlap=2), make_campaign(name="Empty")
        enqueue(campaign, 3)
        people = [client_of(make_member("annotator", f"p{number}@example.org")) for number in range(2)]
        for user in User.objects.filter(email__startswith="p"):
            assign(campaign, user)
        given = answer(people[0], campaign)
        answer(people[1], campaign)
        people[0].post(f"/api/feedback/{given['id']}/revise/", {"answers": prefers(given["payload"], 1)})
        second = people[0].post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        people[0].post(f"/api/leases/{second['lease']['id']}/skip/", {})
        people[1].post(f"/api/campaigns/{campaign.pk}/next/", {})

        rows = curator_client.get(f"/api/projects/{project.pk}/campaigns/").json()["results"]

        expected = {
            "items": 3,
            "completed_items": 1,
            "feedback": 2,
            "active_leases": 1,
            "skips": 1,
            "annotators": 2,
        }
        assert [row["id"] for row in rows] == [empty.pk, campaign.pk]
        assert rows[1]["progress"] == expected
        assert rows[0]["progress"] == dict.fromkeys(expected, 0)
        assert curator_client.get(f"/api/campaigns/{campaign.pk}/").json()["progress"] == expected

    def test_guidelines_get_versions(self, campaign: Campaign, curator_client: APIClient) -> None:
        url = f"/api/campaigns/{campaign.pk}/"
        changed = curator_client.patch(url, {"guidelines": "Prefer the kinder answer.", "name": "Two"}).json()
        same = curator_client.patch(url, {"guidelines": "Prefer the kinder answer.", "state": "paused"}).json()

        assert (changed["name"], changed["guidelines_version"]) == ("Two", 2)
        assert (same["state"], same["guidelines_version"]) == ("paused", 2)
        assert list(GuidelinesVersion.objects.order_by("version").values_list("text", flat=True)) == [
            "Prefer the honest answer.",
            "Prefer the kinder answer.",
        ]

    def test_examples_are_part_of_the_guidelines_version(
        self, campaign: Campaign, curator_client: APIClient, ann_client: APIClient
    ) -> None:
        url = f"/api/campaigns/{campaign.pk}/"
        assert curator_client.patch(url, {"guidelines_examples": [EXAMPLE]}).status_code == 200
        again = curator_client.patch(url, {"guidelines_examples": [EXAMPLE], "guidelines": campaign.guidelines}).json()
        changed = curator_client.patch(url, {"guidelines": "Be kind."}).json()

        assert (again["guidelines_version"], changed["guidelines_version"]) == (2, 3)
        assert changed["guidelines_examples"] == [EXAMPLE]
        assert list(GuidelinesVersion.objects.order_by("version").values_list("text", "examples")) == [
            ("Prefer the honest answer.", []),
            ("Prefer the honest answer.", [EXAMPLE]),
            ("Be kind.", [EXAMPLE]),
        ]
        (mine,) = ann_client.get("/api/my/campaigns/").json()["results"]
        assert (mine["guidelines_version"], mine["guidelines_examples"]) == (3, [EXAMPLE])

    @pytest.mark.parametrize(
        ("examples", "field"),
        [
            ("none", "guidelines_examples"),
            ([5], "guidelines_examples.0"),
            ([{}], "guidelines_examples.0.title"),
            ([{**EXAMPLE, "title": ""}], "guidelines_examples.0.title"),
            ([{**EXAMPLE, "responses": "x"}], "guidelines_examples.0.responses"),
            ([{**EXAMPLE, "responses": ["x"] * 11}], "guidelines_examples.0.responses"),
            ([{**EXAMPLE, "colour": "red"}], "guidelines_examples.0.colour"),
            ([EXAMPLE, {**EXAMPLE, "explanation": "x" * 5001}], "guidelines_examples.1.explanation"),
            ([EXAMPLE] * 31, "guidelines_examples"),
        ],
    )
    def test_what_is_no_example_changes_nothing(
        self, campaign: Campaign, curator_client: APIClient, examples: Any, field: str
    ) -> None:
        url = f"/api/campaigns/{campaign.pk}/"
        refused = curator_client.patch(url, {"name": "Two", "guidelines_examples": examples})

        assert refused.status_code == 400
        assert field in refused.json()["fields"]
        campaign.refresh_from_db()
        assert (campaign.name, campaign.guidelines_examples, campaign.guidelines_version) == ("Round one", [], 1)
        assert GuidelinesVersion.objects.count() == 1

    def test_what_happens_to_identity_leaks_is_chosen(self, curator_client: APIClient, project: Project) -> None:
        made = create(curator_client, project, identity_leaks="quarantine", guidelines_examples=[EXAMPLE]).json()
        url = f"/api/campaigns/{made['id']}/"

        assert (made["identity_leaks"], made["guidelines_examples"]) == ("quarantine", [EXAMPLE])
        assert GuidelinesVersion.objects.get().examples == [EXAMPLE]
        assert curator_client.patch(url, {"identity_leaks": "allow"}).json()["identity_leaks"] == "allow"
        assert curator_client.patch(url, {"identity_leaks": "hide"}).status_code == 400
        assert create(curator_client, project, identity_leaks="hide").status_code == 400
        assert Campaign.objects.get().identity_leaks == "allow"

    def test_overlap_can_only_grow(self, make_campaign: Callable[..., Campaign], curator_client: APIClient) -> None:
        campaign = make_campaign(overlap=2)

        refused = curator_client.patch(f"/api/campaigns/{campaign.pk}/", {"overlap": 1, "name": "Less"})

        assert refused.status_code == 409
        campaign.refresh_from_db()
        assert (campaign.overlap, campaign.name) == (2, "Round one")
        assert curator_client.patch(f"/api/campaigns/{campaign.pk}/", {"overlap": 4}).json()["overlap"] == 4

    def test_unknown_campaigns_and_strangers(
        self,
        campaign: Campaign,
        curator_client: APIClient,
        make_user: Callable[..., User],
        client_of: Callable[..., APIClient],
    ) -> None:
        stranger = client_of(make_user("stranger@example.org"))

        assert curator_client.get("/api/campaigns/999999/").status_code == 404
        assert stranger.get(f"/api/campaigns/{campaign.pk}/").status_code == 404
        assert stranger.patch(f"/api/campaigns/{campaign.pk}/", {"name": "Mine"}).status_code == 404

    def test_annotators_may_not_see_the_campaign_as_curators_do(
        self, campaign: Campaign, ann_client: APIClient
    ) -> None:
        for url in ("", "annotators/", "quality/", "feedback/"):
            assert ann_client.get(f"/api/campaigns/{campaign.pk}/{url}").status_code == 403


class TestAnnotators:
    def test_members_and_new_people_are_assigned(
        self, campaign: Campaign, curator_client: APIClient, make_member: Callable[..., User]
    ) -> None:
        reviewer = make_member("reviewer")

        made = curator_client.post(
            f"/api/campaigns/{campaign.pk}/annotators/",
            {"emails": ["New@Example.org", reviewer.email, "new@example.org"]},
        )

        assert made.status_code == 201
        rows = made.json()["results"]
        assert [row["user"]["email"] for row in rows] == ["new@example.org", reviewer.email]
        assert "/invitations/" in rows[0]["invitation_url"]
        assert rows[1]["invitation_url"] is None
        assert (rows[0]["feedback"], rows[0]["median_active_ms"], rows[0]["last_at"]) == (0, None, None)
        assert CampaignAnnotator.objects.filter(campaign=campaign, active=True).count() == 2
        assert Membership.objects.get(user__email="new@example.org").role == "annotator"
        assert Membership.objects.get(user=reviewer).role == "reviewer"
        assert Invitation.objects.count() == 1

    def test_adding_twice_changes_nothing(self, campaign: Campaign, curator_client: APIClient, ann: User) -> None:
        curator_client.post(f"/api/campaigns/{campaign.pk}/annotators/", {"emails": [ann.email]})

        assert CampaignAnnotator.objects.filter(user=ann).count() == 1

    def test_a_wrong_address_adds_nobody(self, campaign: Campaign, curator_client: APIClient) -> None:
        refused = curator_client.post(
            f"/api/campaigns/{campaign.pk}/annotators/", {"emails": ["ok@example.org", "not an address"]}
        )

        assert refused.status_code == 400
        assert CampaignAnnotator.objects.count() == 0

    def test_list_says_what_they_did(
        self,
        campaign: Campaign,
        enqueue: Callable[..., Any],
        curator_client: APIClient,
        ann_client: APIClient,
        answer: Callable[..., Any],
    ) -> None:
        enqueue(campaign, 2)
        answer(ann_client, campaign)
        answer(ann_client, campaign)

        (row,) = curator_client.get(f"/api/campaigns/{campaign.pk}/annotators/").json()["results"]

        assert (row["feedback"], row["median_active_ms"]) == (2, 8000)
        assert row["last_at"] is not None

    def test_removing_gives_back_what_they_hold(
        self,
        campaign: Campaign,
        enqueue: Callable[..., Any],
        curator_client: APIClient,
        ann: User,
        ann_client: APIClient,
        bob_client: APIClient,
        answer: Callable[..., Any],
    ) -> None:
        enqueue(campaign, 2)
        answer(ann_client, campaign)
        held = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()

        assert curator_client.delete(f"/api/campaigns/{campaign.pk}/annotators/{ann.pk}/").status_code == 204

        assert sorted(Lease.objects.values_list("state", flat=True)) == ["released", "submitted"]
        assert Item.objects.get(position=1).open_slots == 1
        assert ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).status_code == 403
        refused = ann_client.post(f"/api/leases/{held['lease']['id']}/submit/", {"answers": prefers(held)})
        assert refused.status_code == 403
        assert bob_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()["item"]["position"] == 1
        assert curator_client.delete(f"/api/campaigns/{campaign.pk}/annotators/{ann.pk}/").status_code == 404


def test_progress_does_not_count_leases_that_ran_out(
    campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient, curator_client: APIClient
) -> None:
    enqueue(campaign, 1)
    ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {})
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert curator_client.get(f"/api/campaigns/{campaign.pk}/").json()["progress"]["active_leases"] == 0
