"""Rows to be judged, as a dataset version, as calls, and checked once they were."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from curation.ml.judging.calls import Call, Sampling
from webapp.store.canonical import Record

if TYPE_CHECKING:
    from curation.models import DatasetVersion
    from webapp.accounts.models import User
    from webapp.projects.models import Project

WORDS = ("river", "answer", "because", "seven", "plain", "steps", "sugar", "city", "winter", "explain", "reason")
REQUEST_WORDS, RESPONSE_WORDS = (30, 142), (15, 55)
"""Fewest and most. Their means are those of HH's 2,312 test pairs: 86 words of request, 35 of response."""


def records(rows: int, seed: int, responses: int = 2) -> Iterator[Record]:
    """Rows of the length of HH's, their first two responses a labelled pair."""
    from tests.curation.making import make_record

    draw = random.Random(seed)
    for number in range(rows):
        prompt = f"Round {seed}, request {number}: {_words(draw, *REQUEST_WORDS)}?"
        yield make_record(prompt, [_words(draw, *RESPONSE_WORDS) for _ in range(responses)], [(0, 1, 1, "human")])


def calls(rows: Iterator[Record], protocol_name: str, **sampling: Any) -> list[Call]:
    """The first calls that judging these rows makes, both orders of a pair side by side."""
    from curation.judges.protocols.base import inquiry_of
    from curation.judges.protocols.registry import protocol_of
    from curation.judges.signal_kind import units_of
    from curation.judges.spec import JudgeSpec

    protocol = protocol_of(protocol_name)
    options = protocol.options_from({})
    spec = JudgeSpec(1, "Judge v1", protocol_name, options, "", (), Sampling(**sampling), "", {})
    return [
        question.call
        for record in rows
        for unit in units_of(record, protocol, pairs="labelled")
        for question in next(inquiry_of(protocol, unit, spec))
    ]


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


def wrong_rows(job_id: int) -> dict[str, int]:
    """Of a job's rows and answers, those that are missing, doubled, or without a verdict."""
    from curation.models import JudgeAnswer, JudgeMeter, Signal
    from tests.curation.signals.computing import rows_of

    signal = Signal.objects.select_related("dataset_version").get(job=job_id)
    rows = signal.dataset_version.rows
    found = Counter(row["record_id"] for row in rows_of(signal))
    judged = {row["record_id"] for row in rows_of(signal) if row["state"] == "ok"}
    keys = Counter(bytes(key) for key in JudgeAnswer.objects.filter(state="ok").values_list("key", flat=True))
    return {
        "missing": rows - len(found),
        "doubled": found.total() - len(found),
        "failed": len(found) - len(judged),
        "answers_missing": 2 * rows - len(keys),
        "answers_doubled": keys.total() - len(keys),
        "calls": JudgeMeter.objects.get(job=job_id).calls,
    }
