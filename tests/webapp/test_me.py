"""`/api/me/` and API tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from webapp.accounts.models import ApiToken, User
from webapp.accounts.services.profile import keymap_checked
from webapp.accounts.services.tokens import token_create, tokens_forget_expired
from webapp.api.errors import ApplicationError
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


def test_me_says_who_and_where(client_of: ClientOf, admin: User, project: Project) -> None:
    body = client_of(admin).get("/api/me/").json()

    assert body == {
        "id": admin.pk,
        "email": "admin@example.org",
        "name": "Admin",
        "is_simulated": False,
        "keymap": {},
        "locale": "",
        "memberships": [{"project": {"id": project.pk, "name": "Helpful answers"}, "role": "admin"}],
    }


def test_people_keep_their_own_keys_and_language(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    keymap = {"annotate.submit": ["Enter", "Ctrl+Enter"], "annotate.skip": ["ä"], "annotate.flag": []}

    changed = client.patch("/api/me/", {"keymap": keymap, "locale": "de"}).json()
    renamed = client.patch("/api/me/", {"name": "Ada"}).json()

    assert (changed["keymap"], changed["locale"], changed["name"]) == (keymap, "de", "Admin")
    assert (renamed["keymap"], renamed["locale"], renamed["name"]) == (keymap, "de", "Ada")
    back = client.patch("/api/me/", {"keymap": {}, "locale": ""}).json()
    assert (back["keymap"], back["locale"]) == ({}, "")
    assert client.get("/api/me/").json() == back


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"keymap": []}, "keymap"),
        ({"keymap": None}, "keymap"),
        ({"keymap": "x"}, "keymap"),
        ({"keymap": {"": ["x"]}}, "keymap"),
        ({"keymap": {"a b": ["x"]}}, "keymap"),
        ({"keymap": {"a" * 81: ["x"]}}, "keymap"),
        ({"keymap": {"skip": "x"}}, "keymap.skip"),
        ({"keymap": {"skip": [1]}}, "keymap.skip"),
        ({"keymap": {"skip": [""]}}, "keymap.skip"),
        ({"keymap": {"skip": ["a\0"]}}, "keymap.skip"),
        ({"keymap": {"skip": ["x" * 41]}}, "keymap.skip"),
        ({"keymap": {"skip": list("abcde")}}, "keymap.skip"),
        ({"keymap": {f"a{number}": ["x"] for number in range(201)}}, "keymap"),
        ({"locale": "German"}, "locale"),
        ({"locale": "de_DE"}, "locale"),
        ({"locale": "x" * 300}, "locale"),
        ({"locale": None}, "locale"),
        ({"name": "", "locale": "de"}, "name"),
    ],
)
def test_keys_and_languages_of_a_wrong_shape_change_nothing(
    client_of: ClientOf, admin: User, body: dict[str, Any], field: str
) -> None:
    refused = client_of(admin).patch("/api/me/", {"name": "Other", **body})

    assert refused.status_code == 400
    assert refused.json()["fields"].keys() == {field}
    admin.refresh_from_db()
    assert (admin.name, admin.keymap, admin.locale) == ("Admin", {}, "")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_key_map_is_kept_or_refused_with_a_sentence(keymap: object) -> None:
    sentence = ""
    try:
        checked = keymap_checked(keymap)
    except ApplicationError as error:
        sentence, checked = error.message, {}

    if sentence:
        assert sentence.startswith("keymap: ")
    else:
        assert isinstance(keymap, dict)
        assert {action: set(keys) for action, keys in keymap.items()} == {a: set(k) for a, k in checked.items()}


def test_a_token_is_shown_once_and_stored_hashed(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)

    created = client.post("/api/me/tokens/", {"name": "notebook", "scope": "read", "expires_in_days": 7})
    listed = client.get("/api/me/tokens/").json()["results"]

    assert created.status_code == 201
    plain = created.json()["token"]
    stored = ApiToken.objects.get(name="notebook")
    assert plain.startswith("plb_")
    assert plain not in (stored.digest, stored.token_key)
    assert timedelta(days=6) < stored.expiry - timezone.now() <= timedelta(days=7)
    assert [row["name"] for row in listed] == ["notebook", "test"]
    assert "token" not in listed[0]


def test_a_read_token_cannot_write(client_of: ClientOf, admin: User, project: Project) -> None:
    client = client_of(admin, "read")

    seen = client.get(f"/api/projects/{project.pk}/")
    refused = client.patch(f"/api/projects/{project.pk}/", {"name": "Other"})

    assert seen.status_code == 200
    assert (refused.status_code, refused.json()["type"]) == (403, "forbidden")
    project.refresh_from_db()
    assert project.name == "Helpful answers"


@pytest.mark.parametrize("header", ["Bearer plb_unknown", "Bearer", "Bearer two words", "Bearer ü"])
def test_a_bad_token_is_refused(header: str, admin: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)

    answer = client.get("/api/me/")

    assert (answer.status_code, answer.json()["type"]) == (401, "not_authenticated")


def test_an_expired_token_is_refused(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

    assert client.get("/api/me/").status_code == 401


def test_housekeeping_deletes_long_expired_tokens_only(admin: User) -> None:
    for name, age in (("fresh", -1), ("just expired", 1), ("long expired", 31)):
        token, _ = token_create(user=admin, name=name)
        ApiToken.objects.filter(pk=token.pk).update(expiry=timezone.now() - timedelta(days=age))

    deleted = tokens_forget_expired()

    assert deleted == 1
    assert set(ApiToken.objects.values_list("name", flat=True)) == {"fresh", "just expired"}


def test_a_token_is_revoked_by_its_owner_only(client_of: ClientOf, admin: User, make_user: Callable[..., User]) -> None:
    mine, other = client_of(admin), client_of(make_user("other@example.org"))
    key = mine.post("/api/me/tokens/", {"name": "old"}).json()["token_key"]

    assert other.delete(f"/api/me/tokens/{key}/").status_code == 404
    assert ApiToken.objects.filter(name="old").count() == 1
    assert mine.delete(f"/api/me/tokens/{key}/").status_code == 204
    assert ApiToken.objects.filter(name="old").count() == 0


def test_signed_out_people_are_told_to_sign_in() -> None:
    answer = APIClient().get("/api/me/")

    assert (answer.status_code, answer.json()["type"]) == (401, "not_authenticated")


def test_a_body_that_is_not_json_is_refused(client_of: ClientOf, admin: User) -> None:
    answer = client_of(admin).post("/api/projects/", b"{name:", content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The request body is not valid JSON")
