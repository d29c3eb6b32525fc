"""What a recipe would do, before anything is written: funnel, distributions, and real pairs on both sides."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from curation.datasets.choices import VersionState
from curation.datasets.reading import part_urls
from curation.domain.histograms import histogram_of
from curation.domain.recipe_steps import SignalMarginStep, Step, StepError, parse_steps, signals_used
from curation.models import DatasetVersion, Signal
from curation.recipes.compile import CompiledRecipe, decided, recipe_compile
from curation.recipes.funnel import funnel_of
from curation.signals.choices import SignalState
from webapp.api.errors import ConflictError, UnprocessableError

SAMPLES = 4
STRENGTH_EDGES = np.arange(0.0, 3.26, 0.25)


def steps_for(version: DatasetVersion, raw: Any) -> tuple[list[Step], dict[int, Signal]]:
    """Typed steps and the signals they use, checked against a version.

    Raises UnprocessableError that names the step, ConflictError while the version is not ready.
    """
    if version.state != VersionState.READY:
        raise ConflictError(f"Version {version.number} is {version.state}; a recipe needs a ready version.")
    steps = steps_checked(raw)
    # A label policy that was left out has been put first; people count the steps they sent.
    added = len(steps) - len(raw)
    signals = {
        signal.pk: signal for signal in Signal.objects.filter(dataset_version=version, pk__in=signals_used(steps))
    }
    for index, step in enumerate(steps):
        if isinstance(step, SignalMarginStep):
            signal = signals.get(step.signal)
            if signal is None:
                raise _step_refused(StepError(index - added, f"this version has no signal {step.signal}."))
            if signal.state != SignalState.READY:
                raise _step_refused(StepError(index - added, f"signal {step.signal} is {signal.state}, not ready."))
    return steps, signals


def steps_checked(raw: Any) -> list[Step]:
    """Typed steps, or a 422 that names the step."""
    try:
        return parse_steps(raw)
    except StepError as error:
        raise _step_refused(error) from error


def _step_refused(error: StepError) -> UnprocessableError:
    return UnprocessableError(str(error), fields={f"steps.{error.index}": [str(error)]})


def recipe_preview(*, version: DatasetVersion, raw_steps: Any) -> dict[str, Any]:
    """Funnel, histograms and sample pairs of a recipe over a version; see the API schema for the shape."""
    steps, signals = steps_for(version, raw_steps)
    recipe = recipe_compile(version, steps, signals)
    with decided(recipe) as cursor:
        kept, dropped = _samples(cursor, "decision = 'keep'"), _samples(cursor, "decision <> 'keep'")
        texts = record_texts(cursor, part_urls(version), [row["record_id"] for row in (*kept, *dropped)])
        return {
            **funnel_of(cursor, recipe),
            "histograms": _histograms(cursor, recipe, signals),
            "samples": {
                side: [pair_row(row, texts[row["record_id"]], recipe.signals) for row in rows]
                for side, rows in (("kept", kept), ("dropped", dropped))
            },
        }


def _histograms(
    cursor: duckdb.DuckDBPyConnection, recipe: CompiledRecipe, signals: dict[int, Signal]
) -> list[dict[str, Any]]:
    strengths = _numbers(cursor, "strength")
    counts, edges = np.histogram(strengths, bins=STRENGTH_EDGES)
    shown: list[dict[str, Any]] = [
        {"name": "strength", "title": "Strength", "edges": edges.tolist(), "counts": counts.tolist()}
    ]
    for signal_id in recipe.signals:
        margins = _numbers(cursor, f"margin_{int(signal_id)}")
        title = f"Margin: {signals[signal_id].name}"
        shown.append({"name": f"signal:{signal_id}", "title": title, **histogram_of(margins, bins=40)})
    return shown


def _numbers(cursor: duckdb.DuckDBPyConnection, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    sql = f"SELECT {column}::DOUBLE AS n FROM decided WHERE {column} IS NOT NULL"  # noqa: S608 — our own names only.
    return np.asarray(cursor.execute(sql).fetchnumpy()["n"], dtype=float)


def _samples(cursor: duckdb.DuckDBPyConnection, condition: str) -> list[dict[str, Any]]:
    """A few pairs, spread over the reasons. `pair_id` is a hash, so its order is as good as random, and stable."""
    cursor.execute(
        f"SELECT * FROM decided WHERE {condition} "  # noqa: S608 — one of our two conditions.
        "QUALIFY row_number() OVER (PARTITION BY reason ORDER BY pair_id) <= 2 OR decision = 'keep' "
        f"ORDER BY pair_id LIMIT {SAMPLES}"
    )
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def record_texts(
    cursor: duckdb.DuckDBPyConnection, urls: list[str], record_ids: list[str]
) -> dict[str, tuple[list[dict[str, str]], dict[str, str]]]:
    """`{record_id: (prompt messages, {response_id: content})}`; text is read for these records only."""
    if not record_ids:
        return {}
    rows = cursor.execute(
        "SELECT record_id, prompt, responses FROM read_parquet($parts)"
        " WHERE record_id IN (SELECT unnest($ids::VARCHAR[]))",
        {"parts": urls, "ids": record_ids},
    ).fetchall()
    return {
        record_id: (
            [{"role": message["role"], "content": message["content"]} for message in prompt],
            {response["response_id"]: response["content"] for response in responses},
        )
        for record_id, prompt, responses in rows
    }


def pair_row(
    row: dict[str, Any], text: tuple[list[dict[str, str]], dict[str, str]], signals: list[int]
) -> dict[str, Any]:
    """A pair as the API shows it. A pair without a better side shows its two responses in the order of their ids."""
    prompt, contents = text
    chosen, rejected = row["chosen"] or row["a"], row["rejected"] or row["b"]
    return {
        "pair_id": row["pair_id"],
        "record_id": row["record_id"],
        "prompt": prompt,
        "chosen": {"response_id": chosen, "content": contents[chosen]},
        "rejected": {"response_id": rejected, "content": contents[rejected]},
        "aspect": row["aspect"],
        "strength": row["strength"],
        "votes": row["votes"],
        "margins": {str(signal_id): row.get(f"margin_{signal_id}") for signal_id in signals},
        "split": row.get("split"),
        "decision": row["decision"],
        "step": row["step"],
        "reason": row["reason"] or None,
    }
