"""The funnel: what each step let through, and why the rest is out."""

from __future__ import annotations

from typing import Any

from curation.domain.recipe_steps import (
    DIRECTION_TITLE,
    TITLES,
    FilterStep,
    SelectStep,
    SignalMarginStep,
    Step,
    StrengthStep,
    ZonesStep,
)
from curation.models import Signal
from curation.recipes.compile import Decided
from curation.recipes.measures import term_of


def step_title(step: Step, signals: dict[int, Signal]) -> str:
    """A step's name with its main number or measure, as the funnel shows it."""
    title = TITLES[type(step)][0]
    if isinstance(step, StrengthStep):
        return f"{title} (at least {step.min_strength:g})"
    if isinstance(step, FilterStep):
        return f"{title}: {term_of(step.on, signals).title}"
    if isinstance(step, SignalMarginStep | ZonesStep):
        return f"{title}: {signals[step.signal].name}"
    if isinstance(step, SelectStep):
        return f"{title} of {step.budget:,}"
    return title


def funnel_of(found: Decided) -> dict[str, Any]:
    """Counts per step of a recipe that has run: `{"pairs_in", "funnel", "kept", "dropped", "review"}`.

    For every step in = kept + dropped + review, and the next step's `in` is this one's `kept`.
    """
    counted = dict(found.cursor.execute("SELECT code, count(*) FROM decided GROUP BY code").fetchall())
    rows = [(*meaning, counted.get(code, 0)) for code, meaning in enumerate(found.verdicts.meanings)]
    total = sum(counted.values())
    steps, signals = found.recipe.steps, found.recipe.signals
    names = [(_type(step), step_title(step, signals)) for step in steps]
    names.append(("direction", DIRECTION_TITLE))
    remaining, funnel = total, []
    for index, (kind, title) in enumerate(names):
        here = [(decision, reason, count) for step, decision, reason, count in rows if step == index and count]
        dropped = sum(count for decision, _, count in here if decision == "drop")
        review = sum(count for decision, _, count in here if decision == "review")
        kept = remaining - dropped - review
        funnel.append(
            {
                "index": index,
                "type": kind,
                "title": title,
                "in": remaining,
                "kept": kept,
                "dropped": dropped,
                "review": review,
                "reasons": {reason: count for _, reason, count in sorted(here)},
            }
        )
        remaining = kept
    if funnel[-1]["in"] == funnel[-1]["kept"]:
        funnel.pop()
    return {
        "pairs_in": total,
        "funnel": funnel,
        "kept": remaining,
        "dropped": sum(step["dropped"] for step in funnel),
        "review": sum(step["review"] for step in funnel),
    }


def treated_counts(found: Decided) -> dict[str, int]:
    """Kept pairs whose label was flipped, softened, or whose weight is not 1."""
    row = found.cursor.execute(
        "SELECT count(*) FILTER (WHERE flipped), count(*) FILTER (WHERE soft <> 1), count(*) FILTER (WHERE weight <> 1)"
        " FROM decided WHERE code = 0"
    ).fetchone() or (0, 0, 0)
    return dict(zip(("flipped", "softened", "reweighted"), row, strict=True))


def _type(step: Step) -> str:
    return str(step.__struct_config__.tag)
