"""Backends that answer by rule, so that what a judge is like is known: always first, always longest, perfect."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from curation.ml.judging.calls import Answer, Call

# Log-odds that the second response shown is better, from its two texts.
Rule = Callable[[str, str], float]
_SIDE = re.compile(r"<response_([AB])-([a-z]+)>\n(.*?)\n</response_\1-\2>", re.DOTALL)


def sides_of(call: Call) -> tuple[str, str]:
    """The two responses as the judge sees them."""
    found = _SIDE.findall(call.messages[-1][1])[-2:]
    return found[0][2], found[1][2]


def always_first(first: str, second: str) -> float:
    return -4.0


def always_longest(first: str, second: str) -> float:
    return (len(second) - len(first)) / 10


def better_text(first: str, second: str) -> float:
    """Perfect where the better text is the one that says "good"."""
    return 3.0 * (("good" in second) - ("good" in first))


def verdict_probabilities(logit: float) -> dict[str, float]:
    return {"A": -math.log1p(math.exp(logit)), "B": -math.log1p(math.exp(-logit))}


@dataclass
class RuleBackend:
    """Answers letters by a rule. Counts its calls; `fails` names why a call has no answer."""

    rule: Rule
    fails: Callable[[Call], str | None] = lambda call: None
    held_at_once: int = 4
    calls: list[Call] = field(default_factory=list)
    identity: Mapping[str, Any] = field(default_factory=lambda: {"backend": "rule", "model": "rule", "revision": "1"})
    provenance: Mapping[str, Any] = field(default_factory=lambda: {"device": "none"})

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        held: list[tuple[int, Call]] = []
        for each in calls:
            if each is not None:
                self.calls.append(each[1])
                held.append(each)
            if each is None or len(held) >= self.held_at_once:
                # Out of order on purpose.
                yield from ((number, self._answered(call)) for number, call in reversed(held))
                held = []
        yield from ((number, self._answered(call)) for number, call in held)

    def _answered(self, call: Call) -> Answer:
        reason = self.fails(call)
        if reason:
            return Answer(reason=reason)
        return Answer(log_probs=verdict_probabilities(self.rule(*sides_of(call))), prompt_tokens=10)
