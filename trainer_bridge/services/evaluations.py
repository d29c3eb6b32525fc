"""Start evaluations, queue them after runs, and bring their states along with their jobs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.models import Campaign
from curation.models import Judge
from trainer_bridge.choices import (
    CURRENT_EVALUATION_STATES,
    EvaluationLayout,
    EvaluationSetState,
    EvaluationState,
)
from trainer_bridge.evaluation.kinds.base import Kind, Outcome
from trainer_bridge.evaluation.kinds.registry import KINDS, kind_named
from trainer_bridge.models import Evaluation, EvaluationSet, ModelVersion, Run
from trainer_bridge.selectors.registry import model_heads
from trainer_bridge.services.evaluation_sets import evaluation_set_of_snapshot
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create

logger = structlog.get_logger(__name__)


@transaction.atomic
def evaluation_create(
    *,
    model: ModelVersion,
    evaluation_set: EvaluationSet,
    kind: str,
    created_by: User,
    params: Mapping[str, Any] | None = None,
    against: ModelVersion | None = None,
    judge: Judge | None = None,
    campaign: Campaign | None = None,
    automatic: bool = False,
) -> Evaluation:
    """Queue an evaluation of a model on a set.

    Neither ever changes, so asking again returns the evaluation that waits, runs or is done, and starts nothing.
    Raises ApplicationError naming the field for what does not go together, ConflictError for a set that cannot be read.
    """
    way = kind_named(kind)
    _check(way, model, evaluation_set, against, judge, campaign)
    complete = way.complete(params or {})
    _check_head(model, complete.get("head"))
    key = _params_key(complete, against, judge, campaign)
    current = Evaluation.objects.filter(
        model=model, evaluation_set=evaluation_set, kind=kind, params_key=key, state__in=CURRENT_EVALUATION_STATES
    )
    existing = current.first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            evaluation = Evaluation.objects.create(
                project_id=model.project_id,
                model=model,
                evaluation_set=evaluation_set,
                kind=kind,
                params=complete,
                params_key=key,
                against=against,
                judge=judge,
                campaign=campaign,
                automatic=automatic,
                created_by=created_by,
            )
    except IntegrityError:
        # Somebody else asked in the same moment.
        return current.get()
    evaluation.job = job_create(
        kind="evaluation.run",
        project=model.project,
        created_by=created_by,
        params={"evaluation": evaluation.pk},
        title=f"{way.title}: {model} on {evaluation_set.name}",
        subject=("evaluation", evaluation.pk),
    )
    evaluation.save(update_fields=["job"])
    return evaluation


def _check(
    way: Kind,
    model: ModelVersion,
    evaluation_set: EvaluationSet,
    against: ModelVersion | None,
    judge: Judge | None,
    campaign: Campaign | None,
) -> None:
    if way.model_kind != model.kind:
        raise _refused(
            "kind", f"{model} is a {model.kind} model, and {way.title.lower()} needs a {way.model_kind} one."
        )
    for name, other in (("set", evaluation_set), ("against", against), ("judge", judge), ("campaign", campaign)):
        if other is not None and other.project_id != model.project_id:
            raise _refused(name, f"There is no such {name} in this project.")
    for name, takes, given in (
        ("against", way.takes_against, against),
        ("judge", way.takes_judge, judge),
        ("campaign", way.takes_campaign, campaign),
    ):
        if takes == "must" and given is None:
            raise _refused(name, f"{way.title} needs one; choose it.")
        if takes == "no" and given is not None:
            raise _refused(name, f"{way.title} has none; leave it out.")
    if against is not None and (against.pk == model.pk or against.kind != way.model_kind):
        raise _refused("against", f"Choose another {way.model_kind} model than {model}.")
    reads_itself = evaluation_set.layout == EvaluationLayout.SNAPSHOT
    building = evaluation_set.state == EvaluationSetState.BUILDING and reads_itself
    if evaluation_set.state != EvaluationSetState.READY and not building:
        raise ConflictError(f"The set “{evaluation_set}” is {evaluation_set.state}; evaluate on it when it is ready.")


def _check_head(model: ModelVersion, head: str | None) -> None:
    """A reward model with several outputs is evaluated by one of them."""
    heads = model_heads(model)
    if head is None and heads:
        raise _refused("params.head", f"{model} has the heads {', '.join(heads)}; choose one of them.")
    if head is not None and head not in heads:
        has = f"has the heads {', '.join(heads)}; choose one of them" if heads else "has one output; leave head out"
        raise _refused("params.head", f"{model} {has}.")


def _params_key(
    params: dict[str, Any], against: ModelVersion | None, judge: Judge | None, campaign: Campaign | None
) -> str:
    told = {"params": params, "against": against and against.pk, "judge": judge and judge.pk}
    if campaign is not None:
        told["campaign"] = campaign.pk
    return hashlib.blake2b(msgspec.json.encode(told, order="sorted"), digest_size=16).hexdigest()


def _refused(field: str, sentence: str) -> ApplicationError:
    return ApplicationError(f"{field}: {sentence}", fields={field: [sentence]})


def evaluation_started(*, evaluation_id: int) -> None:
    """A worker took the evaluation up."""
    Evaluation.objects.filter(pk=evaluation_id, state=EvaluationState.QUEUED).update(state=EvaluationState.RUNNING)


def evaluation_finish(*, job: Job, outcome: Outcome, leak: dict[str, Any]) -> dict[str, Any]:
    """The numbers are there, inside the job's last transaction and so exactly once."""
    Evaluation.objects.filter(pk=job.params["evaluation"]).update(
        state=EvaluationState.SUCCEEDED,
        metrics=outcome.metrics,
        counts=outcome.counts,
        provenance=outcome.provenance,
        leak=leak,
        error="",
        finished_at=timezone.now(),
    )
    job.message = outcome.message
    return {"evaluation": job.params["evaluation"], "counts": outcome.counts}


def evaluation_stop(*, job: Job, state: str, error: str) -> None:
    """The job failed or was cancelled, and the evaluation with it; parts that are done stay for a retry."""
    failed = state != "cancelled"
    Evaluation.objects.filter(pk=job.params["evaluation"]).update(
        state=EvaluationState.FAILED if failed else EvaluationState.CANCELLED,
        error=error if failed else "",
        finished_at=timezone.now(),
    )


def evaluation_restart(*, job: Job) -> None:
    """The job starts again. Raises ConflictError when the same was asked for again meanwhile."""
    try:
        with transaction.atomic():
            Evaluation.objects.filter(pk=job.params["evaluation"]).update(
                state=EvaluationState.QUEUED, error="", finished_at=None
            )
    except IntegrityError:
        raise ConflictError("The same evaluation was started again meanwhile; use that one.") from None


AUTOMATIC_KINDS = ("reward_accuracy", "invariance", "implicit_reward")


def evaluations_after_run(*, model: ModelVersion) -> list[Evaluation]:
    """Queue what every new model gets: evaluations on its snapshot's test split and on the project's automatic sets.

    A snapshot without a test split is passed over. What cannot be queued is logged: the model is there all the same.
    """
    # A model that marks faulty words gives no score for an answer.
    if model.run is None or model.run.config.get("loss_type") == "span_heads":
        return []
    ways = [key for key in AUTOMATIC_KINDS if KINDS[key].model_kind == model.kind]
    queued: list[Evaluation] = []
    try:
        for each in _automatic_sets(model, model.run):
            for head in model_heads(model) or (None,):
                queued += [_automatic(model, each, key, head) for key in ways]
    except ApplicationError as error:
        logger.warning("evaluations_not_queued", model=model.pk, reason=error.message)
    return queued


def _automatic_sets(model: ModelVersion, run: Run) -> list[EvaluationSet]:
    """The test split of what the run was trained on, and the sets marked so."""
    found = EvaluationSet.objects.filter(project=model.project_id, automatic=True, state=EvaluationSetState.READY)
    snapshot = run.export.snapshot
    if not snapshot.splits.get("test"):
        return list(found.order_by("id"))
    own = evaluation_set_of_snapshot(snapshot=snapshot, created_by=model.created_by)
    return [own, *found.exclude(pk=own.pk).order_by("id")]


def _automatic(model: ModelVersion, on: EvaluationSet, kind: str, head: str | None) -> Evaluation:
    return evaluation_create(
        model=model,
        evaluation_set=on,
        kind=kind,
        created_by=model.created_by,
        params={} if head is None else {"head": head},
        automatic=True,
    )
