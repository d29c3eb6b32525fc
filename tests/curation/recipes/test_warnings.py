"""A preview says where a recipe does what the literature warns of, and is quiet elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
Preview = Callable[..., Any]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def version(project: Project, admin: User) -> DatasetVersion:
    """Ten pairs; the chosen text is longer by 1 to 10 characters, and the longer the stronger."""
    records = [make_record(f"Q{n}", ["x" * (11 + n), "y" * 10], [(0, 1, -1 - n // 4, "human")] * 2) for n in range(10)]
    return make_version(project, admin, records)


@pytest.fixture
def preview(client_of: Callable[..., APIClient], admin: User, version: DatasetVersion) -> Preview:
    def warnings(*steps: dict[str, Any]) -> list[tuple[int | None, str]]:
        body = {"dataset_version": version.pk, "steps": list(steps)}
        answer = client_of(admin).post("/api/recipes/preview/", body)
        assert answer.status_code == 200, answer.json()
        return [(each["index"], each["message"]) for each in answer.json()["warnings"]]

    return warnings


def compute(client: APIClient, work: Callable[[int], Job], version: DatasetVersion, kind: str) -> Signal:
    accepted = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": kind}).json()
    work(accepted["id"])
    return Signal.objects.get(pk=accepted["subject"]["id"])


def test_agreement_is_no_quality(preview: Preview) -> None:
    (found,) = preview({"type": "strength"}, {"type": "filter", "on": {"fact": "agreement"}, "min": 1})

    assert found[0] == 1
    assert found[1].startswith("Keeping only pairs that people agree on favours easy items")


def test_a_plain_recipe_is_left_in_peace(preview: Preview) -> None:
    assert preview({"type": "strength"}, {"type": "filter", "on": {"fact": "votes"}, "min": 2}) == []


def test_margins_are_looked_at_beside_lengths(
    client_of: Callable[..., APIClient],
    work: Callable[[int], Job],
    admin: User,
    version: DatasetVersion,
    preview: Preview,
) -> None:
    people = compute(client_of(admin), work, version, "human_strength")
    margin = {"type": "signal_margin", "signal": people.pk, "min": 0}
    assert preview(margin) == []

    lengths = compute(client_of(admin), work, version, "length")

    (found,) = preview(margin)
    assert found[0] == 0
    assert found[1].startswith("This margin goes with length (correlation +0.9")
    # A length is no proxy for itself.
    assert preview({"type": "signal_margin", "signal": lengths.pk, "min": 0}) == []


def test_only_the_largest_margins_are_left(
    client_of: Callable[..., APIClient],
    work: Callable[[int], Job],
    admin: User,
    version: DatasetVersion,
    preview: Preview,
) -> None:
    lengths = compute(client_of(admin), work, version, "length")

    (found,) = preview({"type": "labels"}, {"type": "signal_margin", "signal": lengths.pk, "min": 10})

    assert found[0] == 1
    assert found[1].startswith("Only the largest margins are left.")
