"""Duplicates, overlap with test sets and the map of prompts, through the API and into recipes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
LONG = "Please explain in simple words why the sky over the northern sea is blue in the morning and red at night"
OTHER = "Write a short poem about a lighthouse keeper who counts the ships that pass by on a foggy winter evening"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def compute(client: APIClient, work: Work, version: DatasetVersion, kind: str, **params: Any) -> Signal:
    accepted = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": kind, "params": params})
    assert accepted.status_code == 202, accepted.json()
    work(accepted.json()["id"])
    return Signal.objects.get(pk=accepted.json()["subject"]["id"])


def values_of(signal: Signal, version: DatasetVersion) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for key in signal.parts:
        with store().open(key) as file:
            rows |= {row["record_id"]: row for row in pq.read_table(file).to_pylist()}
    return rows


def test_like_prompts_form_a_group_of_which_the_best_is_kept(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = [
        make_record(LONG, ["a", "b"], [(0, 1, -1, "human")]),
        make_record(LONG.upper() + "!", ["c", "d"], [(0, 1, -3, "human")]),
        make_record(OTHER, ["e", "f"], [(0, 1, -2, "human")]),
        make_record("Short", ["g", "h"], [(0, 1, -2, "human")]),
    ]
    version = make_version(project, admin, records, rows_per_part=2)

    signal = compute(client, work, version, "duplicates")
    group = {"signal": signal.pk, "column": "prompt_group"}
    steps = [{"type": "dedup", "group": group}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()

    found = values_of(signal, version)
    assert [found[record.record_id]["prompts"] for record in records] == [2, 2, 1, 1]
    assert found[records[0].record_id]["prompt_group"] == found[records[1].record_id]["prompt_group"]
    assert (body["kept"], body["dropped"]) == (3, 1)
    assert [row["record_id"] for row in body["samples"]["dropped"]] == [records[0].record_id]


def test_copies_with_opposite_labels_are_pointed_out(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = [
        make_record("Why?", ["Because.", "No idea."], [(0, 1, -2, "human")]),
        make_record("why", ["because", "no idea"], [(0, 1, 2, "human")]),
        make_record("Why?", ["Because!", "Something else."], [(0, 1, 2, "human")]),
    ]
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "duplicates")
    flag = {"signal": signal.pk, "column": "contradictory"}
    steps = [{"type": "filter", "on": flag, "none_of": ["true"], "outside": "review"}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()

    found = values_of(signal, version)
    assert [found[record.record_id]["contradictory"] for record in records] == [True, True, False]
    assert [found[record.record_id]["copies"] for record in records] == [2, 2, 1]
    assert signal.provenance["contradictory_rows"] == 2
    assert (body["kept"], body["review"]) == (1, 2)


def test_rows_that_hold_test_items_are_found_with_the_proof(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    tests = make_version(project, admin, [make_record(LONG, ["yes", "no"])])
    records = [
        make_record(f"Answer this: {LONG.title()}...", ["a", "b"], [(0, 1, -1, "human")]),
        make_record(OTHER, ["c", "d"], [(0, 1, -1, "human")]),
    ]
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "contamination", dataset_version=tests.pk)

    found = values_of(signal, version)
    hit, clean = found[records[0].record_id], found[records[1].record_id]
    assert (hit["contaminated"], hit["coverage"]) == (True, 1.0)
    assert hit["proof"].startswith("please explain in simple words")
    assert (clean["contaminated"], clean["coverage"], clean["proof"]) == (False, 0.0, None)
    assert (signal.provenance["proofs_found"], signal.provenance["alarm"]) == (1, True)
    assert signal.provenance["test_set_hash"] == tests.content_hash


def test_a_test_set_of_another_project_is_refused(client: APIClient, project: Project, admin: User) -> None:
    version = make_version(project, admin, [make_record("Q", ["a", "b"])])
    elsewhere = project_create(name="Elsewhere", description="", created_by=admin)
    foreign = make_version(elsewhere, admin, [make_record("Q", ["a", "b"])]).pk

    body = {"kind": "contamination", "params": {"dataset_version": foreign}}
    refused = client.post(f"/api/dataset-versions/{version.pk}/signals/", body)

    assert refused.status_code == 422
    assert refused.json()["message"] == f"params.dataset_version: this project has no ready dataset version {foreign}."
    assert not Signal.objects.exists()


def test_the_map_of_prompts_knows_meaning(client: APIClient, work: Work, project: Project, admin: User) -> None:
    prompts = [
        "How do I bake bread at home?",
        "How can I bake bread at home?",
        "What is the derivative of x squared?",
        "Name three rivers in South America.",
        "How do I reset my email password?",
        "Who painted the Mona Lisa?",
        "Why do cats purr?",
    ]
    records = [make_record(prompt, ["a", "b"], [(0, 1, -1, "human")]) for prompt in prompts]
    version = make_version(project, admin, [*records, make_record(" ", ["a", "b"], [(0, 1, -1, "human")])])

    signal = compute(client, work, version, "prompt_map", threshold=0.9)

    found = values_of(signal, version)
    rows = [found[record.record_id] for record in records]
    assert (signal.rows_ok, signal.rows_failed) == (7, 1)
    assert rows[0]["meaning_group"] == rows[1]["meaning_group"]
    assert len({row["meaning_group"] for row in rows}) == 6
    # The two that mean the same lie closest to their neighbours.
    assert all(row["diversity"] is not None for row in rows)
    assert signal.provenance["embeddings"]["model"]


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("duplicates", {"threshold": 2}, "params.threshold: a number from 0.5 to 1."),
        ("duplicates", {"bands": 3}, "params: duplicates have no bands."),
        ("contamination", {}, "params.dataset_version: give the id of the version that holds the test set."),
        ("contamination", {"dataset_version": 1, "n": 8}, "params: the overlap with a test set has no n."),
        ("prompt_map", {"threshold": 0.1}, "params.threshold: a number from 0.5 to 1."),
        ("prompt_map", {"order": "random"}, "params: the map of prompts has no order."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, kind: str, params: Any, sentence: str
) -> None:
    version = make_version(project, admin, [make_record("Q", ["a", "b"])])

    refused = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": kind, "params": params})

    assert refused.status_code == 400
    assert refused.json()["message"].startswith(sentence)
    assert not Signal.objects.exists()
