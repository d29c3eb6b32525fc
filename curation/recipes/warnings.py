"""What the literature warns of, said where a recipe does it."""

from __future__ import annotations

from typing import Any

from curation.domain.recipe_steps import FilterStep, Measure, SelectStep, SignalMarginStep, Step, ZonesStep, measures_of
from curation.models import Signal
from curation.recipes.compile import Decided
from curation.recipes.measures import Term, margin_of, term_of

# Above this, a margin says much the same as "longer".
LENGTH_CORRELATION = 0.3
# The share of pairs below which only the largest margins are left; METHODS §1: the top tenth alone over-fits.
LARGEST_SHARE = 0.1
# An ensemble that is right less often than this calls too many good labels wrong.
WEAK_AGREEMENT = 0.65
LENGTH_KINDS = ("length", "text_lengths")


def recipe_warnings(found: Decided, funnel: list[dict[str, Any]], added: int) -> list[dict[str, Any]]:
    """`[{"index", "message"}]`; `index` is the place in the steps as sent, None for the recipe as a whole."""
    warnings: list[dict[str, Any]] = []
    for index, step in enumerate(found.recipe.steps):
        counts = next((entry for entry in funnel if entry["index"] == index), None)
        warnings += ({"index": index - added, "message": message} for message in _of_step(step, counts, found))
    return warnings


def _of_step(step: Step, counts: dict[str, Any] | None, found: Decided) -> list[str]:
    said = []
    signals = found.recipe.signals
    if any(_is_agreement(measure, signals) for measure in measures_of(step)):
        said.append(
            "Keeping only pairs that people agree on favours easy items; for reward models a balanced range of "
            "agreement did better (Gooding and Mansoor, 2023)."
        )
    if isinstance(step, ZonesStep):
        said += _of_zones(step)
        agreement = _agreement_with_labels(step, found)
        if agreement is not None and agreement < WEAK_AGREEMENT:
            said.append(
                f"The ensemble prefers the chosen side of only {agreement:.0%} of the pairs: where it disagrees with a "
                "label, often the ensemble is wrong. Read some of these pairs before you act on them; more labels or a "
                "reward model make it stronger."
            )
    bounded = isinstance(step, SignalMarginStep) and step.min is not None
    if bounded and counts and 0 < counts["kept"] <= LARGEST_SHARE * counts["in"]:
        said.append(
            "Only the largest margins are left. A reward model trained on the strongest tenth alone over-fits "
            "(Secrets of RLHF II, arXiv 2401.06080)."
        )
    correlation = _length_correlation(step, found)
    if correlation is not None and abs(correlation) > LENGTH_CORRELATION:
        said.append(
            f"This margin goes with length (correlation {correlation:+.2f}): the step also chooses "
            f"{'longer' if correlation > 0 else 'shorter'} responses. Add a length balance, or look at the margin "
            "beside the length."
        )
    return said


def _of_zones(step: ZonesStep) -> list[str]:
    actions = {"wrong": step.wrong, "ambiguous": step.ambiguous}
    risky = [zone for zone, action in actions.items() if action in ("flip", "drop")]
    if not risky:
        return []
    message = (
        f"Zone {' and '.join(risky)}: on real votes, asking people again about the lowest tenth removed five times as "
        "many wrong labels as chance, while automatic flips and drops gained nothing measurable. Review is the default."
    )
    return [message]


def _is_agreement(measure: Measure, signals: dict[int, Signal]) -> bool:
    if measure.signal is None:
        return measure.fact == "agreement"
    return signals[measure.signal].kind == "human_strength" and measure.column in ("agreement", "entropy", "spread")


def _length_correlation(step: Step, found: Decided) -> float | None:
    """Of the step's margin with the length difference, where the version has a signal of lengths."""
    margin = _margin(step, found.recipe.signals)
    length = next((signal for signal in found.recipe.source.signals if signal.kind in LENGTH_KINDS), None)
    if margin is None or length is None or margin.type != "number":
        return None
    difference = margin_of(length.pk, {length.pk: length}).sql
    if difference == margin.sql:
        return None
    key = f"corr:{margin.sql}:{difference}"
    if key not in found.memo:
        row = found.cursor.execute(
            f"SELECT corr({margin.sql}, {difference}) FROM {found.pairs} WHERE dir <> 0"  # noqa: S608 — our own names.
        ).fetchone()
        found.memo[key] = row[0] if row and row[0] is not None and row[0] == row[0] else None
    correlation: float | None = found.memo[key]
    return correlation


def _agreement_with_labels(step: ZonesStep, found: Decided) -> float | None:
    """The share of pairs whose margin points to the chosen side; margins are out of fold."""
    margin = margin_of(step.signal, found.recipe.signals).sql
    key = f"agreement:{margin}"
    if key not in found.memo:
        row = found.cursor.execute(
            f"SELECT avg(({margin} > 0)::INTEGER) FROM {found.pairs} WHERE dir <> 0 AND {margin} IS NOT NULL"  # noqa: S608
        ).fetchone()
        found.memo[key] = row[0] if row else None
    agreement: float | None = found.memo[key]
    return agreement


def _margin(step: Step, signals: dict[int, Signal]) -> Term | None:
    if isinstance(step, SignalMarginStep | ZonesStep):
        return margin_of(step.signal, signals)
    measure = step.on if isinstance(step, FilterStep) else step.by if isinstance(step, SelectStep) else None
    if measure is None or measure.signal is None:
        return None
    term = term_of(measure, signals)
    return term if term.sided and measure.of == "margin" else None
