"""What a recipe would do, before anything is written: funnel, distributions, and real pairs on both sides."""

from __future__ import annotations

from typing import Any

from curation.datasets.choices import VersionState
from curation.datasets.predicates import predicate_parse
from curation.datasets.reading import Place, records_at
from curation.domain.recipe_steps import (
    FilterStep,
    ItemsStep,
    MakePairsStep,
    SignalMarginStep,
    Step,
    StepError,
    ZonesStep,
    parse_steps,
    signals_of_step,
    signals_used,
)
from curation.models import DatasetVersion, Signal
from curation.recipes.compile import CompiledRecipe, Decided, decided, recipe_compile
from curation.recipes.distributions import STRENGTH_WIDTH, counts_by_value, numbers_histogram, steps_histogram
from curation.recipes.funnel import funnel_of, treated_counts
from curation.recipes.measures import MeasureError, Term, margin_of, term_of
from curation.recipes.warnings import LENGTH_KINDS, recipe_warnings
from curation.signals.choices import SignalLevel, SignalState
from webapp.api.errors import ApplicationError, ConflictError, UnprocessableError

SAMPLES = 4


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
        problem = _signal_problem(step, signals)
        if problem:
            raise _step_refused(StepError(index - added, problem))
    return steps, signals


def _signal_problem(step: Step, signals: dict[int, Signal]) -> str | None:
    for signal_id in signals_of_step(step):
        signal = signals.get(signal_id)
        if signal is None:
            return f"this version has no signal {signal_id}."
        if signal.state != SignalState.READY:
            return f"signal {signal_id} is {signal.state}, not ready."
        if isinstance(step, ZonesStep) and signal.level != SignalLevel.PAIR:
            return f"zones need the margins of an ensemble; signal {signal_id} speaks of {signal.level}s."
        if isinstance(step, MakePairsStep):
            numbers = [column["name"] for column in signal.columns if column["type"] == "number"]
            if signal.level != SignalLevel.RESPONSE or step.column not in numbers:
                return f"pairs are made from a number of responses; signal {signal_id} has no such column."
    try:
        recipe_compile(DatasetVersion(), [step], signals)
    except MeasureError as error:
        return str(error)
    return None


def recipe_ready(version: DatasetVersion, raw: Any) -> CompiledRecipe:
    """The recipe compiled for a version; see `steps_for` for what is raised."""
    return recipe_compile(version, *steps_for(version, raw))


def steps_checked(raw: Any) -> list[Step]:
    """Typed steps, or a 422 that names the step."""
    try:
        steps = parse_steps(raw)
        for index, step in enumerate(steps, start=len(raw) - len(steps)):
            if isinstance(step, ItemsStep):
                _check_filter(index, step)
    except StepError as error:
        raise _step_refused(error) from error
    return steps


def _check_filter(index: int, step: ItemsStep) -> None:
    try:
        predicate_parse(step.where)
    except ApplicationError as error:
        raise StepError(index, str(error)) from error


def _step_refused(error: StepError) -> UnprocessableError:
    return UnprocessableError(str(error), fields={f"steps.{error.index}": [str(error)]})


def recipe_preview(*, version: DatasetVersion, raw_steps: Any) -> dict[str, Any]:
    """Funnel, histograms and sample pairs of a recipe over a version; see the API schema for the shape."""
    steps, signals = steps_for(version, raw_steps)
    recipe = recipe_compile(version, steps, signals, beside=_lengths(version) if signals else [])
    return preview_of(recipe, version, added=len(recipe.steps) - len(raw_steps))


def preview_of(recipe: CompiledRecipe, version: DatasetVersion, *, added: int = 0) -> dict[str, Any]:
    """The same of a compiled recipe; `added` steps stand before the first that was sent."""
    with decided(recipe) as found:
        kept, dropped = _samples(found)
        funnel = funnel_of(found)
        return {
            **funnel,
            "warnings": recipe_warnings(found, funnel["funnel"], added),
            "treated": treated_counts(found),
            **_distributions(found, added),
            "samples": {
                "kept": pair_rows(found, version, kept),
                "dropped": pair_rows(found, version, dropped),
            },
        }


def _lengths(version: DatasetVersion) -> list[Signal]:
    """A ready signal of lengths, so that margins can be looked at beside it."""
    lengths = Signal.objects.filter(dataset_version=version, kind__in=LENGTH_KINDS, state=SignalState.READY)
    return list(lengths.order_by("pk")[:1])


def _distributions(found: Decided, added: int) -> dict[str, Any]:
    """Histograms of what the steps cut, named "strength", "signal:<id>" or "step:<place>"; texts as counts."""
    strengths = steps_histogram(found, "strength", STRENGTH_WIDTH)
    histograms: list[dict[str, Any]] = [{"name": "strength", "title": "Strength", **strengths}]
    values: list[dict[str, Any]] = []
    signals, named = found.recipe.signals, {"strength"}
    for index, step in enumerate(found.recipe.steps):
        for name, term in _measured(step, index - added, signals):
            if name in named:
                continue
            named.add(name)
            if term.type == "number":
                histograms.append({"name": name, "title": term.title, **numbers_histogram(found, term.sql)})
            else:
                values.append({"name": name, "title": term.title, "values": counts_by_value(found, term.sql)})
    return {"histograms": histograms, "values": values}


def _measured(step: Step, place: int, signals: dict[int, Signal]) -> list[tuple[str, Term]]:
    if isinstance(step, SignalMarginStep | ZonesStep):
        term = margin_of(step.signal, signals)
        return [(f"signal:{step.signal}", Term(term.sql, term.type, f"Margin: {term.title}", term.sided))]
    if isinstance(step, FilterStep):
        name = "strength" if step.on.fact == "strength" else f"step:{place}"
        return [(name, term_of(step.on, signals))]
    return []


def _samples(found: Decided) -> tuple[list[int], list[int]]:
    """A few pairs kept, and a few of those that are not, spread over the reasons.

    `i` follows a hash, so the least ones are as good as drawn by lot, and always the same.
    """
    rows = found.cursor.execute(
        "SELECT code, min(i, $samples) FROM decided GROUP BY code ORDER BY code", {"samples": SAMPLES}
    ).fetchall()
    kept = [i for code, least in rows if code == 0 for i in least]
    others = sorted((place, i) for code, least in rows if code != 0 for place, i in enumerate(least))
    return kept, sorted(i for _, i in others[:SAMPLES])


def pair_rows(found: Decided, version: DatasetVersion, places: list[int]) -> list[dict[str, Any]]:
    """Pairs as the API shows them, with their texts, in the order of `places`."""
    if not places:
        return []
    used = found.recipe.used
    margins = {
        signal_id: margin_of(signal_id, found.recipe.signals).sql
        for signal_id in used
        if any(column["type"] == "number" for column in found.recipe.signals[signal_id].columns)
    }
    columns = "".join(f", {sql} AS margin_{signal_id}" for signal_id, sql in margins.items())
    found.cursor.execute(
        f"""
        SELECT facts.i, facts.strength, facts.votes, facts.agreement, facts.source, code, flipped, soft, weight, dir,
               facts.aspect, ids.pair_id, ids.record_id, ids.a, ids.b, ids.part, ids.row {columns}
          FROM (SELECT * EXCLUDE (dir) FROM {found.pairs} WHERE i IN (SELECT unnest($places::BIGINT[]))) AS facts
          JOIN decided USING (i)
          JOIN (SELECT i, pair_id, record_id, a, b, part, row FROM read_parquet($pairs)) AS ids USING (i)
         ORDER BY facts.i
        """,  # noqa: S608
        {"places": places, "pairs": found.pairs_file()},
    )
    names = [column[0] for column in found.cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in found.cursor.fetchall()]
    texts = records_at(version, [Place(row["part"], row["row"]) for row in rows])
    shown = [_decided_row(row, found) for row in rows]
    return [
        pair_row(row, texts[Place(row["part"], row["row"])], list(margins))
        for row in sorted(shown, key=lambda row: places.index(row["i"]))
    ]


def _decided_row(row: dict[str, Any], found: Decided) -> dict[str, Any]:
    step, decision, reason = found.verdicts.meanings[row["code"]]
    better = row["dir"] if row["dir"] in (1, -1) else None
    sides = {None: (None, None), 1: (row["b"], row["a"]), -1: (row["a"], row["b"])}
    chosen, rejected = sides[better]
    return {**row, "step": step, "decision": decision, "reason": reason, "chosen": chosen, "rejected": rejected}


def pair_row(row: dict[str, Any], record: dict[str, Any], signals: list[int]) -> dict[str, Any]:
    """A pair as the API shows it. A pair without a better side shows its two responses in the order of their ids."""
    contents = {response["response_id"]: response["content"] for response in record["responses"]}
    chosen, rejected = row["chosen"] or row["a"], row["rejected"] or row["b"]
    return {
        "pair_id": row["pair_id"],
        "record_id": row["record_id"],
        "prompt": [{"role": message["role"], "content": message["content"]} for message in record["prompt"]],
        "chosen": {"response_id": chosen, "content": contents[chosen]},
        "rejected": {"response_id": rejected, "content": contents[rejected]},
        "aspect": row["aspect"],
        "strength": row["strength"],
        "votes": row["votes"],
        "agreement": row.get("agreement"),
        "label_source": row.get("source"),
        "margins": {str(signal_id): row.get(f"margin_{signal_id}") for signal_id in signals},
        "flipped": row["flipped"],
        "soft_label": row["soft"],
        "weight": row["weight"],
        "split": row.get("split"),
        "decision": row["decision"],
        "step": row["step"],
        "reason": row["reason"] or None,
    }
