"""Marks on a response as rewards at the ends of its parts, and as masks of what an edit took out (METHODS §5, §17).

Fine-Grained RLHF (arXiv 2306.01693) rewards every sub-sentence for relevance, every sentence for facts and the whole
for completeness. Offsets count code points of the response, so that any tokenizer can be laid over them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rapidfuzz.distance import Indel

from annotation.domain.density import FAULTLESS, NOT_JUDGED, density_of, splitter_name
from annotation.domain.segmentation import MIN_WORDS
from trainer_bridge.domain.said import Mark, Omission

SUB_SENTENCE, SENTENCE, RESPONSE = "sub_sentence", "sentence", "response"
# Categories of the paper, of its template and of judges that are read by sentence; all others are by sub-sentence.
BY_SENTENCE = ("wrong_grounding", "unverifiable", "wrong")
_WORD = re.compile(r"\S+")


class Rewards(NamedTuple):
    """How much a part without a fault earns, and one with a fault loses, at each density: the paper's weights."""

    sub_sentence: float = 0.3
    sentence: float = 0.5
    response: float = 0.3


class Segment(NamedTuple):
    """A part of a response. `reward` is given at its last character; a part that was not judged has none."""

    start: int
    end: int
    label: str
    categories: tuple[str, ...]
    reward: float | None


@dataclass(frozen=True)
class SpanRewards:
    """One response at the three densities. `points` are (offset of a part's end, sum of rewards there), in order."""

    sub_sentences: tuple[Segment, ...]
    sentences: tuple[Segment, ...]
    response: Segment
    points: tuple[tuple[int, float], ...]


def density_of_category(category: str, by_sentence: Sequence[str], by_response: Sequence[str]) -> str:
    if category in by_response:
        return RESPONSE
    return SENTENCE if category in by_sentence else SUB_SENTENCE


def span_rewards(
    text: str,
    marks: Sequence[Mark],
    omissions: Sequence[Omission],
    densities: Mapping[str, str],
    rewards: Rewards = Rewards(),  # noqa: B008 - immutable
) -> SpanRewards:
    """Segment labels (O, NF-ERR, F-ERR, Ignore) and rewards. `densities` names the density of every mark's category."""
    question = {"categories": [{"name": name, "density": density} for name, density in densities.items()]}
    answer: dict[str, list[dict[str, Any]]] = {
        "marks": [{"target": "", "start": each.start, "end": each.end, "category": each.category} for each in marks],
        "omissions": [{"target": "", "category": each.category} for each in omissions],
    }
    found = density_of(question, answer, "", text)
    fine = tuple(_segment(part, rewards.sub_sentence) for part in found["sub_sentence"])
    factual = tuple(_segment(part, rewards.sentence) for part in found["sentence"])
    whole = _segment({"start": 0, "end": len(text), **found["response"]}, rewards.response)
    at: dict[int, float] = {}
    for part in (*fine, *factual, whole):
        if part.reward is not None:
            at[part.end] = at.get(part.end, 0.0) + part.reward
    return SpanRewards(fine, factual, whole, tuple(sorted(at.items())))


def _segment(part: Mapping[str, Any], size: float) -> Segment:
    label = part["label"]
    reward = None if label == NOT_JUDGED else size if label == FAULTLESS else -size
    return Segment(part["start"], part["end"], label, tuple(part["categories"]), reward)


def mark_reward(text: str, mark: Mark, density: str, rewards: Rewards) -> float:
    """What a mark takes away: nothing where it is too short to label its sub-sentence, as in the paper."""
    if density == SUB_SENTENCE and len(_WORD.findall(text, mark.start, mark.end)) < MIN_WORDS:
        return 0.0
    return -float(getattr(rewards, density))


def splitter() -> str:
    """Name and version of what cuts sentences: another version may cut elsewhere."""
    return splitter_name()


def token_rewards(points: Sequence[tuple[int, float]], tokens: Sequence[tuple[int, int]]) -> list[float]:
    """The reward of every token, from rewards at offsets and each token's (start, end) in code points.

    A reward goes to the token that holds the last character before its offset. A tokenizer may give white space to the
    word before it or after it, or to nobody: then the last token that begins before the offset has it.
    """
    rewards = [0.0] * len(tokens)
    for offset, reward in points:
        holding = [place for place, (start, end) in enumerate(tokens) if start < offset and start < end]
        if holding:
            rewards[holding[-1]] += reward
    return rewards


def removed_spans(before: str, after: str) -> list[tuple[int, int]]:
    """Spans of `before`, in code points, whose words `after` no longer has, for focal masks (IterPref).

    Words are runs without white space; neighbouring ones are one span. Where words were only added there is none.
    """
    old = [match.span() for match in _WORD.finditer(before)]
    words = [before[start:end] for start, end in old]
    spans: list[tuple[int, int]] = []
    last = -2
    for operation in Indel.opcodes(words, after.split()):
        if operation.tag != "delete":
            continue
        for place in range(operation.src_start, operation.src_end):
            start, end = old[place]
            if place == last + 1:
                start = spans.pop()[0]
            spans.append((start, end))
            last = place
    return spans


def slices_to(text: str, mark: Mark) -> bool:
    """Whether a mark lies in the text and quotes what stands there."""
    inside = 0 <= mark.start < mark.end <= len(text)
    return inside and mark.quote in (None, text[mark.start : mark.end])
