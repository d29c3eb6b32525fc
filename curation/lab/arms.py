"""The arms of a lab run: raw labels, each recipe, a control by lot for each, and the oracle where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from curation.lab.choices import ArmKind, GoldSource
from curation.lab.learned_signals import made_again, out_of_reach
from curation.lab.pools import Counts, GoldSplit, Pool, PoolPair, pool
from curation.models import DatasetVersion, LabRun
from curation.recipes.compile import CompiledRecipe, recipe_compile
from curation.recipes.preview import recipe_ready, steps_for
from webapp.api.errors import UnprocessableError

# Every arm trains on half of the smallest one, and that half is what five folds tune on.
LEAST_PAIRS, LEAST_PROMPTS, LEAST_GOLD = 100, 20, 50
# Pairs whose label was not turned round on purpose.
SOUND = "coalesce(NOT planted, true)"
PEOPLE = ("adjudicated", "human")
NOT_ALWAYS_PEOPLE = (
    "The gold pairs are labels as they came with the rows, which may be wrong themselves; accuracies say how often a "
    "head agrees with such labels."
)


@dataclass(frozen=True)
class Arm:
    """`available` pairs are kept outside the gold prompts; `pairs` are those that may be trained on."""

    key: str
    name: str
    kind: ArmKind
    recipe: int | None
    available: Counts
    pairs: list[PoolPair]


@dataclass(frozen=True)
class Gold:
    """Pairs none of the arms trains on. `towards` of a pair is its `dir`."""

    pairs: list[PoolPair]
    planted: bool


@dataclass(frozen=True)
class Arms:
    arms: list[Arm]
    gold: Gold
    notes: list[str]


def arms_of(run: LabRun, alive: Callable[[], None]) -> Arms:
    """Every arm of a run with its pairs. Raises ApplicationError when a recipe no longer fits the version.

    Signals that learned from labels are made again without the gold prompts' labels.
    """
    version, split, notes = run.dataset_version, split_of(run), []
    typed = [steps_for(version, recipe["steps"]) for recipe in run.recipes]
    used = {pk: signal for _, signals in typed for pk, signal in signals.items()}
    again = made_again(run, split, used.values(), alive)
    if again:
        names = ", ".join(f"“{signal.name}”" for signal in again.values())
        notes.append(f"{names} was made again for this run without the labels of the gold prompts.")
    recipes = []
    for recipe, (steps, signals) in zip(run.recipes, typed, strict=True):
        with pool(recipe_compile(version, steps, {**signals, **again}), version, split) as kept:
            named = (f"recipe:{recipe['id']}", recipe["name"], ArmKind.RECIPE, recipe["id"])
            recipes.append(Arm(*named, kept.counts(), kept.pairs()))
    with pool(recipe_ready(version, []), version, split) as kept:
        arms = [Arm("raw", "Raw labels", ArmKind.RAW, None, kept.counts(), kept.pairs()), *recipes]
        arms += [_control(arm, kept) for arm in recipes]
        planted = kept.counts("planted").pairs > 0
        if planted:
            oracle = ("oracle", "Planted errors removed", ArmKind.ORACLE, None)
            arms.append(Arm(*oracle, kept.counts(SOUND), kept.pairs(SOUND)))
        sources = _gold_sources(kept.gold_sources(), split)
        gold = _gold(kept.gold_pairs(sources), planted and split.source == GoldSource.HELD_OUT)
        if split.source == GoldSource.HELD_OUT and not gold.planted and "imported" in sources:
            notes.append(NOT_ALWAYS_PEOPLE)
        if kept.aspects() > 1:
            notes.append("Labels of all aspects are learned and judged together; a recipe may combine or choose them.")
    return Arms(arms, gold, notes)


def _control(arm: Arm, kept: Pool) -> Arm:
    """As many raw pairs as a recipe keeps, drawn by lot; all of them where it makes more pairs than have labels."""
    number = min(arm.available.pairs, kept.counts().pairs)
    drawn = kept.drawn(number, salt=arm.recipe or 0)
    available = Counts(number, len({pair.record_id for pair in drawn}))
    return Arm(f"random:{arm.recipe}", f"Random, as many as “{arm.name}”", ArmKind.RANDOM, arm.recipe, available, drawn)


def split_of(run: LabRun) -> GoldSplit:
    return GoldSplit(GoldSource(run.gold_source), run.gold_fraction, run.first_seed)


def problem_with(version: DatasetVersion, recipes: list[dict[str, Any]], split: GoldSplit) -> str | None:
    """The sentence that says which pairs there are too few of, or which step does not fit; None when all is well.

    Raises ConflictError while the version is being built.
    """
    with pool(recipe_ready(version, []), version, split) as kept:
        sources = kept.gold_sources()
        gold = sum(sources[source] for source in _gold_sources(sources, split))
        problem = too_few_gold(gold, split.source) or too_few("“Raw labels”", kept.counts())
        planted = kept.counts("planted").pairs > 0
        problem = problem or (too_few("The oracle", kept.counts(SOUND)) if planted else None)
    for recipe in recipes:
        if problem:
            break
        with pool(_fitting(version, recipe), version, split) as kept:
            problem = too_few(f"“{recipe['name']}”", kept.counts())
    return problem


def too_few(name: str, counts: Counts) -> str | None:
    """The sentence that refuses an arm so small."""
    if counts.pairs >= LEAST_PAIRS and counts.prompts >= LEAST_PROMPTS:
        return None
    return (
        f"{name} has {counts.pairs:,} pairs on {counts.prompts:,} prompts outside the gold set; the lab needs "
        f"{LEAST_PAIRS} pairs on {LEAST_PROMPTS} prompts of every arm."
    )


def too_few_gold(pairs: int, source: GoldSource) -> str | None:
    if pairs >= LEAST_GOLD:
        return None
    remedy = "adjudicate more" if source == GoldSource.ADJUDICATED else "hold a larger share out"
    return f"The gold set has {pairs:,} pairs; the lab needs {LEAST_GOLD}. Please {remedy}, or label more."


def _fitting(version: DatasetVersion, recipe: dict[str, Any]) -> CompiledRecipe:
    """Raises UnprocessableError that names the recipe."""
    try:
        compiled = recipe_ready(version, recipe["steps"])
    except UnprocessableError as error:
        raise UnprocessableError(f"“{recipe['name']}”: {error.message}", fields=error.fields) from error
    beyond = out_of_reach(compiled.signals.values())
    if beyond is not None:
        raise UnprocessableError(
            f"“{recipe['name']}” reads “{beyond.name}”, which was made from a signal that learned from all labels; the "
            "lab cannot make it again without the gold prompts' labels. Read that signal itself instead."
        )
    return compiled


def _gold_sources(found: dict[str, int], split: GoldSplit) -> list[str]:
    """Adjudicated labels only, or those of people where they are enough, else all there are."""
    if split.source == GoldSource.ADJUDICATED:
        return ["adjudicated"] if "adjudicated" in found else []
    people = [source for source in PEOPLE if source in found]
    enough = sum(found[source] for source in people) >= LEAST_GOLD
    return people if enough else sorted(found)


def _gold(rows: list[tuple[PoolPair, bool]], planted: bool) -> Gold:
    """Labels that were turned round on purpose are turned back, where that is known."""
    pairs = [pair._replace(dir=-pair.dir) if planted and turned else pair for pair, turned in rows]
    return Gold(pairs, planted)
