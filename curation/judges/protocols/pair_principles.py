"""A vote under each principle by itself, so that it can be seen where principles conflict and which one decided.

After SALMON (arXiv 2310.05910) and “AI Alignment at Your Discretion” (2502.10441): the share of conflicts and the
principles that were overridden say how much discretion a judge uses.
"""

from __future__ import annotations

from curation.domain.judging.prompts import principles
from curation.domain.judging.verdicts import PairVerdict, combine, reading
from curation.judges.inquiries import NoReplyError, Question, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.pair_letter import read_letters
from curation.judges.protocols.verdict_columns import VERDICT_COLUMNS, verdict_values
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Call
from curation.signals.kinds.base import Column


class PairPrinciplesProtocol(JudgeProtocol):
    name = "pair_principles"
    title = "Pairwise, by principle"
    description = (
        "One vote under each principle that applies to the row, read from the probabilities of two letters in both "
        "orders. The verdict is their mean; where principles disagree, the pair says so."
    )
    level = "pair"
    gives = "votes"
    generates = False
    comparable = True
    prompt_version = principles.PROMPT_VERSION
    options_type = PromptOptions

    def columns(self, options: PromptOptions) -> tuple[Column, ...]:
        return (
            *VERDICT_COLUMNS,
            Column("conflict", "Principles disagree", "flag"),
            Column("asked", "Principles that apply"),
            Column("votes", "Vote under each principle", "text"),
        )

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief = brief_of(unit, judge)
        if not brief.principles:
            raise NoReplyError("no_principle_applies")
        a, b = unit.sides
        questions = [
            Question(
                Call(
                    principles.vote_messages(brief, principle, first, second),
                    options=principles.OPTIONS,
                    lead=principles.LEAD,
                ),
                read_letters,
            )
            for principle in brief.principles
            for first, second in ((a.content, b.content), (b.content, a.content))
        ]
        letters = required((yield questions))
        orders = list(zip(letters[::2], letters[1::2], strict=True))
        found = [
            combine(reading(*a_first, a_shown_first=True), reading(*b_first, a_shown_first=False))
            for a_first, b_first in orders
        ]
        one = sum(reading(*a_first, a_shown_first=True) for a_first, _ in orders) / len(orders)
        other = sum(reading(*b_first, a_shown_first=False) for _, b_first in orders) / len(orders)
        return {
            **verdict_values(combine(one, other), (one, -other)),
            "conflict": len({verdict.sign for verdict in found if verdict.consistent}) > 1,
            "asked": float(len(found)),
            "votes": "\n".join(
                f"{principle.id}@{principle.version} {_vote(verdict)}"
                for principle, verdict in zip(brief.principles, found, strict=True)
            ),
        }


def _vote(verdict: PairVerdict) -> str:
    """The side by its place in the row (a before b by id), never by the place it was shown in."""
    side = {1: "b", -1: "a", 0: "neither"}[verdict.sign]
    return f"{side} {verdict.logit:+.2f}"
