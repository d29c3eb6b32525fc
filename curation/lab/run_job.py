"""The job of a lab run: one shard a seed; every head is a file, so a stopped run goes on where it was."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from curation.lab.choices import LabState
from curation.lab.fits import fit_seed
from curation.lab.prepare import prepared_for
from curation.lab.prepared import prepared_read
from curation.lab.results import results_of
from curation.lab.services import JOB_KIND
from curation.models import LabRun
from webapp.jobs.handlers import JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store


class LabRunHandler(JobHandler):
    kind = JOB_KIND
    queue = "ml"
    unit = "heads"
    # Loading the embedder can take long on a cold disk.
    lease_seconds = 60.0

    def plan(self, job: Job) -> list[ShardPlan]:
        return [ShardPlan({"seed": seed}) for seed in _run(job).seed_list]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        run, seed = _run(job), shard.params["seed"]
        prepared = prepared_for(run, lambda: progress.advance(0))
        progress.set_total(len(prepared.arms) + (prepared.review is not None))
        fit_seed(run, prepared, seed, progress.advance)
        return {"seed": seed}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        run = LabRun.objects.select_for_update().get(pk=job.params["lab_run"])
        run.results = results_of(run, prepared_read(run.prepared_key))
        run.state = LabState.READY
        run.save(update_fields=["results", "state"])
        gold = run.results["gold"]["pairs"]
        job.message = f"{len(run.recipes)} recipes compared with raw labels on {gold:,} gold pairs."
        # What the figures were made from can be made again; the figures are kept.
        transaction.on_commit(lambda: store().delete_tree(run.folder))
        return {"lab_run": run.pk}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        LabRun.objects.filter(pk=job.params["lab_run"]).update(state=LabState(state))

    def on_resumed(self, job: Job) -> None:
        LabRun.objects.filter(pk=job.params["lab_run"]).update(state=LabState.RUNNING)


def _run(job: Job) -> LabRun:
    return LabRun.objects.select_related("dataset_version__dataset").get(pk=job.params["lab_run"])
