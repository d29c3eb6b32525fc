"""What a judge says of pairs: its verdicts in both orders, or whatever else its protocol finds out about a pair."""

from __future__ import annotations

from curation.judges.signal_kind import JudgeSignal
from curation.signals.kinds.base import Column, Level


class JudgePairsSignal(JudgeSignal):
    kind = "judge_pairs"
    title = "AI judge, pairs"
    description = (
        "A judge of the project compares the responses of each pair, in both orders. Its columns are those of its "
        "protocol; the verdict points to a side only where both orders agree."
    )
    level: Level = "pair"
    columns: tuple[Column, ...] = (
        Column("logit", "Log-odds that b is better", signed=True),
        Column("verdict", "Verdict", signed=True),
        Column("consistent", "Both orders agree", "flag"),
    )
