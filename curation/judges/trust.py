"""Check a judge against labels, and say whether it may label."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from curation.datasets.choices import VersionState
from curation.datasets.versions import version_check_project
from curation.domain.judging.probes import PROBES
from curation.judges.present import spec_of
from curation.judges.protocols.registry import protocol_of
from curation.judges.services import check_cap, meter_start
from curation.models import DatasetVersion, Judge, JudgeTrust
from webapp.accounts.models import User
from webapp.api.errors import ConflictError, UnprocessableError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create

JOB_KIND = "judge.trust"


@transaction.atomic
def trust_check(
    *,
    judge: Judge,
    version: DatasetVersion,
    created_by: User,
    gold: list[str],
    sample: int,
    probes: list[str],
    seed: int,
    cap_usd: Decimal | None = None,
) -> Job:
    """Start judging a sample of labelled pairs, as they are and under each probe, and return the job.

    Raises ConflictError while the version is being built, UnprocessableError for a judge whose words cannot be held
    against labels of pairs, and for probes that do not exist.
    """
    version_check_project(version, judge.project_id)
    if version.state != VersionState.READY:
        raise ConflictError(f"Version {version.number} is {version.state}; only a ready version can be judged.")
    if not protocol_of(judge.protocol).comparable:
        raise UnprocessableError(f"{judge} gives no verdicts or scores that labels of pairs could be held against.")
    unknown = [name for name in probes if name not in PROBES]
    if unknown:
        sentence = f"probes: there is no probe {unknown[0]!r}; choose from {', '.join(PROBES)}."
        raise UnprocessableError(sentence, fields={"probes": ["No such probe."]})
    check_cap(judge, cap_usd)
    trust = JudgeTrust.objects.create(
        judge=judge,
        dataset_version=version,
        gold=gold,
        sample=sample,
        probes=list(dict.fromkeys(probes)),
        seed=seed,
        fingerprint=spec_of(judge).fingerprint,
        created_by=created_by,
    )
    trust.job = job_create(
        kind=JOB_KIND,
        project=judge.project,
        created_by=created_by,
        params={"trust": trust.pk},
        title=f"Check {judge} on {version.dataset.name} v{version.number}",
        subject=("judge_trust", trust.pk),
    )
    trust.save(update_fields=["job"])
    meter_start(job=trust.job, cap_usd=cap_usd)
    return trust.job


@transaction.atomic
def trust_cap(*, trust: JudgeTrust, cap_usd: Decimal | None) -> JudgeTrust:
    """Change how much a check may spend; None lifts the cap. Raises UnprocessableError for a judge without prices."""
    check_cap(trust.judge, cap_usd)
    if trust.job is not None:
        meter_start(job=trust.job, cap_usd=cap_usd)
    return trust
