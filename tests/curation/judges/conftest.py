"""A judge of the test's project, and rules that answer in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.judges import models_of
from curation.judges.services import judge_create
from curation.models import Judge
from tests.curation.judges.mock_judges import RuleBackend, better_text
from webapp.accounts.models import User
from webapp.projects.models import Project


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def make_judge(project: Project, admin: User) -> Callable[..., Judge]:
    """`make_judge(protocol, **facts)`: a judge that asks the packaged model."""

    def make(protocol: str = "pair_letter", **facts: Any) -> Judge:
        given = {
            "name": f"Judge {protocol}",
            "description": "",
            "source": "packaged",
            "model": {},
            "family": "",
            "instructions": "",
            "options": {},
            "principles": [],
            "sampling": {},
            "prices": None,
            **facts,
        }
        return judge_create(project=project, created_by=admin, protocol=protocol, **given)

    return make


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`answering(backend)`: every judge is answered by this backend instead of by its model."""

    def use(backend: Any = None) -> Any:
        backend = backend or RuleBackend(better_text)
        monkeypatch.setattr(models_of, "_local", lambda judge: backend)
        monkeypatch.setattr(models_of, "_endpoint", lambda judge: backend)
        monkeypatch.setattr(models_of, "_loaded", {})
        return backend

    return use
