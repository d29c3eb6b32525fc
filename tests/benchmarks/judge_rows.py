"""Rows to be judged, as a dataset version, as calls, and checked once they were."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from curation.ml.judging.calls import Call
from webapp.store.canonical import Record

if TYPE_CHECKING:
    from curation.models import DatasetVersion
    from webapp.accounts.models import User
    from webapp.projects.models import Project

WORDS = ("river", "answer", "because", "seven", "plain", "steps", "sugar", "city", "winter", "explain", "reason")


def records(rows: int, seed: int) -> Iterator[Record]:
    """Pairs of the length of HH's: requests of some 100 words, responses of some 60."""
    from tests.curation.making import make_record

    draw = random.Random(seed)
    for number in range(rows):
        prompt = f"Round {seed}, request {number}: {_words(draw, 60, 140)}?"
        yield make_record(prompt, [_words(draw, 30, 90), _words(draw, 30, 90)], [(0, 1, 1, "human")])


def calls(rows: int, seed: int) -> Iterator[tuple[int, Call]]:
    """The calls that judging these rows needs, as the job makes them."""
    from curation.judges.protocols.base import inquiry_of
    from curation.judges.protocols.registry import protocol_of
    from curation.judges.signal_kind import units_of
    from curation.judges.spec import JudgeSpec
    from curation.ml.judging.calls import Sampling

    protocol = protocol_of("pair_letter")
    spec = JudgeSpec(1, "Judge v1", "pair_letter", protocol.options_from({}), "", (), Sampling(), "", {})
    number = 0
    for record in records(rows, seed):
        for unit in units_of(record, protocol, pairs="labelled"):
            for question in next(inquiry_of(protocol, unit, spec)):
                yield number, question.call
                number += 1


def start(rows: int, seed: int) -> int:
    """Make the version and the judge where they are missing, and start judging; the job's id."""
    from curation.judges.services import judge_create, judge_run
    from curation.models import Judge
    from webapp.accounts.models import User
    from webapp.projects.models import Project
    from webapp.projects.services.projects import project_create

    user, _ = User.objects.get_or_create(email="bench@example.org")
    project = Project.objects.first() or project_create(created_by=user, name="Bench")
    judge = Judge.objects.first() or judge_create(
        project=project,
        created_by=user,
        name="Bench",
        description="",
        protocol="pair_letter",
        source="packaged",
        model={},
        family="",
        instructions="",
        options={},
        principles=[],
        sampling={},
        prices=None,
    )
    version = _version(project, user, list(records(rows, seed)), seed)
    run = judge_run(judge=judge, version=version, created_by=user)
    return int(run.signal.job_id or 0)


def _version(project: Project, user: User, made: list[Record], seed: int) -> DatasetVersion:
    from tests.curation import making

    # Versions are made in several processes, and their names count from 1 in each.
    making._numbers = itertools.count(seed * 1000)
    return making.make_version(project, user, made, rows_per_part=4096)


def _words(draw: random.Random, least: int, most: int) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(least, most)))


def wrong_rows(job_id: int) -> int:
    """Rows that are missing, doubled or without a verdict, and answers that are missing or doubled."""
    from curation.models import JudgeAnswer, Signal
    from tests.curation.signals.computing import rows_of

    signal = Signal.objects.select_related("dataset_version").get(job=job_id)
    found = Counter(row["record_id"] for row in rows_of(signal) if row["state"] == "ok")
    doubled = sum(count - 1 for count in found.values())
    missing = signal.dataset_version.rows - len(found)
    answers = JudgeAnswer.objects.filter(state="ok").count()
    return doubled + missing + abs(2 * signal.dataset_version.rows - answers)
