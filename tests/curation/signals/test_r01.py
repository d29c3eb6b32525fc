"""Rewards from 0 to 1: the empirical distribution of scores, and MaPPO's difference as the margin of a recipe."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.domain.pooling import EmpiricalCdf
from curation.models import DatasetVersion, Signal
from curation.signals.kinds.base import SCORE, Row, failed
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.mirroring import exchanged
from tests.curation.signals.planting import planted_signal
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
SCORES = {"one": -3.0, "two": 0.5, "three": 0.5, "four": 12.0, "five": None}


def records() -> list[Record]:
    """The second response is said to be better; on the third pair the scores say otherwise."""
    sides = [("one", "two"), ("two", "four"), ("four", "three"), ("two", "five")]
    return [make_record(f"Q{at}", [*both], [(0, 1, 2, "human")]) for at, both in enumerate(sides)]


def scored(version: DatasetVersion, admin: User, given: list[Record]) -> Signal:
    rows = []
    for record in given:
        for response in record.responses:
            score = SCORES[response.content]
            if score is None:
                rows.append(failed("response_too_long", record.record_id, response_id=response.response_id))
            else:
                rows.append(Row(record.record_id, {"score": score}, response_id=response.response_id))
    return planted_signal(version, admin, rows, level="response", columns=SCORE, kind="reward_score", name="Scores")


def test_r01_is_the_share_of_scores_below(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version = make_version(project, admin, records())
    source = scored(version, admin, records())

    signal = compute(client, work, version, "r01", signal=source.pk)

    texts = {each.response_id: each.content for record in records() for each in record.responses}
    found = {(row["record_id"], texts[row["response_id"]]): row for row in rows_of(signal)}
    # Seven scores: −3; 0.5 four times; 12 twice. Half of the ties count as below.
    expected = {"one": 0.5 / 7, "two": 3 / 7, "three": 3 / 7, "four": 6 / 7, "five": None}
    assert len(found) == 8
    for (_, text), row in found.items():
        assert row["r01"] == pytest.approx(expected[text])
        assert (row["state"], row["reason"]) == (("ok", None) if text != "five" else ("failed", "response_too_long"))
    facts = signal.provenance
    assert (facts["scores_ranked"], facts["distinct_scores"], facts["percentiles"]["50"]) == (7, 3, 0.5)
    assert facts["scores"]["key"] == source.key
    with store().open(facts["table"]) as file:
        table = pq.read_table(file)
    kept = EmpiricalCdf(table["score"].to_numpy(), table["share"].to_numpy())
    assert kept([-3.0, 0.5, 12.0]).tolist() == pytest.approx([0.5 / 7, 3 / 7, 6 / 7])


def test_a_difference_below_zero_is_reviewed(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version = make_version(project, admin, records())
    signal = compute(client, work, version, "r01", signal=scored(version, admin, records()).pk)

    on = {"signal": signal.pk, "column": "r01"}
    steps = [{"type": "filter", "on": on, "min": 0, "outside": "review"}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()

    assert (body["kept"], body["review"], body["dropped"]) == (2, 2, 0)
    reasons = body["funnel"][1]["reasons"]
    assert sum(reasons.values()) == 2
    assert reasons["no_value"] == 1


def test_exchanging_sides_negates_the_difference(client: APIClient, work: Work, project: Project, admin: User) -> None:
    differences = []
    for given in (records(), exchanged(records())):
        version = make_version(project, admin, given)
        signal = compute(client, work, version, "r01", signal=scored(version, admin, given).pk)
        found = {(row["record_id"], row["response_id"]): row["r01"] for row in rows_of(signal)}
        sides = [(record.record_id, record.labels[0].a, record.labels[0].b) for record in given[:3]]
        differences.append([found[record, b] - found[record, a] for record, a, b in sides])

    assert differences[0] == [-each for each in differences[1]]
    assert any(differences[0])


def test_wrong_parameters_are_refused(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, elsewhere = make_version(project, admin, records()), make_version(project, admin, records())
    source, other = scored(version, admin, records()), scored(elsewhere, admin, records())
    votes = compute(client, work, version, "human_strength")

    for params, status, sentence in (
        ({}, 400, "params.signal: give the id of a signal."),
        (
            {"signal": votes.pk},
            422,
            f"params.signal: signal {votes.pk} (Human strength) has no number for each response.",
        ),
        ({"signal": other.pk}, 422, f"params.signal: signal {other.pk} is of another dataset version"),
        ({"signal": source.pk, "signal_column": "x"}, 400, "params.signal_column: signal"),
    ):
        answer = ask(client, version, "r01", **params)
        assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)
