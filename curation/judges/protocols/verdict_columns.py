"""The columns every pairwise protocol has, whatever it asks."""

from __future__ import annotations

from collections.abc import Sequence

from curation.domain.judging.logistic import log_odds
from curation.domain.judging.verdicts import Outcome, PairVerdict, sample_share
from curation.signals.kinds.base import Cell, Column

VERDICT_COLUMNS = (
    Column("logit", "Log-odds that b is better", signed=True),
    Column("verdict", "Verdict", signed=True),
    Column("consistent", "Both orders agree", "flag"),
    Column("swap", "What both orders come to", "text"),
    Column("slot_logit", "Log-odds of the second place, mean of both orders"),
)


def verdict_values(found: PairVerdict, by_slot: tuple[float, float]) -> dict[str, Cell]:
    """`by_slot` are the log-odds that the second response shown is better, a shown first and b shown first.

    The verdict is −2…2 where reasons were asked for and −1, 0 or 1 else; 0 where the orders do not name one side.
    """
    strength = found.strength if found.strength is not None and found.consistent else float(found.sign)
    return {
        "logit": found.logit,
        "verdict": strength,
        "consistent": found.consistent,
        "swap": _swap(found, by_slot),
        "slot_logit": (by_slot[0] + by_slot[1]) / 2,
    }


def _swap(found: PairVerdict, by_slot: tuple[float, float]) -> str:
    if found.consistent:
        return "agree"
    if found.outcome == Outcome.TIE:
        return "tie"
    if max(by_slot) < 0:
        return "first_twice"
    return "second_twice" if min(by_slot) > 0 else "tie_once"


def slot_logits(a_first: Sequence[int], b_first: Sequence[int]) -> tuple[float, float]:
    """Log-odds that the second response shown is better, from the verdicts of either order towards the second."""
    return log_odds(sample_share(a_first)), log_odds(sample_share(b_first))
