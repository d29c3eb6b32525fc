"""What people reward and what a judge rewards: weights of a response's properties in either's preferences.

After "Dissecting Human and LLM Preferences" (arXiv 2402.11296): a logistic regression of each one's labels on the same
differences of properties, b − a. Ridge keeps properties that go together apart from infinity. A weight is a change in
log-odds per standard deviation (about 0) of the difference, other properties equal; it is a description of labels, not
a cause. Pure numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex

from annotation.domain.agreement import Z_95
from curation.domain.arrays import Floats
from curation.domain.judging.logistic import Logistic, fit_logistic
from curation.text.code_maths import code_maths
from curation.text.measures import lengths
from curation.text.normalise import nfc
from curation.text.refusal import refusal
from curation.text.structure import structure

# What each property is called on a page; `properties` gives the same keys in the same order.
PROPERTIES: dict[str, str] = {
    "length": "is longer",
    "headings": "has headings",
    "list_items": "has lists",
    "bold": "has bold text",
    "emoji": "has emoji",
    "code": "has code",
    "maths": "has formulas",
    "figures": "gives figures",
    "hedging": "hedges",
    "refusal": "refuses",
    "apology": "apologises",
    "questions": "asks questions",
    "exclamations": "exclaims",
    "examples": "gives examples",
    "sources": "names sources",
    "disclaimers": "speaks of being an AI",
}
_FIGURE = regex.compile(r"(?<![\w.])\d[\d.,]*%?(?!\s*[.)]\s)(?!\w)")
_HEDGE = regex.compile(
    r"(?i)\b(?:may|might|could be|perhaps|possibly|probably|likely|seems?|appears?|generally|usually|often|roughly"
    r"|approximately|it depends|i think|i believe|not (?:sure|certain)|uncertain|in some cases|to some extent)\b"
)
_APOLOGY = regex.compile(r"(?i)\b(?:sorry|apologi[sz]e|apologies|i regret)\b")
_QUESTION = regex.compile(r"[?？](?=[\s\"'”’)\]]|$)")
_EXCLAMATION = regex.compile(r"[!！](?=[\s\"'”’)\]!]|$)")
_EXAMPLE = regex.compile(r"(?i)\b(?:for example|for instance|e\.g\.|such as)")
_SOURCE = regex.compile(r"(?i)https?://\S+|\baccording to\b|\[\d{1,3}\]|\bet al\b")
_DISCLAIMER = regex.compile(r"(?i)\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b|\bi am an ai\b")

_L2 = 1.0
# With fewer pairs the ridge and the interval say more than the pairs do.
MIN_PAIRS = 20


def properties(text: str) -> dict[str, float]:
    """Properties of a response: ln(1 + count), so that differences are ratios; 0 or 1 for `refusal` (½ partial)."""
    composed = nfc(text)
    marks, code = structure(composed), code_maths(composed)
    counts = {
        "length": lengths(composed).words,
        "headings": marks.headings,
        "list_items": marks.list_items,
        "bold": marks.bold,
        "emoji": marks.emoji,
        "code": code.fences + code.inline_code or int(code.has_code),
        "maths": code.formulas or int(code.has_maths),
        "figures": len(_FIGURE.findall(composed)),
        "hedging": len(_HEDGE.findall(composed)),
        "apology": len(_APOLOGY.findall(composed)),
        "questions": len(_QUESTION.findall(composed)),
        "exclamations": len(_EXCLAMATION.findall(composed)),
        "examples": len(_EXAMPLE.findall(composed)),
        "sources": len(_SOURCE.findall(composed)),
        "disclaimers": len(_DISCLAIMER.findall(composed)),
    }
    refused = {"none": 0.0, "partial": 0.5, "full": 1.0}[refusal(composed).kind]
    return {name: refused if name == "refusal" else math.log1p(counts[name]) for name in PROPERTIES}


@dataclass(frozen=True)
class Weight:
    """A change in log-odds per standard deviation of a difference, with its 95 % interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class PropertyWeight:
    """`difference` is judge − people, on the same pairs; `differs` tells that its interval leaves 0 out."""

    name: str
    people: Weight
    judge: Weight
    difference: Weight
    pairs: int  # pairs whose responses differ in it

    @property
    def differs(self) -> bool:
        return self.difference.low > 0 or self.difference.high < 0


@dataclass(frozen=True)
class Profile:
    """Properties in which fewer than `MIN_PAIRS` pairs differ are in `rare`: nothing honest can be said of them."""

    n: int
    weights: list[PropertyWeight]
    rare: list[str]


def profile(names: Sequence[str], differences: Floats, people: Floats, judge: Floats, *, l2: float = _L2) -> Profile:
    """Weights of both, the largest difference between them first.

    differences (pairs, properties) b − a; people, judge (pairs,) −1 for a, 1 for b, 0 for neither, which counts half.
    Raises ValueError for other shapes, values not finite, and no pairs.
    """
    x = np.asarray(differences, dtype=np.float64)
    labels = [np.asarray(column, dtype=np.float64) for column in (people, judge)]
    if x.ndim != 2 or x.shape[1] != len(names) or not x.shape[0] or any(y.shape != x.shape[:1] for y in labels):
        raise ValueError("A profile needs differences (pairs, properties) and people's and the judge's verdicts.")
    if not all(np.isfinite(column).all() for column in (x, *labels)):
        raise ValueError("Differences and verdicts are finite; leave failed pairs out.")
    scale = np.sqrt(np.square(x).mean(axis=0))
    pairs = (x != 0).sum(axis=0)
    present = [place for place, count in enumerate(pairs) if count >= MIN_PAIRS]
    rare = [name for name, count in zip(names, pairs, strict=True) if count < MIN_PAIRS]
    if not present:
        return Profile(int(x.shape[0]), [], rare)
    z = x[:, present] / scale[present]
    theirs, its = (fit_logistic(z, (1 + np.sign(y)) / 2, l2=l2) for y in labels)
    # The same pairs speak in both, so the difference is surer than two separate samples would make it.
    apart = its.influence - theirs.influence
    spread = np.sqrt(np.square(apart).sum(axis=0))
    gap = its.coefficients - theirs.coefficients
    weights = [
        PropertyWeight(
            name=names[column],
            people=_weight(theirs, place),
            judge=_weight(its, place),
            difference=_interval(float(gap[place]), float(spread[place])),
            pairs=int(pairs[column]),
        )
        for place, column in enumerate(present)
    ]
    weights.sort(key=lambda weight: (-abs(weight.difference.estimate), weight.name))
    return Profile(int(x.shape[0]), weights, rare)


def _weight(fit: Logistic, place: int) -> Weight:
    return _interval(float(fit.coefficients[place]), math.sqrt(float(fit.covariance[place, place])))


def _interval(estimate: float, se: float) -> Weight:
    return Weight(estimate, estimate - Z_95 * se, estimate + Z_95 * se)
