"""Who trains next: runs wait in one line for each launcher, and all lines share the GPUs there are.

A run of higher priority is never overtaken by one of lower priority. Among equals that want GPUs the first one that
fits starts, so that a large run does not leave idle what a small one could use.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum

from trainer_bridge.choices import ExportState, LauncherName, RunState
from trainer_bridge.models import Run
from webapp.jobs.choices import JobState
from webapp.jobs.dispatch import publish

# Any fixed number of our own: whoever starts a run holds this lock while it counts.
_LOCK = 0x506C756D
# How many of each line are asked when the lines moved; more of them may fit than the first.
_WOKEN = 4


def line_of(launcher: str) -> QuerySet[Run]:
    """Runs of a launcher that could start and wait, the next one first."""
    waiting = Run.objects.filter(
        launcher=launcher,
        state=RunState.QUEUED,
        export__state=ExportState.READY,
        job__state__in=[JobState.QUEUED, JobState.RUNNING],
        job__cancel_requested=False,
        job__pause_requested=False,
    )
    return waiting.order_by("-priority", "id")


def place_of(run: Run) -> int | None:
    """A run's place in its line, from 1, or None when it stands in none."""
    if run.state != RunState.QUEUED or run.launcher == LauncherName.MANUAL:
        return None
    line = line_of(run.launcher)
    if not line.filter(pk=run.pk).exists():
        return None
    return 1 + line.filter(_before(run)).count()


def too_many_gpus(*, gpus: int) -> str | None:
    """A sentence when a run asks for more than it can ever get."""
    for name in ("TRAIN_GPUS", "TRAIN_GPUS_PER_PROJECT"):
        budget = getattr(settings, name)
        if budget is not None and gpus > budget:
            return f"This installation lets a run have at most {budget} GPUs (PLUMBLINE_{name}); ask for fewer."
    return None


@transaction.atomic
def turn_take(run: Run) -> bool:
    """Start `run` if it is its turn, and hold its GPUs from then on; whether it was.

    One run at a time is asked about in the whole installation, so no two take the same GPUs.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if Run.objects.filter(pk=run.pk, state=RunState.RUNNING).exists():
        # Its worker died or its program was stopped from outside; what it held it still holds.
        return True
    if not (_is_next(run) and _fits(run)):
        return False
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    line_wake()
    return True


def line_wake() -> None:
    """The lines moved: when this transaction commits, those who are next are asked to try."""
    transaction.on_commit(_send_first)


def _send_first() -> None:
    for launcher in LauncherName.values:
        for run in line_of(launcher).select_related("job")[:_WOKEN]:
            publish(run.its_job.pk, run.its_job.queue)


def _is_next(run: Run) -> bool:
    """Whether nobody ahead in the line has the better claim."""
    ahead = line_of(run.launcher).filter(_before(run)).only("id", "priority", "gpus", "project_id")
    return not any(_goes_first(other, run) for other in ahead)


def _goes_first(other: Run, run: Run) -> bool:
    if too_many_gpus(gpus=other.gpus):
        return False
    return other.priority > run.priority or (run.gpus > 0 and other.gpus > 0 and _fits(other))


def _before(run: Run) -> Q:
    return Q(priority__gt=run.priority) | Q(priority=run.priority, pk__lt=run.pk)


def _fits(run: Run) -> bool:
    if run.gpus == 0:
        return True
    # What was cancelled elsewhere holds its GPUs until its program has ended.
    holding = Run.objects.filter(Q(state=RunState.RUNNING) | Q(launch__stopping=True))
    holding = holding.exclude(launcher=LauncherName.MANUAL)
    budgets = (
        (settings.TRAIN_GPUS, holding),
        (settings.TRAIN_GPUS_PER_PROJECT, holding.filter(project=run.project_id)),
    )
    return all(budget is None or _gpus(held) + run.gpus <= budget for budget, held in budgets)


def _gpus(runs: QuerySet[Run]) -> int:
    return int(runs.aggregate(held=Sum("gpus"))["held"] or 0)
