"""Job kinds for tests, importable by a worker process (`celery … --include tests.webapp.jobs.kinds`)."""

from __future__ import annotations

import time
from typing import Any

from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.jobs.registry import register
from webapp.store.files import store


class CountingHandler(JobHandler):
    """Writes `rows` lines in each of `shards` parts, slowly when asked, and counts them at the end."""

    kind = "test.count"
    lease_seconds = 2.0

    def plan(self, job: Job) -> list[ShardPlan]:
        return [ShardPlan({"part": i}, total=job.params["rows"]) for i in range(job.params["shards"])]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        key = f"{job.params['folder']}/part-{shard.index:05}.txt"
        with store().writer(key) as file:
            for row in range(job.params["rows"]):
                file.write(f"{shard.index}:{row}\n".encode())
                progress.advance()
                time.sleep(job.params.get("seconds_per_row", 0))
        return {"key": key}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        JobLogEntry.objects.create(job=job, message="brought home")
        rows = 0
        for result in results:
            with store().open(result["key"]) as file:
                rows += sum(1 for _ in file)
        job.message = f"{rows} rows"
        return {"rows": rows}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        JobLogEntry.objects.create(job=job, message=f"stopped: {state}")

    def on_resumed(self, job: Job) -> None:
        JobLogEntry.objects.create(job=job, message="resumed")


class FailingHandler(JobHandler):
    """Fails in the way `params["how"]` says, as long as `params["key"]` is not in the store."""

    kind = "test.fail"
    lease_seconds = 2.0

    def plan(self, job: Job) -> list[ShardPlan]:
        if job.params["how"] == "plan":
            raise JobError("The file holds no rows; upload another one.")
        return [ShardPlan(), ShardPlan({"fails": True})]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        progress.advance(3, failures={"too long": 1} if shard.index else None)
        if shard.params.get("fails") and not store().exists("mended"):
            if job.params["how"] == "expected":
                raise JobError("Row 7 has no prompt; mend the file and import it again.")
            raise ZeroDivisionError("division by zero")
        return {"index": shard.index}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        if job.params["how"] == "finish":
            JobLogEntry.objects.create(job=job, message="half-written")
            raise JobError("The dataset changed meanwhile; start again.")
        return {"results": results}


register(CountingHandler())
register(FailingHandler())
