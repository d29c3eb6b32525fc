"""A pairwise judge that writes: reasons for each side, dimensions, and a verdict in five steps (METHODS §11.1, B5).

Both orders are asked, each as often as there are samples; replies that cannot be read are left out, and the pair fails
where an order has none left.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from curation.domain.judging.prompts import pairwise
from curation.domain.judging.verdicts import combine_samples
from curation.judges.inquiries import NoReplyError, Reply, repaired
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.verdict_columns import VERDICT_COLUMNS, slot_logits, verdict_values
from curation.judges.protocols.writing import json_question
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Cell, Column

DIMENSIONS = ("correctness", "instruction", "helpfulness", "safety", "style")
READ = Column("replies", "Replies that could be read, of both orders")
CONTRADICTS = Column("contradicts", "A verdict contradicts its own dimensions", "flag")


class PairReasonsOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """`samples` replies are drawn in each order; more than one needs a temperature above 0."""

    samples: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    few_shot: Annotated[int, msgspec.Meta(ge=0, le=8)] = 0


class PairReasonsProtocol(JudgeProtocol):
    name = "pair_reasons"
    title = "Pairwise, with reasons"
    description = (
        "The judge writes what is right and wrong with each response, compares them in five dimensions and gives a "
        "verdict in five steps, in both orders and as often as asked."
    )
    level = "pair"
    gives = "votes"
    generates = True
    comparable = True
    prompt_version = pairwise.PROMPT_VERSION
    options_type = PairReasonsOptions

    def columns(self, options: PairReasonsOptions) -> tuple[Column, ...]:
        reasons = (Column("reasons_a", "Reasons, a", "text"), Column("reasons_b", "Reasons, b", "text"))
        dimensions = (Column(name, f"{name.title()}, b − a", signed=True) for name in DIMENSIONS)
        return (*VERDICT_COLUMNS, *dimensions, *reasons, READ, CONTRADICTS)

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief = brief_of(unit, judge, unit.examples)
        a, b = unit.sides
        samples = judge.options.samples
        orders = [(a.content, b.content), (b.content, a.content)]
        questions = [
            json_question(pairwise.verdict_messages(brief, *texts), pairwise.PairReply, judge, sample=sample)
            for texts in orders
            for sample in range(samples)
        ]
        replies = yield from repaired(questions)
        a_first, b_first = _read(replies[:samples]), _read(replies[samples:])
        return _values(a_first, b_first)


def _read(replies: list[Reply]) -> list[pairwise.PairReply]:
    found = [reply.value for reply in replies if reply.reason is None]
    if not found:
        raise NoReplyError(replies[0].reason or "no_reply")
    return found


def _values(a_first: list[pairwise.PairReply], b_first: list[pairwise.PairReply]) -> dict[str, Cell]:
    verdict = combine_samples([reply.value for reply in a_first], [-reply.value for reply in b_first])
    by_slot = slot_logits([reply.value for reply in a_first], [reply.value for reply in b_first])
    toward_b = [(reply, 1) for reply in a_first] + [(reply, -1) for reply in b_first]
    dimensions = {
        name: sum(sign * getattr(reply.dims, name) for reply, sign in toward_b) / len(toward_b) for name in DIMENSIONS
    }
    return {
        **verdict_values(verdict, by_slot),
        **dimensions,
        "reasons_a": a_first[0].reasons.first,
        "reasons_b": a_first[0].reasons.second,
        "replies": float(len(toward_b)),
        "contradicts": any(reply.inconsistent for reply, _ in toward_b),
    }
