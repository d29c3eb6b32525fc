"""The funnel: what each step let through, and why the rest is out."""

from __future__ import annotations

from typing import Any

import duckdb

from curation.domain.recipe_steps import DIRECTION_TITLE, TITLES, Step, StrengthStep
from curation.recipes.compile import CompiledRecipe


def step_title(step: Step) -> str:
    """A step's name with its main number, as the funnel shows it."""
    title = TITLES[type(step)][0]
    return f"{title} (at least {step.min_strength:g})" if isinstance(step, StrengthStep) else title


def funnel_of(cursor: duckdb.DuckDBPyConnection, recipe: CompiledRecipe) -> dict[str, Any]:
    """Counts per step from the table `decided`: `{"pairs_in", "funnel", "kept", "dropped", "review"}`.

    For every step in = kept + dropped + review, and the next step's `in` is this one's `kept`.
    """
    rows = cursor.execute(
        "SELECT step, decision, reason, count(*) FROM decided GROUP BY ALL ORDER BY step, decision, reason"
    ).fetchall()
    total = sum(count for *_, count in rows)
    names = [(_type(step), step_title(step)) for step in recipe.steps]
    names.append(("direction", DIRECTION_TITLE))
    remaining, funnel = total, []
    for index, (kind, title) in enumerate(names):
        here = [(decision, reason, count) for step, decision, reason, count in rows if step == index]
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
                "reasons": {reason: count for _, reason, count in here},
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


def _type(step: Step) -> str:
    return str(step.__struct_config__.tag)
