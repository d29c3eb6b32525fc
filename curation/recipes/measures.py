"""What steps look at, as SQL over the table of pairs: `dir` says which side is chosen, and may have been flipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from curation.domain.recipe_steps import Measure
from curation.models import Signal
from curation.recipes.pair_statements import column_name

FACT_TYPES = {"strength": "number", "votes": "number", "agreement": "number", "source": "text", "aspect": "text"}
FACT_TITLES = {
    "strength": "Strength",
    "votes": "Votes",
    "agreement": "Agreement of the votes",
    "source": "Source of the labels",
    "aspect": "Aspect",
}


class MeasureError(ValueError):
    """A measure that names no column of its signal; the message is the end of a sentence about the step."""


@dataclass(frozen=True)
class Term:
    """A measure as SQL. `type` is number, text or flag; `sided` ones are missing where no side is chosen."""

    sql: str
    type: str
    title: str
    sided: bool


def term_of(measure: Measure, signals: dict[int, Signal]) -> Term:
    """Raises MeasureError when the signal has no such column."""
    if measure.fact is not None:
        # Without a label there is no strength; 0 is the strength of a tie.
        return Term(measure.fact, FACT_TYPES[measure.fact], FACT_TITLES[measure.fact], sided=False)
    signal = signals[measure.signal or 0]
    column = next((each for each in signal.columns if each["name"] == measure.column), None)
    if column is None:
        known = ", ".join(each["name"] for each in signal.columns)
        raise MeasureError(f"signal {signal.pk} has no column “{measure.column}”; it has {known}.")
    title = signal.name if len(signal.columns) == 1 else f"{signal.name}: {column['title']}"
    if signal.level == "response":
        return _of_response(signal.pk, column, measure.of, title)
    name = column_name(signal.pk, column["name"])
    if column["signed"]:
        return Term(f"(dir * {name})", column["type"], title, sided=True)
    return Term(name, column["type"], title, sided=False)


def _of_response(signal_id: int, column: dict[str, Any], of: str, title: str) -> Term:
    a, b = (column_name(signal_id, column["name"], side) for side in ("a", "b"))
    if of == "margin":
        if column["type"] != "number":
            raise MeasureError(f"“{column['name']}” is no number and has no margin; look at chosen or rejected.")
        # (b − a) · dir is exact, so that naming the sides the other way round changes nothing.
        return Term(f"(dir * ({b} - {a}))", "number", title, sided=True)
    first, second = (b, a) if of == "chosen" else (a, b)
    sql = f"CASE WHEN dir > 0 THEN {first} WHEN dir < 0 THEN {second} END"
    return Term(f"({sql})", column["type"], f"{title}, {of}", sided=True)


def margin_of(signal_id: int, signals: dict[int, Signal]) -> Term:
    """The margin of a signal's first number: chosen − rejected of responses, or a pair's signed number."""
    column = next((each for each in signals[signal_id].columns if each["type"] == "number"), None)
    if column is None:
        raise MeasureError(f"signal {signal_id} has no number to take a margin of.")
    return term_of(Measure(signal=signal_id, column=column["name"]), signals)
