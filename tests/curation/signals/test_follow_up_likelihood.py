"""Follow-up likelihood through the API: a score for every response, a column for each respect asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from curation.domain.judging.follow_ups import DIMENSIONS
from curation.models import Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.conftest import Register
from tests.curation.signals.mirroring import exchanged
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
POLICY, REWARD = 1, 2


@pytest.fixture(autouse=True)
def models(register: Register, policy_model: Path) -> None:
    register(POLICY, policy_model, "policy")
    register(REWARD, policy_model, "reward")


def questions() -> list[Record]:
    answers = [["Start with a small step.", "No."], ["Ask an expert nearby.", "Yes, first."]]
    return [make_record(f"How do I plan garden {at}?", answers[at % 2], [(0, 1, 2, "human")]) for at in range(4)]


def test_every_response_has_a_score_and_a_number_for_each_respect(
    client: APIClient, work: Work, project: Project, admin: User, policy_model: Path
) -> None:
    from curation.ml.follow_up_likelihood import FollowUps, FollowUpScorer
    from curation.ml.token_rows import ScoringItem

    records = questions()
    version = make_version(project, admin, records, rows_per_part=3)

    names = ["correctness", "relevance"]
    signal = compute(client, work, version, "follow_up_likelihood", model=POLICY, dimensions=names, per_dimension=2)

    assert [column["name"] for column in signal.columns] == ["score", *names]
    assert (signal.rows_ok, signal.rows_failed) == (8, 0)
    assert (signal.provenance["model"], signal.provenance["follow_ups"]) == ("Model 1", "1")
    chosen = [DIMENSIONS[name] for name in names]
    scorer = FollowUpScorer(str(policy_model), [FollowUps(e.name, e.positive[:2], e.negative[:2]) for e in chosen])
    items = [
        ScoringItem(record.record_id, [{"role": "user", "content": record.prompt[0].content}],
                    [(each.response_id, each.content) for each in record.responses])
        for record in records
    ]  # fmt: skip
    expected = {(each.record_id, each.response_id): each for each in scorer.score(items)}
    for row in rows_of(signal):
        found = expected[row["record_id"], row["response_id"]]
        assert row["score"] == pytest.approx(found.score, abs=1e-6)
        assert row["correctness"] == pytest.approx(found.scores["correctness"], abs=1e-6)
        assert row["score"] == pytest.approx((row["correctness"] + row["relevance"]) / 2)


def test_exchanging_sides_exchanges_the_scores_so_a_margin_changes_its_sign(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = questions()
    other = exchanged(records)
    params = {"model": POLICY, "dimensions": ["relevance"], "per_dimension": 1}
    one, two = (
        compute(client, work, make_version(project, admin, rows), "follow_up_likelihood", **params)
        for rows in (records, other)
    )

    scores = {(row["record_id"], row["response_id"]): row["score"] for row in rows_of(two)}
    for record in records:
        first, second = (each.response_id for each in record.responses)
        mine = {row["response_id"]: row["score"] for row in rows_of(one) if row["record_id"] == record.record_id}
        assert mine[first] == pytest.approx(scores[record.record_id, second], abs=1e-6)
        assert mine[second] == pytest.approx(scores[record.record_id, first], abs=1e-6)
        assert mine[first] != mine[second]


def test_wrong_parameters_are_refused(client: APIClient, project: Project, admin: User) -> None:
    version = make_version(project, admin, questions())

    for params, status, sentence in (
        ({}, 400, "params.model: give the id of a registered policy model."),
        ({"model": REWARD}, 422, "params.model: Model 2 is a reward model; this signal needs a policy model."),
        ({"model": POLICY, "dimensions": []}, 400, "params.dimensions: list some of understanding, relevance, "),
        ({"model": POLICY, "dimensions": ["beauty"]}, 400, "params.dimensions: list some of understanding, "),
        ({"model": POLICY, "dimensions": ["relevance"] * 2}, 400, "params.dimensions: list some of understanding, "),
        ({"model": POLICY, "per_dimension": 11}, 400, "params.per_dimension: a whole number from 1 to 10."),
    ):
        answer = ask(client, version, "follow_up_likelihood", **params)
        assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)
    assert not Signal.objects.exists()
