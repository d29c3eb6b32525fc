"""The principles library: versions, campaigns that show them, and items they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotation.domain.principles import Traits
from annotation.models import (
    Campaign,
    CampaignPrinciple,
    Feedback,
    GuidelinesVersion,
    Lease,
    Principle,
    PrincipleVersion,
)
from annotation.selectors.principles import principles_current
from annotation.services.campaigns import campaign_update
from annotation.services.principles import (
    campaign_principles_set,
    principle_archive,
    principle_change,
    principle_create,
)
from annotation.services.queueing import items_enqueue
from tests.annotation.conftest import item_row
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create

pytestmark = pytest.mark.django_db

Make = Callable[..., Principle]


@pytest.fixture
def make(project: Project, admin: User) -> Make:
    def make(title: str = "Honest", text: str = "Say what is not known.", **fields: Any) -> Principle:
        return principle_create(project=project, created_by=admin, title=title, text=text, **fields)

    return make


@pytest.fixture
def curator(make_member: Callable[..., User], client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(make_member("curator"))


def everything() -> list[Any]:
    """The whole library and what campaigns take of it, to see that a refusal changed nothing."""
    tables: list[Any] = [Principle, PrincipleVersion, CampaignPrinciple, GuidelinesVersion, Campaign]
    return [list(table.objects.order_by("pk").values()) for table in tables]


class TestLibrary:
    def test_a_principle_begins_at_version_one(self, project: Project, curator: APIClient) -> None:
        body = {
            "title": "Doses need a source",
            "text": "Prefer the answer that names where a dose comes from.",
            "applies_to": {
                "tags": ["medical", " medical "],
                "keywords": ["dose", ""],
                "metadata": {"language": ["en"]},
            },
        }

        made = curator.post(f"/api/projects/{project.pk}/principles/", body)

        assert made.status_code == 201, made.json()
        principle = Principle.objects.get()
        who = {"id": principle.created_by_id, "email": "curator@example.org", "name": "Curator"}
        conditions = {"tags": ["medical"], "keywords": ["dose"], "metadata": {"language": ["en"]}}
        said = {"title": body["title"], "text": body["text"], "applies_to": conditions, "created_by": who}
        at = made.json()["created_at"]
        changed_at = made.json()["changed_at"]
        assert made.json() == {
            "id": principle.pk,
            "project": project.pk,
            "slug": "doses-need-a-source",
            "kind": "principle",
            "version": 1,
            **said,
            "campaign_count": 0,
            "archived_at": None,
            "created_at": at,
            "changed_at": changed_at,
            "changed_by": who,
            "versions": [{"number": 1, **said, "created_at": changed_at}],
            "campaigns": [],
        }

    def test_names_made_from_titles_are_free(self, make: Make) -> None:
        assert [make(title).slug for title in ("Be kind", "Be kind!", "为什么", "…")] == [
            "be-kind",
            "be-kind-2",
            "为什么",
            "principle",
        ]

    def test_a_name_is_taken_once_per_project(
        self, make: Make, project: Project, curator: APIClient, admin: User
    ) -> None:
        make(slug="honest")
        before = everything()

        body: dict[str, Any] = {"title": "T", "text": "T", "slug": "honest"}
        refused = curator.post(f"/api/projects/{project.pk}/principles/", body)

        assert (refused.status_code, refused.json()["fields"]) == (409, {"slug": ["Taken."]})
        assert everything() == before
        other = project_create(created_by=admin, name="Other")
        assert principle_create(project=other, created_by=admin, **body).slug == "honest"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"text": "T"}, "title"),
            ({"title": " ", "text": "T"}, "title"),
            ({"title": "T", "text": ""}, "text"),
            ({"title": "T", "text": "a" * 4001}, "text"),
            ({"title": "T", "text": "T", "kind": "rule"}, "kind"),
            ({"title": "T", "text": "T", "slug": "no blanks"}, "slug"),
            ({"title": "T", "text": "T", "applies_to": {"tag": ["a"]}}, "applies_to.tag"),
            ({"title": "T", "text": "T", "applies_to": {"metadata": {"a": []}}}, "applies_to.metadata.a"),
            ({"title": "T", "text": "T", "applies_to": []}, "applies_to"),
        ],
    )
    def test_a_fault_names_its_field(
        self, body: dict[str, Any], field: str, project: Project, curator: APIClient
    ) -> None:
        refused = curator.post(f"/api/projects/{project.pk}/principles/", body)

        assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])
        assert not Principle.objects.exists()

    def test_the_list_is_filtered(self, make: Make, project: Project, curator: APIClient) -> None:
        kept, advice, gone = make("A"), make("B", kind="guideline"), make("C")
        principle_archive(principle_id=gone.pk, archived=True)

        def listed(**params: Any) -> list[int]:
            page = curator.get(f"/api/projects/{project.pk}/principles/", params).json()
            return [each["id"] for each in page["results"]]

        assert listed() == [gone.pk, advice.pk, kept.pk]
        assert listed(archived="false") == [advice.pk, kept.pk]
        assert listed(archived="true") == [gone.pk]
        assert listed(kind="guideline") == [advice.pk]

    def test_a_list_and_a_detail_take_as_many_statements_however_long(
        self, make: Make, campaign: Campaign, project: Project, admin: User, curator: APIClient
    ) -> None:
        def statements(path: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert curator.get(path).status_code == 200
            return len(captured)

        first = make()
        campaign_principles_set(campaign_id=campaign.pk, principles=[first.pk])
        paths = [f"/api/projects/{project.pk}/principles/", f"/api/principles/{first.pk}/"]
        one = [statements(path) for path in paths]
        for number in range(4):
            make(f"Further {number}")
            principle_change(principle_id=first.pk, created_by=admin, text=f"Text {number}.")

        assert [statements(path) for path in paths] == one == [4, 7]


class TestChange:
    def test_makes_the_next_version_and_keeps_the_old(self, make: Make, curator: APIClient) -> None:
        principle = make(applies_to={"tags": ["law"]})

        changed = curator.post(f"/api/principles/{principle.pk}/versions/", {"text": "Shorter.", "based_on": 1})

        assert changed.status_code == 201
        shown = [(each["number"], each["title"], each["text"]) for each in changed.json()["versions"]]
        assert shown == [(2, "Honest", "Shorter."), (1, "Honest", "Say what is not known.")]
        assert changed.json()["applies_to"] == {"tags": ["law"]}
        assert changed.json()["changed_by"]["name"] == "Curator"

    def test_that_changes_nothing_makes_none(self, make: Make, curator: APIClient) -> None:
        principle = make(applies_to={"tags": ["law"]})
        before = everything()

        same = curator.post(
            f"/api/principles/{principle.pk}/versions/", {"applies_to": {"tags": ["law"], "keywords": []}}
        )

        assert (same.status_code, same.json()["version"]) == (200, 1)
        assert everything() == before

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"text": "", "based_on": 2}, 400),
            ({"text": "a" * 4001}, 400),
            ({"applies_to": {"keywords": "dose"}}, 400),
            ({"text": "Mine.", "based_on": 1}, 409),
        ],
    )
    def test_a_refusal_changes_nothing(
        self, body: dict[str, Any], status: int, make: Make, admin: User, curator: APIClient
    ) -> None:
        principle = make()
        principle_change(principle_id=principle.pk, created_by=admin, text="Somebody else's.")
        before = everything()

        assert curator.post(f"/api/principles/{principle.pk}/versions/", body).status_code == status
        assert everything() == before

    def test_an_archived_one_is_brought_back_first(self, make: Make, curator: APIClient) -> None:
        address = f"/api/principles/{make().pk}/"

        assert curator.patch(address, {"archived": True}).json()["archived_at"] is not None
        assert curator.post(f"{address}versions/", {"text": "New."}).status_code == 409
        assert curator.patch(address, {"archived": False}).json()["archived_at"] is None
        assert curator.post(f"{address}versions/", {"text": "New."}).status_code == 201

    def test_the_database_refuses_to_change_a_version(self, make: Make) -> None:
        make()

        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            PrincipleVersion.objects.update(text="Other.")


class TestCurrent:
    def test_gives_the_newest_texts_in_the_order_asked_for(self, make: Make, project: Project, admin: User) -> None:
        first, second = make("A", applies_to={"keywords": ["x"]}), make("B")
        principle_change(principle_id=first.pk, created_by=admin, text="New.")
        principle_archive(principle_id=second.pk, archived=True)

        with CaptureQueriesContext(connection) as captured:
            texts = principles_current(project.pk, [second.pk, first.pk])

        assert [(each.id, each.version, each.slug, each.title, each.text) for each in texts] == [
            (second.pk, 1, "b", "B", "Say what is not known."),
            (first.pk, 2, "a", "A", "New."),
        ]
        assert texts[1].applies_to == {"keywords": ["x"]}
        assert len(captured) == 1

    def test_names_those_that_are_none_of_the_project_s(self, make: Make, admin: User) -> None:
        principle = make()
        other = project_create(created_by=admin, name="Other")

        with pytest.raises(ApplicationError, match=f"no principle {principle.pk};"):
            principles_current(other.pk, [principle.pk])


class TestCampaign:
    def test_people_read_them_in_the_order_chosen(
        self, make: Make, campaign: Campaign, curator: APIClient, ann_client: APIClient
    ) -> None:
        first, second = make("A"), make("B", kind="guideline")
        address = f"/api/campaigns/{campaign.pk}/principles/"

        set_to = curator.put(address, {"principles": [second.pk, first.pk]})

        texts = [
            {
                "id": each.pk,
                "version": 1,
                "kind": each.kind,
                "slug": slug,
                "title": title,
                "text": "Say what is not known.",
            }
            for each, slug, title in ((second, "b", "B"), (first, "a", "A"))
        ]
        assert (set_to.status_code, set_to.json()) == (200, {"principles": texts})
        assert curator.get(address).json() == {"principles": texts}
        (mine,) = ann_client.get("/api/my/campaigns/").json()["results"]
        assert (mine["principles"], mine["guidelines_version"]) == (texts, 2)

    def test_the_guidelines_version_of_an_answer_tells_what_was_read(
        self, make: Make, campaign: Campaign, enqueue: Any, ann_client: APIClient, answer: Any, admin: User
    ) -> None:
        enqueue(campaign, 3)
        principle = make()
        campaign_principles_set(campaign_id=campaign.pk, principles=[principle.pk])
        answer(ann_client, campaign)
        principle_change(principle_id=principle.pk, created_by=admin, title="Honesty")
        campaign_principles_set(campaign_id=campaign.pk, principles=[principle.pk])  # changes nothing
        answer(ann_client, campaign)
        campaign_update(campaign_id=campaign.pk, guidelines="New.")
        campaign_principles_set(campaign_id=campaign.pk, principles=[])

        versions = GuidelinesVersion.objects.filter(campaign=campaign).order_by("version")
        assert [(each.version, each.text, each.principles) for each in versions] == [
            (1, "Prefer the honest answer.", []),
            (2, "Prefer the honest answer.", [{"id": principle.pk, "version": 1, "title": "Honest"}]),
            (3, "Prefer the honest answer.", [{"id": principle.pk, "version": 2, "title": "Honesty"}]),
            (4, "New.", [{"id": principle.pk, "version": 2, "title": "Honesty"}]),
            (5, "New.", []),
        ]
        assert list(Feedback.objects.order_by("pk").values_list("lease__guidelines_version", flat=True)) == [2, 3]

    def test_the_versions_of_the_guidelines_name_them(self, make: Make, campaign: Campaign, curator: APIClient) -> None:
        principle = make()
        campaign_principles_set(campaign_id=campaign.pk, principles=[principle.pk])

        newest, oldest = curator.get(f"/api/campaigns/{campaign.pk}/guidelines-versions/").json()["results"]

        assert newest["principles"] == [{"id": principle.pk, "version": 1, "title": "Honest"}]
        assert oldest["principles"] == []

    def test_a_refusal_changes_nothing(self, make: Make, campaign: Campaign, curator: APIClient, admin: User) -> None:
        shown, gone, free = make("A"), make("B"), make("C")
        campaign_principles_set(campaign_id=campaign.pk, principles=[shown.pk])
        principle_archive(principle_id=gone.pk, archived=True)
        other = principle_create(
            project=project_create(created_by=admin, name="Other"), created_by=admin, title="T", text="T"
        )
        before = everything()

        def refusal(*ids: int) -> int:
            return curator.put(f"/api/campaigns/{campaign.pk}/principles/", {"principles": ids}).status_code

        assert refusal(free.pk, other.pk) == 400
        assert refusal(free.pk, 10**12) == 400
        assert refusal(free.pk, free.pk) == 400
        assert refusal(free.pk, gone.pk) == 409
        assert everything() == before

    def test_one_archived_later_stays(self, make: Make, campaign: Campaign, curator: APIClient) -> None:
        first, second = make("A"), make("B")
        campaign_principles_set(campaign_id=campaign.pk, principles=[first.pk])
        principle_archive(principle_id=first.pk, archived=True)

        again = curator.put(f"/api/campaigns/{campaign.pk}/principles/", {"principles": [second.pk, first.pk]})

        assert [each["id"] for each in again.json()["principles"]] == [second.pk, first.pk]
        detail = curator.get(f"/api/principles/{first.pk}/").json()
        assert detail["campaigns"] == [{"id": campaign.pk, "name": "Round one", "state": "active"}]
        assert detail["campaign_count"] == 1


class TestItem:
    def test_the_panel_is_told_which_are_about_the_item_shown(
        self, make: Make, campaign: Campaign, ann_client: APIClient
    ) -> None:
        items_enqueue(
            campaign_id=campaign.pk,
            rows=[item_row(7, traits=Traits(["law"], {"language": ["de"]})), item_row(8)],
            source_version_id=None,
        )
        always = make("Always")
        law = make("Law", applies_to={"tags": ["law"], "metadata": {"language": ["de"]}})
        seven = make("Seven", applies_to={"keywords": ["7"]})
        eight = make("Eight", applies_to={"keywords": ["8"]})
        ids = [eight.pk, seven.pk, law.pk, always.pk]
        campaign_principles_set(campaign_id=campaign.pk, principles=ids)

        first = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        second = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {"exclude": [first["lease"]["id"]]}).json()

        def applying(payload: dict[str, Any]) -> list[int]:
            with CaptureQueriesContext(connection) as captured:
                told = ann_client.get(f"/api/leases/{payload['lease']['id']}/principles/").json()
            assert len(captured) == 7
            return told["applying"]

        assert applying(first) == [seven.pk, law.pk, always.pk]
        assert applying(second) == [eight.pk, always.pk]
        assert "traits" not in first["item"]

    def test_other_people_s_items_tell_nothing(
        self, campaign: Campaign, enqueue: Any, ann_client: APIClient, bob_client: APIClient
    ) -> None:
        enqueue(campaign, 1)
        ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {})

        assert bob_client.get(f"/api/leases/{Lease.objects.get().pk}/principles/").status_code == 404
