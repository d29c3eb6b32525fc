"""The typed steps of a recipe, and the sentences that refuse wrong ones. Pure Python.

A recipe is stored and sent as plain JSON; `parse_steps` turns it into these structs and says what is wrong, where.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Source = Literal["adjudicated", "human", "judge", "imported"]
DEFAULT_PRECEDENCE: tuple[Source, ...] = ("adjudicated", "human", "judge", "imported")
MAX_STEPS = 40


class StepError(ValueError):
    """A step that cannot be used; the message names its place in the recipe."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(f"Step {index + 1}: {message}")
        self.index = index


class LabelsStep(msgspec.Struct, tag="labels", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Whose labels count: for each pair, those of the first listed source that has any."""

    precedence: tuple[Source, ...] = DEFAULT_PRECEDENCE


class StrengthStep(msgspec.Struct, tag="strength", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Keep pairs whose mean preference is at least this strong."""

    min_strength: Annotated[float, msgspec.Meta(ge=0, le=3)] = 1.0
    drop_ties: bool = True
    drop_both_bad: bool = True


class SignalMarginStep(msgspec.Struct, tag="signal_margin", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Keep pairs whose margin chosen − rejected under a signal lies within bounds."""

    signal: int
    min: float | None = None
    max: float | None = None
    missing: Literal["review", "drop"] = "review"


Step = LabelsStep | StrengthStep | SignalMarginStep

TITLES: dict[type, tuple[str, str]] = {
    LabelsStep: ("Whose labels count", "For each pair, the labels of the first source in the list that has any."),
    StrengthStep: ("Clear preferences", "Drops ties, pairs where both are bad, and weak preferences."),
    SignalMarginStep: ("Margin of a signal", "Keeps pairs whose margin chosen − rejected lies within bounds."),
}
DIRECTION_TITLE = "A chosen and a rejected side"


def parse_steps(raw: Any) -> list[Step]:
    """Typed steps of a recipe, with the label policy first (added when it is not stated).

    Raises StepError for unknown types, unknown or wrong parameters, and steps in an order that means nothing.
    """
    if not isinstance(raw, list):
        raise StepError(0, "a recipe is a list of steps.")
    if len(raw) > MAX_STEPS:
        raise StepError(MAX_STEPS, f"a recipe has at most {MAX_STEPS} steps.")
    steps: list[Step] = []
    for index, entry in enumerate(raw):
        step = _parse_step(index, entry)
        if isinstance(step, LabelsStep) and index > 0:
            raise StepError(index, "the step that says whose labels count comes first, and once.")
        steps.append(step)
    if not steps or not isinstance(steps[0], LabelsStep):
        steps.insert(0, LabelsStep())
    return steps


def _parse_step(index: int, entry: Any) -> Step:
    try:
        step: Step = msgspec.convert(entry, Step)
    except msgspec.ValidationError as error:
        raise StepError(index, f"{str(error).rstrip('.')}.") from error
    if isinstance(step, LabelsStep) and not step.precedence:
        raise StepError(index, "name at least one source of labels.")
    if isinstance(step, LabelsStep) and len(set(step.precedence)) != len(step.precedence):
        raise StepError(index, "each source is named once.")
    bounded = isinstance(step, SignalMarginStep) and step.min is not None and step.max is not None
    if bounded and step.min > step.max:  # type: ignore[union-attr,operator]
        raise StepError(index, "the lower bound is above the upper one.")
    return step


def steps_as_json(steps: list[Step]) -> list[dict[str, Any]]:
    """The stored form: complete, so that a later change of a default changes no old recipe."""
    plain: list[dict[str, Any]] = msgspec.to_builtins(steps)
    return plain


def signals_used(steps: list[Step]) -> list[int]:
    """Ids of the signals the steps read, each once, in order."""
    return list(dict.fromkeys(step.signal for step in steps if isinstance(step, SignalMarginStep)))


def catalogue() -> list[dict[str, Any]]:
    """Every step type with its title, description and JSON schema."""
    entries = []
    for kind, (title, description) in TITLES.items():
        schema = msgspec.json.schema(kind)
        entries.append(
            {
                "type": kind.__struct_config__.tag,  # type: ignore[attr-defined]
                "title": title,
                "description": description,
                "schema": schema["$defs"][kind.__name__],
            }
        )
    return entries
