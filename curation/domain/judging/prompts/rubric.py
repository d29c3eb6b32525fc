"""One response rated from 1 to 5 on one aspect: by log-probability of the grades, or with reasons before the grade.

METHODS §3 (UltraFeedback, arXiv 2310.01377; anchors in our words), §11.4. One response and one aspect a prompt:
responses that share a prompt are compared instead of rated. An aspect may have parts (a second level), each rated
before the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, cast

import msgspec

from curation.domain.judging.prompts.parts import (
    JSON_ONLY,
    PARTS_VERSION,
    Brief,
    Criterion,
    Messages,
    numbered,
    response_conversation,
    shared_part,
    system_turn,
    titled,
)
from curation.domain.judging.replies import Rating, RatingOrNone, Reply, Text

PROMPT_VERSION = f"rubric-1.{PARTS_VERSION}"
# With its blank: most tokenizers have no token " 4". SmolLM2 puts .84 of its probability on grades then, .03 without.
LEAD = "Rating: "
GRADES = ("1", "2", "3", "4", "5")
NOT_APPLICABLE = "N/A"
# What is read for "N/A" by log-probability: an option is a single token, and of the kind the lead makes likely.
NOT_APPLICABLE_OPTION = "0"

ROLE = (
    "You are an expert rater. You read one request and one response to it, and rate the response on one aspect only, "
    "whatever else is good or bad about it. Take the description of a grade literally; length and formatting earn "
    "nothing unless the aspect is about them."
)

Anchors = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Part:
    """A sub-criterion of an aspect of two levels."""

    name: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Aspect:
    """What is rated and what each grade means, from 1 to 5. `types` are what to look for before rating."""

    name: str
    title: str
    description: str
    anchors: Anchors
    allow_na: bool = False
    na_when: str = ""
    types: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        if len(self.anchors) != len(GRADES) or not all(anchor.strip() for anchor in self.anchors):
            raise ValueError(f"The aspect “{self.title}” needs a description of each of its five grades.")
        if len({part.name for part in self.parts}) != len(self.parts):
            raise ValueError(f"Two parts of the aspect “{self.title}” have the same name.")

    @property
    def options(self) -> tuple[str, ...]:
        """What to read log-probabilities of."""
        return (*GRADES, NOT_APPLICABLE_OPTION) if self.allow_na else GRADES


INSTRUCTION_FOLLOWING = Aspect(
    name="instruction_following",
    title="Instruction following",
    description="Does the response pursue the goal of the request and keep to every restriction it sets (form, length, "
    "language, style, what to leave out)? Whether its content is true is not rated here.",
    anchors=(
        "Irrelevant: it does something other than what was asked.",
        "Partial focus: it touches the task but misses its main goal, or ignores most restrictions.",
        "Partial compliance: it meets the goal or the restrictions, but clearly not both.",
        "Almost there: goal and restrictions are met but for a small deviation.",
        "Full compliance: it meets the goal and every restriction.",
    ),
)
HONESTY = Aspect(
    name="honesty",
    title="Honesty",
    description="Does the confidence the response expresses match how right it is? Doubt is shown by words such as "
    "“probably” or “I am not sure”, by declining, or by naming what is unknown.",
    anchors=(
        "Confidently wrong: false statements made without any doubt.",
        "Confident with major errors among right statements, or doubtful and wrong all the same.",
        "Says that it does not know although it could, or is confident with minor errors.",
        "Right but unsure where there is no reason for doubt.",
        "Right and confident, or precise about what exactly is in doubt.",
    ),
    allow_na=True,
    na_when="the task is creative and states nothing that could be right or wrong",
)
TRUTHFULNESS = Aspect(
    name="truthfulness",
    title="Truthfulness",
    description="Is the response free of statements that are made up or false? Rate by how much of it is affected and "
    "how much that matters for the request.",
    anchors=(
        "Made up throughout: nearly everything it says is false or invented.",
        "About half: its central claims are affected.",
        "In part: some statements are false, the core is right.",
        "Insignificant: slips that do not matter for the request.",
        "None: nothing is false or invented.",
    ),
    types=(
        "contradicts the world: facts, common knowledge, sources that do not exist",
        "contradicts the request or the material given with it",
        "contradicts itself, or does not follow from its own steps",
    ),
)
HELPFULNESS = Aspect(
    name="helpfulness",
    title="Helpfulness",
    description="How much does the response bring the person closer to what they want? What is wrong helps nobody.",
    anchors=(
        "Severely incorrect: useless or misleading.",
        "Partly incorrect: some use, but errors or gaps that the person must find themselves.",
        "Correct: it answers the request, with no more than that.",
        "Highly informative: correct, with the depth and context that the request calls for.",
        "Outstanding: correct, complete and insightful, every part of it of use.",
    ),
    types=(
        "clarity: it is relevant and easy to follow",
        "useful information: it is accurate and gives what is needed to act",
        "not lengthy: it has no padding and no repetition",
    ),
)
ULTRAFEEDBACK: tuple[Aspect, ...] = (INSTRUCTION_FOLLOWING, HONESTY, TRUTHFULNESS, HELPFULNESS)


class PartRating(Reply, frozen=True, kw_only=True):
    part: str
    rating: Rating


class RatingReply(Reply, frozen=True, kw_only=True):
    """Use `shape` for one aspect's own: which types there are, whether N/A is allowed, which parts are rated."""

    types: list[int] = []
    parts: list[PartRating] = []
    rationale: Text
    rating: RatingOrNone

    def __post_init__(self) -> None:
        if len(set(self.types)) != len(self.types):
            raise ValueError("a type is named twice")
        if len({part.part for part in self.parts}) != len(self.parts):
            raise ValueError("a part is rated twice")


@lru_cache(maxsize=256)
def shape(aspect: Aspect) -> type[RatingReply]:
    """The reply for this aspect: types 1…K each at most once, every part exactly once, N/A only where allowed.

    Types and parts are required where the aspect has them, and may be left out (or empty) only where it has none.
    """
    none: Any = Annotated[list[Any], msgspec.Meta(max_length=0)]
    kinds, count = len(aspect.types), len(aspect.parts)
    number: Any = Annotated[int, msgspec.Meta(ge=1, le=kinds)]
    names: Any = Literal[tuple(part.name for part in aspect.parts)] if aspect.parts else str
    part: Any = msgspec.defstruct("Part", [("part", names)], bases=(PartRating,), frozen=True, kw_only=True)
    types: Any = Annotated[list[number], msgspec.Meta(max_length=kinds)]
    parts: Any = Annotated[list[part], msgspec.Meta(min_length=count, max_length=count)]
    fields: list[Any] = [
        ("types", types) if kinds else ("types", none, []),
        ("parts", parts) if count else ("parts", none, []),
        ("rating", RatingOrNone if aspect.allow_na else Rating),
    ]
    made = msgspec.defstruct("RatingOfAspect", fields, bases=(RatingReply,), frozen=True, kw_only=True)
    return cast("type[RatingReply]", made)


def grade_messages(brief: Brief, aspect: Aspect, response: str, *, part: Part | None = None) -> Messages:
    """Ask for one of `aspect.options`, read from log-probabilities, for the aspect or one of its parts."""
    option = NOT_APPLICABLE_OPTION
    reply = "Reply with one grade from 1 to 5" + (f", or {option} if it is not applicable." if aspect.allow_na else ".")
    system = system_turn(ROLE, brief, _section(aspect, na=option, types=False, part=part), reply=reply)
    what = f"“{part.title}” within “{aspect.title}”" if part else f"“{aspect.title}”"
    ask = f"Rate it on {what}. Reply with the grade only."
    return response_conversation(system, shared_part(brief), response, ask)


def option_name(option: str) -> str:
    """What an option of `grade_messages` stands for: the grade, or "N/A"."""
    return NOT_APPLICABLE if option == NOT_APPLICABLE_OPTION else option


def rating_messages(brief: Brief, aspect: Aspect, response: str) -> Messages:
    """Ask for a `shape(aspect)`: types, ratings of parts and rationale come before the rating."""
    section = _section(aspect, na=NOT_APPLICABLE, types=True, part=None)
    system = system_turn(ROLE, brief, section, reply=_form(aspect))
    return response_conversation(system, shared_part(brief), response, f"Rate it on “{aspect.title}”. {JSON_ONLY}")


def _section(aspect: Aspect, *, na: str, types: bool, part: Part | None) -> str:
    lines = [f"Aspect: {aspect.title}\n{aspect.description}"]
    if part:
        lines.append(f"Rate this part of it only: {titled(Criterion(part.title, part.description))}")
    elif aspect.parts:
        described = (f"{each.name}: {titled(Criterion(each.title, each.description))}" for each in aspect.parts)
        lines.append("Parts of this aspect:\n" + "\n".join(f"- {each}" for each in described))
    if types and aspect.types:
        lines.append(f"Types to look for:\n{numbered(aspect.types)}")
    grades = [f"{grade} – {anchor}" for grade, anchor in zip(GRADES, aspect.anchors, strict=True)]
    if aspect.allow_na:
        grades.append(f"{na} – not applicable: {aspect.na_when or 'the aspect makes no sense for this request'}.")
    lines.append("Grades:\n" + "\n".join(grades))
    return "\n\n".join(lines)


def _form(aspect: Aspect) -> str:
    """The form names only what this aspect has, so that a small model has nothing to fill in idly."""
    fields, notes = [], []
    if aspect.types:
        fields.append('"types": []')
        notes.append("- types: the numbers of all types that you find in the response, [] if none.")
    if aspect.parts:
        rated = ", ".join(f'{{"part": "{part.name}", "rating": 1}}' for part in aspect.parts)
        fields.append(f'"parts": [{rated}]')
        notes.append("- parts: every part of the aspect once, with a grade of its own.")
    rating = 'a whole number from 1 to 5, or "N/A"' if aspect.allow_na else "a whole number from 1 to 5"
    fields.append('"rationale": "…", "rating": 1')
    notes.append("- rationale: one to four sentences that point to places in the response.")
    notes.append(f"- rating: {rating}; it follows from what you wrote before it.")
    return "\n".join(("Reply with one JSON object, written in this order:", f"{{{', '.join(fields)}}}", *notes))
