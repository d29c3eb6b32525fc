"""The arms of a lab run: raw labels, each recipe, a control by lot for each, and the oracle where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from curation.domain.recipe_steps import SelectStep, Step
from curation.lab.choices import ArmKind, GoldSource
from curation.lab.learned_signals import learns, made_again, out_of_reach
from curation.lab.pools import Counts, GoldSplit, Pool, PoolPair, pool
from curation.models import DatasetVersion, LabRun, Signal
from curation.recipes.compile import CompiledRecipe, recipe_compile
from curation.recipes.preview import recipe_ready, steps_for
from webapp.api.errors import UnprocessableError

# Every seed trains on a half of this, and tunes on it in five folds.
LEAST_PAIRS, LEAST_PROMPTS, LEAST_GOLD = 100, 20, 50
# Pairs whose label was not turned round on purpose.
SOUND = "coalesce(NOT planted, true)"
PEOPLE = ("adjudicated", "human")
NOT_ALWAYS_PEOPLE = (
    "Gold labels were imported or given by judges and may be wrong themselves; accuracies say how often a head agrees "
    "with such labels."
)


@dataclass(frozen=True)
class Arm:
    """`available` pairs are kept outside the gold prompts; `halves` holds those of every seed's half of the prompts."""

    key: str
    name: str
    kind: ArmKind
    recipe: int | None
    available: int
    halves: list[list[PoolPair]]


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


@dataclass(frozen=True)
class _Typed:
    """A recipe of a run, its steps and the signals they read."""

    id: int
    name: str
    steps: list[Step]
    signals: dict[int, Signal]


def arms_of(run: LabRun, alive: Callable[[], None]) -> Arms:
    """Every arm of a run with its pairs. Raises ApplicationError when a recipe no longer fits the version."""
    version, split = run.dataset_version, split_of(run)
    recipes = [_Typed(each["id"], each["name"], *steps_for(version, each["steps"])) for each in run.recipes]
    kept = []
    for recipe in recipes:
        with pool(recipe_compile(version, recipe.steps, recipe.signals), version, split) as found:
            kept.append(found.counts().pairs)
    with pool(recipe_ready(version, []), version, split) as found:
        everything, sound = found.counts().pairs, found.counts(SOUND).pairs
        total = everything + sum(found.gold_sources().values())
        gold, notes = _gold(found, split, planted=sound < everything)
    arms = [Arm("raw", "Raw labels", ArmKind.RAW, None, everything, [])]
    for recipe, number in zip(recipes, kept, strict=True):
        arms.append(Arm(f"recipe:{recipe.id}", recipe.name, ArmKind.RECIPE, recipe.id, number, []))
    for recipe, number in zip(recipes, kept, strict=True):
        name = f"Random, as many as “{recipe.name}”"
        arms.append(Arm(f"random:{recipe.id}", name, ArmKind.RANDOM, recipe.id, min(number, everything), []))
    if sound < everything:
        arms.append(Arm("oracle", "Planted errors removed", ArmKind.ORACLE, None, sound, []))
    for seed in run.seed_list:
        pairs = _half_of(run, split, recipes, total, seed, alive)
        for arm in arms:
            arm.halves.append(pairs[arm.key])
        alive()
    return Arms(arms, gold, [*_learned_notes(recipes), *notes])


def _half_of(
    run: LabRun, split: GoldSplit, recipes: list[_Typed], total: int, seed: int, alive: Callable[[], None]
) -> dict[str, list[PoolPair]]:
    """What every arm has of a half of the prompts, by its key; `total` counts the raw pairs of all prompts.

    Signals that learned from labels are made again from this half: an arm must not profit from other labels.
    """
    version, found = run.dataset_version, {}
    used = {pk: signal for recipe in recipes for pk, signal in recipe.signals.items()}
    again = made_again(run, split, seed, used.values(), alive)
    raw = recipe_ready(version, [])
    with pool(raw, version, split, half=seed) as kept:
        found["raw"], found["oracle"] = kept.pairs(), kept.pairs(SOUND)
        share = kept.counts().pairs / max(total, 1)
    for recipe in recipes:
        # Where a signal has values on this half only, a budget meant for all pairs is the half's share of it.
        steps = _scaled(recipe.steps, share) if recipe.signals.keys() & again.keys() else recipe.steps
        with pool(recipe_compile(version, steps, {**recipe.signals, **again}), version, split, half=seed) as kept:
            found[f"recipe:{recipe.id}"] = kept.pairs()
    with pool(raw, version, split, half=seed) as kept:
        for recipe in recipes:
            # As many raw pairs, drawn by lot; all of them where the recipe makes more pairs than have labels.
            found[f"random:{recipe.id}"] = kept.drawn(len(found[f"recipe:{recipe.id}"]), salt=recipe.id)
    return found


def _scaled(steps: list[Step], share: float) -> list[Step]:
    return [
        msgspec.structs.replace(step, budget=max(1, round(step.budget * share)))
        if isinstance(step, SelectStep)
        else step
        for step in steps
    ]


def _learned_notes(recipes: list[_Typed]) -> list[str]:
    learned = {pk: each.name for recipe in recipes for pk, each in recipe.signals.items() if learns(each)}
    if not learned:
        return []
    names = ", ".join(f"“{name}”" for name in learned.values())
    return [f"{names} learned from labels; for every seed it was made again from those the arms could draw from."]


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


def _gold(found: Pool, split: GoldSplit, *, planted: bool) -> tuple[Gold, list[str]]:
    """Held-out labels that were turned round on purpose are turned back; and what is to be said of the labels."""
    sources, notes = _gold_sources(found.gold_sources(), split), []
    put_right = planted and split.source == GoldSource.HELD_OUT
    rows = found.gold_pairs(sources)
    pairs = [pair._replace(dir=-pair.dir) if put_right and turned else pair for pair, turned in rows]
    if split.source == GoldSource.HELD_OUT and not put_right and not set(sources) <= set(PEOPLE):
        notes.append(NOT_ALWAYS_PEOPLE)
    if found.aspects() > 1:
        notes.append("Labels of all aspects are learned and judged together; a recipe may combine or choose them.")
    return Gold(pairs, put_right), notes
