"""Background work of the trainer bridge: writing exports, training runs, registering models from elsewhere."""

from __future__ import annotations

from typing import Any

from trainer_bridge.choices import LauncherName
from trainer_bridge.evaluation.job import EvaluationHandler, EvaluationSetHandler
from trainer_bridge.exports.job import export_write
from trainer_bridge.exports.pushing import export_push
from trainer_bridge.launchers import launcher_for
from trainer_bridge.models import Export, Run
from trainer_bridge.runs.halting import halt
from trainer_bridge.runs.supervising import run_train
from trainer_bridge.runs.waiting import wait_for_turn
from trainer_bridge.services import exports, registry, runs
from webapp.jobs.choices import Queue
from webapp.jobs.handlers import JobHandler, JobInterrupted, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.jobs.registry import register


class ExportHandler(JobHandler):
    """One shard that streams the snapshot: its files are one hash each, so the pass is one too."""

    kind = "export.write"
    unit = "pairs"

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        export = Export.objects.select_related("snapshot").get(pk=job.params["export"])
        return export_write(export, progress)

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        return exports.export_finish(job=job, result=results[0])

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        exports.export_stop(job=job, state=state)

    def on_resumed(self, job: Job) -> None:
        exports.export_restart(job=job)


class MeasuredExportHandler(ExportHandler):
    """An export whose rows are counted in tokens, where the libraries for it are."""

    kind = "export.measure"
    queue = Queue.ML
    lease_seconds = 60.0


class PushHandler(JobHandler):
    """One shard that commits all files at once; a second try commits what the first did not."""

    kind = "export.push"
    unit = "files"
    lease_seconds = 300.0

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        export = Export.objects.select_related("snapshot").get(pk=job.params["export"])
        return export_push(export, progress, repo=job.params["repo"], private=job.params["private"])

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        job.message = f"{results[0]['files']} files are at {results[0]['url']}."
        return {"export": job.params["export"], **results[0]}


class RunHandler(JobHandler):
    """One shard that lives as long as the training; a second try goes on from the newest checkpoint."""

    kind = "run.train"
    queue = Queue.TRAIN
    unit = "steps"
    lease_seconds = 60.0

    def plan(self, job: Job) -> list[ShardPlan]:
        return [ShardPlan(total=Run.objects.select_related("export").get(pk=job.params["run"]).max_steps or None)]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        run = Run.objects.select_related("export__job").get(pk=job.params["run"])
        wait_for_turn(run, progress)
        # A run by hand begins with its first report.
        if run.launcher != LauncherName.MANUAL:
            runs.run_started(run_id=run.pk)
        try:
            return run_train(run, progress, launcher_for(run.launcher))
        except JobInterrupted:
            runs.run_interrupted(run_id=run.pk)
            raise

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        return runs.run_finish(job=job, result=results[0])

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        runs.run_stop(job=job, state=state, error=error)

    def on_paused(self, job: Job) -> None:
        runs.run_pause(job=job)

    def on_resumed(self, job: Job) -> None:
        runs.run_restart(job=job)


class RemoteRunHandler(RunHandler):
    """A run whose trainer is elsewhere: a worker looks after it for a moment now and then."""

    kind = "run.remote"
    queue = Queue.DEFAULT


class HaltHandler(JobHandler):
    """Ends a trainer elsewhere whose run was cancelled or paused: asks first, insists after a while."""

    kind = "run.halt"
    unit = "trainers"

    def plan(self, job: Job) -> list[ShardPlan]:
        return [ShardPlan(total=1)]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        run = Run.objects.get(pk=job.params["run"])
        halt(run, shard.checkpoint or {}, progress, launcher_for(run.launcher))
        progress.advance()
        return {}


class ModelHandler(JobHandler):
    """One shard that copies a model's files; a second try finds what the first has finished."""

    kind = "model.register"
    queue = Queue.ML
    unit = "models"
    lease_seconds = 60.0

    def plan(self, job: Job) -> list[ShardPlan]:
        return [ShardPlan(total=1)]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        found = registry.model_fetch(job)
        progress.advance()
        return found

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        return registry.model_registered(job=job, result=results[0])


register(ExportHandler())
register(MeasuredExportHandler())
register(PushHandler())
register(RunHandler())
register(RemoteRunHandler())
register(HaltHandler())
register(ModelHandler())
register(EvaluationSetHandler())
register(EvaluationHandler())
