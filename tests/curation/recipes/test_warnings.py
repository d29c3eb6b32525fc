"""A preview says where a recipe does what the literature warns of, and is quiet elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.domain.recipe_steps import parse_steps
from curation.models import DatasetVersion, Signal
from curation.recipes.compile import decided, recipe_compile
from curation.recipes.funnel import funnel_of
from curation.recipes.warnings import recipe_warnings
from tests.curation.making import make_record, make_version
from tests.curation.recipes.running import pair, signal_of, version_of
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import Store

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


@pytest.mark.parametrize(("right", "warned"), [(6, True), (7, False)])
def test_an_ensemble_that_knows_little_is_no_judge_of_labels(store_folder: Store, right: int, warned: bool) -> None:
    records = [pair(f"Question {n}") for n in range(10)]
    ids = [(record.record_id, *sorted(each.response_id for each in record.responses)) for record in records]
    towards = [1 if (record.labels[0].value or 0) > 0 else -1 for record in records]
    rows = [
        {"record_id": record, "a": a, "b": b, "aspect": None, "mean": sign if at < right else -sign, "lean": 0.0}
        for at, ((record, a, b), sign) in enumerate(zip(ids, towards, strict=True))
    ]
    signal = signal_of(1, "pair", rows)
    recipe = recipe_compile(version_of(records), parse_steps([{"type": "zones", "signal": 1}]), {1: signal})

    with decided(recipe) as found:
        said = recipe_warnings(found, funnel_of(found)["funnel"], 1)

    assert [each["index"] for each in said] == ([0] if warned else [])
    if warned:
        assert said[0]["message"].startswith("The ensemble prefers the chosen side of only 60% of the pairs")
