"""Background work on evaluations: reading sets, and the parts of an evaluation.

The leak check is a part of every evaluation and stands before its others, so no number is there before it.
"""

from __future__ import annotations

from typing import Any

from trainer_bridge.choices import EvaluationLayout, EvaluationSetState
from trainer_bridge.evaluation.kinds.registry import KINDS
from trainer_bridge.evaluation.leaks import leaked_items, leaks_find
from trainer_bridge.evaluation.set_reading import set_read
from trainer_bridge.models import Evaluation, EvaluationSet
from trainer_bridge.services import evaluation_sets, evaluations
from webapp.jobs.choices import Queue
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard

_LEAKS = {"leaks": True}


class EvaluationSetHandler(JobHandler):
    """One shard that reads every row; nothing is kept of a file that has a bad one."""

    kind = "evaluation_set.read"
    unit = "items"

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        evaluation_set = EvaluationSet.objects.get(pk=job.params["evaluation_set"])
        return set_read(evaluation_set, progress, leave_out_bad_rows=job.params.get("leave_out_bad_rows", False))

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        evaluation_sets.evaluation_set_ready(evaluation_set_id=job.params["evaluation_set"], **results[0])
        counts = results[0]["counts"]
        left_out = sum(counts["left_out"].values())
        job.message = f"{counts['items']:,} items read." + (f" {left_out:,} bad rows left out." if left_out else "")
        return {"evaluation_set": job.params["evaluation_set"], "counts": counts}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        evaluation_sets.evaluation_set_stop(job=job, state=state, error=error)

    def on_resumed(self, job: Job) -> None:
        evaluation_sets.evaluation_set_restart(job=job)


class EvaluationHandler(JobHandler):
    """The leak check, then parts of the set that a model is loaded for once."""

    kind = "evaluation.run"
    queue = Queue.ML
    unit = "items"
    lease_seconds = 60.0

    def plan(self, job: Job) -> list[ShardPlan]:
        evaluation = _evaluation(job)
        plans = KINDS[evaluation.kind].plan(evaluation, items=_items_of(evaluation.evaluation_set))
        return [ShardPlan(_LEAKS, total=0), *plans]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        evaluation = _evaluation(job)
        evaluations.evaluation_started(evaluation_id=evaluation.pk)
        evaluation.evaluation_set = _ready(evaluation.evaluation_set, progress)
        if shard.params == _LEAKS:
            return leaks_find(evaluation, progress)
        return KINDS[evaluation.kind].run_part(evaluation, shard.params, progress)

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        evaluation = _evaluation(job)
        leak, *rest = results
        outcome = KINDS[evaluation.kind].finish(evaluation, leaked_items(evaluation), rest)
        return evaluations.evaluation_finish(job=job, outcome=outcome, leak=leak)

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        evaluations.evaluation_stop(job=job, state=state, error=error)

    def on_resumed(self, job: Job) -> None:
        evaluations.evaluation_restart(job=job)


def _evaluation(job: Job) -> Evaluation:
    related = ("model__run__export__snapshot", "evaluation_set__snapshot", "against", "judge", "project")
    return Evaluation.objects.select_related(*related).get(pk=job.params["evaluation"])


def _items_of(evaluation_set: EvaluationSet) -> int:
    """How many items there are, also of a snapshot that is still to be read."""
    if evaluation_set.state != EvaluationSetState.READY and evaluation_set.snapshot is not None:
        return int(evaluation_set.snapshot.splits["test"])
    return int(evaluation_set.counts["items"])


def _ready(evaluation_set: EvaluationSet, progress: Progress) -> EvaluationSet:
    """The set, read here when nobody has yet: a snapshot gives the same items whoever reads it. Raises JobError."""
    if evaluation_set.state == EvaluationSetState.READY:
        return evaluation_set
    if evaluation_set.layout != EvaluationLayout.SNAPSHOT:
        raise JobError(f"The set “{evaluation_set}” is {evaluation_set.state}; evaluate on it when it is ready.")
    evaluation_sets.evaluation_set_ready(evaluation_set_id=evaluation_set.pk, **set_read(evaluation_set, None))
    return EvaluationSet.objects.select_related("snapshot").get(pk=evaluation_set.pk)
