"""The job that brings a campaign's votes home: labels of new versions of the datasets its items came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import transaction

from annotation.models import Campaign
from annotation.selectors.campaigns import campaign_source_versions
from annotation.selectors.votes import CurrentVote, current_votes, feedback_high_mark, label_of
from curation.datasets.choices import VersionOrigin
from curation.datasets.parts import Part, part_write
from curation.datasets.pseudonyms import pseudonyms_for
from curation.datasets.reading import iter_part_batches
from curation.datasets.selectors import version_latest
from curation.datasets.versions import NoProgress, dataset_locked, version_add
from curation.datasets.wording import counted
from curation.models import Dataset, DatasetVersion
from webapp.jobs.choices import ShardState
from webapp.jobs.handlers import JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.canonical import Label, Record, read_records
from webapp.store.files import store

_ROWS_PER_QUERY = 5000


class FoldHandler(JobHandler):
    """One shard for each part of each dataset's newest version; parts no vote touches are shared with it.

    Votes are those given up to the moment of planning, so that a part done twice comes out the same. Labels this
    campaign gave before are replaced; all others stay as they are.
    """

    kind = "campaign.fold"
    unit = "rows"

    def plan(self, job: Job) -> list[ShardPlan]:
        campaign_id = job.params["campaign"]
        sources = DatasetVersion.objects.filter(pk__in=campaign_source_versions(campaign_id))
        up_to = feedback_high_mark(campaign_id)
        plans = []
        for dataset_id in sorted(set(sources.values_list("dataset_id", flat=True))):
            version = version_latest(dataset_id)
            for number, part in enumerate(version.parts if version else ()):
                params = {
                    "dataset": dataset_id,
                    "version": version.pk if version else 0,
                    "part": number,
                    "up_to": up_to,
                }
                plans.append(ShardPlan(params, total=part["rows"]))
        return plans

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        version = DatasetVersion.objects.get(pk=shard.params["version"])
        return {**shard.params, **_fold_part(job, version, shard.params["part"], shard.params["up_to"], progress)}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        made, sentences = [], []
        labels = records = 0
        for dataset_id, group in groupby(results, key=lambda result: result["dataset"]):
            folded = list(group)
            dataset = dataset_locked(dataset_id)
            latest = version_latest(dataset_id)
            if latest is not None and folded[0]["version"] != latest.pk:
                # An import came between: fold into its version, now that no other can follow.
                up_to = folded[0]["up_to"]
                folded = [_fold_part(job, latest, n, up_to, NoProgress()) for n in range(len(latest.parts))]
            labels += sum(part["labels"] for part in folded)
            records += sum(part["records"] for part in folded)
            version = _version_of(job, dataset, latest, folded, results[0]["up_to"])
            if version is not None:
                made.append(version.pk)
                sentences.append(f"{dataset.name} has version {version.number}")
        job.message = _message(sentences, labels, records)
        return {"versions": made, "labels": labels, "records": records}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        transaction.on_commit(lambda: store().delete_tree(_folder(job)))

    def on_resumed(self, job: Job) -> None:
        # The parts are gone, so finished shards have to run again too.
        JobShard.objects.filter(job=job).update(state=ShardState.PENDING, result=None)


def _folder(job: Job) -> str:
    return f"campaigns/{job.params['campaign']}/fold-{job.pk}"


def _version_of(
    job: Job, dataset: Dataset, latest: DatasetVersion | None, folded: list[dict[str, Any]], up_to: int
) -> DatasetVersion | None:
    """The dataset's new version, or None when no part changed."""
    if latest is None or not any(result["replacement"] for result in folded):
        return None
    return version_add(
        dataset=dataset,
        parent=latest,
        parts=[result["replacement"] or part for result, part in zip(folded, latest.parts, strict=True)],
        origin=VersionOrigin.FOLD,
        origin_detail={"campaign": job.params["campaign"], "up_to": up_to},
        job=job,
    )


def _message(sentences: list[str], labels: int, records: int) -> str:
    if sentences:
        return f"{' and '.join(sentences)}, with {counted(labels, 'vote')} on {counted(records, 'row')}."
    if labels:
        return f"All of this campaign's votes ({labels:,}) are in the newest version already; nothing has changed."
    return "Nobody has voted in this campaign yet; nothing has changed."


def _fold_part(job: Job, version: DatasetVersion, number: int, up_to: int, progress: Progress) -> dict[str, Any]:
    """Fold votes into one part. `replacement` is the rewritten part, None when nothing in it changes."""
    part: Part = version.parts[number]
    origin = f"campaign:{job.params['campaign']}"
    votes: dict[str, list[Label]] = {}
    changed = False
    for ids, labels in _labels_in(part):
        found = _votes(job, ids, up_to)
        votes |= found
        for record_id, kept in zip(ids, labels, strict=True):
            earlier = [label for label in kept if label["origin"] == origin]
            changed = changed or [Label(**label) for label in earlier] != found.get(record_id, [])
        progress.advance(len(ids))
    replacement = None
    if changed:
        key = f"{_folder(job)}/on-{version.pk}/part-{number:05}.parquet"
        replacement = part_write(key, _folded(part, votes, origin, progress))
    return {"replacement": replacement, "labels": sum(map(len, votes.values())), "records": len(votes)}


def _labels_in(part: Part) -> Iterator[tuple[list[str], list[list[dict[str, Any]]]]]:
    for batch in iter_part_batches(part["key"], ["record_id", "labels"], batch_rows=_ROWS_PER_QUERY):
        yield batch.column(0).to_pylist(), [labels or [] for labels in batch.column(1).to_pylist()]


def _votes(job: Job, record_ids: list[str], up_to: int) -> dict[str, list[Label]]:
    """The campaign's labels of these records, under their annotators' pseudonyms, always in the same order."""
    campaign_id = job.params["campaign"]
    votes = list(current_votes(campaign_id=campaign_id, record_ids=record_ids, up_to=up_to))
    numbers = pseudonyms_for(project_id=_project_id(campaign_id), user_ids=(vote.annotator_id for vote in votes))
    found: defaultdict[str, list[Label]] = defaultdict(list)
    for vote in votes:
        found[vote.record_id].append(_label(vote, campaign_id, numbers[vote.annotator_id]))
    return found


def _label(vote: CurrentVote, campaign_id: int, number: int) -> Label:
    label = label_of(vote, campaign_id=campaign_id)
    name = f"{'simulated' if vote.is_simulated else 'annotator'}-{number}"
    return Label(
        label.a,
        label.b,
        label.value,
        label.outcome,
        label.source,
        label.strength,
        label.aspect,
        name,
        label.origin,
    )


def _project_id(campaign_id: int) -> int:
    return Campaign.objects.values_list("project_id", flat=True).get(pk=campaign_id)


def _folded(part: Part, votes: dict[str, list[Label]], origin: str, progress: Progress) -> Iterator[Record]:
    with store().open(part["key"]) as file:
        for number, record in enumerate(read_records(file)):
            record.labels = [label for label in record.labels if label.origin != origin]
            record.labels += votes.get(record.record_id, [])
            if number % 500 == 0:
                progress.advance(0)
            yield record
