"""Implicit margin and density ratio: the margins of two models' likelihoods, added up over parts, failures kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.conftest import Register
from tests.curation.signals.mirroring import assert_mirrored, exchanged
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
POLICY, REFERENCE, REWARD = 1, 2, 3


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def models(register: Register, policy_model: Path, reference_model: Path) -> None:
    register(POLICY, policy_model, "policy")
    register(REFERENCE, reference_model, "policy")
    register(REWARD, policy_model, "reward")


def questions(sign: int = 1) -> list[Record]:
    """Seven prompts; an answer that nobody compares lies beside the two that somebody did."""
    answers = [["Start with a small step.", "No.", "Nobody asked about me."], ["Ask an expert nearby.", "Yes, first."]]
    return [
        make_record(f"How do I plan garden {at}?", answers[at % 2], [(0, 1, sign * (2 if at < 3 else -1), "human")])
        for at in range(7)
    ]


def compute(client: APIClient, work: Work, version: DatasetVersion, kind: str, **params: Any) -> Signal:
    accepted = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": kind, "params": params})
    assert accepted.status_code == 202, accepted.json()
    work(accepted.json()["id"])
    return Signal.objects.get(pk=accepted.json()["subject"]["id"])


def rows_of(signal: Signal) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for key in signal.parts:
        with store().open(key) as file:
            rows += pq.read_table(file).to_pylist()
    return rows


def likelihoods(folder: Path, records: list[Record]) -> dict[tuple[str, str], tuple[float, int]]:
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
    return {
        (each.record_id, each.response_id): (each.log_likelihood or 0.0, each.tokens or 0)
        for each in LikelihoodScorer(str(folder)).score(items)
    }


@pytest.mark.usefixtures("models")
def test_margins_are_beta_times_the_difference_of_log_ratios(
    client: APIClient, work: Work, project: Project, admin: User, policy_model: Path, reference_model: Path
) -> None:
    records = questions()
    version = make_version(project, admin, records, rows_per_part=3)

    signal = compute(client, work, version, "implicit_margin", policy=POLICY, reference=REFERENCE, beta=0.5)

    policy, reference = likelihoods(policy_model, records), likelihoods(reference_model, records)
    ratio = {key: (policy[key][0] - reference[key][0], policy[key][1]) for key in policy}
    margins, right, ranked = [], 0, 0
    for row, record in zip(rows_of(signal), records, strict=True):
        a, b = (record.record_id, row["a"]), (record.record_id, row["b"])
        margins.append(0.5 * (ratio[b][0] - ratio[a][0]))
        assert row["margin"] == pytest.approx(margins[-1], abs=1e-4)
        per_token = 0.5 * (ratio[b][0] / ratio[b][1] - ratio[a][0] / ratio[a][1])
        assert row["margin_per_token"] == pytest.approx(per_token, abs=1e-5)
        said = np.sign(record.labels[0].value or 0)
        right += margins[-1] * said > 0
        ranked += (policy[b][0] - policy[a][0]) * said > 0
    assert np.ptp(margins) > 0.1
    facts = signal.provenance
    assert facts["accuracy"]["pairs_with_a_preference"] == facts["pairs_read"] == 7
    assert facts["accuracy"]["margin_right"] == pytest.approx(right / 7)
    assert facts["accuracy"]["policy_ranks_right"] == pytest.approx(ranked / 7)
    assert (facts["policy"]["revision"], facts["reference"]["model"]) == ("revision 1", "Model 2")
    assert (facts["beta"], len(signal.parts)) == (0.5, 3)


@pytest.mark.usefixtures("models")
def test_turning_every_label_round_turns_every_margin_a_recipe_sees(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    """A margin says b − a; labels decide only what it is compared with, so their mirror is exact."""
    one = make_version(project, admin, questions())
    two = make_version(project, admin, questions(-1))
    models = {"strong": POLICY, "weak": REFERENCE}

    first, second = (compute(client, work, version, "density_ratio", **models) for version in (one, two))

    margins = [[row["margin"] for row in rows_of(signal)] for signal in (first, second)]
    assert margins[0] == margins[1]
    right, wrong = (signal.provenance["accuracy"]["margin_right"] for signal in (first, second))
    assert right + wrong == pytest.approx(1)
    assert first.provenance["correlation_with_length"] == second.provenance["correlation_with_length"]
    sides = [_chosen_margins(client, version, signal) for version, signal in ((one, first), (two, second))]
    assert sides[0] == tuple(-each for each in reversed(sides[1]))


def _chosen_margins(client: APIClient, version: DatasetVersion, signal: Signal) -> tuple[float, float]:
    """The ends of the histogram of a recipe's margins."""
    steps = [{"type": "signal_margin", "signal": signal.pk, "min": -1000}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()
    assert body["kept"] == 7
    edges = body["histograms"][1]["edges"]
    return edges[0], edges[-1]


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("kind", ["implicit_margin", "density_ratio"])
def test_exchanging_sides_negates_every_margin(
    client: APIClient, work: Work, project: Project, admin: User, kind: str
) -> None:
    records = [make_record(f"How do I plan garden {at}?", [f"Step {at}.", "No."], [(0, 1, 1, "human")])
               for at in range(6)]  # fmt: skip
    names = ("policy", "reference") if kind == "implicit_margin" else ("strong", "weak")
    chosen = dict(zip(names, (POLICY, REFERENCE), strict=True))

    one = compute(client, work, make_version(project, admin, records), kind, **chosen)
    two = compute(client, work, make_version(project, admin, exchanged(records)), kind, **chosen)

    assert_mirrored(one, two)


@pytest.mark.usefixtures("models")
def test_a_policy_has_no_margin_on_what_it_was_trained_on(
    client: APIClient, work: Work, project: Project, admin: User, register: Register, policy_model: Path
) -> None:
    records = questions()
    register(POLICY, policy_model, "policy", trained_on=[record.prompt[0].content for record in records[:3]])
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "implicit_margin", policy=POLICY, reference=REFERENCE)

    assert [row["reason"] for row in rows_of(signal)] == ["model_trained_on_it"] * 3 + [None] * 4
    assert signal.provenance["pairs_read"] == 4
    steps = [{"type": "signal_margin", "signal": signal.pk, "min": -1000}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()
    assert (body["kept"], body["review"], body["dropped"]) == (4, 3, 0)


@pytest.mark.usefixtures("models")
def test_models_exchanged_negate_the_density_ratio(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version = make_version(project, admin, questions())

    one = compute(client, work, version, "density_ratio", strong=POLICY, weak=REFERENCE)
    two = compute(client, work, version, "density_ratio", strong=REFERENCE, weak=POLICY)

    assert [row["margin"] for row in rows_of(one)] == [-row["margin"] for row in rows_of(two)]
    correlation = one.provenance["correlation_with_length"]["margin"]
    assert one.provenance["recommended_column"] == ("margin_per_token" if abs(correlation) > 0.3 else "margin")


@pytest.mark.usefixtures("models")
def test_a_response_that_cannot_be_read_fails_its_pair_alone(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = [*questions(), make_record("Long?", ["word " * 3000, "Short."], [(0, 1, 1, "human")])]
    records.append(make_record("Nobody compared these", ["one", "two"]))
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "density_ratio", strong=POLICY, weak=REFERENCE)

    rows = rows_of(signal)
    assert (signal.rows_ok, signal.rows_failed, len(rows)) == (7, 1, 8)
    assert (rows[7]["state"], rows[7]["reason"], rows[7]["margin"]) == ("failed", "response_too_long", None)
    assert signal.provenance["pairs_read"] == 7


@pytest.mark.usefixtures("models")
def test_another_revision_is_another_question(
    client: APIClient, work: Work, project: Project, admin: User, register: Register, reference_model: Path
) -> None:
    version = make_version(project, admin, questions())
    ask = {"policy": POLICY, "reference": REFERENCE}

    first = compute(client, work, version, "implicit_margin", **ask)
    again = compute(client, work, version, "implicit_margin", **ask)
    register(REFERENCE, reference_model, "policy", "newer")
    newer = compute(client, work, version, "implicit_margin", **ask)

    assert first.pk == again.pk != newer.pk
    assert first.job_id == again.job_id


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("kind", "params", "status", "sentence"),
    [
        ("implicit_margin", {"policy": 1, "reference": 2, "b": 1}, 400, "params: the implicit margin has no b."),
        ("implicit_margin", {"policy": 1}, 400, "params.reference: give the id of a registered policy model."),
        (
            "implicit_margin", {"policy": 1, "reference": 2, "beta": 0}, 400,
            "params.beta: a number between 0 and 10.",
        ),
        (
            "implicit_margin", {"policy": 1, "reference": 1}, 400,
            "params.reference: choose another model than the policy: a model's likelihoods say nothing beside its own.",
        ),
        (
            "density_ratio", {"strong": 3, "weak": 2}, 422,
            "params.strong: Model 3 is a reward model; this signal needs a policy model.",
        ),
        ("density_ratio", {"strong": 1, "weak": 9}, 404, "This project has no model 9; choose one of its models."),
        ("density_ratio", {"strong": True, "weak": 2}, 400, "params.strong: give the id of a registered policy model."),
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, kind: str, params: Any, status: int, sentence: str
) -> None:
    version = make_version(project, admin, questions())

    answer = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": kind, "params": params})

    assert (answer.status_code, answer.json()["message"]) == (status, sentence)
    assert not Signal.objects.exists()
