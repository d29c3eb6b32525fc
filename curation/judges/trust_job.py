"""The job that checks a judge against people's labels: one shard for the pairs as they are, one for each probe.

What a shard learned is a file, and every answer is remembered, so a killed worker or a stopped job loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from curation.judges.few_shot import few_shot_of
from curation.judges.gold_pairs import folder_of, gold_for
from curation.judges.models_of import backend_of
from curation.judges.people_rate import people_rate
from curation.judges.present import spec_of
from curation.judges.protocols.base import Unit, examples_shown
from curation.judges.protocols.registry import protocol_of
from curation.judges.spec import JudgeSpec
from curation.judges.trust import JOB_KIND
from curation.judges.trust_arms import AS_THEY_ARE, PricedMemory, Verdict, arm_read, arm_write, judge_arm
from curation.judges.trust_results import results_of
from curation.models import JudgeMeter, JudgeTrust
from curation.signals.choices import SignalState
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan, as_job_error
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store


class JudgeTrustHandler(JobHandler):
    kind = JOB_KIND
    queue = "ml"
    unit = "pairs"
    # Loading a model can take long on a cold disk.
    lease_seconds = 60.0

    def plan(self, job: Job) -> list[ShardPlan]:
        trust = _trust(job)
        # How many pairs there are is known once they are drawn; until then an ETA may be too long.
        most = min(trust.sample, trust.dataset_version.rows)
        return [ShardPlan({"arm": arm}, total=most) for arm in (AS_THEY_ARE, *trust.probes)]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        trust, name = _trust(job), shard.params["arm"]
        spec = _spec(trust)
        gold = gold_for(trust, lambda: progress.advance(0))
        progress.set_total(len(gold.pairs))

        def judged(verdict: Verdict) -> None:
            progress.advance(1, failures={verdict.reason: 1} if verdict.reason else None)

        arm = judge_arm(
            gold.pairs,
            probe=name,
            protocol=protocol_of(trust.judge.protocol),
            spec=spec,
            backend=backend_of(trust.judge, spec.identity),
            memory=PricedMemory.of(trust.judge, spec.identity, job.pk),
            alive=lambda: progress.advance(0),
            judged=judged,
            filled=_filled(trust, spec, lambda: progress.advance(0)),
        )
        key = f"{folder_of(trust)}/{name or 'as-they-are'}.json"
        arm_write(key, arm)
        found = {"arm": name, "key": key}
        if name != AS_THEY_ARE:
            return found
        version, alive = trust.dataset_version, lambda: progress.advance(0)
        rate = people_rate(version, gold, arm, fingerprint=trust.fingerprint, alive=alive)
        return {**found, "people_rate": rate}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        trust = _trust(job)
        gold = gold_for(trust, lambda: None)
        calls = JudgeMeter.objects.filter(job=job).values_list("calls", flat=True).first() or 0
        found, allowed = results_of(
            gold,
            {result["arm"]: arm_read(result["key"]) for result in results},
            families=trust.judge.family_names,
            people_rate=results[0]["people_rate"],
            calls=calls,
        )
        trust.results, trust.may_label, trust.state = found, allowed, SignalState.READY
        trust.save(update_fields=["results", "may_label", "state"])
        right, verb = found["accuracy"]["estimate"], "may label" if allowed else "may draft only"
        job.message = f"Right on {right:.1%} of {found['n']:,} gold pairs{_missing(found)}: {trust.judge} {verb}."
        # The answers are remembered, so the figures can be made again; they are kept.
        transaction.on_commit(lambda: store().delete_tree(folder_of(trust)))
        return {"trust": trust.pk, "may_label": allowed}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        JudgeTrust.objects.filter(pk=job.params["trust"]).update(state=SignalState(state))

    def on_resumed(self, job: Job) -> None:
        JudgeTrust.objects.filter(pk=job.params["trust"]).update(state=SignalState.QUEUED)


def _trust(job: Job) -> JudgeTrust:
    return JudgeTrust.objects.select_related("judge", "dataset_version__dataset").get(pk=job.params["trust"])


def _spec(trust: JudgeTrust) -> JudgeSpec:
    """The judge as the check was asked for. Raises JobError when it is another one by now."""
    with as_job_error(ApplicationError):
        spec = spec_of(trust.judge)
    if spec.fingerprint != trust.fingerprint:
        raise JobError(
            f"The principles or the model of {trust.judge} changed since this check was started; start another one, "
            "which reuses what still holds."
        )
    return spec


def _filled(
    trust: JudgeTrust, spec: JudgeSpec, alive: Callable[[], None]
) -> Callable[[Iterable[Unit]], Iterable[Unit]]:
    most = examples_shown(spec.options)
    if not most:
        return iter
    few_shot = few_shot_of(trust.dataset_version_id, alive)
    return lambda units: few_shot.fill(units, most)


def _missing(found: dict[str, Any]) -> str:
    return f", {found['failed']:,} more failed" if found["failed"] else ""
