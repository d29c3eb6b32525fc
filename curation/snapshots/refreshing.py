"""Rounds of scheduled refreshes, a step at a time: bring votes home, compute signals, freeze.

Nothing waits inside a worker: each step starts a job and returns, and the next look at it goes on from the state in the
database, so a round survives restarts and runs no step twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from curation.datasets.choices import VersionState
from curation.datasets.services import campaign_fold
from curation.models import DatasetVersion, SnapshotRefresh
from curation.recipes.rebinding import ReboundRecipe, recipe_rebound
from curation.signals.services import signal_request
from curation.snapshots.choices import RefreshState
from curation.snapshots.services import snapshot_create
from webapp.api.errors import ApplicationError
from webapp.jobs.choices import ACTIVE_STATES, JobState

UNDER_WAY = (RefreshState.FOLDING, RefreshState.SCORING, RefreshState.FREEZING)


def refreshes_advance(*, now: datetime | None = None) -> int:
    """Take every refresh that is due or under way one step further; returns how many were looked at."""
    now = now or timezone.now()
    due = Q(is_active=True, next_at__lte=now) | Q(state__in=UNDER_WAY)
    numbers = list(SnapshotRefresh.objects.filter(due).order_by("pk").values_list("pk", flat=True))
    for number in numbers:
        refresh_advance(number, now=now)
    return len(numbers)


@transaction.atomic
def refresh_advance(refresh_id: int, *, now: datetime) -> None:
    """One step of one refresh; nothing when another worker has it in hand."""
    refresh = (
        SnapshotRefresh.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("recipe", "dataset__project", "campaign", "job", "created_by", "snapshot")
        .filter(pk=refresh_id)
        .first()
    )
    if refresh is None:
        return
    try:
        with transaction.atomic():
            _step(refresh, now)
    except ApplicationError as error:
        _end(refresh, RefreshState.FAILED, error.message, now)
    refresh.save()


def _step(refresh: SnapshotRefresh, now: datetime) -> None:
    if refresh.state not in UNDER_WAY:
        if not refresh.is_active or refresh.next_at > now:
            return
        _begin(refresh, now)
    elif refresh.state == RefreshState.FOLDING:
        if _job_is_done(refresh, now):
            _score(refresh, now)
    elif refresh.state == RefreshState.SCORING:
        _score(refresh, now)
    elif _job_is_done(refresh, now):
        assert refresh.snapshot is not None  # noqa: S101 — set together with the state.
        counts = refresh.snapshot.counts
        _end(refresh, RefreshState.WAITING, f"{counts['kept']:,} of {counts['in']:,} pairs frozen.", now)


def _begin(refresh: SnapshotRefresh, now: datetime) -> None:
    refresh.version = None
    if refresh.campaign is None:
        _score(refresh, now)
        return
    refresh.job = campaign_fold(campaign=refresh.campaign, created_by=refresh.created_by)
    refresh.state, refresh.message = RefreshState.FOLDING, f"Bringing home the votes of {refresh.campaign.name}."


def _job_is_done(refresh: SnapshotRefresh, now: datetime) -> bool:
    """Whether the step's job has succeeded; a round whose job failed or is gone ends here."""
    if refresh.job is not None and refresh.job.state in ACTIVE_STATES:
        return False
    if refresh.job is None or refresh.job.state != JobState.SUCCEEDED:
        why = "its job was deleted" if refresh.job is None else f"“{refresh.job.title}” {refresh.job.state}"
        _end(refresh, RefreshState.FAILED, f"The round stopped: {why}.", now)
        return False
    return True


def _score(refresh: SnapshotRefresh, now: datetime) -> None:
    """Freeze when the version has every signal; ask for those it does not have."""
    version = refresh.version or _newest(refresh)
    if version is None:
        _end(refresh, RefreshState.WAITING, "The dataset has no ready version yet.", now)
        return
    refresh.version = version
    rebound = recipe_rebound(refresh.recipe.steps, version)
    if _is_known(refresh, version, rebound):
        _end(refresh, RefreshState.WAITING, f"Nothing new since version {version.number}.", now)
    elif rebound.unknown:
        _end(refresh, RefreshState.FAILED, f"The recipe names signal {rebound.unknown[0]}, which is gone.", now)
    elif rebound.failed:
        signal = rebound.failed[0]
        _end(
            refresh,
            RefreshState.FAILED,
            f"Signal “{signal.name}” has {signal.state} on version {version.number}; compute it again there.",
            now,
        )
    elif rebound.is_ready:
        _freeze(refresh, version, rebound)
    else:
        for wanted in rebound.wanted:
            signal_request(version=version, created_by=refresh.created_by, kind=wanted.kind, params=wanted.params)
        names = [*(wanted.name for wanted in rebound.wanted), *rebound.waiting]
        refresh.state = RefreshState.SCORING
        refresh.message = f"Computing {', '.join(dict.fromkeys(names))} on version {version.number}."[:500]


def _newest(refresh: SnapshotRefresh) -> DatasetVersion | None:
    ready = DatasetVersion.objects.filter(dataset=refresh.dataset, state=VersionState.READY)
    return ready.select_related("dataset").order_by("-number").first()


def _is_known(refresh: SnapshotRefresh, version: DatasetVersion, rebound: ReboundRecipe) -> bool:
    """Whether the last snapshot says the same already."""
    last = refresh.snapshot
    return (
        last is not None
        and last.state == "ready"
        and last.dataset_version_id == version.pk
        and last.steps == rebound.steps
        and (last.seed, last.test_fraction) == (refresh.seed, refresh.test_fraction)
    )


def _freeze(refresh: SnapshotRefresh, version: DatasetVersion, rebound: ReboundRecipe) -> None:
    job = snapshot_create(
        recipe=refresh.recipe,
        version=version,
        created_by=refresh.created_by,
        test_fraction=refresh.test_fraction,
        seed=refresh.seed,
        steps=rebound.steps,
    )
    refresh.job = job
    refresh.snapshot_id = job.subject_id
    refresh.state, refresh.message = RefreshState.FREEZING, f"Freezing version {version.number}."


def _end(refresh: SnapshotRefresh, state: RefreshState, message: str, now: datetime) -> None:
    """The round is over; the next one is a whole number of intervals after the last, and in the future."""
    interval = timedelta(hours=refresh.every_hours)
    refresh.state, refresh.message, refresh.job, refresh.version = state, message[:500], None, None
    if refresh.next_at <= now:
        refresh.next_at += interval * ((now - refresh.next_at) // interval + 1)
