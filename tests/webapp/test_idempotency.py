"""`Idempotency-Key`: a retried write happens once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from rest_framework.test import APIClient

from webapp.accounts.models import User
from webapp.api.models import IdempotencyKey
from webapp.projects.models import Project

ClientOf = Callable[..., APIClient]


@pytest.mark.django_db
def test_a_retry_gets_the_first_answer(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)

    first = client.post("/api/projects/", {"name": "Once"}, HTTP_IDEMPOTENCY_KEY="k1")
    second = client.post("/api/projects/", {"name": "Once"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replay"] == "true"
    assert Project.objects.count() == 1


@pytest.mark.django_db
def test_a_key_cannot_be_used_for_something_else(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    client.post("/api/projects/", {"name": "Once"}, HTTP_IDEMPOTENCY_KEY="k1")

    other = client.post("/api/projects/", {"name": "Twice"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert (other.status_code, other.json()["type"]) == (409, "conflict")
    assert Project.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_write_may_be_corrected_under_its_key(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)

    refused = client.post("/api/projects/", {"name": ""}, HTTP_IDEMPOTENCY_KEY="k1")
    corrected = client.post("/api/projects/", {"name": "Good"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert (refused.status_code, corrected.status_code) == (400, 201)
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_keys_of_two_people_do_not_meet(client_of: ClientOf, admin: User, make_user: Callable[..., User]) -> None:
    other = client_of(make_user("other@example.org"))

    client_of(admin).post("/api/projects/", {"name": "A"}, HTTP_IDEMPOTENCY_KEY="k1")
    answer = other.post("/api/projects/", {"name": "B"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert answer.status_code == 201
    assert Project.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_eight_retries_at_once_write_once(client_of: ClientOf, admin: User) -> None:
    answers: list[tuple[int, int]] = []
    clients = [client_of(admin) for _ in range(8)]

    def call(client: APIClient) -> None:
        try:
            answer = client.post("/api/projects/", {"name": "Once"}, HTTP_IDEMPOTENCY_KEY="k1")
            answers.append((answer.status_code, answer.json()["id"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert set(answers) == {(201, Project.objects.get().pk)}
