"""Ask for a signal: an equal one that exists is returned instead of being computed again."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import orjson
from django.db import transaction

from curation.datasets.choices import VersionState
from curation.models import DatasetVersion, Signal
from curation.signals.choices import SignalState
from curation.signals.kinds.base import ChoosesColumns, ReadsSignals
from curation.signals.registry import signal_kind
from webapp.accounts.models import User
from webapp.api.errors import ConflictError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create, job_resume

JOB_KIND = {"default": "signal.compute", "ml": "signal.compute_ml"}


def signal_key(kind: str, algorithm: str, params: dict[str, Any], provenance: dict[str, Any], content: str) -> str:
    """SHA-256 of everything the values depend on."""
    facts = [kind, algorithm, params, provenance, content]
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


@transaction.atomic
def signal_request(*, version: DatasetVersion, created_by: User, kind: str, params: dict[str, Any]) -> Job:
    """Start computing a signal for a version and return its job.

    The same kind, parameters, model and rows give the signal that exists, whose job is returned. A cancelled one goes
    on where it stopped; one that failed, or has failed rows, is computed again. Raises ConflictError while the
    version is being built.
    """
    if version.state != VersionState.READY:
        raise ConflictError(f"Version {version.number} is {version.state}; only a ready version can be scored.")
    handler = signal_kind(kind)
    project_id = version.dataset.project_id
    name, provenance = handler.prepare(project_id=project_id, params=params)
    if isinstance(handler, ReadsSignals):
        handler.check_version(version_id=version.pk, params=params)
    columns = handler.columns
    if isinstance(handler, ChoosesColumns):
        columns = handler.columns_for(project_id=project_id, params=params)
    key = signal_key(kind, handler.version, params, provenance, version.content_hash)
    signal, created = Signal.objects.select_for_update().get_or_create(
        dataset_version=version,
        key=key,
        defaults={
            "kind": kind,
            "name": name,
            "level": handler.level,
            "columns": [dataclasses.asdict(column) for column in columns],
            "params": params,
            "provenance": {"algorithm": kind, "version": handler.version, **provenance},
            "created_by": created_by,
        },
    )
    if not created and signal.job is not None and not _is_worth_another_try(signal):
        return job_resume(job_id=signal.job.pk) if signal.state == SignalState.CANCELLED else signal.job
    job = job_create(
        kind=JOB_KIND[handler.queue],
        project=version.dataset.project,
        created_by=created_by,
        params={"signal": signal.pk},
        title=f"{name} on {version.dataset.name} v{version.number}",
        subject=("signal", signal.pk),
    )
    signal.job, signal.state = job, SignalState.QUEUED
    signal.save(update_fields=["job", "state"])
    return job


def _is_worth_another_try(signal: Signal) -> bool:
    """Failures are states, not answers: memory may suffice now, or a model may have been mended."""
    return signal.state == SignalState.FAILED or (signal.state == SignalState.READY and signal.rows_failed > 0)
