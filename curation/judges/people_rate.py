"""What people would say over a whole version, from their labels on some rows and a judge's verdicts on more (PPI++).

METHODS §11.8: the judge may be biased, people's labels correct it. That holds only where people's rows are a random
sample of the version, so there is a figure only where campaigns asked about shuffled rows, unfiltered, and every pair
so labelled is in the gold. Rows of exactly two responses count: of larger ones people label chosen pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from curation.datasets.choices import QueueOrder
from curation.datasets.engine import duck
from curation.datasets.reading import part_urls
from curation.domain.arrays import Floats
from curation.domain.judging.biases import MIN_PAIRS
from curation.domain.judging.ppi import ppi_mean
from curation.judges.gold_pairs import Gold, GoldPair
from curation.judges.trust_arms import Arm
from curation.models import DatasetVersion, Signal
from curation.signals.choices import SignalState
from webapp.jobs.models import Job
from webapp.store.files import store

_CAMPAIGN = "campaign:"
# The judge's verdicts on other pairs, towards the generator's response: how many of each.
_VERDICTS = """
WITH pairs AS (
    SELECT record_id, responses[1].response_id AS one, coalesce(responses[1].generator, '') AS of_one,
           coalesce(responses[2].generator, '') AS of_other
      FROM read_parquet($parts) WHERE len(responses) = 2
), judged AS (
    SELECT record_id, verdict, CASE WHEN a = one THEN of_one ELSE of_other END AS of_a,
           CASE WHEN b = one THEN of_one ELSE of_other END AS of_b
      FROM read_parquet($rows) JOIN pairs USING (record_id)
     WHERE state = 'ok' AND aspect IS NULL AND record_id NOT IN (SELECT unnest($gold))
)
SELECT sign(verdict) * CASE WHEN of_b = $generator THEN 1 ELSE -1 END AS towards, count(*)
  FROM judged WHERE (of_a = $generator) <> (of_b = $generator)
 GROUP BY towards ORDER BY towards
"""


def people_rate(
    version: DatasetVersion, gold: Gold, arm: Arm, *, fingerprint: str, alive: Callable[[], None]
) -> dict[str, Any] | None:
    """The share of pairs on which people would prefer the generator that wrote most responses; None where no sound
    figure can be given: `JudgeTrust.results["ppi"]`."""
    run = _run(version, fingerprint, more_than=len(gold.pairs))
    if run is None or len(gold.pairs) < gold.available or gold.undecided or not _is_random(gold, version):
        return None
    alive()
    pairs = [(pair, verdict.sign) for pair, verdict in zip(gold.pairs, arm.verdicts, strict=True) if not verdict.reason]
    generator = _most_frequent([pair for pair, _ in pairs])
    sides = [(_side(pair, generator), pair.value, sign) for pair, sign in pairs]
    people = np.array([(1 + side * np.sign(value)) / 2 for side, value, _ in sides if side])
    judge = np.array([(1 + side * sign) / 2 for side, _, sign in sides if side])
    alone = _judged_alone(version, run, gold, generator)
    if people.size < MIN_PAIRS or not alone.size:
        return None
    found = ppi_mean(people, judge, alone)
    only = ppi_mean(people, judge, alone, weight=0.0)
    return {
        "what": f"Share of pairs on which people would prefer the response of {generator}.",
        "estimate": {"estimate": found.mean, "low": max(found.low, 0.0), "high": min(found.high, 1.0)},
        "human_only": {"estimate": only.mean, "low": max(only.low, 0.0), "high": min(only.high, 1.0)},
        "labelled": found.n,
        "judged_only": found.extra,
        "lambda": found.weight,
    }


def _run(version: DatasetVersion, fingerprint: str, *, more_than: int) -> Signal | None:
    """The largest finished run of the judge as it is over the version, drawn at random or whole."""
    runs = Signal.objects.filter(
        dataset_version=version,
        kind="judge_pairs",
        state=SignalState.READY,
        provenance__fingerprint=fingerprint,
        rows_ok__gt=more_than,
    )
    return next((run for run in runs.order_by("-rows_ok", "-pk") if not run.params.get("gold_only")), None)


def _is_random(gold: Gold, version: DatasetVersion) -> bool:
    """Whether people were asked about rows in random order, all of the dataset's being in the lot."""
    origins = {origin for pair in gold.pairs for origin in pair.origins}
    if not origins or not all(origin.startswith(_CAMPAIGN) for origin in origins):
        return False
    for origin in origins:
        queued = list(Job.objects.filter(kind="campaign.queue", params__campaign=int(origin.removeprefix(_CAMPAIGN))))
        if not queued or not all(_drew_at_random(job.params, version) for job in queued):
            return False
    return True


def _drew_at_random(params: dict[str, Any], version: DatasetVersion) -> bool:
    if params["order"] != QueueOrder.SHUFFLE or params["filter"] is not None or params.get("review_of"):
        return False
    return DatasetVersion.objects.filter(pk=params["version"], dataset=version.dataset_id, rows=version.rows).exists()


def _most_frequent(pairs: Sequence[GoldPair]) -> str:
    written = Counter(generator for pair in pairs for generator in _generators(pair) if generator)
    return min(written, key=lambda name: (-written[name], name), default="")


def _side(pair: GoldPair, generator: str) -> int:
    """−1 or 1 for the side the generator wrote, 0 where it wrote both or neither, or the pair is one of several."""
    if pair.aspect is not None or len(pair.record.responses) != 2:
        return 0
    a, b = _generators(pair)
    return (b == generator) - (a == generator)


def _generators(pair: GoldPair) -> tuple[str, str]:
    written = {response.response_id: response.generator or "" for response in pair.record.responses}
    return written[pair.a], written[pair.b]


def _judged_alone(version: DatasetVersion, run: Signal, gold: Gold, generator: str) -> Floats:
    with duck() as cursor:
        rows = cursor.execute(
            _VERDICTS,
            {
                "parts": part_urls(version),
                "rows": [store().url(key) for key in run.parts],
                "gold": [pair.record.record_id for pair in gold.pairs],
                "generator": generator,
            },
        ).fetchall()
    values = [(1 + towards) / 2 for towards, _ in rows]
    return np.repeat(np.array(values, dtype=np.float64), [count for _, count in rows])
