"""A recipe as DuckDB statements over the table of pairs.

Steps that look at one pair at a time become one CASE each, stacked in one statement; steps that look at many pairs at
once (duplicates, balance, budget) are worked out in between and joined in. What a step says about a pair is a small
number, whose meaning `Verdicts` keeps, so that a million pairs are decided without moving text. Every value is a bound
parameter. The result has one row per pair, whatever happened to it: in = kept + dropped + review always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from curation.domain.recipe_steps import (
    DedupStep,
    FilterStep,
    ItemsStep,
    LabelsStep,
    LengthMatchStep,
    MakePairsStep,
    Measure,
    OrderStep,
    SelectStep,
    SignalMarginStep,
    SplitStep,
    Step,
    StrengthStep,
    ZonesStep,
    measures_of,
    signals_used,
)
from curation.models import DatasetVersion, Signal
from curation.recipes.group_steps import dedup_statement, length_match_statement, select_statement
from curation.recipes.measures import Term, margin_of, term_of
from curation.recipes.pair_table import PairSource, PairTable, pair_table, pairs_written

KEEP = ("keep", "")


@dataclass
class Verdicts:
    """Numbers for what steps say: 0 is keep; every other one is a step, a decision and a reason."""

    meanings: list[tuple[int | None, str, str]] = field(default_factory=lambda: [(None, *KEEP)])

    def number(self, step: int, decision: str, reason: str) -> int:
        meaning = (step, decision, reason)
        if meaning not in self.meanings:
            self.meanings.append(meaning)
        return self.meanings.index(meaning)


@dataclass(frozen=True)
class CompiledRecipe:
    """Typed steps with everything they read. The closing check that a pair has two sides is step len(steps)."""

    steps: list[Step]
    signals: dict[int, Signal]
    source: PairSource

    @property
    def used(self) -> list[int]:
        return signals_used(self.steps)


@dataclass(frozen=True)
class Decided:
    """A recipe that has run: `decided` (i, dir, code, flipped, soft, weight) stands beside `pairs` on this cursor."""

    cursor: duckdb.DuckDBPyConnection
    pairs: str
    recipe: CompiledRecipe
    verdicts: Verdicts
    memo: dict[str, Any]

    def meanings(self) -> str:
        """The name of a table (code, step, decision, reason) that says what the codes mean."""
        rows = [(code, *meaning) for code, meaning in enumerate(self.verdicts.meanings)]
        self.cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS meanings (code INTEGER, step BIGINT, decision VARCHAR, reason VARCHAR)"
        )
        self.cursor.execute("DELETE FROM meanings")
        self.cursor.executemany("INSERT INTO meanings VALUES (?, ?, ?, ?)", rows)
        return "meanings"

    def pairs_file(self) -> str:
        """Address of the pairs' ids and places, by i."""
        return pairs_written(self.recipe.source)


def recipe_compile(
    version: DatasetVersion, steps: list[Step], signals: dict[int, Signal], *, beside: Sequence[Signal] = ()
) -> CompiledRecipe:
    """Typed steps for a version. `signals` holds every signal the steps use, ready and of this version; `beside` are
    others whose columns shall stand in the table of pairs.

    Raises MeasureError for a column that a signal does not have.
    """
    for step in steps:
        _terms(step, signals)
    labels = next((step for step in steps if isinstance(step, LabelsStep)), LabelsStep())
    made = next((step for step in steps if isinstance(step, MakePairsStep)), None)
    used = [signals[signal_id] for signal_id in signals_used(steps)]
    used += [signal for signal in beside if signal.pk not in signals_used(steps)]
    return CompiledRecipe(steps, signals, PairSource(version, labels, made, used))


@contextmanager
def decided(recipe: CompiledRecipe) -> Iterator[Decided]:
    """Run the recipe; inside the block its result is the temporary table `decided`."""
    with pair_table(recipe.source) as table:
        verdicts = Verdicts()
        # Temporary tables belong to the cursor and go with it.
        _Run(table, recipe, verdicts).decide()
        yield Decided(table.cursor, table.name, recipe, verdicts, table.memo)


class _Run:
    """Stacks the statements of one recipe."""

    def __init__(self, table: PairTable, recipe: CompiledRecipe, verdicts: Verdicts) -> None:
        self.table, self.recipe, self.verdicts = table, recipe, verdicts
        self.cursor, self.pairs = table.cursor, table.name
        self.params: dict[str, Any] = {}
        self.sql = f"SELECT *, 0::USMALLINT AS code, false AS flipped, 1.0 AS soft, 1.0 AS weight FROM {self.pairs}"  # noqa: S608

    def decide(self) -> None:
        steps = self.recipe.steps
        for index, step in enumerate(steps):
            if isinstance(step, DedupStep | LengthMatchStep | SelectStep):
                self._apply_group(index, step)
            elif isinstance(step, ZonesStep):
                self._apply_zones(index, step)
            elif not isinstance(step, MakePairsStep):
                self._apply(self._cases(index, step))
        self._apply([("dir IS NULL OR dir = 0", self.verdicts.number(len(steps), "drop", "no_better_side"))])
        self._materialise("decided")

    def _apply(self, cases: list[tuple[str, int]]) -> None:
        """One more layer: pairs still kept get the number of the first case that holds."""
        if not cases:
            return
        whens = " ".join(f"WHEN {condition} THEN {number}" for condition, number in cases)
        code = f"CASE WHEN code <> 0 THEN code {whens} ELSE 0 END::USMALLINT"
        self.sql = f"SELECT * REPLACE ({code} AS code) FROM ({self.sql})"  # noqa: S608 — numbers of our own.

    def _materialise(self, name: str) -> None:
        narrow = "i, dir, code, flipped, soft, weight"
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {narrow} FROM ({self.sql})", self.params)  # noqa: S608
        self.params = {}
        kept = f"SELECT * EXCLUDE (dir) FROM {self.pairs}"  # noqa: S608
        self.sql = f"SELECT kept.*, dir, code, flipped, soft, weight FROM ({kept}) AS kept JOIN {name} USING (i)"  # noqa: S608

    def _param(self, name: str, value: Any) -> str:
        self.params[name] = value
        return f"${name}"

    def _say(self, index: int, decision: str, reason: str) -> int:
        return self.verdicts.number(index, decision, reason)

    def _cases(self, index: int, step: Step) -> list[tuple[str, int]]:
        if isinstance(step, LabelsStep):
            unproven = (
                [("unproven", self._say(index, "review", "judge_unproven"))] if step.judge_bound is not None else []
            )
            return [*unproven, ("unused", self._say(index, "drop", "source_not_used"))]
        if isinstance(step, ItemsStep):
            matching = f"i IN (SELECT i FROM {self.table.matching(step.where)})"  # noqa: S608 — a name of our own.
            return [(f"NOT {matching}", self._say(index, step.outside, "row_not_matching"))]
        if isinstance(step, StrengthStep):
            return self._strength(index, step)
        if isinstance(step, SignalMarginStep):
            return self._margin(index, step)
        if isinstance(step, SplitStep | OrderStep):
            (measure,) = measures_of(step)
            return self._missing(index, term_of(measure, self.recipe.signals), step.missing)
        assert isinstance(step, FilterStep)  # noqa: S101 — the other types are handled by `decide`
        return self._filter(index, step)

    def _strength(self, index: int, step: StrengthStep) -> list[tuple[str, int]]:
        cases = []
        if step.drop_both_bad:
            cases.append(("value IS NULL", self._say(index, "drop", "both_bad")))
        if step.drop_ties:
            cases.append(("value = 0", self._say(index, "drop", "tie")))
        least = self._param(f"least_{index}", step.min_strength)
        cases.append((f"value <> 0 AND strength < {least}", self._say(index, "drop", "too_weak")))
        return cases

    def _margin(self, index: int, step: SignalMarginStep) -> list[tuple[str, int]]:
        margin = margin_of(step.signal, self.recipe.signals).sql
        cases = [
            ("dir IS NULL OR dir = 0", self._say(index, "drop", "no_better_side")),
            (f"{margin} IS NULL", self._say(index, step.missing, "no_score")),
        ]
        if step.min is not None:
            low = self._param(f"low_{index}", step.min)
            cases.append((f"{margin} < {low}", self._say(index, "drop", "margin_too_small")))
        if step.max is not None:
            high = self._param(f"high_{index}", step.max)
            cases.append((f"{margin} > {high}", self._say(index, "drop", "margin_too_large")))
        return cases

    def _filter(self, index: int, step: FilterStep) -> list[tuple[str, int]]:
        term = term_of(step.on, self.recipe.signals)
        cases = self._missing(index, term, step.missing)
        say = lambda reason: self._say(index, step.outside, reason)  # noqa: E731
        if step.min is not None:
            cases.append((f"{term.sql} < {self._param(f'low_{index}', step.min)}", say("too_small")))
        if step.max is not None:
            cases.append((f"{term.sql} > {self._param(f'high_{index}', step.max)}", say("too_large")))
        listed = f"list_contains({self._param(f'listed_{index}', list(step.one_of or step.none_of))}::VARCHAR[], "
        listed += f"{term.sql}::VARCHAR)"
        if step.one_of:
            cases.append((f"NOT {listed}", say("not_listed")))
        elif step.none_of:
            cases.append((listed, say("listed")))
        else:
            del self.params[f"listed_{index}"]
        return cases

    def _missing(self, index: int, term: Term, missing: str) -> list[tuple[str, int]]:
        """A value that is not there is never taken for one; a pair without a better side is another matter."""
        cases = []
        if term.sided:
            cases.append(("dir IS NULL OR dir = 0", self._say(index, "drop", "no_better_side")))
        if missing != "keep":
            cases.append((f"{term.sql} IS NULL", self._say(index, missing, "no_value")))
        return cases

    def _apply_zones(self, index: int, step: ZonesStep) -> None:
        columns = {each["name"] for each in self.recipe.signals[step.signal].columns}
        mean = margin_of(step.signal, self.recipe.signals)
        self._apply(self._missing(index, mean, step.missing))
        lean = term_of(_lean(step.signal), self.recipe.signals).sql if "lean" in columns else f"sign({mean.sql})"
        # Percentiles of all pairs with a better side: another filter before this step moves no zone.
        ambiguous, strong = self._percentiles(mean.sql, step)
        zone = (
            f"CASE WHEN {mean.sql} < 0 AND (1 + {lean}) / 2 <= {self._param(f'vote_{index}', step.vote)} THEN 'wrong'"
            f" WHEN abs({mean.sql}) <= {self._param(f'ambiguous_{index}', ambiguous)} THEN 'ambiguous'"
            f" WHEN {mean.sql} >= {self._param(f'strong_{index}', strong)} THEN 'strong' ELSE 'normal' END"
        )
        self.sql = f"SELECT *, CASE WHEN code = 0 THEN {zone} END AS zone FROM ({self.sql})"  # noqa: S608
        actions = {"wrong": step.wrong, "ambiguous": step.ambiguous, "strong": step.strong}
        self._apply(
            [
                (f"zone = '{name}'", self._say(index, action, f"zone_{name}"))
                for name, action in actions.items()
                if action in ("review", "drop")
            ]
        )
        self._treat(index, step, mean.sql, actions)

    def _treat(self, index: int, step: ZonesStep, mean: str, actions: Mapping[str, str]) -> None:
        """Flips, soft labels and weights; the margin a soft label is made of is the one before the flip."""

        def among(action: str) -> str:
            names = ", ".join(f"'{name}'" for name, chosen in actions.items() if chosen == action)
            return f"(code = 0 AND zone IN ({names}))" if names else "false"

        temperature = self._param(f"temperature_{index}", step.temperature)
        weight = self._param(f"weight_{index}", step.weight)
        replaced = [
            f"CASE WHEN {among('soft')} THEN 1 / (1 + exp(-{mean} / {temperature})) ELSE soft END AS soft",
            f"CASE WHEN {among('weight')} THEN weight * {weight} ELSE weight END AS weight",
            f"CASE WHEN {among('flip')} THEN NOT flipped ELSE flipped END AS flipped",
            f"CASE WHEN {among('flip')} THEN -dir ELSE dir END AS dir",
        ]
        self.sql = f"SELECT * EXCLUDE (zone) REPLACE ({', '.join(replaced)}) FROM ({self.sql})"  # noqa: S608

    def _percentiles(self, mean: str, step: ZonesStep) -> tuple[float, float]:
        row = self.cursor.execute(
            f"SELECT quantile_cont({mean}, $ambiguous), quantile_cont({mean}, $strong) FROM {self.pairs}"  # noqa: S608
            " WHERE dir IS NOT NULL AND dir <> 0",
            {"ambiguous": step.ambiguous_percentile / 100, "strong": step.strong_percentile / 100},
        ).fetchone()
        ambiguous, strong = row or (None, None)
        # No pair has a mean: any numbers will do.
        return max(ambiguous or 0.0, 0.0), strong if strong is not None else 0.0

    def _apply_group(self, index: int, step: DedupStep | LengthMatchStep | SelectStep) -> None:
        signals = self.recipe.signals
        for measure, missing in _group_measures(step):
            self._apply(self._missing(index, term_of(measure, signals), missing))
        self._materialise(f"so_far_{index}")
        statement, params, reason = _GROUP_STATEMENTS[type(step)](step, signals, f"({self.sql}) AS rows")
        out = f"out_{index}"
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {out} AS {statement}", params)
        self._apply([(f"i IN (SELECT i FROM {out})", self._say(index, "drop", reason))])  # noqa: S608


def _terms(step: Step, signals: dict[int, Signal]) -> list[Term]:
    """Everything a step reads. Raises MeasureError."""
    terms = [term_of(measure, signals) for measure in measures_of(step)]
    if isinstance(step, SignalMarginStep | ZonesStep):
        terms.append(margin_of(step.signal, signals))
    return terms


def _lean(signal_id: int) -> Measure:
    return Measure(signal=signal_id, column="lean")


def _group_measures(step: DedupStep | LengthMatchStep | SelectStep) -> list[tuple[Measure, str]]:
    return [(measure, step.missing) for measure in measures_of(step)]


_GROUP_STATEMENTS: dict[type, Callable[..., tuple[str, dict[str, Any], str]]] = {
    DedupStep: dedup_statement,
    LengthMatchStep: length_match_statement,
    SelectStep: select_statement,
}
