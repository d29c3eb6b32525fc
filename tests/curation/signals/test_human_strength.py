"""Human strength: HelpSteer2's rule on real rows of votes, and nothing where people said nothing."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.models import Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import compute
from tests.curation.signals.mirroring import assert_mirrored, exchanged
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)

# METHODS §4: votes, then the strength and outcome of the three that agree most.
CASES: list[tuple[list[int | None], float | None, str]] = [
    ([1, 1, 2], 1.0, "keep"),
    ([3, 1, 2, -1], 2.0, "keep"),
    ([-3, -3, 3, 3, 2], 3.0, "keep"),
    ([-2, 1, 2], None, "spread"),
    ([2, 2, None, -1], None, "spread"),
    ([1, 1, None, None], None, "lt3"),
    ([1, 1, 2, 2], 1.0, "keep"),
]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


def test_strength_is_that_of_the_three_closest_votes(
    client_of: Callable[..., APIClient], work: Callable[[int], Job], project: Project, admin: User
) -> None:
    records = [
        make_record(f"Q{number}", ["one", "two"], [(0, 1, vote, "human") for vote in votes])
        for number, (votes, _, _) in enumerate(CASES)
    ]
    records.append(make_record("By a judge", ["one", "two"], [(0, 1, 3, "judge")]))
    version = make_version(project, admin, records)

    accepted = client_of(admin).post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": "human_strength"}).json()
    job = work(accepted["id"])

    signal = Signal.objects.get()
    assert (signal.level, signal.rows_ok, signal.rows_failed) == ("pair", 7, 1)
    assert job.message == "7 pairs scored, 1 failed."
    with store().open(signal.parts[0]) as file:
        rows = pq.read_table(file).to_pylist()
    # make_record names the first text before the second; `b` is whichever id is greater.
    sign = 1 if records[0].labels[0].value == CASES[0][0][0] else -1
    assert [(row["outcome"], row["strength"]) for row in rows[:7]] == [
        (outcome, None if strength is None else sign * strength) for _, strength, outcome in CASES
    ]
    assert (rows[7]["state"], rows[7]["reason"], rows[7]["mean"]) == ("failed", "no_human_votes", None)


def test_exchanging_sides_negates_mean_and_strength(
    client_of: Callable[..., APIClient], work: Callable[[int], Job], project: Project, admin: User
) -> None:
    records = [
        make_record(f"Q{number}", ["one", "two"], [(0, 1, vote, "human") for vote in votes])
        for number, (votes, _, _) in enumerate(CASES)
    ]
    one, two = (make_version(project, admin, given) for given in (records, exchanged(records)))
    client = client_of(admin)

    assert_mirrored(*(compute(client, work, version, "human_strength") for version in (one, two)))
