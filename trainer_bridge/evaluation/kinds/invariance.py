"""Whether a reward model keeps its verdicts when answers say the same in another style or length."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Mapping
from typing import Any

from curation.signals.params import check_whole, filled_in
from trainer_bridge.domain.evaluation.rules import credits_of
from trainer_bridge.domain.evaluation.style_report import Restyled, style_report
from trainer_bridge.domain.evaluation.styles import VARIANTS
from trainer_bridge.evaluation.items import iter_items
from trainer_bridge.evaluation.kinds.base import Outcome
from trainer_bridge.evaluation.kinds.params import HEAD, SEED, check_head
from trainer_bridge.evaluation.models_of import reward_reader
from trainer_bridge.evaluation.readings import (
    answers_of,
    failure_of,
    iter_readings,
    plan_parts,
    provenance_of,
    read_part,
)
from trainer_bridge.evaluation.reward_rows import reward_rows, scored_item
from trainer_bridge.evaluation.rows import counts_of, write_rows
from trainer_bridge.models import Evaluation
from webapp.jobs.handlers import Progress, ShardPlan

_SAMPLE = 200


class Invariance:
    key = "invariance"
    title = "Length and style invariance"
    description = (
        "Rewrites the answers of a sample without changing what they say (Markdown taken out, sentences as a list, "
        "white space, …) and counts the verdicts that flip; and how far length explains the scores."
    )
    model_kind = "reward"
    takes_against = "no"
    takes_judge = "no"
    takes_campaign = "no"
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "sample": {
                "type": "integer",
                "title": "Items",
                "default": _SAMPLE,
                "minimum": 20,
                "maximum": 5000,
                "description": "How many items are drawn; each answer is scored six times.",
            },
            "head": HEAD,
            "seed": SEED,
        },
        "additionalProperties": False,
    }

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        given = filled_in(params, {"sample": _SAMPLE, "head": None, "seed": 0}, noun="the invariance test")
        check_head(given)
        check_whole(given, "sample", 20, 5000)
        check_whole(given, "seed", 0, SEED["maximum"])
        return given

    def plan(self, evaluation: Evaluation, *, items: int) -> list[ShardPlan]:
        return plan_parts(items, readers=1)

    def run_part(self, evaluation: Evaluation, part: dict[str, Any], progress: Progress) -> dict[str, Any]:
        drawn = _drawn(evaluation)

        def answers(item: dict[str, Any]) -> list[str]:
            return _written(item) if item["item_id"] in drawn else []

        read_part(evaluation, part, [reward_reader(evaluation)], progress, answers=answers)
        return {}

    def finish(self, evaluation: Evaluation, leaked: Mapping[int, str], results: list[dict[str, Any]]) -> Outcome:
        items = _restyled(evaluation, leaked)
        scored = [item.scored for item in items]
        rows = reward_rows(scored, credits_of(scored, evaluation.evaluation_set.layout))
        write_rows(evaluation, rows)
        counts = counts_of(rows)
        metrics = style_report(items, seed=evaluation.params["seed"])
        message = f"{counts['scored']:,} items in {len(VARIANTS)} other styles."
        return Outcome(metrics, counts, {"model": provenance_of(evaluation, "model")}, message)


def _drawn(evaluation: Evaluation) -> set[str]:
    """Ids of the sample: those whose hash with the seed is smallest, so that nothing but the seed decides."""
    seed = str(evaluation.params["seed"]).encode()

    def lot(item_id: str) -> bytes:
        return hashlib.blake2b(item_id.encode("utf-8", "surrogatepass"), key=seed, digest_size=16).digest()

    ids = (item["item_id"] for item in iter_items(evaluation.evaluation_set, columns=["item_id"]))
    return set(heapq.nsmallest(evaluation.params["sample"], ids, key=lot))


def _written(item: dict[str, Any]) -> list[str]:
    """The item's answers as they are, then in each style."""
    texts = answers_of(item)
    return [*texts, *(variant.write(text) for variant in VARIANTS for text in texts)]


def _restyled(evaluation: Evaluation, leaked: Mapping[int, str]) -> list[Restyled]:
    """The drawn items in order; the others are not part of this evaluation."""
    said = {readings[0]["index"]: readings for readings in iter_readings(evaluation, "model")}
    found = []
    for index, item in enumerate(iter_items(evaluation.evaluation_set)):
        if index in said:
            found.append(_one(index, item, said[index], leaked.get(index)))
    return found


def _one(index: int, item: dict[str, Any], readings: list[dict[str, Any]], leaked: str | None) -> Restyled:
    texts, values = answers_of(item), [row["value"] for row in readings]
    n = len(texts)
    scored = scored_item(index, item, values[:n], failure_of(readings), leaked)
    starts = {variant.name: (at + 1) * n for at, variant in enumerate(VARIANTS)}
    return Restyled(
        scored,
        {name: values[start : start + n] for name, start in starts.items()},
        {variant.name: _rewrites(variant.write, texts) for variant in VARIANTS},
    )


def _rewrites(write: Callable[[str], str], texts: list[str]) -> bool:
    return all(write(text) != text for text in texts)
