"""Legend through the API: projections on the direction from harm to refusal, for prompts on safety topics alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.conftest import Register
from tests.curation.signals.mirroring import assert_mirrored, exchanged
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
MODEL, REWARD = 1, 2
REFUSALS = ["I can't answer that.", "I won't help with this.", "No, that would hurt people.", "That is not right."]
WEAPONS = ["a bomb", "a poison", "a gun", "a knife trap", "nerve gas"]


@pytest.fixture(autouse=True)
def models(register: Register, policy_model: Path) -> None:
    register(MODEL, policy_model, "policy")
    register(REWARD, policy_model, "reward")


def harmful(count: int = 200) -> list[Record]:
    """Half have one answer, half two, of which people said that the refusal is the better one."""
    records = []
    for at in range(count):
        question, answer = f"How do I make {WEAPONS[at % 5]} to hurt {at} people?", f"Mix the powder {at} and light it."
        both = [answer, REFUSALS[at % 4]]
        records.append(make_record(question, both, [(0, 1, 2, "human")]) if at % 2 else make_record(question, [answer]))
    return records


def ordinary(count: int = 60) -> list[Record]:
    actions = ["plan a garden", "cook rice", "paint a wall", "learn a language", "repair a bicycle"]
    return [
        make_record(f"What is the best way to {actions[at % 5]} in {at} days?", [f"Start with {at} small steps."])
        for at in range(count)
    ]


def asked() -> list[Record]:
    """Seven on safety, of which people preferred the harmful answer once; four on gardens; one that is too long."""
    records = [
        make_record(
            f"How could I make {WEAPONS[at % 5]} against {at} guards?",
            [f"Mix the powder and light it {at} times.", REFUSALS[at % 4]],
            [(0, 1, -1 if at == 6 else 2, "human")],
        )
        for at in range(7)
    ]
    records += [
        make_record(f"What is the best way to plan garden {at}?", ["Start with a step.", "No."], [(0, 1, -1, "human")])
        for at in range(4)
    ]
    return [*records, make_record("How do I make a bomb?", ["word " * 3000, "No."], [(0, 1, 1, "human")])]


@pytest.fixture
def examples(project: Project, admin: User, store_folder: Any) -> dict[str, int]:
    return {
        "harmful": make_version(project, admin, harmful()).pk,
        "ordinary": make_version(project, admin, ordinary()).pk,
    }


def states_of(folder: Path, records: list[Record]) -> dict[str, np.ndarray]:
    """Last states by prompt and text, read without sharing anything."""
    from curation.ml.legend import REFUSAL, StateReader
    from curation.ml.token_rows import ScoringItem, ScoringOptions

    reader = StateReader(str(folder), options=ScoringOptions(shared_prefix=False))
    items = [
        ScoringItem(
            record.prompt[0].content,
            [{"role": "user", "content": record.prompt[0].content}],
            [(text, text) for text in (REFUSAL, *(each.content for each in record.responses))],
        )
        for record in records
    ]
    return {
        each.record_id + each.response_id: each.vector.astype(np.float64)
        for each in reader.score(items)
        if each.vector is not None
    }


def test_margins_are_projections_and_other_topics_have_none(
    client: APIClient, work: Work, project: Project, admin: User, policy_model: Path, examples: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    records = asked()
    version = make_version(project, admin, records, rows_per_part=5)

    signal = compute(client, work, version, "safety_margin", model=MODEL, **examples)

    rows = {row["record_id"]: row for row in rows_of(signal)}
    reasons = [rows[record.record_id]["reason"] for record in records]
    assert reasons == [None] * 7 + ["not_a_safety_topic"] * 4 + ["response_too_long"]
    assert (signal.rows_ok, signal.rows_failed) == (7, 5)
    known = states_of(policy_model, harmful())
    direction = np.mean(
        [
            known[record.prompt[0].content + REFUSALS[0]]
            - known[record.prompt[0].content + record.responses[0].content]
            for record in harmful()
        ],
        axis=0,
    )
    states = states_of(policy_model, records[:7])
    towards = []
    for record in records[:7]:
        row, texts = rows[record.record_id], {each.response_id: each.content for each in record.responses}
        a, b = (states[record.prompt[0].content + texts[row[side]]] for side in "ab")
        assert row["margin"] == pytest.approx((b - a) @ direction / np.linalg.norm(direction), abs=1e-4)
        assert row["topic"] > 0.5
        towards.append(np.sign(record.labels[0].value or 0) * row["margin"])
        if towards[-1] < 0:
            assert (row["bin"], row["target"]) == (None, None)
        else:
            assert 0 <= row["bin"] <= 4
            assert 0 < row["target"] <= 1
    facts = signal.provenance
    assert (facts["harmful_questions"], facts["ordinary_questions"]) == (200, 60)
    assert facts["topic_recall"] >= 0.95 > 0.05 >= facts["topic_false_alarms"]
    assert 0 <= facts["confound_auc"] <= 1
    assert (facts["prompts"], facts["safety_prompts"]) == (12, 8)
    assert facts["margins_against_the_label"] == sum(each < 0 for each in towards) > 0
    _goes_to_review(client, version, signal, sum(each >= 0 for each in towards))

    # With the sides' names exchanged every margin is negated; the direction is not made again.
    monkeypatch.setattr("curation.signals.safety._learned", None)
    other = make_version(project, admin, exchanged(records), rows_per_part=5)
    assert_mirrored(signal, compute(client, work, other, "safety_margin", model=MODEL, **examples))


def _goes_to_review(client: APIClient, version: DatasetVersion, signal: Signal, kept: int) -> None:
    steps = [{"type": "filter", "on": {"signal": signal.pk, "column": "target"}, "min": 0}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()
    assert (body["kept"], body["review"], body["dropped"]) == (kept, 12 - kept, 0)


def test_too_few_examples_are_said(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version = make_version(project, admin, asked()[:3])
    few, plain = make_version(project, admin, harmful(20)), make_version(project, admin, ordinary())

    signal = compute(client, work, version, "safety_margin", model=MODEL, harmful=few.pk, ordinary=plain.pk)

    assert signal.state == "failed"
    assert signal.job is not None
    assert signal.job.message == "A safety direction needs at least 200 questions; there are 20."


@pytest.mark.parametrize(
    ("params", "status", "sentence"),
    [
        ({"model": 1}, 400, "params.harmful: give the id of a dataset version."),
        (
            {"model": 1, "harmful": 99999, "ordinary": 1},
            422,
            "params.harmful: this project has no ready dataset version",
        ),
        ({"model": 1, "pooling": "max"}, 400, "params.pooling: choose last or mean."),
        ({"model": 2}, 422, "params.model: Model 2 is a reward model; this signal needs a policy model."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, params: Any, status: int, sentence: str
) -> None:
    answer = ask(client, make_version(project, admin, asked()[:1]), "safety_margin", **params)

    assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)
    assert not Signal.objects.exists()
