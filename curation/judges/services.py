"""Make judges and new versions of them, archive them, and set them to work on a dataset version."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from annotation.selectors.principles import principles_current
from curation.datasets.versions import version_check_project
from curation.judges.answers import MICRO
from curation.judges.choices import ModelSource
from curation.judges.endpoints import endpoint_get
from curation.judges.models_of import PACKAGED, identity_of
from curation.judges.protocols.base import options_refused
from curation.judges.protocols.registry import protocol_of
from curation.ml.judging.calls import Sampling
from curation.models import DatasetVersion, Judge, JudgeMeter, JudgeRun, Signal
from curation.signals.services import signal_request
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError, UnprocessableError
from webapp.jobs.models import Job
from webapp.projects.models import Project

KIND_OF_LEVEL = {"pair": "judge_pairs", "response": "judge_responses", "record": "judge_records"}


@transaction.atomic
def judge_create(*, project: Project, created_by: User, name: str, **facts: Any) -> Judge:
    """The first version of a judge. Raises ConflictError for a name that is taken, ApplicationError for its facts."""
    if Judge.objects.filter(project=project, name=name).exists():
        raise ConflictError(f"There is a judge {name!r} already; make a new version of it, or choose another name.")
    return _add(project, created_by, name=name, version=1, **facts)


@transaction.atomic
def judge_change(*, judge: Judge, created_by: User, **facts: Any) -> Judge:
    """The next version of a judge, everything that is not given as in this one. Raises ApplicationError."""
    # Two people may change one judge at once; the project's row puts their versions in line.
    project = Project.objects.select_for_update(no_key=True).get(pk=judge.project_id)
    kept = {name: getattr(judge, name) for name in _FACTS}
    last = Judge.objects.filter(project=project, name=judge.name).aggregate(last=Max("version"))["last"]
    return _add(project, created_by, name=judge.name, version=last + 1, **{**kept, **facts})


@transaction.atomic
def judge_archive(*, judge: Judge, archived: bool) -> Judge:
    """Put all versions of a judge away, or bring them back; what they said stays."""
    when = timezone.now() if archived else None
    Judge.objects.filter(project=judge.project_id, name=judge.name).update(archived_at=when)
    judge.refresh_from_db()
    return judge


@transaction.atomic
def judge_run(
    *,
    judge: Judge,
    version: DatasetVersion,
    created_by: User,
    cap_usd: Decimal | None = None,
    **params: Any,
) -> JudgeRun:
    """Set a judge to work on a version. What it was asked before is not asked again.

    `params` are those of the signal (`pairs`, `gold_only`, `share`, `seed`). The same question gives the run that
    exists, which goes on where it stopped. Raises ConflictError, ApplicationError.
    """
    if judge.archived_at is not None:
        raise ConflictError(f"{judge} is archived; bring it back before it judges.")
    version_check_project(version, judge.project_id)
    check_cap(judge, cap_usd)
    kind = KIND_OF_LEVEL[protocol_of(judge.protocol).level]
    job = signal_request(version=version, created_by=created_by, kind=kind, params={"judge": judge.pk, **params})
    signal = Signal.objects.get(job=job)
    run, _ = JudgeRun.objects.get_or_create(judge=judge, signal=signal, defaults={"created_by": created_by})
    meter_start(job=job, cap_usd=cap_usd)
    return run


@transaction.atomic
def run_cap(*, run: JudgeRun, cap_usd: Decimal | None) -> JudgeRun:
    """Change how much a run may spend; None lifts the cap. Raises UnprocessableError for a judge without prices."""
    check_cap(run.judge, cap_usd)
    JudgeMeter.objects.filter(job=run.signal.job_id).update(cap=_micro(cap_usd))
    return run


def meter_start(*, job: Job, cap_usd: Decimal | None) -> None:
    """The meter of a job that asks a judge; a new cap replaces an earlier one."""
    meter, _ = JudgeMeter.objects.get_or_create(job=job)
    meter.cap = _micro(cap_usd)
    meter.save(update_fields=["cap"])


def check_cap(judge: Judge, cap_usd: Decimal | None) -> None:
    """Raises UnprocessableError for a cap that nothing is counted against."""
    if cap_usd is not None and not judge.prices:
        sentence = "cap_usd: this judge has no prices, so nothing can be counted against a cap; give it prices first."
        raise UnprocessableError(sentence, fields={"cap_usd": ["No prices."]})


_FACTS = (
    *("description", "protocol", "source", "model", "family"),
    *("instructions", "options", "principles", "sampling", "prices"),
)


def _add(project: Project, created_by: User, *, name: str, version: int, **facts: Any) -> Judge:
    protocol = protocol_of(facts["protocol"])
    options = protocol.options_from(facts["options"])
    if getattr(options, "samples", 1) > 1 and not facts["sampling"].get("temperature"):
        raise options_refused("samples", "every sample is the same at temperature 0; raise it, or take one sample")
    _check_principles(project, facts["principles"])
    judge = Judge(project=project, created_by=created_by, name=name, version=version, **_checked_model(facts))
    # Asks the registry: a judge whose model does not exist is not made.
    identity_of(judge)
    judge.save()
    return judge


def _checked_model(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts with the model as it is stored, and nothing in it that its source does not need."""
    prices = {} if facts["source"] == ModelSource.ENDPOINT else {"prices": None}
    return {**facts, "model": model_facts(facts["source"], facts["model"]), **prices, "sampling": _sampling(facts)}


def model_facts(source: str, model: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a model of a source. Raises ApplicationError for what cannot name one."""
    if source == ModelSource.PACKAGED:
        return {"packaged": PACKAGED}
    if source == ModelSource.REGISTERED:
        if not isinstance(model.get("id"), int):
            raise _model_refused("id", "give the id of a registered policy model.")
        return {"id": model["id"]}
    endpoint_get(str(model.get("endpoint", "")))
    if not isinstance(model.get("model"), str) or not 0 < len(model["model"]) <= 200:
        raise _model_refused("model", "name the model as the endpoint calls it, in up to 200 characters.")
    return {"endpoint": model["endpoint"], "model": model["model"], "revision": str(model.get("revision", ""))[:200]}


def _sampling(facts: dict[str, Any]) -> dict[str, Any]:
    return {**vars(Sampling()), **facts["sampling"]}


def _check_principles(project: Project, ids: list[int]) -> None:
    known = {each.id for each in principles_current(project.pk, ids)}
    missing = [each for each in ids if each not in known]
    if missing:
        sentence = f"principles: this project has no principle {missing[0]}."
        raise UnprocessableError(sentence, fields={"principles": ["Choose from the library."]})


def _micro(usd: Decimal | None) -> int | None:
    return None if usd is None else max(1, round(usd * MICRO))


def _model_refused(field: str, sentence: str) -> ApplicationError:
    return ApplicationError(f"model.{field}: {sentence}", fields={f"model.{field}": [sentence]})
