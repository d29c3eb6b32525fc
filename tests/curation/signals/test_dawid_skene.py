"""Votes weighed by skill: equal to crowd-kit's one-coin model on the same votes, gold is known, sides do not matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.domain.dawid_skene import one_coin_dawid_skene
from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record, make_label
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
SKILLS = [0.95, 0.9, 0.8, 0.6, 0.2]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def voted(prompt: str, votes: list[tuple[str, int | None, str]], *, swapped: bool = False) -> Record:
    """A record with votes (annotator, value > 0 for the second text, source), or with its two texts exchanged."""
    record = make_record(prompt, ["one", "two"])
    first, second = (response.response_id for response in record.responses)
    if swapped:
        first, second = second, first
    record.labels = [
        make_label(first, second, value, source=source, annotator=name or None) for name, value, source in votes
    ]
    return record


def crowd(seed: int) -> tuple[list[list[tuple[str, int | None, str]]], list[int]]:
    """200 pairs, five people; by whom and how each was voted on, and the true value."""
    draw = np.random.default_rng(seed)
    truth = draw.choice([-2, 2], size=200).tolist()
    everybody = [
        [(f"p{who}", value if draw.random() < skill else -value, "human") for who, skill in enumerate(SKILLS)]
        for value in truth
    ]
    return everybody, truth


def compute(client: APIClient, work: Work, version: DatasetVersion, **params: Any) -> Signal:
    body = {"kind": "dawid_skene", "params": params}
    accepted = client.post(f"/api/dataset-versions/{version.pk}/signals/", body)
    assert accepted.status_code == 202, accepted.json()
    work(accepted.json()["id"])
    return Signal.objects.get(pk=accepted.json()["subject"]["id"])


def rows_of(signal: Signal) -> list[dict[str, Any]]:
    (key,) = signal.parts
    with store().open(key) as file:
        rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return rows


def test_posteriors_are_those_of_the_model_over_all_parts(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    everybody, _ = crowd(1)
    records = [voted(f"Q{at}", votes) for at, votes in enumerate(everybody)]
    version = make_version(project, admin, records, rows_per_part=60)

    signal = compute(client, work, version)

    votes = [(at, int(name[1:]), 1 + np.sign(value)) for at, pair in enumerate(everybody) for name, value, _ in pair]
    item, annotator, verdict = (np.array(column, dtype=np.int64) for column in zip(*votes, strict=True))
    expected = one_coin_dawid_skene(item, annotator, verdict, items=200, annotators=5)
    # The second text is "two"; `b` is whichever id is greater.
    sign = 1 if records[0].labels[0].value == everybody[0][0][1] else -1
    found = rows_of(signal)
    assert [row["preference"] for row in found] == (sign * expected.preference).tolist()
    assert [row["confidence"] for row in found] == expected.posterior.max(axis=1).tolist()
    assert {row["votes"] for row in found} == {5.0}
    assert signal.provenance["converged"]
    assert (signal.provenance["votes"], signal.provenance["annotators"]) == (1000, 5)
    skills = {each["annotator"]: each["skill"] for each in signal.provenance["skills"]}
    assert sorted(skills, key=skills.__getitem__) == ["p4", "p3", "p2", "p1", "p0"]


def test_exchanging_the_texts_negates_the_preference(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    everybody, _ = crowd(2)
    one = make_version(project, admin, [voted(f"Q{at}", votes) for at, votes in enumerate(everybody)])
    two = make_version(project, admin, [voted(f"Q{at}", votes, swapped=True) for at, votes in enumerate(everybody)])

    first, second = rows_of(compute(client, work, one)), rows_of(compute(client, work, two))

    assert [row["preference"] for row in first] == [-row["preference"] for row in second]
    assert [row["confidence"] for row in first] == [row["confidence"] for row in second]


def test_an_adjudicated_verdict_is_known_and_nothing_is_said_without_votes(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = [
        voted("Adjudicated", [("p0", 2, "human"), ("p1", 2, "human"), ("boss", -3, "adjudicated")]),
        voted("Contradicted", [("p0", 2, "human"), ("boss", -3, "adjudicated"), ("chief", 1, "adjudicated")]),
        voted("Both bad", [("p0", None, "human")]),
        voted("By a judge", [("judge", 2, "judge")]),
        voted("Plain", [("p0", 2, "human"), ("p1", 2, "human")]),
    ]
    version = make_version(project, admin, records)
    sign = 1 if (records[4].labels[0].value or 0) > 0 else -1

    signal = compute(client, work, version)

    rows = rows_of(signal)
    assert (rows[0]["preference"], rows[0]["confidence"], rows[0]["votes"]) == (-sign, 1.0, 2.0)
    assert rows[1]["preference"] * sign > 0
    assert [(row["state"], row["reason"]) for row in rows[2:4]] == [("failed", "no_votes")] * 2
    assert rows[2]["preference"] is None
    assert (signal.rows_ok, signal.rows_failed, signal.provenance["known_verdicts"]) == (3, 2, 1)


def test_judges_vote_where_asked_for(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version = make_version(project, admin, [voted("Q", [("", 2, "imported"), ("judge", 2, "judge")])])

    people = compute(client, work, version)
    everybody = compute(client, work, version, judges=True)

    assert [row["votes"] for row in rows_of(people)] == [1.0]
    assert [row["votes"] for row in rows_of(everybody)] == [2.0]
    assert people.pk != everybody.pk
    assert [(each["source"], each["annotator"]) for each in everybody.provenance["skills"]] == [
        ("imported", None),
        ("judge", "judge"),
    ]


def test_a_version_without_votes_says_so(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version = make_version(project, admin, [voted("Q", [("judge", 2, "judge")])])

    signal = compute(client, work, version)

    assert signal.state == "failed"
    assert signal.job is not None
    assert signal.job.message.startswith("This version has no votes to weigh")


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"judges": 1}, "params.judges: true or false."),
        ({"seed": 1}, "params: this signal has no seed."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, params: Any, sentence: str
) -> None:
    version = make_version(project, admin, [voted("Q", [("p0", 2, "human")])])

    refused = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": "dawid_skene", "params": params})

    assert (refused.status_code, refused.json()["message"]) == (400, sentence)
