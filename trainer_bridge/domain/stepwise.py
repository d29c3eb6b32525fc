"""Chains of reasoning steps with their ratings, as process reward models learn from them (METHODS §17).

Ratings are those of PRM800K (arXiv 2305.20050): 1 good, 0 neutral, −1 bad, None not judged. What follows the first bad
step was built on an error and says nothing about steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple

from annotation.domain.text_offsets import steps_of

Rating = int | None
Neutral = Literal["correct", "drop"]
RATINGS = {"good": 1, "neutral": 0, "bad": -1}
SPLITS = ("blank_line", "line")
SEPARATORS = {"blank_line": "\n\n", "line": "\n"}


class RatedChain(NamedTuple):
    """The steps of a response up to and including the first bad one, with a rating each."""

    steps: tuple[str, ...]
    ratings: tuple[int, ...]
    separator: str = "\n"


class StepPair(NamedTuple):
    """Two next steps after the same beginning, the one good, the other bad."""

    prefix: tuple[str, ...]
    chosen: str
    rejected: str
    separator: str


def steps_and_separator(text: str, count: int) -> tuple[list[str], str] | None:
    """The `count` steps of a response, and what stood between them; None where the text has another number of steps.

    A form cuts steps at blank lines or at every line. Where both give as many, they give the same steps.
    """
    for split in SPLITS:
        spans = steps_of(text, split)
        if len(spans) == count:
            return [text[start:end] for start, end in spans], SEPARATORS[split]
    return None


def ratings_of(labels: Sequence[str | None], first_error: int | str | None) -> list[Rating]:
    """A rating for each step, from labels and from where the first error is said to be.

    Before the first error nothing is wrong, also where a step has no label; neither is anything without an error.
    """
    given: list[Rating] = [None if label is None else RATINGS[label] for label in labels]
    if first_error is None:
        return given
    error = len(given) if isinstance(first_error, str) else first_error
    before = [1 if rating is None else rating for rating in given[:error]]
    return [*before, *([-1] if error < len(given) else []), *given[error + 1 :]]


def combined(ratings: Sequence[Sequence[Rating]]) -> list[Rating]:
    """One rating a step from several people's: the side more of them are on, 0 where they are even.

    Nobody is asked about steps after the first one they found bad.
    """
    heard = [list(judged(each)) for each in ratings]
    totals: list[Rating] = []
    for place in range(max(map(len, heard), default=0)):
        votes = [each[place] for each in heard if place < len(each)]
        total = sum(votes)
        totals.append((total > 0) - (total < 0))
    return totals


def judged(ratings: Iterable[Rating]) -> tuple[int, ...]:
    """Ratings up to and including the first bad step, or up to the first step that nobody judged."""
    found: list[int] = []
    for rating in ratings:
        if rating is None:
            break
        found.append(rating)
        if rating < 0:
            break
    return tuple(found)


def rated_chain(steps: Sequence[str], ratings: Iterable[Rating], separator: str = "\n") -> RatedChain:
    """The part of a chain that was judged; it may have no step at all."""
    known = judged(ratings)
    return RatedChain(tuple(steps[: len(known)]), known, separator)


def stepwise(chain: RatedChain, *, neutral: Neutral = "correct") -> tuple[list[str], list[bool]]:
    """Completions and whether each is correct. `correct` counts neutral steps as such.

    `drop` claims nothing of them: their text goes before that of the next step, under its label alone, and what is
    neutral at the end is left out.
    """
    completions: list[str] = []
    labels: list[bool] = []
    waiting: list[str] = []
    for step, rating in zip(chain.steps, chain.ratings, strict=True):
        if rating == 0 and neutral == "drop":
            waiting.append(step)
            continue
        completions.append(chain.separator.join([*waiting, step]))
        labels.append(rating >= 0)
        waiting = []
    return completions, labels


def step_pairs(chains: Iterable[RatedChain]) -> list[StepPair]:
    """Every good next step against every bad one after the same beginning, n₊·n₋ pairs for each beginning.

    A step that is called good in one chain and bad in another after the same beginning is in no pair. The order of the
    chains does not matter.
    """
    following: defaultdict[tuple[str, tuple[str, ...]], dict[str, set[int]]] = defaultdict(dict)
    for chain in chains:
        for place, (step, rating) in enumerate(zip(chain.steps, chain.ratings, strict=True)):
            after = following[chain.separator, chain.steps[:place]]
            after.setdefault(step, set()).add(rating)
    pairs: list[StepPair] = []
    for (separator, prefix), steps in sorted(following.items()):
        good, bad = (sorted(step for step, given in steps.items() if given == {side}) for side in (1, -1))
        pairs += [StepPair(prefix, chosen, rejected, separator) for chosen, rejected in product(good, bad)]
    return pairs


_CONTROLS = ("is_quality_control_question", "is_initial_screening_question")


def is_control(metadata: Mapping[str, Any]) -> bool:
    """Whether a record was asked to check the people who labelled it, as PRM800K marks such rows: never trained on."""
    return any(metadata.get(name) is True for name in _CONTROLS)
