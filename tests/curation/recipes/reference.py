"""What a recipe means, in plain Python: the other side of the differential test."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from webapp.store.canonical import Label, Record

Scores = dict[tuple[str, str], float | None]


def decide(records: list[Record], steps: list[dict[str, Any]], scores: dict[int, Scores]) -> dict[Any, Any]:
    """`{(record_id, a, b): (decision, step, reason, chosen)}` of every labelled pair."""
    decided = {}
    for record in records:
        groups: dict[tuple[str, str], list[Label]] = defaultdict(list)
        for label in record.labels:
            groups[label.a, label.b].append(label)
        for (a, b), labels in groups.items():
            decided[record.record_id, a, b] = _decide(record.record_id, a, b, labels, steps, scores)
    return decided


def _decide(
    record_id: str, a: str, b: str, labels: list[Label], steps: list[dict[str, Any]], scores: dict[int, Scores]
) -> tuple[str, int | None, str | None, str | None]:
    precedence = steps[0]["precedence"]
    present = [source for source in precedence if any(label.source == source for label in labels)]
    if not present:
        return "drop", 0, "source_not_used", None
    values = [label.value for label in labels if label.source == present[0] and label.value is not None]
    value = sum(values) / len(values) if values else None
    chosen = None if not value else (b if value > 0 else a)
    rejected = None if not value else (a if value > 0 else b)
    for index, step in enumerate(steps[1:], start=1):
        if step["type"] == "strength":
            if value is None and step["drop_both_bad"]:
                return "drop", index, "both_bad", chosen
            if value == 0 and step["drop_ties"]:
                return "drop", index, "tie", chosen
            if value and abs(value) < step["min_strength"]:
                return "drop", index, "too_weak", chosen
            continue
        if chosen is None or rejected is None:
            return "drop", index, "no_better_side", chosen
        table = scores[step["signal"]]
        high, low = table.get((record_id, chosen)), table.get((record_id, rejected))
        if high is None or low is None:
            return step["missing"], index, "no_score", chosen
        if step["min"] is not None and high - low < step["min"]:
            return "drop", index, "margin_too_small", chosen
        if step["max"] is not None and high - low > step["max"]:
            return "drop", index, "margin_too_large", chosen
    if chosen is None:
        return "drop", len(steps), "no_better_side", None
    return "keep", None, None, chosen
