"""Several reward models: mean, population deviation and vote of those that did not train on the pair."""

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
MEMBERS = [1, 2, 3]
POLICY = 9


@pytest.fixture
def models(register: Register, reward_models: list[Path], policy_model: Path) -> None:
    for model_id, folder in zip(MEMBERS, reward_models, strict=True):
        register(model_id, folder, "reward")
    register(POLICY, policy_model, "policy")


def questions(count: int = 12) -> list[Record]:
    answers = ["Start with a small step.", "No.", "Ask an expert nearby, since rules differ.", "Yes, first."]
    return [
        make_record(
            f"How do I plan garden {at}?",
            [f"{answers[at % 4]} {at}", answers[(at + 1) % 4]],
            [(0, 1, (1, -2, 3)[at % 3], "human")],
        )
        for at in range(count)
    ]


def margins_of(folders: list[Path], records: list[Record]) -> list[list[float]]:
    """b − a of each record's pair by each model, read on its own."""
    from curation.ml.reward_scoring import RewardScorer, ScoringItem

    found: list[list[float]] = [[] for _ in records]
    for folder in folders:
        scorer = RewardScorer(str(folder))
        for margins, record in zip(found, records, strict=True):
            prompt = [{"role": "user", "content": record.prompt[0].content}]
            texts = [(each.response_id, each.content) for each in record.responses]
            scores = {
                each.response_id: each.score or 0.0
                for each in scorer.score([ScoringItem(record.record_id, prompt, texts)])
            }
            margins.append(scores[record.labels[0].b] - scores[record.labels[0].a])
    return found


@pytest.mark.usefixtures("models")
def test_mean_deviation_and_votes_of_the_members(
    client: APIClient, work: Work, project: Project, admin: User, reward_models: list[Path]
) -> None:
    records = questions()
    version = make_version(project, admin, records, rows_per_part=5)

    signal = compute(client, work, version, "reward_ensemble", models=MEMBERS)

    expected = margins_of(reward_models, records)
    assert any(min(margins) < 0 < max(margins) for margins in expected), "No pair divides the members."
    for row, margins in zip(rows_of(signal), expected, strict=True):
        assert row["mean"] == pytest.approx(fmean(margins), abs=1e-5)
        assert row["std"] == pytest.approx(pstdev(margins), abs=1e-5)
        assert row["lean"] == pytest.approx(fmean(1 if margin > 0 else -1 for margin in margins))
        assert row["members"] == 3
    facts = signal.provenance
    said = [1 if (record.labels[0].value or 0) > 0 else -1 for record in records]
    for at, member in enumerate(facts["models"]):
        right = fmean(margins[at] * sign > 0 for margins, sign in zip(expected, said, strict=True))
        assert (member["pairs"], member["accuracy"]) == (12, pytest.approx(right))
        assert member["revision"] == f"revision {at + 1}"
    assert facts["ensemble"]["pairs"] == 12
    assert not facts["scales_differ"]
    assert len(signal.parts) == 3


@pytest.mark.usefixtures("models")
def test_the_zones_of_a_recipe_work_unchanged(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version = make_version(project, admin, questions(40))
    signal = compute(client, work, version, "reward_ensemble", models=MEMBERS)
    towards = [(row["mean"], row["lean"]) for row in rows_of(signal)]
    signs = [1 if (record.labels[0].value or 0) > 0 else -1 for record in questions(40)]
    wrong = sum(
        mean * sign < 0 and (1 + lean * sign) / 2 <= 0.3 for (mean, lean), sign in zip(towards, signs, strict=True)
    )

    steps = [{"type": "zones", "signal": signal.pk}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()

    assert 0 < wrong < 40
    assert (body["kept"], body["review"], body["dropped"]) == (40 - wrong, wrong, 0)
    assert body["funnel"][1]["reasons"] == {"zone_wrong": wrong}


@pytest.mark.usefixtures("models")
def test_exchanging_sides_negates_every_margin(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records = questions()

    one = compute(client, work, make_version(project, admin, records), "reward_ensemble", models=MEMBERS)
    two = compute(client, work, make_version(project, admin, exchanged(records)), "reward_ensemble", models=MEMBERS)

    assert_mirrored(one, two)
    accuracy = [[member["accuracy"] for member in signal.provenance["models"]] for signal in (one, two)]
    assert accuracy[0] == accuracy[1]


@pytest.mark.usefixtures("models")
def test_a_member_does_not_vote_on_what_it_was_trained_on(
    client: APIClient, work: Work, project: Project, admin: User, register: Register, reward_models: list[Path]
) -> None:
    records = questions()
    prompts = [record.prompt[0].content for record in records]
    register(1, reward_models[0], "reward", trained_on=prompts[:6])
    register(2, reward_models[1], "reward", trained_on=prompts[4:8])
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "reward_ensemble", models=MEMBERS)

    rows = rows_of(signal)
    assert [row["members"] for row in rows] == [2] * 4 + [None] * 2 + [2] * 2 + [3] * 4
    assert {row["reason"] for row in rows[4:6]} == {"members_trained_on_it"}
    expected = margins_of(reward_models, records)
    assert rows[0]["mean"] == pytest.approx(fmean(expected[0][1:]), abs=1e-5)
    assert rows[7]["mean"] == pytest.approx(fmean([expected[7][0], expected[7][2]]), abs=1e-5)
    assert [member["pairs"] for member in signal.provenance["models"]] == [6, 8, 10]
    steps = [{"type": "zones", "signal": signal.pk, "wrong": "keep"}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()
    assert (body["kept"], body["review"]) == (10, 2)


@pytest.mark.usefixtures("models")
def test_a_response_that_a_member_cannot_read_fails_its_pair(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = [*questions(3), make_record("Long?", ["word " * 3000, "Short."], [(0, 1, 1, "human")])]

    signal = compute(client, work, make_version(project, admin, records), "reward_ensemble", models=MEMBERS)

    last = rows_of(signal)[-1]
    assert (signal.rows_ok, signal.rows_failed) == (3, 1)
    assert (last["state"], last["reason"], last["mean"]) == ("failed", "response_too_long", None)


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("params", "status", "sentence"),
    [
        ({"models": [1]}, 400, "params.models: list the ids of 2 to 10 registered reward models."),
        ({"models": [1, 1]}, 400, "params.models: name each one once."),
        ({"models": [1, 2], "seed": 1}, 400, "params: the ensemble has no seed."),
        ({"models": [1, 9]}, 422, "params.models: Model 9 is a policy model; this signal needs a reward model."),
        ({"models": [1, 4]}, 400, "params.models: two of these are the same model, which would vote twice"),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, register: Register, reward_models: list[Path],
    params: Any, status: int, sentence: str,
) -> None:  # fmt: skip
    register(4, reward_models[0], "reward", "revision 1")
    version = make_version(project, admin, questions())

    answer = ask(client, version, "reward_ensemble", **params)

    assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)
    assert not Signal.objects.exists()
