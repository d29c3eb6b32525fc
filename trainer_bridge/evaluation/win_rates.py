"""How often a policy's responses win against another's, by a judge and by people, read from what has been said so far.

Every pair is one prompt. A vote is 1 for the policy, ½ for a tie, 0 against it; a pair's preference is the mean of its
votes. Pairs of equal texts are ties. Rates have an interval from drawn prompts; length is controlled as METHODS §18.4
says, with characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from annotation.selectors.votes import current_votes
from curation.datasets.reading import part_keys
from curation.domain.arrays import Labels
from curation.models import DatasetVersion, JudgeRun
from curation.signals.choices import SignalState
from trainer_bridge.domain.evaluation.length_control import MOST_GAP, controlled_win_rate
from trainer_bridge.domain.evaluation.measured import mean, told
from trainer_bridge.models import Evaluation
from webapp.api.errors import ConflictError
from webapp.store.canonical import read_records
from webapp.store.files import store


@dataclass(frozen=True)
class _Pair:
    """Who wrote which response of a record: `policy` is the evaluated model's, with both lengths in characters."""

    policy: str
    policy_length: int
    opponent_length: int


def win_rates(evaluation: Evaluation) -> dict[str, Any]:
    """`{"judge": rate | None, "people": rate | None}`; None where nobody was asked.

    A rate is `{"pairs", "votes", "both_bad", "missing", "finished", "raw", "length_controlled", "warning"}`. Raises
    ConflictError where there are no pairs to vote on, or not yet.
    """
    found = evaluation.metrics
    if "dataset_version" not in found:
        raise ConflictError("This evaluation has no pairs to compare: it is another kind, or not finished.")
    version = DatasetVersion.objects.get(pk=found["dataset_version"])
    pairs = _pairs(version, policy=found["model"])
    judge = people = None
    if found["judge_run"] is not None:
        run = JudgeRun.objects.select_related("signal").get(pk=found["judge_run"])
        finished = run.signal.state == SignalState.READY
        judge = _rate(pairs, found["identical"], _of_judge(run, pairs), both_bad=0, finished=finished)
    if found["campaign"] is not None:
        votes, both_bad = _of_people(evaluation, version, pairs)
        people = _rate(pairs, found["identical"], votes, both_bad=both_bad, finished=len(votes) == len(pairs))
    return {"judge": judge, "people": people}


def _pairs(version: DatasetVersion, *, policy: str) -> dict[str, _Pair]:
    found = {}
    for key in part_keys(version):
        with store().open(key) as file:
            for record in read_records(file):
                mine, other = sorted(record.responses, key=lambda response: response.generator != policy)
                found[record.record_id] = _Pair(mine.response_id, len(mine.content), len(other.content))
    return found


Votes = dict[str, list[float]]


def _of_judge(run: JudgeRun, pairs: dict[str, _Pair]) -> Votes:
    """Verdicts that could be read; what failed is simply not there, and its pair has no vote."""
    votes: Votes = defaultdict(list)
    for row in _verdicts(run):
        pair = pairs.get(row["record_id"])
        if pair is not None and row["state"] == "ok" and row["verdict"] is not None:
            votes[row["record_id"]].append(_for_policy(row["verdict"], row["b"] == pair.policy))
    return votes


def _verdicts(run: JudgeRun) -> Iterator[dict[str, Any]]:
    for key in run.signal.parts:
        with store().open(key) as file:
            for batch in pq.ParquetFile(file).iter_batches(columns=["record_id", "b", "state", "verdict"]):
                yield from batch.to_pylist()


def _of_people(evaluation: Evaluation, version: DatasetVersion, pairs: dict[str, _Pair]) -> tuple[Votes, int]:
    votes: Votes = defaultdict(list)
    both_bad = 0
    if evaluation.campaign_id is None:
        return votes, both_bad
    for vote in current_votes(campaign_id=evaluation.campaign_id, source_version_id=version.pk):
        pair = pairs.get(vote.record_id)
        if pair is None or vote.aspect is not None:
            continue
        if vote.value is None:
            both_bad += 1
        else:
            votes[vote.record_id].append(_for_policy(vote.value, vote.b == pair.policy))
    return votes, both_bad


def _for_policy(value: float, policy_is_b: bool) -> float:
    """A vote towards b as one for the policy: 1, ½ or 0."""
    towards = value if policy_is_b else -value
    return 0.5 if towards == 0 else float(towards > 0)


def _rate(pairs: dict[str, _Pair], identical: int, votes: Votes, *, both_bad: int, finished: bool) -> dict[str, Any]:
    asked = [record_id for record_id in pairs if votes.get(record_id)]
    credit = np.array([*(fmean(votes[record_id]) for record_id in asked), *[0.5] * identical])
    # Every pair is a prompt of its own.
    groups: Labels = np.arange(credit.size).astype(str)
    gaps = [pairs[record_id].policy_length - pairs[record_id].opponent_length for record_id in asked]
    controlled = controlled_win_rate(credit, np.array([*gaps, *[0] * identical], dtype=np.float64)) if asked else None
    raw = mean(credit, groups) if asked else None
    warning = None
    if raw is not None and controlled is not None and raw.value is not None and controlled.value is not None:
        gap = abs(controlled.value - raw.value)
        if gap > MOST_GAP:
            warning = f"Length moves this rate by {100 * gap:.0f} points; believe neither number alone."
    return {
        "pairs": len(asked) + identical,
        "votes": sum(len(votes[record_id]) for record_id in asked),
        "both_bad": both_bad,
        "missing": len(pairs) - len(asked),
        "finished": finished,
        "raw": told(raw) if raw is not None else None,
        "length_controlled": told(controlled) if controlled is not None else None,
        "warning": warning,
    }
