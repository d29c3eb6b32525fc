"""Reading judges, their runs, trust checks and answers."""

from __future__ import annotations

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from curation.judges.choices import AnswerState, ModelSource
from curation.models import Judge, JudgeAnswer, JudgeRun, JudgeTrust
from curation.signals.choices import SignalState
from webapp.api.errors import NotFoundError, UnprocessableError

NOTHING = "There is no such judge."


def judges_of(project_id: int, *, archived: bool = False) -> QuerySet[Judge]:
    """The newest version of each of a project's judges, its last finished trust check at hand as `measured`."""
    newest = Judge.objects.filter(project=project_id, name=OuterRef("name")).order_by("-version").values("pk")[:1]
    return (
        Judge.objects.filter(project=project_id, archived_at__isnull=not archived, pk=Subquery(newest))
        .select_related("created_by")
        .prefetch_related(_measured())
    )


def judge_versions_of(judge: Judge) -> QuerySet[Judge]:
    return Judge.objects.filter(project=judge.project_id, name=judge.name).order_by("-version")


def judge_get(judge_id: int) -> Judge:
    """Raises NotFoundError."""
    found = Judge.objects.select_related("created_by", "project").prefetch_related(_measured()).filter(pk=judge_id)
    judge = found.first()
    if judge is None:
        raise NotFoundError(NOTHING)
    return judge


def judge_of_project(judge_id: int, *, project_id: int) -> Judge:
    """Raises UnprocessableError when the project has no such judge."""
    judge = Judge.objects.filter(pk=judge_id, project=project_id).first()
    if judge is None:
        sentence = f"params.judge: this project has no judge {judge_id}; choose one of its judges."
        raise UnprocessableError(sentence, fields={"params.judge": ["Choose a judge."]})
    return judge


def judges_of_model(*, project_id: int, model_id: int) -> QuerySet[Judge]:
    """Every version of every judge that asks a registered model, the newest first."""
    asking = Judge.objects.filter(project=project_id, source=ModelSource.REGISTERED, model__id=model_id)
    return asking.order_by("-id")


def judge_project_id(judge_id: int) -> int:
    """Raises NotFoundError."""
    return _one(Judge.objects.filter(pk=judge_id).values_list("project_id", flat=True).first())


def runs_of(judge_id: int) -> QuerySet[JudgeRun]:
    return _runs().filter(judge=judge_id)


def run_get(run_id: int) -> JudgeRun:
    """Raises NotFoundError."""
    run = _runs().filter(pk=run_id).first()
    if run is None:
        raise NotFoundError("There is no such run of a judge.")
    return run


def run_project_id(run_id: int) -> int:
    """Raises NotFoundError."""
    return _one(JudgeRun.objects.filter(pk=run_id).values_list("judge__project_id", flat=True).first())


def answers_of(run: JudgeRun, *, state: str | None = None) -> QuerySet[JudgeAnswer]:
    """What the model answered in the run's last job, the newest first."""
    found = JudgeAnswer.objects.filter(job=run.signal.job_id).order_by("-id")
    return found.filter(state=AnswerState(state)) if state else found


def trusts_of(judge_id: int) -> QuerySet[JudgeTrust]:
    return JudgeTrust.objects.filter(judge=judge_id).select_related("dataset_version__dataset", "job", "created_by")


def trust_get(trust_id: int) -> JudgeTrust:
    """Raises NotFoundError."""
    found = JudgeTrust.objects.select_related("dataset_version__dataset", "job", "judge", "created_by")
    trust = found.filter(pk=trust_id).first()
    if trust is None:
        raise NotFoundError("There is no such trust check.")
    return trust


def trust_project_id(trust_id: int) -> int:
    """Raises NotFoundError."""
    return _one(JudgeTrust.objects.filter(pk=trust_id).values_list("judge__project_id", flat=True).first())


def trust_now(judge_id: int, fingerprint: str) -> JudgeTrust | None:
    """The newest finished check of the judge as it is now; None when there is none, or principles changed since."""
    found = JudgeTrust.objects.filter(judge=judge_id, state=SignalState.READY, fingerprint=fingerprint)
    return found.order_by("-id").first()


def _measured() -> Prefetch[str, QuerySet[JudgeTrust], str]:
    ready = JudgeTrust.objects.filter(state=SignalState.READY).select_related("dataset_version__dataset", "job")
    return Prefetch("trusts", queryset=ready.order_by("-id"), to_attr="measured")


def _runs() -> QuerySet[JudgeRun]:
    return JudgeRun.objects.select_related(
        "judge", "signal__job__judge_meter", "signal__dataset_version__dataset", "created_by"
    )


def _one(project_id: int | None) -> int:
    if project_id is None:
        raise NotFoundError(NOTHING)
    return project_id
