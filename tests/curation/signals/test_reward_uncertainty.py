"""Reward uncertainty: margins of dropout passes, seeded, and no false certainty."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.models import Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.conftest import Register
from tests.curation.signals.mirroring import assert_mirrored, exchanged
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
MODEL, POLICY = 1, 2
ASK: dict[str, Any] = {"model": MODEL, "passes": 6, "seed": 3, "head_dropout": 0.2}


@pytest.fixture
def models(register: Register, reward_model: Path, policy_model: Path) -> None:
    register(MODEL, reward_model, "reward")
    register(POLICY, policy_model, "policy")


def questions() -> list[Record]:
    answers = ["Start with a small step.", "No.", "Ask an expert nearby.", "Yes, first."]
    return [
        make_record(f"How do I plan garden {at}?", [answers[at % 4], f"{answers[(at + 1) % 4]} {at}"],
                    [(0, 1, 1, "human")])
        for at in range(8)
    ]  # fmt: skip


@pytest.mark.usefixtures("models")
def test_mean_spread_and_vote_are_those_of_the_passes(
    client: APIClient, work: Work, project: Project, admin: User, reward_model: Path
) -> None:
    from curation.ml.mc_dropout import DropoutScorer
    from curation.ml.token_rows import ScoringItem

    records = questions()
    version = make_version(project, admin, records, rows_per_part=5)

    signal = compute(client, work, version, "reward_uncertainty", **ASK)

    scorer = DropoutScorer(str(reward_model), passes=6, seed=3, head_dropout=0.2)
    for row, record in zip(rows_of(signal), records, strict=True):
        prompt = [{"role": "user", "content": record.prompt[0].content}]
        texts = [(each.response_id, each.content) for each in record.responses]
        item = ScoringItem(record.record_id, prompt, texts)
        passes = {each.response_id: each.samples for each in scorer.score([item])}
        gaps = [late - early for early, late in zip(passes[row["a"]], passes[row["b"]], strict=True)]
        assert row["mean"] == pytest.approx(fmean(gaps), abs=1e-5)
        assert row["std"] == pytest.approx(pstdev(gaps), abs=1e-5)
        assert row["std"] > 0
        assert row["lean"] == pytest.approx(fmean(1 if gap > 0 else -1 for gap in gaps))
    facts = signal.provenance
    assert (facts["passes"], facts["seed"], facts["head_dropout"]) == (6, 3, 0.2)
    assert (facts["model"], facts["revision"], facts["shared_prefix"]) == ("Model 1", "revision 1", "switched_off")


@pytest.mark.usefixtures("models")
def test_exchanging_sides_negates_every_margin(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records = questions()

    one = compute(client, work, make_version(project, admin, records), "reward_uncertainty", **ASK)
    two = compute(client, work, make_version(project, admin, exchanged(records)), "reward_uncertainty", **ASK)

    assert_mirrored(one, two)


@pytest.mark.usefixtures("models")
def test_a_recipe_reviews_what_the_model_is_unsure_of(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = [*questions(), make_record("Long?", ["word " * 3000, "Short."], [(0, 1, 1, "human")])]
    version = make_version(project, admin, records)
    signal = compute(client, work, version, "reward_uncertainty", **ASK)
    spreads = sorted(row["std"] for row in rows_of(signal)[:-1])

    on = {"signal": signal.pk, "column": "std"}
    steps = [{"type": "filter", "on": on, "max": spreads[3], "outside": "review"}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()

    assert (signal.rows_ok, signal.rows_failed, rows_of(signal)[-1]["reason"]) == (8, 1, "response_too_long")
    assert (body["kept"], body["review"], body["dropped"]) == (4, 5, 0)


@pytest.mark.usefixtures("models")
def test_a_model_without_dropout_is_not_called_certain(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version = make_version(project, admin, questions())

    signal = compute(client, work, version, "reward_uncertainty", model=MODEL)

    assert signal.state == "failed"
    assert signal.job is not None
    assert "has no dropout" in signal.job.message
    assert "head_dropout" in signal.job.message


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("params", "status", "sentence"),
    [
        ({}, 400, "params.model: give the id of a registered reward model."),
        ({"model": 1, "passes": 1}, 400, "params.passes: a whole number from 2 to 200."),
        ({"model": 1, "head_dropout": 1}, 400, "params.head_dropout: a number between 0 and 1."),
        ({"model": 2}, 422, "params.model: Model 2 is a policy model; this signal needs a reward model."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, params: Any, status: int, sentence: str
) -> None:
    answer = ask(client, make_version(project, admin, questions()), "reward_uncertainty", **params)

    assert (answer.status_code, answer.json()["message"]) == (status, sentence)
    assert not Signal.objects.exists()
