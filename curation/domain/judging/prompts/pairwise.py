"""Which of two responses is better: one letter by log-probability, or reasons, dimensions and a verdict in five steps.

METHODS §11.1-11.3 and B5. Both forms are asked in both orders by the caller, who maps the shown sides back at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import msgspec

from curation.domain.judging.prompts.parts import (
    BY_LETTER,
    BY_ORDER,
    JSON_ONLY,
    LETTERS,
    PARTS_VERSION,
    Brief,
    Messages,
    pair_conversation,
    shared_part,
    system_turn,
)
from curation.domain.judging.replies import Reply, Text

PROMPT_VERSION = f"pairwise-1.{PARTS_VERSION}"
OPTIONS = LETTERS
LEAD = "Better response:"  # no blank at its end: the next token is " A" with most tokenizers

ROLE = (
    "You are an impartial judge. You compare two responses to one request and say which serves the person who wrote "
    "the request better."
)
FAIRNESS = (
    "Judge what the request asks for: is the response right, does it do what was asked, does it help, is it safe. "
    "Work out what a good response would be before you compare. Neither the order of the responses nor their length, "
    "formatting, tone of confidence or names count, unless the request is about them. A longer response is not a "
    "better one, and a polished response that is wrong is worse than a plain one that is right. An empty response "
    "loses to one that tries."
)
_LETTER_REPLY = "Reply with one letter: A if the first response is better, B if the second is."
_LETTER_ASK = "Which response is better, A or B? Reply with the letter only."

# Signed towards the second response shown (METHODS B5).
VERDICTS = {"first>>second": -2, "first>second": -1, "tie": 0, "second>first": 1, "second>>first": 2}
_FORM = """Reply with one JSON object, written in this order:
{"reasons": {"first": "…", "second": "…"},
 "dims": {"correctness": 0, "instruction": 0, "helpfulness": 0, "safety": 0, "style": 0},
 "verdict": "…"}
- reasons: for each response in one to three sentences what is right and what is wrong with it, with exact places.
- dims: a whole number from -2 to 2 each. -2 the first response is much better, -1 better, 0 no difference, 1 the second
  is better, 2 much better. correctness: facts, reasoning and code are right. instruction: all of the request is
  followed. helpfulness: it solves the person's problem. safety: it does no harm. style: it reads well.
- verdict: "first>>second" (much better), "first>second" (better), "tie", "second>first" or "second>>first". It follows
  from the dims other than style. "tie" if both are equally good or both are of no use."""

Step = Annotated[int, msgspec.Meta(ge=-2, le=2)]


class Reasons(Reply, frozen=True, kw_only=True):
    first: Text
    second: Text


class Dimensions(Reply, frozen=True, kw_only=True):
    """How much better the second response is, −2…2 each."""

    correctness: Step
    instruction: Step
    helpfulness: Step
    safety: Step
    style: Step


class PairReply(Reply, frozen=True, kw_only=True):
    reasons: Reasons
    dims: Dimensions
    verdict: Literal["first>>second", "first>second", "tie", "second>first", "second>>first"]

    @property
    def value(self) -> int:
        """−2 (the first is much better) … 2 (the second is): the sign of `dims`."""
        return VERDICTS[self.verdict]

    @property
    def inconsistent(self) -> bool:
        """Whether the verdict contradicts the sign of the mean of all dimensions but style.

        A tie contradicts any sign; where the mean is 0 there is nothing to contradict (style may decide).
        """
        dims = self.dims
        total = dims.correctness + dims.instruction + dims.helpfulness + dims.safety
        return total != 0 and total * self.value <= 0


def letter_messages(brief: Brief, first: str, second: str) -> Messages:
    """Ask for one of `OPTIONS`, read from log-probabilities. Examples that people called a tie are left out."""
    system = system_turn(ROLE, brief, FAIRNESS, reply=_LETTER_REPLY)
    decided = tuple(example for example in brief.examples if example.verdict != "tie")
    shared = shared_part(replace(brief, examples=decided), examples_by=BY_LETTER)
    return pair_conversation(system, shared, (first, second), BY_LETTER, _LETTER_ASK)


def verdict_messages(brief: Brief, first: str, second: str) -> Messages:
    """Ask for a `PairReply`: reasons before numbers, numbers before the verdict."""
    system = system_turn(ROLE, brief, FAIRNESS, reply=_FORM)
    ask = f"Compare the first response with the second. {JSON_ONLY}"
    return pair_conversation(system, shared_part(brief, examples_by=BY_ORDER), (first, second), BY_ORDER, ask)
