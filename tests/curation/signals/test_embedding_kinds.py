"""Signals on sentence embeddings: likeness of responses, the diverse order, duplicates and test items in meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from curation.ml.embedding import TextEmbedder
from curation.signals.embeddings import prompt_text
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, bytes_of, compute, compute_again, preview, rows_of
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
PROMPTS = [
    "How do I bake bread at home?",
    "How can I bake bread at home?",
    "What is the derivative of x squared?",
    "Name three rivers in South America.",
    "How do I reset my email password?",
    "Who painted the Mona Lisa?",
    "Why do cats purr?",
]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def pairs_on(prompts: list[str]) -> list[Record]:
    return [make_record(prompt, ["a", "b"], [(0, 1, -1, "human")]) for prompt in prompts]


def by_record(rows: list[dict[str, Any]], records: list[Record]) -> list[dict[str, Any]]:
    found = {row["record_id"]: row for row in rows}
    return [found[record.record_id] for record in records]


def test_the_likeness_of_two_responses(client: APIClient, work: Work, project: Project, admin: User) -> None:
    texts = [
        ["Cats purr when they are content.", "cats purr when they are content"],
        ["Cats purr when they are content.", "A cat purrs because it is happy."],
        ["Cats purr when they are content.", "The derivative is two x."],
        ["Cats purr when they are content.", " "],
    ]
    records = [make_record(f"Q{at}", pair, [(0, 1, -1, "human")]) for at, pair in enumerate(texts)]
    version = make_version(project, admin, records, rows_per_part=3)

    signal = compute(client, work, version, "response_similarity")

    same, near, far, empty = by_record(rows_of(signal), records)
    assert (same["same_text"], near["same_text"]) == (True, False)
    assert same["cosine"] > near["cosine"] > 0.7 > 0.2 > far["cosine"]
    expected = TextEmbedder().embed(texts[1]).vectors
    assert near["cosine"] == pytest.approx(float(expected[0] @ expected[1]), abs=1e-5)
    assert (empty["state"], empty["cosine"], empty["reason"]) == ("failed", None, "empty")
    step = {"type": "filter", "on": {"signal": signal.pk, "column": "cosine"}, "max": 0.95}
    body = preview(client, version, step)
    # What has no likeness is looked at by people.
    assert (body["kept"], body["dropped"], body["review"]) == (2, 1, 1)


def test_vectors_count_as_progress_where_they_are_made_and_only_there(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version = make_version(project, admin, pairs_on(PROMPTS), rows_per_part=4)

    first = compute(client, work, version, "diverse_order")
    second = compute(client, work, version, "prompt_map")

    counted = [
        list(signal.job.shards.values_list("done", "total")) for signal in (first, second) if signal.job is not None
    ]
    # 7 prompts with two responses each, then 7 rows.
    assert counted == [[(28, 28)], [(7, 7)]]


def test_a_budget_takes_the_most_different_prompts(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = pairs_on(PROMPTS)
    silent = make_record(" ", ["a", "b"], [(0, 1, -1, "human")])
    version = make_version(project, admin, [*records, silent], rows_per_part=3)

    signal = compute(client, work, version, "diverse_order")

    rows = by_record(rows_of(signal), records)
    assert (signal.rows_ok, signal.rows_failed) == (7, 1)
    assert sorted(row["place"] for row in rows) == [1, 2, 3, 4, 5, 6, 7]
    assert {row["place"]: row["priority"] for row in rows} == {at + 1: (7 - at) / 7 for at in range(7)}
    # One of the two that mean the same comes last, and adds least.
    last = max(rows, key=lambda row: row["place"])
    assert last in rows[:2]
    assert last["gain"] == min(row["gain"] for row in rows)
    step = {"type": "select", "budget": 6, "by": {"signal": signal.pk, "column": "priority"}}
    body = preview(client, version, step)
    assert (body["kept"], body["dropped"], body["review"]) == (6, 1, 1)
    assert {row["record_id"] for row in body["samples"]["dropped"]} == {last["record_id"], silent.record_id}


def test_facility_location_takes_the_middle_of_a_crowd_first(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    prompts = [*PROMPTS[:2], "How can I bake my bread at home?", "Who painted the Mona Lisa?"]
    records = pairs_on(prompts)
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "diverse_order", method="facility_location", ordered=2)

    rows = by_record(rows_of(signal), records)
    unit = TextEmbedder().embed([prompt_text(record) for record in records]).vectors
    first = int(np.maximum(unit @ unit.T, 0).sum(axis=0).argmax())
    assert (rows[first]["place"], rows[3]["place"]) == (1, 2)
    # Those without a place come after all that have one.
    assert sorted(row["priority"] for row in rows) == [0.0, 0.0, 0.75, 1.0]
    assert signal.provenance["ordered"] == 2


def test_a_prompt_that_means_the_same_doubles_another(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = pairs_on(PROMPTS)
    silent = make_record(" ", ["a", "b"], [(0, 1, -1, "human")])
    version = make_version(project, admin, [*records, silent], rows_per_part=3)

    signal = compute(client, work, version, "semantic_duplicates", threshold=0.9)

    rows = by_record(rows_of(signal), records)
    doubled = [row for row in rows if row["duplicate"]]
    assert len(doubled) == 1
    other = next(row for row in rows if row["record_id"] == doubled[0]["duplicate_of"])
    assert {doubled[0]["record_id"], other["record_id"]} == {records[0].record_id, records[1].record_id}
    assert (other["duplicate"], other["duplicate_of"]) == (False, None)
    assert sum(row["cosine"] is None for row in rows) == 1  # the first of all
    (proof,) = signal.provenance["nearest_to_the_limit"]
    assert {proof["prompt"], proof["its_prompt"]} == set(PROMPTS[:2])
    assert proof["cosine"] == doubled[0]["cosine"] > 0.9
    assert (signal.provenance["duplicates"], signal.rows_failed) == (1, 1)
    step = {"type": "filter", "on": {"signal": signal.pk, "column": "duplicate"}, "one_of": ["false"]}
    body = preview(client, version, step)
    assert (body["kept"], body["dropped"], body["review"]) == (6, 1, 1)


def test_rewording_of_test_items_is_found_for_review(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = pairs_on(PROMPTS[1:])
    version = make_version(project, admin, records, rows_per_part=3)
    tests = make_version(
        project, admin, [make_record(text, ["yes"]) for text in (PROMPTS[0], "Is glass a liquid?", " ")]
    )

    signal = compute(client, work, version, "semantic_contamination", dataset_version=tests.pk)
    words = compute(client, work, version, "contamination", dataset_version=tests.pk)

    near, *others = by_record(rows_of(signal), records)
    unit = TextEmbedder().embed([PROMPTS[0], PROMPTS[1]]).vectors
    assert near["near"] is True
    assert near["cosine"] == pytest.approx(float(unit[0] @ unit[1]), abs=1e-5)
    assert all((row["near"], row["item"]) == (False, None) and row["cosine"] < 0.9 for row in others)
    (proof,) = signal.provenance["nearest_test_items"]
    assert (proof["row"], proof["item"]) == (records[0].record_id, near["item"])
    assert (proof["prompt"], proof["test_prompt"]) == (PROMPTS[1], PROMPTS[0])
    facts = {name: signal.provenance[name] for name in ("rows_scanned", "untestable_items", "proofs_found", "alarm")}
    assert facts == {"rows_scanned": 6, "untestable_items": 1, "proofs_found": 1, "alarm": True}
    assert signal.provenance["share_of_test_items"] == 0.5
    # Words alone do not show it.
    assert words.provenance["proofs_found"] == 0
    step = {
        "type": "filter",
        "on": {"signal": signal.pk, "column": "near"},
        "none_of": ["true"],
        "outside": "review",
    }
    assert preview(client, version, step)["review"] == 1


def test_an_unknown_test_set_is_refused(client: APIClient, project: Project, admin: User) -> None:
    version = make_version(project, admin, pairs_on(["Q"]))

    refused = ask(client, version, "semantic_contamination", dataset_version=10**6)

    assert refused.status_code == 422
    assert refused.json()["message"] == "params.dataset_version: this project has no ready dataset version 1000000."


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("response_similarity", {"threshold": 1}, "params: this signal takes none, but got threshold."),
        ("diverse_order", {"ordered": 0}, "params.ordered: a whole number from 1 to 20,000."),
        ("diverse_order", {"method": "random"}, "params.method: choose k_center or facility_location."),
        ("diverse_order", {"budget": 3}, "params: the diverse order has no budget."),
        ("semantic_duplicates", {"threshold": "high"}, "params.threshold: a number from 0.5 to 1."),
        ("semantic_duplicates", {"seed": -1}, "params.seed: a whole number from 0 to 9,007,199,254,740,992."),
        (
            "semantic_contamination",
            {},
            "params.dataset_version: give the id of the version that holds the test set.",
        ),
        ("semantic_contamination", {"dataset_version": 1, "threshold": 0}, "params.threshold: a number from 0.5 to 1."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, kind: str, params: Any, sentence: str
) -> None:
    version = make_version(project, admin, pairs_on(["Q"]))

    refused = ask(client, version, kind, **params)

    assert (refused.status_code, refused.json()["message"]) == (400, sentence)


@pytest.mark.parametrize("kind", ["response_similarity", "diverse_order", "semantic_duplicates"])
def test_the_same_again_gives_the_same_bytes(
    client: APIClient, work: Work, project: Project, admin: User, kind: str
) -> None:
    version = make_version(project, admin, pairs_on(PROMPTS), rows_per_part=3)

    first = compute(client, work, version, kind)
    before = bytes_of(first)

    assert bytes_of(compute_again(client, work, first)) == before
