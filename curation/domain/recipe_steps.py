"""The typed steps of a recipe, and the sentences that refuse wrong ones. Pure Python.

A recipe is stored and sent as plain JSON; `parse_steps` turns it into these structs and says what is wrong, where.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Source = Literal["adjudicated", "human", "judge", "imported"]
DEFAULT_PRECEDENCE: tuple[Source, ...] = ("adjudicated", "human", "judge", "imported")
MAX_STEPS = 40
Missing = Literal["review", "drop"]
Seed = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


class StepError(ValueError):
    """A step that cannot be used; the message names its place in the recipe."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(f"Step {index + 1}: {message}")
        self.index = index


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a step looks at: a fact of the pair, or a column of a signal.

    Of a response's number `of` takes the margin chosen − rejected, or one side's value; pairs and records have one.
    """

    fact: Literal["strength", "votes", "agreement", "source", "aspect"] | None = None
    signal: int | None = None
    column: str = "score"
    of: Literal["margin", "chosen", "rejected"] = "margin"


class LabelsStep(msgspec.Struct, tag="labels", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Whose labels count: for each pair, those of the first listed source that has any."""

    precedence: tuple[Source, ...] = DEFAULT_PRECEDENCE
    # With weights, the aspects of a pair are one preference: the weighted mean of those that have labels.
    aspect_weights: dict[str, float] = {}
    # A judge's labels count where it agrees with people on at least this share of the pairs both labelled: the lower
    # end of the 95 % interval (Wilson 1927), so that few pairs prove little. Without a bound all judges count.
    judge_bound: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None


class ItemsStep(msgspec.Struct, tag="items", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Keep the pairs of rows that match a filter, as `curation.datasets.predicates` describes it."""

    where: dict[str, Any]
    outside: Missing = "drop"


class MakePairsStep(msgspec.Struct, tag="make_pairs", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Pairs made from ratings of responses instead of labels (UltraFeedback, arXiv 2310.01377)."""

    how: Literal["best_worst", "best_random_lower", "best_each", "all", "adjacent"] = "best_worst"
    # A signal of responses; without one the mean of the scores that came with the rows.
    signal: int | None = None
    column: str = "score"
    min_gap: Annotated[float, msgspec.Meta(ge=0)] = 0.25
    seed: Seed = 0


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
    missing: Missing = "review"


class FilterStep(msgspec.Struct, tag="filter", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Keep pairs whose value lies within bounds or among those listed."""

    on: Measure
    min: float | None = None
    max: float | None = None
    # Texts, or "true" and "false" for flags; `none_of` keeps everything else.
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    missing: Missing = "review"
    outside: Literal["drop", "review"] = "drop"


ZoneAction = Literal["keep", "review", "drop", "flip", "soft", "weight"]


class ZonesStep(msgspec.Struct, tag="zones", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Strength zones of an ensemble of reward models (Secrets of RLHF II, arXiv 2401.06080, §2).

    `wrong`: mean margin < 0 and at most `vote` of the members agree with the label; `ambiguous`: |mean| at or below the
    given percentile of all means, at least 0; `strong`: at or above its percentile.
    """

    signal: int
    wrong: ZoneAction = "review"
    ambiguous: ZoneAction = "keep"
    strong: ZoneAction = "keep"
    vote: Share = 0.3
    ambiguous_percentile: Percent = 40.0
    strong_percentile: Percent = 90.0
    temperature: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    weight: Share = 0.5
    missing: Missing = "review"


class DedupStep(msgspec.Struct, tag="dedup", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Of the pairs of a group keep the best: by source of its labels, then by strength."""

    group: Measure
    keep: Annotated[int, msgspec.Meta(ge=1)] = 1
    missing: Literal["review", "drop", "keep"] = "review"


class LengthMatchStep(msgspec.Struct, tag="length_match", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Among pairs of like length difference keep as many with the longer side chosen as with the shorter."""

    length: Measure
    bins: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    seed: Seed = 0
    missing: Missing = "review"


class SelectStep(msgspec.Struct, tag="select", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Keep a budget of pairs: the highest by a measure, or drawn by lot, evenly over groups where there are any."""

    budget: Annotated[int, msgspec.Meta(ge=1)]
    by: Measure | None = None
    group: Measure | None = None
    # No group gives more than this share of the budget.
    cap: Share | None = None
    seed: Seed = 0
    missing: Missing = "review"


class SplitStep(msgspec.Struct, tag="split", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Pairs of one group land on one side of the split, besides pairs of one prompt; it drops nothing."""

    group: Measure
    missing: Missing = "review"


class OrderStep(msgspec.Struct, tag="order", tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Pairs stand in the snapshot and its exports from the highest value down, such as a curriculum's priority."""

    by: Measure
    missing: Missing = "review"


Step = (
    LabelsStep
    | ItemsStep
    | MakePairsStep
    | StrengthStep
    | SignalMarginStep
    | FilterStep
    | ZonesStep
    | DedupStep
    | LengthMatchStep
    | SelectStep
    | SplitStep
    | OrderStep
)

TITLES: dict[type, tuple[str, str]] = {
    LabelsStep: ("Whose labels count", "For each pair, the labels of the first source in the list that has any."),
    ItemsStep: ("Rows", "Keeps the pairs of rows that match a filter: texts, turns, contexts, metadata."),
    MakePairsStep: ("Pairs from ratings", "Makes pairs from the scores of responses, with a least gap."),
    StrengthStep: ("Clear preferences", "Drops ties, pairs where both are bad, and weak preferences."),
    SignalMarginStep: ("Margin of a signal", "Keeps pairs whose margin chosen − rejected lies within bounds."),
    FilterStep: ("Filter", "Keeps pairs whose value lies within bounds or among those listed."),
    ZonesStep: ("Strength zones", "Sends suspicious labels of an ensemble to review, or treats them as you say."),
    DedupStep: ("Duplicates", "Of the pairs of a group keeps the best."),
    LengthMatchStep: ("Length balance", "As many pairs with the longer side chosen as with the shorter."),
    SelectStep: ("Budget", "Keeps so many pairs: the highest by a measure, or evenly over groups."),
    SplitStep: ("Split by group", "Training and testing share no group, such as prompts that say nearly the same."),
    OrderStep: ("Order", "Pairs stand in the files from the highest value down: a curriculum, for one."),
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
        if isinstance(step, MakePairsStep) and any(not isinstance(each, LabelsStep | ItemsStep) for each in steps):
            raise StepError(index, "pairs are made before they are filtered; move this step up, and have it once.")
        if isinstance(step, SplitStep) and any(isinstance(each, SplitStep) for each in steps):
            raise StepError(index, "pairs are split by one kind of group; keep one of these steps.")
        if isinstance(step, OrderStep) and any(isinstance(each, OrderStep) for each in steps):
            raise StepError(index, "pairs stand in one order; keep one of these steps.")
        steps.append(step)
    if not steps or not isinstance(steps[0], LabelsStep):
        steps.insert(0, LabelsStep())
    return steps


def _parse_step(index: int, entry: Any) -> Step:
    try:
        step: Step = msgspec.convert(entry, Step)
    except msgspec.ValidationError as error:
        raise StepError(index, f"{str(error).rstrip('.')}.") from error
    problem = _problem(step)
    if problem:
        raise StepError(index, problem)
    return step


def _problem(step: Step) -> str | None:
    """What a step's types allow and its meaning does not."""
    if isinstance(step, LabelsStep):
        return _labels_problem(step)
    if isinstance(step, SignalMarginStep | FilterStep):
        problem = _bounds_problem(step)
        if problem:
            return problem
    for measure in measures_of(step):
        if (measure.fact is None) == (measure.signal is None):
            return "a measure is either a fact of the pair or a signal."
    if isinstance(step, ZonesStep) and step.ambiguous_percentile > step.strong_percentile:
        return "the percentile of ambiguous pairs is above that of strong ones."
    if isinstance(step, SelectStep) and step.cap is not None and step.group is None:
        return "a cap needs groups."
    return None


def _bounds_problem(step: SignalMarginStep | FilterStep) -> str | None:
    if step.min is not None and step.max is not None and step.min > step.max:
        return "the lower bound is above the upper one."
    if isinstance(step, FilterStep):
        bounded = step.min is not None or step.max is not None
        if bounded + bool(step.one_of) + bool(step.none_of) != 1:
            return "give bounds, or the values to keep (one_of), or those to leave out (none_of)."
    return None


def _labels_problem(step: LabelsStep) -> str | None:
    if not step.precedence:
        return "name at least one source of labels."
    if len(set(step.precedence)) != len(step.precedence):
        return "each source is named once."
    if step.aspect_weights and not any(weight > 0 for weight in step.aspect_weights.values()):
        return "at least one aspect has a weight above 0."
    if any(weight < 0 for weight in step.aspect_weights.values()):
        return "weights of aspects are not negative."
    return None


def steps_as_json(steps: list[Step]) -> list[dict[str, Any]]:
    """The stored form: complete, so that a later change of a default changes no old recipe."""
    plain: list[dict[str, Any]] = msgspec.to_builtins(steps)
    return plain


def measures_of(step: Step) -> list[Measure]:
    """Everything a step looks at besides what its type always reads."""
    if isinstance(step, FilterStep):
        return [step.on]
    if isinstance(step, DedupStep | SplitStep):
        return [step.group]
    if isinstance(step, LengthMatchStep):
        return [step.length]
    if isinstance(step, OrderStep):
        return [step.by]
    if isinstance(step, SelectStep):
        return [measure for measure in (step.by, step.group) if measure is not None]
    return []


def signals_of_step(step: Step) -> list[int]:
    """Ids of the signals one step reads."""
    named = [measure.signal for measure in measures_of(step)]
    if isinstance(step, SignalMarginStep | ZonesStep | MakePairsStep):
        named.append(step.signal)
    return [signal for signal in named if signal is not None]


def signals_used(steps: list[Step]) -> list[int]:
    """Ids of the signals the steps read, each once, in order."""
    return list(dict.fromkeys(signal for step in steps for signal in signals_of_step(step)))


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
                "schema": {**schema["$defs"][kind.__name__], "$defs": schema["$defs"]},
            }
        )
    return entries
