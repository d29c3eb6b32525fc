"""The job that brings a judge's run home: as labels, annotations and rows of a new version of the run's dataset."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from curation.datasets.choices import VersionOrigin
from curation.datasets.made_records import made_forget, made_parts
from curation.datasets.selectors import version_latest
from curation.datasets.versions import NoProgress, dataset_locked, version_add
from curation.datasets.wording import counted
from curation.judges.labels import JOB_KIND
from curation.judges.labels_part import REVISED, JudgeSaid, PartLabels
from curation.judges.selectors import judge_get, run_get
from curation.judges.standing import standing_of, why_no_labels
from curation.models import DatasetVersion, JudgeRun
from webapp.jobs.choices import ShardState
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store

_COUNTS = ("labels", "annotations", "records")


class JudgeLabelsHandler(JobHandler):
    """One shard for each part of the dataset's newest version; parts the judge says nothing new of are shared with it.

    What this version of the judge gave before is replaced where the run has a row for it; all else stays as it is.
    Records that revisions make are found by the shards and added at the end, those that are not there yet.
    """

    kind = JOB_KIND
    unit = "rows"

    def plan(self, job: Job) -> list[ShardPlan]:
        run = run_get(job.params["run"])
        standing = standing_of(judge_get(run.judge_id))
        # Checked when it was asked for, too; what the judge rests on may have changed since.
        problem = why_no_labels(run.judge, standing)
        if problem:
            raise JobError(problem)
        version = _newest(run)
        return [
            ShardPlan({"version": version.pk, "part": number, "votes": standing.may_label}, total=part["rows"])
            for number, part in enumerate(version.parts)
        ]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        version = DatasetVersion.objects.get(pk=shard.params["version"])
        return _bring_part(job, version, shard.params, progress)

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        run = run_get(job.params["run"])
        dataset = dataset_locked(run.signal.dataset_version.dataset_id)
        latest = _newest(run)
        if results and results[0]["version"] != latest.pk:
            # Another version came between: bring the run into that one, now that no other can follow.
            results = [
                _bring_part(job, latest, {**results[0], "version": latest.pk, "part": number}, NoProgress())
                for number in range(len(latest.parts))
            ]
        added = made_parts([result["made"] for result in results if result["made"]], latest, folder=_folder(job))
        total = {name: sum(result[name] for result in results) for name in _COUNTS}
        total["added"] = sum(part["rows"] for part in added)
        made = None
        if added or any(result["replacement"] for result in results):
            parts = [result["replacement"] or part for result, part in zip(results, latest.parts, strict=True)]
            made = version_add(
                dataset=dataset,
                parent=latest,
                parts=[*parts, *added],
                origin=VersionOrigin.JUDGE,
                origin_detail={"judge_run": run.pk, "judge": str(run.judge), "signal": run.signal_id},
                job=job,
            )
        said = bool(total["labels"] or total["annotations"] or any(result["made"] for result in results))
        job.message = _message(run, made, total, said=said)
        transaction.on_commit(lambda: made_forget(_folder(job)))
        return {"versions": [made.pk] if made else [], **total}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        transaction.on_commit(lambda: store().delete_tree(_folder(job)))

    def on_resumed(self, job: Job) -> None:
        # The parts are gone, so finished shards have to run again too.
        JobShard.objects.filter(job=job).update(state=ShardState.PENDING, result=None)


def _newest(run: JudgeRun) -> DatasetVersion:
    return version_latest(run.signal.dataset_version.dataset_id) or run.signal.dataset_version


def _folder(job: Job) -> str:
    return f"judges/labels-{job.pk}"


def _bring_part(job: Job, version: DatasetVersion, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    run = run_get(job.params["run"])
    brought = PartLabels(
        version.parts[params["part"]],
        JudgeSaid(run.judge, votes=params["votes"]),
        signal=[store().url(key) for key in run.signal.parts],
        revises=any(column["name"] == REVISED for column in run.signal.columns),
        folder=f"{_folder(job)}/on-{version.pk}",
        progress=progress,
    ).run()
    return {**params, **brought._asdict()}


def _message(run: JudgeRun, made: DatasetVersion | None, total: dict[str, int], *, said: bool) -> str:
    if made is not None:
        given = [counted(total[name], name[:-1]) for name in ("labels", "annotations") if total[name]]
        brought = f"{' and '.join(given)} on {counted(total['records'], 'row')}" if given else ""
        added = counted(total["added"], "new row") if total["added"] else ""
        with_them = " and ".join(part for part in (brought, added) if part) or "what it said before taken back"
        return f"{made.dataset.name} has version {made.number}, with {with_them}."
    if said:
        return f"All that {run.judge} says in this run is in the newest version already; nothing has changed."
    return f"{run.judge} says nothing in this run that could be brought home; nothing has changed."
