"""Pairs of which a hidden direction decides, and lab runs over them through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion
from tests.curation.making import make_record
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record, make_label

Work = Callable[[int], Job]
Start = Callable[..., Any]
WIDTH = 16


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def world(seed: int, *, pairs: int, flips: float = 0.0, marked: bool = True, votes: int = 1) -> list[Record]:
    """Scores ~ N(0, I) of which a hidden direction decides; labels turned at random, which the metadata may say.

    With several votes each is turned on its own.
    """
    draw = np.random.default_rng(seed)
    truth = draw.normal(size=WIDTH)
    records = []
    for number in range(pairs):
        record = make_record(f"Q{number}", ["first", "second"])
        scores = {"first": np.zeros(WIDTH), "second": draw.normal(size=WIDTH)}
        better = 1 if scores["second"] @ truth > 0 else -1
        turned = draw.random(votes) < flips
        ids = {each.content: each.response_id for each in record.responses}
        record.labels = [
            make_label(
                ids["first"], ids["second"], -better if each else better, source="human", annotator=f"annotator {at}"
            )
            for at, each in enumerate(turned)
        ]
        record.responses = [
            msgspec.structs.replace(
                each, scores={f"f{at}": float(score) for at, score in enumerate(scores[each.content])}
            )
            for each in record.responses
        ]
        if marked:
            record.metadata = {"planted_flip": bool(turned[0])}
        records.append(record)
    return records


def judged(record: Record, wrong: bool) -> Record:
    """The record after somebody adjudicated it."""
    (label,) = record.labels
    assert label.value is not None
    value = -label.value if wrong else label.value
    return msgspec.structs.replace(
        record, labels=[label, make_label(label.a, label.b, value, source="adjudicated")], metadata={}
    )


@pytest.fixture
def start(client: APIClient, project: Project) -> Start:
    """Ask for a run of the recipes (name → steps) over a version; gives the answer."""

    def ask(version: DatasetVersion, recipes: dict[str, Any] | None = None, **body: Any) -> Any:
        chosen = recipes or {"Everything": [], "Strong": [{"type": "strength", "min_strength": 1}]}
        ids = [
            client.post(f"/api/projects/{project.pk}/recipes/", {"name": name, "steps": steps}).json()["id"]
            for name, steps in chosen.items()
        ]
        asked = {"dataset_version": version.pk, "recipes": ids, "features": "scores", "seeds": 3, **body}
        asked["recipes"] = body.get("chosen", asked["recipes"])
        return client.post(f"/api/projects/{project.pk}/lab-runs/", asked)

    return ask


@pytest.fixture
def finished(start: Start, client: APIClient, work: Work) -> Start:
    """The same, worked on by a worker; gives the run as the API shows it."""

    def run(version: DatasetVersion, recipes: dict[str, Any] | None = None, **body: Any) -> Any:
        accepted = start(version, recipes, **body)
        assert accepted.status_code == 202, accepted.json()
        job = work(accepted.json()["id"])
        assert job.state == "succeeded", job.message
        return client.get(f"/api/lab-runs/{accepted.json()['subject']['id']}/").json()

    return run


def by_key(run: Any) -> dict[str, Any]:
    return {
        arm["key"].split(":")[0] + (arm["name"] if arm["kind"] == "recipe" else ""): arm
        for arm in run["results"]["arms"]
    }
