"""The job that freezes a snapshot."""

from __future__ import annotations

from typing import Any

from curation.models import Snapshot
from curation.snapshots.card import card_markdown
from curation.snapshots.choices import SnapshotState
from curation.snapshots.freezing import freeze
from curation.snapshots.services import JOB_KIND
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobHandler, Progress, as_job_error
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store


class FreezeHandler(JobHandler):
    kind = JOB_KIND
    unit = "pairs"

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        snapshot = Snapshot.objects.select_related("dataset_version__dataset", "recipe").get(pk=job.params["snapshot"])
        # A signal or version changed its state since the job was asked for.
        with as_job_error(ApplicationError):
            result = freeze(snapshot, progress.advance)
        with store().writer(snapshot.card_key) as file:
            file.write(card_markdown(snapshot, result).encode())
        progress.set_total(result["counts"]["kept"])
        return result

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        (result,) = results
        snapshot = Snapshot.objects.select_for_update().get(pk=job.params["snapshot"])
        snapshot.counts, snapshot.funnel = result["counts"], result["funnel"]
        snapshot.splits, snapshot.content_hash = result["splits"], result["content_hash"]
        snapshot.state = SnapshotState.READY
        snapshot.save()
        job.message = f"{result['counts']['kept']:,} of {result['counts']['in']:,} pairs frozen."
        return {"snapshot": snapshot.pk, **result["counts"]}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        Snapshot.objects.filter(pk=job.params["snapshot"]).update(state=SnapshotState(state))

    def on_resumed(self, job: Job) -> None:
        Snapshot.objects.filter(pk=job.params["snapshot"]).update(state=SnapshotState.BUILDING)
