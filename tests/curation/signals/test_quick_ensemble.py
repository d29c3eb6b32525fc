"""The quick ensemble finds planted label noise, end to end; swapping sides negates every margin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
PAIRS, FLIPS = 2000, 0.2


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def planted(seed: int) -> tuple[list[Record], dict[str, tuple[float, bool]]]:
    """METHODS §1: 8 features, true weights of norm 2, a fifth of the labels flipped; with gap and flip."""
    draw = np.random.default_rng(seed)
    weights = draw.normal(size=8)
    weights *= 2 / np.linalg.norm(weights)
    records, truth = [], {}
    for number in range(PAIRS):
        features = draw.normal(size=8)
        gap = float(features @ weights)
        flip = bool(draw.random() < FLIPS)
        # The second text is better when the gap is above 0, and so says the label unless it was flipped.
        record = make_record(f"Q{number}", ["first", "second"], [(0, 1, 2 if (gap > 0) != flip else -2, "human")])
        scores = {"first": np.zeros(8), "second": features}
        record.responses = [
            msgspec.structs.replace(
                each, scores={f"f{at}": float(score) for at, score in enumerate(scores[each.content])}
            )
            for each in record.responses
        ]
        records.append(record)
        truth[record.record_id] = (gap, flip)
    return records, truth


def compute(client: APIClient, work: Work, version: DatasetVersion, **params: Any) -> Signal:
    body = {"kind": "quick_ensemble", "params": {"features": "scores", **params}}
    accepted = client.post(f"/api/dataset-versions/{version.pk}/signals/", body)
    assert accepted.status_code == 202, accepted.json()
    work(accepted.json()["id"])
    return Signal.objects.get(pk=accepted.json()["subject"]["id"])


def test_planted_flips_are_found_and_go_to_review(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records, truth = planted(seed=3)
    version = make_version(project, admin, records, rows_per_part=700)

    signal = compute(client, work, version)
    steps = [{"type": "zones", "signal": signal.pk}]
    name = {"name": "Zones", "steps": steps}
    recipe = client.post(f"/api/projects/{project.pk}/recipes/", name).json()
    job = client.post(f"/api/recipes/{recipe['id']}/snapshots/", {"dataset_version": version.pk}).json()
    work(job["id"])

    found = _rows(client, job["subject"]["id"], "review")
    kept = _rows(client, job["subject"]["id"], "keep")
    assert len(found) + len(kept) == PAIRS
    assert {row["reason"] for row in found} == {"zone_wrong"}
    wrong = {row["record_id"] for row in found}
    clear = {record for record, (gap, _) in truth.items() if abs(gap) > 1}
    flipped = {record for record, (_, flip) in truth.items() if flip}
    assert len(wrong & clear & flipped) >= 0.98 * len(wrong & clear)
    assert len(wrong & clear & flipped) >= 0.95 * len(clear & flipped)
    assert len(wrong - flipped) <= 0.04 * (PAIRS - len(flipped))
    assert signal.provenance["trained_on_pairs"] == PAIRS
    assert not signal.provenance["l2_at_edge"]


def _rows(client: APIClient, snapshot: int, decision: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        query = {"decision": decision, "limit": 200, **({"cursor": cursor} if cursor else {})}
        page = client.get(f"/api/snapshots/{snapshot}/rows/", query).json()
        rows += page["results"]
        cursor = page["next"]
    return rows


@pytest.mark.parametrize(("action", "treated"), [("flip", "flipped"), ("soft", "softened"), ("weight", "reweighted")])
def test_wrong_pairs_are_treated_as_the_step_says(
    client: APIClient, work: Work, project: Project, admin: User, action: str, treated: str
) -> None:
    records, _ = planted(seed=5)
    version = make_version(project, admin, records[:400])
    signal = compute(client, work, version)

    def preview(wrong: str) -> Any:
        steps = [{"type": "zones", "signal": signal.pk, "wrong": wrong}]
        return client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()

    reviewed = preview("review")["review"]
    body = preview(action)

    assert reviewed > 20
    assert body["treated"] == {**dict.fromkeys(("flipped", "softened", "reweighted"), 0), treated: reviewed}
    assert (body["kept"], body["dropped"], body["review"]) == (400, 0, 0)


def test_swapping_sides_negates_every_margin(client: APIClient, work: Work, project: Project, admin: User) -> None:
    """Responses are named by what they say, so a pair is swapped by exchanging the two texts and their scores."""
    records, _ = planted(seed=7)
    given = records[:200]
    other = []
    for record in given:
        text = {"first": "second", "second": "first"}
        scores = {text[each.content]: each.scores for each in record.responses}
        (label,) = record.labels
        better = next(
            each.content for each in record.responses if each.response_id == (label.b if label.value == 2 else label.a)
        )
        value = 2 if text[better] == "second" else -2
        swapped = make_record(record.prompt[0].content, ["first", "second"], [(0, 1, value, "human")])
        swapped.responses = [msgspec.structs.replace(each, scores=scores[each.content]) for each in swapped.responses]
        other.append(swapped)

    one = _means(compute(client, work, make_version(project, admin, given)))
    two = _means(compute(client, work, make_version(project, admin, other)))

    assert one.keys() == two.keys()
    assert len(one) == 200
    assert all(one[record] == -two[record] for record in one)


def _means(signal: Signal) -> dict[str, float]:
    (key,) = signal.parts
    with store().open(key) as file:
        table = pq.read_table(file).to_pylist()
    return {row["record_id"]: row["mean"] for row in table}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"features": "pixels"}, "params.features: choose embeddings or scores."),
        ({"folds": 2}, "params.folds: a whole number from 3 to 20."),
        ({"members": True}, "params.members: a whole number from 2 to 20."),
        ({"heads": 3}, "params: the quick ensemble has no heads."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, params: Any, sentence: str
) -> None:
    version = make_version(project, admin, [make_record("Q", ["a", "b"], [(0, 1, 1, "human")])])

    refused = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": "quick_ensemble", "params": params})

    assert refused.status_code == 400
    assert refused.json()["message"] == sentence
    assert not Signal.objects.exists()


def test_too_few_labels_are_said(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records, _ = planted(seed=1)
    version = make_version(project, admin, records[:49])

    signal = compute(client, work, version)

    assert signal.state == "failed"
    assert signal.job is not None
    assert "needs 50 pairs" in signal.job.message
