"""Which prompts say the same, and which pairs occur more than once: exact keys, MinHash and true Jaccard similarity.

METHODS §14: near-duplicate prompts form a group, by which splits are drawn and of which a recipe may keep the best; the
same pair with opposite labels is never dropped but pointed out, so that its labels are merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from curation.signals.embeddings import prompt_text
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source
from curation.text.duplicates import LabelledPair, pair_key, prompt_groups, same_pairs
from curation.text.near_duplicates import JACCARD, near_duplicates
from webapp.api.errors import ApplicationError
from webapp.store.canonical import Record

DEFAULTS: dict[str, Any] = {"threshold": JACCARD, "seed": 0}


class DuplicatesSignal:
    kind = "duplicates"
    title = "Duplicates"
    description = (
        "Groups of prompts that say nearly the same, pairs that occur more than once, and those among them whose "
        "labels contradict each other. Use the group in a step that keeps the best of each."
    )
    version = "1"
    queue = "default"
    level: Level = "record"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("prompt_group", "Group of like prompts", "text"),
        Column("prompts", "Rows in the group"),
        Column("pair_key", "The same prompt and responses", "text"),
        Column("copies", "Rows with these texts"),
        Column("contradictory", "Copies with opposite labels", "flag"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "threshold": {
                "type": "number",
                "minimum": 0.5,
                "maximum": 1,
                "default": JACCARD,
                "description": "Share of runs of five words that two prompts must have in common.",
            },
            "seed": {"type": "integer", "minimum": 0, "default": 0},
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        unknown = sorted(params.keys() - DEFAULTS.keys())
        if unknown:
            raise ApplicationError(f"params: duplicates have no {', '.join(unknown)}.")
        given = {**DEFAULTS, **params}
        threshold, seed = given["threshold"], given["seed"]
        if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0.5 <= threshold <= 1:
            raise ApplicationError(
                "params.threshold: a number from 0.5 to 1.", fields={"params.threshold": ["From 0.5 to 1."]}
            )
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise ApplicationError("params.seed: a whole number from 0 on.", fields={"params.seed": ["Number."]})
        return "Duplicates", {**given, "shingles": "5 words", "bands": 14, "rows": 8}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, given, used)

        return score, used


def _score(source: Source, given: dict[str, Any], used: dict[str, Any]) -> Iterator[Row]:
    ids: list[str] = []
    prompts: list[str] = []
    keys: list[str] = []
    labels: list[LabelledPair] = []
    for record in source.records():
        prompt = prompt_text(record)
        ids.append(record.record_id)
        prompts.append(prompt)
        keys.append(pair_key(prompt, [response.content for response in record.responses]))
        labels.extend(_labels(record, prompt))
        if len(ids) % 1000 == 0:
            source.alive()
    found = near_duplicates(prompts, seed=given["seed"], threshold=given["threshold"])
    source.alive()
    groups = prompt_groups(ids, [(int(first), int(second)) for first, second in found.links])
    in_group, copies = Counter(groups), Counter(keys)
    opposed = {record_id for same in same_pairs(labels) if same.contradictory for record_id in same.ids}
    used.update(
        groups=len(in_group),
        rows_in_larger_groups=sum(count for count in in_group.values() if count > 1),
        copied_rows=sum(count for count in copies.values() if count > 1),
        contradictory_rows=len(opposed),
    )
    for record_id, group, key in zip(ids, groups, keys, strict=True):
        yield Row(
            record_id,
            {
                "prompt_group": group,
                "prompts": float(in_group[group]),
                "pair_key": key,
                "copies": float(copies[key]),
                "contradictory": record_id in opposed,
            },
        )


def _labels(record: Record, prompt: str) -> Iterator[LabelledPair]:
    contents = {response.response_id: response.content for response in record.responses}
    for label in record.labels:
        if label.value is not None:
            yield LabelledPair(
                record.record_id, prompt, contents[label.a], contents[label.b], float(label.value), label.aspect
            )
