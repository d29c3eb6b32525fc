"""What people would say over a whole version is told only where people's rows are a random sample of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from curation.domain.judging.ppi import ppi_mean
from curation.judges.services import judge_run
from curation.judges.trust import trust_check
from curation.models import DatasetVersion, JudgeTrust
from tests.curation.judges.mock_judges import RuleBackend, better_text
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
ROWS, LABELLED = 120, 40


def row(number: int, origin: str) -> Record:
    """Two generators; the first one is better in three rows of four, and people have seen the first 40 rows."""
    texts = [f"a good answer {number}", f"a poor answer {number}"]
    label: list[tuple[int, int, int | None, str]] = [(0, 1, -1, "human")] if number < LABELLED else []
    record = make_record(f"Question {number}?", texts, label)
    first = "new-model" if number % 4 else "old-model"
    writers = {texts[0]: first, texts[1]: "old-model" if first == "new-model" else "new-model"}
    responses = [msgspec.structs.replace(each, generator=writers[each.content]) for each in record.responses]
    labels = [msgspec.structs.replace(each, origin=origin) for each in record.labels]
    return msgspec.structs.replace(record, responses=responses, labels=labels)


@pytest.fixture
def queued(project: Project, admin: User, store_folder: Any) -> Callable[..., DatasetVersion]:
    """`queued(order)`: a version whose labels came by a campaign that asked about its rows in this order."""

    def make(order: str, **asked: Any) -> DatasetVersion:
        version = make_version(project, admin, [row(number, "campaign:77") for number in range(ROWS)], rows_per_part=50)
        params = {"campaign": 77, "version": version.pk, "order": order, "filter": None, "limit": None, **asked}
        Job.objects.create(
            project=project,
            kind="campaign.queue",
            title="T",
            queue="default",
            unit="items",
            params=params,
            created_by=admin,
        )
        return version

    return make


@pytest.fixture
def rate(make_judge: Any, answering: Any, admin: User, work: Work) -> Callable[..., Any]:
    """`rate(version)`: the figure of a check after a run over all pairs."""

    def measure(version: DatasetVersion, *, run: bool = True, sample: int = 100) -> Any:
        answering(RuleBackend(better_text))
        judge = make_judge()
        if run:
            work(judge_run(judge=judge, version=version, created_by=admin, pairs="all").signal.job_id or 0)
        job = trust_check(
            judge=judge, version=version, created_by=admin, gold=["human"], sample=sample, probes=[], seed=0
        )
        assert work(job.pk).state == "succeeded"
        results = JudgeTrust.objects.get().results
        assert results is not None
        return results["ppi"]

    return measure


def test_a_random_sample_speaks_for_the_version(queued: Any, rate: Any) -> None:
    found = rate(queued("shuffle"))

    people = np.array([1.0] * 30 + [0.0] * 10)
    alone = np.array([1.0] * 60 + [0.0] * 20)
    expected = ppi_mean(people, people, alone)
    assert (found["labelled"], found["judged_only"]) == (40, 80)
    assert found["estimate"]["estimate"] == pytest.approx(0.75) == expected.mean
    assert found["lambda"] == pytest.approx(expected.weight)
    assert found["estimate"]["low"] == pytest.approx(expected.low)
    # The judge narrows what people alone can tell.
    assert found["estimate"]["low"] > found["human_only"]["low"]
    assert found["what"] == "Share of pairs on which people would prefer the response of new-model."


@pytest.mark.parametrize(
    ("order", "asked"), [("original", {}), ("shuffle", {"filter": {"any": []}}), ("shuffle", {"review_of": "x"})]
)
def test_chosen_rows_speak_for_themselves_alone(queued: Any, rate: Any, order: str, asked: dict[str, Any]) -> None:
    assert rate(queued(order, **asked)) is None


def test_without_a_larger_run_there_is_no_figure(queued: Any, rate: Any) -> None:
    assert rate(queued("shuffle"), run=False) is None


def test_a_part_of_the_gold_gives_no_figure(queued: Any, rate: Any) -> None:
    assert rate(queued("shuffle"), sample=35) is None
