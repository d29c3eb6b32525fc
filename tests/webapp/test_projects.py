"""Projects, members and invitations."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.conftest import PASSWORD
from webapp.accounts.models import User
from webapp.projects.models import Invitation, Membership, Project

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


def test_creating_a_project_makes_its_creator_admin(client_of: ClientOf, make_user: Callable[..., User]) -> None:
    client = client_of(make_user("new@example.org"))

    created = client.post("/api/projects/", {"name": "Safety", "description": "Round 1"})
    listed = client.get("/api/projects/").json()["results"]

    assert created.status_code == 201
    assert created.json()["role"] == "admin"
    assert "member.manage" in created.json()["verbs"]
    assert [p["name"] for p in listed] == ["Safety"]


def test_a_project_needs_a_name(client_of: ClientOf, admin: User) -> None:
    answer = client_of(admin).post("/api/projects/", {"name": "  "})

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"name"}
    assert Project.objects.count() == 0


def test_outsiders_cannot_tell_that_a_project_exists(
    client_of: ClientOf, project: Project, make_user: Callable[..., User]
) -> None:
    client = client_of(make_user("outsider@example.org"))

    existing, missing = client.get(f"/api/projects/{project.pk}/"), client.get("/api/projects/999999/")

    assert existing.status_code == missing.status_code == 404
    assert existing.json() == missing.json()


def test_inviting_someone_new_gives_a_link_that_works_once(client_of: ClientOf, project: Project, admin: User) -> None:
    created = client_of(admin).post(
        f"/api/projects/{project.pk}/members/", {"email": "Ada@Example.org", "role": "annotator"}
    )
    token = re.sub(r".*/invitations/", "", created.json()["invitation_url"])
    visitor = APIClient()

    seen = visitor.get(f"/api/invitations/{token}/").json()
    accepted = visitor.post(f"/api/invitations/{token}/accept/", {"name": "Ada", "password": PASSWORD})
    again = APIClient().post(f"/api/invitations/{token}/accept/", {"name": "Eve", "password": PASSWORD})

    assert created.status_code == 201
    assert seen == {"email": "ada@example.org", "project_name": "Helpful answers", "role": "annotator"}
    assert accepted.json() == {"redirect": "/"}
    assert visitor.get("/api/me/").json()["name"] == "Ada"
    assert (again.status_code, again.json()["type"]) == (410, "gone")
    assert User.objects.get(email="ada@example.org").name == "Ada"
    assert token not in Invitation.objects.get().token_digest


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123"])
def test_a_weak_password_is_refused_and_the_link_stays_good(
    client_of: ClientOf, project: Project, admin: User, password: str
) -> None:
    url = client_of(admin).post(
        f"/api/projects/{project.pk}/members/", {"email": "ada@example.org", "role": "annotator"}
    )
    token = url.json()["invitation_url"].rpartition("/")[2]

    answer = APIClient().post(f"/api/invitations/{token}/accept/", {"name": "Ada", "password": password})

    assert answer.status_code == 400
    assert "password" in answer.json()["fields"]
    assert not User.objects.get(email="ada@example.org").has_usable_password()
    assert Invitation.objects.get().accepted_at is None


def test_an_old_link_stops_working(client_of: ClientOf, project: Project, admin: User) -> None:
    client = client_of(admin)
    member = client.post(f"/api/projects/{project.pk}/members/", {"email": "a@example.org", "role": "curator"}).json()
    second = client.post(f"/api/members/{member['id']}/invitation/").json()["invitation_url"].rpartition("/")[2]
    first = member["invitation_url"].rpartition("/")[2]
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert APIClient().get(f"/api/invitations/{first}/").status_code == 404
    late = APIClient().post(f"/api/invitations/{second}/accept/", {"name": "A", "password": PASSWORD})
    assert (late.status_code, late.json()["type"]) == (410, "gone")


def test_someone_with_an_account_is_added_without_a_link(
    client_of: ClientOf, project: Project, admin: User, make_user: Callable[..., User]
) -> None:
    make_user("known@example.org")
    url = f"/api/projects/{project.pk}/members/"

    added = client_of(admin).post(url, {"email": "KNOWN@example.org", "role": "curator"})
    twice = client_of(admin).post(url, {"email": "known@example.org", "role": "admin"})

    assert (added.status_code, added.json()["invitation_url"]) == (201, None)
    assert twice.status_code == 409
    assert Membership.objects.get(user__email="known@example.org").role == "curator"


def test_the_last_admin_stays(client_of: ClientOf, project: Project, admin: User) -> None:
    client = client_of(admin)
    membership = Membership.objects.get(user=admin)

    demoted = client.patch(f"/api/members/{membership.pk}/", {"role": "curator"})
    removed = client.delete(f"/api/members/{membership.pk}/")

    assert demoted.status_code == removed.status_code == 409
    membership.refresh_from_db()
    assert membership.role == "admin"


def test_roles_change_and_members_leave(
    client_of: ClientOf, project: Project, admin: User, make_member: Callable[..., User]
) -> None:
    membership = Membership.objects.get(user=make_member("annotator"))
    client = client_of(admin)

    changed = client.patch(f"/api/members/{membership.pk}/", {"role": "reviewer"})
    removed = client.delete(f"/api/members/{membership.pk}/")

    assert (changed.status_code, changed.json()["role"]) == (200, "reviewer")
    assert removed.status_code == 204
    assert list(Membership.objects.values_list("user__email", flat=True)) == ["admin@example.org"]
    assert User.objects.filter(email="annotator@example.org").exists()


def test_members_page_by_cursor(
    client_of: ClientOf, project: Project, admin: User, make_member: Callable[..., User]
) -> None:
    for number in range(4):
        make_member("annotator", f"a{number}@example.org")
    client, url = client_of(admin), f"/api/projects/{project.pk}/members/"

    first = client.get(url, {"limit": 3}).json()
    second = client.get(url, {"limit": 3, "cursor": first["next"]}).json()

    assert [m["user"]["email"] for m in first["results"] + second["results"]] == [
        "admin@example.org",
        *(f"a{n}@example.org" for n in range(4)),
    ]
    assert second["next"] is None


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"cursor": "???"}, {"cursor": "WzEsMl0"}])
def test_bad_paging_is_refused(client_of: ClientOf, project: Project, admin: User, query: dict[str, str]) -> None:
    answer = client_of(admin).get(f"/api/projects/{project.pk}/members/", query)

    assert (answer.status_code, answer.json()["type"]) == (400, "invalid")
