"""Flags, comments and mentions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotation.models import Campaign, CampaignAnnotator, CommentMention, Item, ItemComment, ItemFlag, Lease
from tests.annotation.conftest import prefers
from webapp.accounts.models import User
from webapp.projects.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient) -> dict[str, Any]:
    """What `next` gave to Ann."""
    enqueue(campaign, 3)
    return ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()


@pytest.fixture
def rita(make_member: Callable[..., User]) -> User:
    user = make_member("reviewer", "rita@example.org")
    User.objects.filter(pk=user.pk).update(name="Rita Ray")
    user.refresh_from_db()
    return user


@pytest.fixture
def rita_client(rita: User, client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(rita)


def flag(client: APIClient, held: dict[str, Any], **body: Any) -> Any:
    return client.post(f"/api/leases/{held['lease']['id']}/flag/", body)


def comment(client: APIClient, held: dict[str, Any], text: str) -> Any:
    return client.post(f"/api/leases/{held['lease']['id']}/comments/", {"text": text})


def review(client: APIClient, held: dict[str, Any], text: str) -> Any:
    return client.post(f"/api/items/{held['item']['id']}/comments/", {"text": text})


class TestFlags:
    def test_a_flag_leaves_the_lease_alone(self, held: dict[str, Any], ann: User, ann_client: APIClient) -> None:
        made = flag(ann_client, held, reason="broken", note="The code is cut off.")

        assert made.status_code == 201
        stored = ItemFlag.objects.get()
        assert made.json() == {
            "id": stored.pk,
            "reason": "broken",
            "note": "The code is cut off.",
            "state": "open",
            "created_at": made.json()["created_at"],
        }
        assert (stored.item_id, stored.author_id, stored.state) == (held["item"]["id"], ann.pk, "open")
        assert Lease.objects.get().state == "active"
        submitted = ann_client.post(f"/api/leases/{held['lease']['id']}/submit/", {"answers": prefers(held)})
        assert submitted.status_code == 201
        assert flag(ann_client, held, reason="unsafe").status_code == 201

    def test_the_same_open_reason_again_is_the_same_flag(
        self, held: dict[str, Any], ann_client: APIClient, rita_client: APIClient
    ) -> None:
        first = flag(ann_client, held, reason="broken", note="One")
        again = flag(ann_client, held, reason="broken", note="Two")
        other = flag(ann_client, held, reason="other")

        assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
        assert again.json() == first.json()
        assert ItemFlag.objects.count() == 2
        rita_client.post(f"/api/flags/{first.json()['id']}/resolve/")
        assert flag(ann_client, held, reason="broken").status_code == 201
        assert ItemFlag.objects.filter(reason="broken").count() == 2

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "reason"),
            ({"reason": "dull"}, "reason"),
            ({"reason": 5}, "reason"),
            ({"reason": "other", "note": "x" * 2001}, "note"),
            ({"reason": "other", "note": "a\0"}, "note"),
        ],
    )
    def test_what_is_no_flag_is_refused(
        self, held: dict[str, Any], ann_client: APIClient, body: dict[str, Any], field: str
    ) -> None:
        refused = flag(ann_client, held, **body)

        assert refused.status_code == 400
        assert refused.json()["fields"].keys() == {field}
        assert ItemFlag.objects.count() == 0

    def test_only_who_holds_the_item_can_flag_it(
        self, held: dict[str, Any], ann: User, ann_client: APIClient, bob_client: APIClient, rita_client: APIClient
    ) -> None:
        assert flag(bob_client, held, reason="other").status_code == 404
        assert flag(rita_client, held, reason="other").status_code == 404
        CampaignAnnotator.objects.filter(user=ann).update(active=False)
        assert flag(ann_client, held, reason="other").status_code == 403
        assert ItemFlag.objects.count() == 0

    def test_reviewers_see_and_resolve_them(
        self, campaign: Campaign, held: dict[str, Any], ann: User, ann_client: APIClient, rita: User, rita_client: Any
    ) -> None:
        first = flag(ann_client, held, reason="broken").json()["id"]
        second = flag(ann_client, held, reason="unsafe", note="See the end.").json()["id"]

        done = rita_client.post(f"/api/flags/{first}/resolve/")
        twice = rita_client.post(f"/api/flags/{first}/resolve/")

        assert (done.status_code, twice.status_code) == (200, 409)
        assert done.json()["resolved_by"]["id"] == rita.pk
        url = f"/api/campaigns/{campaign.pk}/flags/"
        assert [row["id"] for row in rita_client.get(url).json()["results"]] == [second, first]
        (open_one,) = rita_client.get(url, {"state": "open"}).json()["results"]
        assert open_one == {
            "id": second,
            "reason": "unsafe",
            "note": "See the end.",
            "state": "open",
            "created_at": open_one["created_at"],
            "item": {
                "id": held["item"]["id"],
                "position": 0,
                "record_id": Item.objects.get(pk=held["item"]["id"]).record_id,
            },
            "author": {"id": ann.pk, "email": ann.email, "name": ann.name},
            "resolved_by": None,
            "resolved_at": None,
        }
        assert [row["id"] for row in rita_client.get(url, {"state": "resolved"}).json()["results"]] == [first]
        assert rita_client.get(url, {"state": "lost"}).status_code == 400
        assert ann_client.get(url).status_code == 403
        assert ann_client.post(f"/api/flags/{second}/resolve/").status_code == 403
        assert ItemFlag.objects.get(pk=second).state == "open"


class TestComments:
    def test_an_annotator_writes_to_reviewers(
        self, campaign: Campaign, held: dict[str, Any], ann: User, ann_client: APIClient, rita: User, rita_client: Any
    ) -> None:
        made = comment(ann_client, held, "Is this satire, @ritaray?")

        assert made.status_code == 201
        body = made.json()
        assert body == {
            "id": ItemComment.objects.get().pk,
            "item": body["item"],
            "author": {"id": ann.pk, "name": "Ann"},
            "mine": True,
            "text": "Is this satire, @RitaRay?",
            "mentions": [{"id": rita.pk, "name": "Rita Ray", "handle": "RitaRay"}],
            "created_at": body["created_at"],
        }
        (row,) = rita_client.get(f"/api/campaigns/{campaign.pk}/comments/").json()["results"]
        assert row["author"] == {"id": ann.pk, "name": "Ann", "email": "ann@example.org"}
        assert (row["mine"], row["text"]) == (False, "Is this satire, @RitaRay?")
        assert rita_client.get(f"/api/items/{held['item']['id']}/comments/").json()["results"] == [row]
        (mention,) = rita_client.get("/api/my/mentions/").json()["results"]
        assert mention["comment"] == row
        assert mention["campaign"] == {"id": campaign.pk, "name": campaign.name}
        assert (mention["read_at"], mention["lease"]) == (None, None)

    def test_an_annotator_can_mention_no_annotator(
        self, held: dict[str, Any], ann_client: APIClient, bob: User, rita: User
    ) -> None:
        refusals = [comment(ann_client, held, f"Look, @{name}") for name in ("Bob", "bob@example.org", "nobody")]

        assert {refused.status_code for refused in refusals} == {400}
        assert all(refused.json()["fields"].keys() == {"text"} for refused in refusals)
        # A real annotator's name is refused in the same words as one that nobody has.
        assert len({refused.json()["message"].split("”")[1] for refused in refusals}) == 1
        assert ItemComment.objects.count() == CommentMention.objects.count() == 0

    @pytest.mark.parametrize("text", ["", "  ", "x" * 5001, "a\0b", None, ["x"]])
    def test_what_says_nothing_is_refused(self, held: dict[str, Any], ann_client: APIClient, text: Any) -> None:
        refused = ann_client.post(f"/api/leases/{held['lease']['id']}/comments/", {"text": text})

        assert refused.status_code == 400
        assert ItemComment.objects.count() == 0

    def test_annotators_see_their_own_and_what_reviewers_tell_them(
        self,
        make_campaign: Callable[..., Campaign],
        enqueue: Callable[..., Any],
        ann: User,
        bob: User,
        ann_client: APIClient,
        bob_client: APIClient,
        rita_client: APIClient,
        assign: Callable[..., Any],
    ) -> None:
        campaign = make_campaign(overlap=2)
        enqueue(campaign, 1)
        for user in (ann, bob):
            assign(campaign, user)
        ann_has = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        bob_has = bob_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        assert ann_has["item"]["id"] == bob_has["item"]["id"]
        comment(ann_client, ann_has, "I find the first one rude.")
        comment(bob_client, bob_has, "I do not understand it.")
        review(rita_client, ann_has, "For reviewers alone.")
        review(rita_client, ann_has, "Bob's answer, @ann and @bob@example.org: read it again.")

        to_ann = ann_client.get(f"/api/leases/{ann_has['lease']['id']}/comments/").json()["results"]
        to_bob = bob_client.get(f"/api/leases/{bob_has['lease']['id']}/comments/").json()["results"]
        to_rita = rita_client.get(f"/api/items/{ann_has['item']['id']}/comments/").json()["results"]

        assert [row["text"] for row in to_ann] == [
            "I find the first one rude.",
            "Bob's answer, @Ann and @…: read it again.",
        ]
        assert [row["author"] for row in to_ann] == [
            {"id": ann.pk, "name": "Ann"},
            {"id": to_rita[2]["author"]["id"], "name": "Rita Ray"},
        ]
        assert [row["id"] for row in to_ann[1]["mentions"]] == [ann.pk]
        assert [row["text"] for row in to_bob][1] == "Bob's answer, @… and @Bob: read it again."
        assert len(to_rita) == 4
        assert to_rita[3]["text"] == "Bob's answer, @Ann and @Bob: read it again."
        assert ann_client.get(f"/api/leases/{bob_has['lease']['id']}/comments/").status_code == 404
        for url in (f"items/{ann_has['item']['id']}", f"campaigns/{campaign.pk}"):
            assert ann_client.get(f"/api/{url}/comments/").status_code == 403

    def test_what_a_fellow_annotator_said_as_a_reviewer_is_not_shown(
        self, held: dict[str, Any], ann_client: APIClient, rita: User, rita_client: APIClient
    ) -> None:
        review(rita_client, held, "@ann: well done.")
        url = f"/api/leases/{held['lease']['id']}/comments/"
        assert len(ann_client.get(url).json()["results"]) == 1

        Membership.objects.filter(user=rita).update(role="annotator")

        assert ann_client.get(url).json()["results"] == []
        assert ann_client.get("/api/my/mentions/").json()["results"] == []

    def test_annotators_are_told_whom_they_can_mention(
        self, held: dict[str, Any], ann_client: APIClient, bob: User, bob_client: APIClient, rita: User, admin: User
    ) -> None:
        url = f"/api/leases/{held['lease']['id']}/mentionable/"

        people = ann_client.get(url).json()["results"]

        assert people == [
            {"id": admin.pk, "name": "Admin", "handle": "Admin"},
            {"id": rita.pk, "name": "Rita Ray", "handle": "RitaRay"},
        ]
        assert bob_client.get(url).status_code == 404

    def test_a_new_name_shows_in_old_comments(self, held: dict[str, Any], ann_client: Any, rita: User) -> None:
        comment(ann_client, held, "@RitaRay?")
        User.objects.filter(pk=rita.pk).update(name="Rita Sun")

        (row,) = ann_client.get(f"/api/leases/{held['lease']['id']}/comments/").json()["results"]

        assert row["text"] == "@RitaSun?"


class TestMentions:
    def test_unread_come_first_and_pages_join(
        self, held: dict[str, Any], ann: User, ann_client: APIClient, rita_client: APIClient
    ) -> None:
        for number in range(5):
            review(rita_client, held, f"@ann {number}")
        ids = list(CommentMention.objects.order_by("id").values_list("id", flat=True))

        assert ann_client.post(f"/api/mentions/{ids[4]}/read/").status_code == 204
        assert ann_client.post(f"/api/mentions/{ids[2]}/read/").status_code == 204
        assert ann_client.post(f"/api/mentions/{ids[2]}/read/").status_code == 204

        rows: list[dict[str, Any]] = []
        cursor = None
        for _ in range(3):
            body = ann_client.get("/api/my/mentions/", {"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
            rows += body["results"]
            cursor = body["next"]
        assert cursor is None
        assert [row["id"] for row in rows] == [ids[3], ids[1], ids[0], ids[4], ids[2]]
        assert [row["read_at"] is None for row in rows] == [True, True, True, False, False]
        assert {row["lease"] for row in rows} == {held["lease"]["id"]}
        assert {row["comment"]["author"]["name"] for row in rows} == {"Rita Ray"}

    def test_nobody_reads_for_somebody_else(
        self, held: dict[str, Any], ann: User, bob_client: APIClient, rita_client: APIClient
    ) -> None:
        review(rita_client, held, "@ann")
        pk = CommentMention.objects.get().pk

        assert bob_client.post(f"/api/mentions/{pk}/read/").status_code == 404
        assert rita_client.post(f"/api/mentions/{pk}/read/").status_code == 404
        assert rita_client.post("/api/mentions/999999/read/").status_code == 404
        assert CommentMention.objects.get().read_at is None
        assert bob_client.get("/api/my/mentions/").json() == {"results": [], "next": None}

    def test_former_members_see_nothing(
        self, held: dict[str, Any], ann: User, ann_client: Any, rita_client: Any
    ) -> None:
        review(rita_client, held, "@ann")
        Membership.objects.filter(user=ann).delete()

        assert ann_client.get("/api/my/mentions/").json()["results"] == []


def test_lists_take_as_many_statements_for_many_rows_as_for_one(
    campaign: Campaign, held: dict[str, Any], ann: User, ann_client: APIClient, rita: User, rita_client: APIClient
) -> None:
    lists = {
        f"/api/leases/{held['lease']['id']}/comments/": ann_client,
        f"/api/items/{held['item']['id']}/comments/": rita_client,
        f"/api/campaigns/{campaign.pk}/comments/": rita_client,
        f"/api/campaigns/{campaign.pk}/flags/": rita_client,
        "/api/my/mentions/": ann_client,
    }

    def counts() -> dict[str, int]:
        found = {}
        for url, client in lists.items():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).json()["results"]
            found[url] = len(captured)
        return found

    def talk() -> None:
        comment(ann_client, held, "@RitaRay?")
        review(rita_client, held, "@ann and @RitaRay")

    talk()
    flag(ann_client, held, reason="broken")
    few = counts()
    for _ in range(6):
        talk()
    for reason in ("unsafe", "other", "upsetting"):
        flag(ann_client, held, reason=reason)

    assert counts() == few
    assert sum(few.values()) <= 34
