"""DPO learning difficulty and ranking accuracy from likelihoods of a reference and of checkpoints."""

from __future__ import annotations

import math
from pathlib import Path
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
REFERENCE, EARLY, LATE, REWARD = 1, 2, 3, 4
BETA = 0.5
ASK: dict[str, Any] = {"checkpoints": [EARLY, LATE], "reference": REFERENCE, "beta": BETA}


@pytest.fixture
def models(register: Register, policy_model: Path, reference_model: Path, later_model: Path) -> None:
    register(REFERENCE, policy_model, "policy")
    register(EARLY, reference_model, "policy")
    register(LATE, later_model, "policy")
    register(REWARD, policy_model, "reward")


def questions() -> list[Record]:
    answers = [["Start with a small step.", "No."], ["Ask an expert nearby.", "Yes, first."]]
    return [make_record(f"How do I plan garden {at}?", answers[at % 2], [(0, 1, 2 - at, "human")]) for at in range(6)]


def log_likelihoods(folder: Path, records: list[Record]) -> dict[tuple[str, str], float]:
    from curation.ml.log_likelihood import LikelihoodScorer
    from curation.ml.token_rows import ScoringItem

    items = [
        ScoringItem(
            record.record_id,
            [{"role": "user", "content": record.prompt[0].content}],
            [(each.response_id, each.content) for each in record.responses],
        )
        for record in records
    ]
    found = LikelihoodScorer(str(folder)).score(items)
    return {(each.record_id, each.response_id): each.log_likelihood or 0.0 for each in found}


def loss(margin: float) -> float:
    return math.log1p(math.exp(-margin))


@pytest.mark.usefixtures("models")
def test_difficulty_is_the_mean_loss_over_checkpoints(
    client: APIClient, work: Work, project: Project, admin: User,
    policy_model: Path, reference_model: Path, later_model: Path,
) -> None:  # fmt: skip
    records = questions()
    version = make_version(project, admin, records, rows_per_part=2)

    signal = compute(client, work, version, "learning_difficulty", **ASK)

    said = [log_likelihoods(folder, records) for folder in (policy_model, reference_model, later_model)]
    right = [0, 0, 0]
    rows = rows_of(signal)
    assert [row["reason"] for row in rows if row["state"] == "failed"] == ["no_better_side"]
    for row, record in zip(rows, records, strict=True):
        label = record.labels[0].value
        if label == 0:
            continue
        chosen, rejected = (row["b"], row["a"]) if label > 0 else (row["a"], row["b"])
        gaps = [each[record.record_id, chosen] - each[record.record_id, rejected] for each in said]
        losses = [loss(BETA * (gap - gaps[0])) for gap in gaps[1:]]
        sign = 1 if label > 0 else -1
        assert row["loss"] == pytest.approx(losses[1], abs=1e-5)
        assert row["difficulty"] == pytest.approx(sum(losses) / 2, abs=1e-5)
        assert row["ranking_loss"] == pytest.approx(loss(-BETA * gaps[0]), abs=1e-5)
        assert row["policy_margin"] == pytest.approx(sign * gaps[2], abs=1e-4)
        assert row["reference_margin"] == pytest.approx(sign * gaps[0], abs=1e-4)
        # The two say the same: the loss is below the bound exactly where the policy ranks the pair rightly.
        assert row["ranked_right"] == (gaps[2] > 0) == (losses[1] < loss(-BETA * gaps[0]))
        assert row["learned"] == (losses[1] < math.log(2))
        first = 1 if max(losses) < math.log(2) else 2
        assert row["learned_at"] == (first if row["learned"] else None)
        right = [count + (gap > 0) for count, gap in zip(right, gaps, strict=True)]
    facts = signal.provenance
    assert facts["pairs_with_a_preference"] == 5
    assert facts["ranking_accuracy"] == {"reference": right[0] / 5, "checkpoints": [right[1] / 5, right[2] / 5]}
    assert [each["model"] for each in facts["checkpoints"]] == ["Model 2", "Model 3"]
    assert facts["reference"]["revision"] == "revision 1"
    assert len(signal.parts) == 3


@pytest.mark.usefixtures("models")
def test_exchanging_sides_negates_margins_and_leaves_losses(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = questions()

    one = compute(client, work, make_version(project, admin, records), "learning_difficulty", **ASK)
    two = compute(client, work, make_version(project, admin, exchanged(records)), "learning_difficulty", **ASK)

    assert_mirrored(one, two)


@pytest.mark.usefixtures("models")
def test_losses_on_training_pairs_are_not_held_out(
    client: APIClient, work: Work, project: Project, admin: User, register: Register, later_model: Path
) -> None:
    records = questions()
    register(LATE, later_model, "policy", trained_on=[record.prompt[0].content for record in records[3:]])

    signal = compute(client, work, make_version(project, admin, records), "learning_difficulty", **ASK)

    reasons = [row["reason"] for row in rows_of(signal)]
    assert reasons == [None, None, "no_better_side", *["model_trained_on_it"] * 3]
    assert signal.provenance["pairs_with_a_preference"] == 2


@pytest.mark.usefixtures("models")
def test_pairs_without_a_loss_go_to_review(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records = [*questions(), make_record("Long?", ["word " * 3000, "Short."], [(0, 1, 1, "human")])]
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "learning_difficulty", checkpoints=[LATE], reference=REFERENCE)

    assert (signal.rows_ok, signal.rows_failed) == (5, 2)
    assert rows_of(signal)[-1]["reason"] == "response_too_long"
    steps = [{"type": "filter", "on": {"signal": signal.pk, "column": "difficulty"}, "max": 100}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()
    # The tie has a label and no better side, and so no loss; nobody may keep it unseen.
    assert (body["kept"], body["dropped"], body["review"]) == (5, 0, 2)
    assert body["funnel"][1]["reasons"] == {"no_value": 2}


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("params", "status", "sentence"),
    [
        ({"reference": 1}, 400, "params.checkpoints: list the ids of 1 to 20 registered policy models."),
        ({"checkpoints": [], "reference": 1}, 400, "params.checkpoints: list the ids of 1 to 20 registered policy"),
        ({"checkpoints": [2, 2], "reference": 1}, 400, "params.checkpoints: name each one once."),
        ({"checkpoints": [2, 1], "reference": 1}, 400, "params.checkpoints: choose other models than the reference"),
        ({"checkpoints": [4], "reference": 1}, 422, "params.checkpoints: Model 4 is a reward model; this signal needs"),
        ({"checkpoints": [2], "reference": 1, "beta": 11}, 400, "params.beta: a number between 0 and 10."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, params: Any, status: int, sentence: str
) -> None:
    version = make_version(project, admin, questions())

    answer = ask(client, version, "learning_difficulty", **params)

    assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)
    assert not Signal.objects.exists()
