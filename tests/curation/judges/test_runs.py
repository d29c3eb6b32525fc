"""A judge at work on a version: every pair in both orders, nothing asked twice, failures alone asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from curation.judges.services import judge_run
from curation.ml.judging.calls import Call
from curation.models import DatasetVersion, Judge, JudgeAnswer, JudgeMeter, Signal
from tests.curation.judges.mock_judges import RuleBackend, always_first, better_text
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import rows_of
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]


@pytest.fixture
def version(project: Project, admin: User, work: Work) -> DatasetVersion:
    """Five pairs, the good text longer in none, second in some."""
    texts = [[f"a good answer {n}", f"an answer that says much more {n}"] for n in range(5)]
    records = [make_record(f"Question {n}?", pair, [(0, 1, -2, "human")]) for n, pair in enumerate(texts)]
    return make_version(project, admin, records, rows_per_part=3)


@pytest.fixture
def run(version: DatasetVersion, admin: User, work: Work) -> Callable[..., Signal]:
    def start(judge: Judge, version: DatasetVersion = version, **params: Any) -> Signal:
        run = judge_run(judge=judge, version=version, created_by=admin, **params)
        work(run.signal.job_id)
        return Signal.objects.get(pk=run.signal_id)

    return start


def test_every_pair_is_judged_in_both_orders(make_judge: Any, answering: Any, run: Callable[..., Signal]) -> None:
    backend = answering()
    signal = run(make_judge())

    rows = rows_of(signal)
    assert (signal.state, signal.rows_ok, signal.rows_failed) == ("ready", 5, 0)
    assert len(backend.calls) == 10
    for row in rows:
        assert row["consistent"] is True
        assert row["logit"] == pytest.approx(3.0 * row["verdict"])
        assert row["swap"] == "agree"
        assert row["mass"] == pytest.approx(1.0)
    meter = JudgeMeter.objects.get(job=signal.job)
    assert (meter.calls, meter.reused, meter.failed, meter.prompt_tokens) == (10, 0, 0, 100)


def test_nothing_is_asked_twice(make_judge: Any, answering: Any, run: Callable[..., Signal]) -> None:
    answering()
    run(make_judge())
    backend = answering()

    again = run(make_judge(name="Another judge of the same mind"))

    assert backend.calls == []
    assert (again.rows_ok, JudgeAnswer.objects.count()) == (5, 10)
    assert JudgeMeter.objects.get(job=again.job).reused == 10


def test_added_rows_alone_are_judged(
    make_judge: Any, answering: Any, run: Callable[..., Signal], version: DatasetVersion, project: Project, admin: User
) -> None:
    answering()
    judge = make_judge()
    run(judge)
    texts = [[f"a good answer {n}", f"an answer that says much more {n}"] for n in range(7)]
    records = [make_record(f"Question {n}?", pair, [(0, 1, -2, "human")]) for n, pair in enumerate(texts)]
    larger = make_version(project, admin, records)
    backend = answering()

    signal = run(judge, larger)

    assert (signal.rows_ok, len(backend.calls)) == (7, 4)


def test_a_failed_row_is_asked_again_alone(make_judge: Any, answering: Any, run: Callable[..., Signal]) -> None:
    def fails(call: Call) -> str | None:
        return "timeout" if "Question 3?" in call.messages[-1][1] else None

    answering(RuleBackend(better_text, fails))
    judge = make_judge()
    signal = run(judge)
    assert (signal.rows_ok, signal.rows_failed) == (4, 1)
    assert [row["reason"] for row in rows_of(signal) if row["state"] == "failed"] == ["timeout"]
    backend = answering()

    mended = run(judge)

    assert mended.pk == signal.pk
    assert (mended.rows_ok, mended.rows_failed, len(backend.calls)) == (5, 0, 2)
    assert JudgeAnswer.objects.filter(state="failed").count() == 0


def test_a_judge_that_reads_places_names_no_side(make_judge: Any, answering: Any, run: Callable[..., Signal]) -> None:
    answering(RuleBackend(always_first))
    rows = rows_of(run(make_judge()))

    assert [(row["verdict"], row["consistent"], row["swap"]) for row in rows] == [(0.0, False, "first_twice")] * 5
    assert [row["logit"] for row in rows] == [0.0] * 5
    assert [row["slot_logit"] for row in rows] == [pytest.approx(-4.0)] * 5
