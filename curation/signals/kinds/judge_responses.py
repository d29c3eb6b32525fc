"""What a judge says of single responses: ratings, critiques, marked errors, checked claims, revisions."""

from __future__ import annotations

from curation.judges.signal_kind import JudgeSignal
from curation.signals.kinds.base import Column, Level


class JudgeResponsesSignal(JudgeSignal):
    kind = "judge_responses"
    title = "AI judge, responses"
    description = (
        "A judge of the project looks at each response by itself. Its columns are those of its protocol: a rating for "
        "each aspect, a critique, marked errors."
    )
    level: Level = "response"
    columns: tuple[Column, ...] = (Column("score", "Score"),)
