"""The job that brings a campaign's answers home: as labels, annotations and rows of new dataset versions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import transaction

from annotation.models import Campaign as CampaignModel
from annotation.selectors.answers import campaign_has_contexts
from annotation.selectors.campaigns import campaign_source_versions
from annotation.selectors.votes import feedback_high_mark
from curation.datasets.choices import VersionOrigin
from curation.datasets.fold_part import PartFold
from curation.datasets.made_records import made_forget, made_parts
from curation.datasets.parts import Part
from curation.datasets.selectors import version_latest
from curation.datasets.statements import Campaign
from curation.datasets.versions import NoProgress, dataset_locked, version_add
from curation.datasets.wording import counted
from curation.models import Dataset, DatasetVersion
from webapp.jobs.choices import ShardState
from webapp.jobs.handlers import JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.canonical import Record
from webapp.store.files import store


class FoldHandler(JobHandler):
    """One shard for each part of each dataset's newest version; parts no answer touches are shared with it.

    Answers are those given up to the moment of planning, so that a part done twice comes out the same. Labels and
    annotations this campaign gave before are replaced; all others stay as they are. Records that edits and contexts
    make are found by the shards and added at the end, those that are not there yet.
    """

    kind = "campaign.fold"
    unit = "rows"

    def plan(self, job: Job) -> list[ShardPlan]:
        campaign_id = job.params["campaign"]
        sources = DatasetVersion.objects.filter(pk__in=campaign_source_versions(campaign_id))
        up_to = feedback_high_mark(campaign_id)
        contexts = campaign_has_contexts(campaign_id)
        plans = []
        for dataset_id in sorted(set(sources.values_list("dataset_id", flat=True))):
            version = version_latest(dataset_id)
            for number, part in enumerate(version.parts if version else ()):
                params = {
                    "dataset": dataset_id,
                    "version": version.pk if version else 0,
                    "part": number,
                    "up_to": up_to,
                    "contexts": contexts,
                }
                plans.append(ShardPlan(params, total=part["rows"]))
        return plans

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        version = DatasetVersion.objects.get(pk=shard.params["version"])
        return _fold_part(job, version, shard.params, progress)

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        made, sentences = [], []
        total = dict.fromkeys(("labels", "annotations", "records", "added"), 0)
        for dataset_id, group in groupby(results, key=lambda result: result["dataset"]):
            folded = list(group)
            dataset = dataset_locked(dataset_id)
            latest = version_latest(dataset_id)
            if latest is not None and folded[0]["version"] != latest.pk:
                # An import came between: fold into its version, now that no other can follow.
                folded = [
                    _fold_part(job, latest, {**folded[0], "version": latest.pk, "part": number}, NoProgress())
                    for number in range(len(latest.parts))
                ]
            added = _added(job, latest, folded)
            for name in ("labels", "annotations", "records"):
                total[name] += sum(result[name] for result in (*folded, *added))
            total["added"] += sum(result["part"]["rows"] for result in added)
            version = _version_of(job, dataset, latest, folded, [result["part"] for result in added])
            if version is not None:
                made.append(version.pk)
                sentences.append(f"{dataset.name} has version {version.number}")
        job.message = _message(sentences, total)
        transaction.on_commit(lambda: made_forget(_folder(job)))
        return {"versions": made, **total}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        transaction.on_commit(lambda: store().delete_tree(_folder(job)))

    def on_resumed(self, job: Job) -> None:
        # The parts are gone, so finished shards have to run again too.
        JobShard.objects.filter(job=job).update(state=ShardState.PENDING, result=None)


def _folder(job: Job) -> str:
    return f"campaigns/{job.params['campaign']}/fold-{job.pk}"


def _fold_part(job: Job, version: DatasetVersion, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    campaign_id = job.params["campaign"]
    project_id = CampaignModel.objects.values_list("project_id", flat=True).get(pk=campaign_id)
    folded = PartFold(
        version.parts[params["part"]],
        Campaign(campaign_id, project_id, params["up_to"]),
        folder=f"{_folder(job)}/on-{version.pk}",
        contexts=params["contexts"],
        progress=progress,
    ).run()
    return {**params, **folded._asdict()}


def _added(job: Job, latest: DatasetVersion | None, folded: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parts of the records that edits and contexts make and the version does not have, with what they count for."""
    keys = [result["made"] for result in folded if result["made"]]
    if latest is None or not keys:
        return []
    counts = dict.fromkeys(("labels", "annotations", "records"), 0)
    parts = made_parts(keys, latest, folder=_folder(job), on_added=lambda record: _count(counts, record))
    none = dict.fromkeys(counts, 0)
    return [{"part": part, **(none if number else counts)} for number, part in enumerate(parts)]


def _count(counts: dict[str, int], record: Record) -> None:
    """Answers given under a context count for the record they make; those that edits make repeat what was counted."""
    if "edited_from" not in record.metadata:
        counts["records"] += 1
        counts["labels"] += len(record.labels)
        counts["annotations"] += len(record.annotations)


def _version_of(
    job: Job, dataset: Dataset, latest: DatasetVersion | None, folded: list[dict[str, Any]], added: list[Part]
) -> DatasetVersion | None:
    """The dataset's new version, or None when no part changed and none was added."""
    if latest is None or not (added or any(result["replacement"] for result in folded)):
        return None
    parts = [result["replacement"] or part for result, part in zip(folded, latest.parts, strict=True)]
    return version_add(
        dataset=dataset,
        parent=latest,
        # Taken back edits may leave a part empty.
        parts=[part for part in (*parts, *added) if part["rows"]],
        origin=VersionOrigin.FOLD,
        origin_detail={"campaign": job.params["campaign"], "up_to": folded[0]["up_to"]},
        job=job,
    )


def _message(sentences: list[str], total: dict[str, int]) -> str:
    given = [counted(total["labels"], "vote")] if total["labels"] or not total["annotations"] else []
    given += [counted(total["annotations"], "annotation")] if total["annotations"] else []
    if sentences:
        added = f", and {counted(total['added'], 'new row')}" if total["added"] else ""
        return f"{' and '.join(sentences)}, with {' and '.join(given)} on {counted(total['records'], 'row')}{added}."
    if not total["labels"] + total["annotations"]:
        return "Nobody has voted in this campaign yet; nothing has changed."
    which = [
        f"{name} ({count:,})"
        for name, count in (("votes", total["labels"]), ("other answers", total["annotations"]))
        if count
    ]
    return f"All of this campaign's {' and '.join(which)} are in the newest version already; nothing has changed."
