"""Sentences and parts of sentences, as Fine-Grained RLHF cuts responses (arXiv 2306.01693, its released code).

Offsets count code points of the source text. The splitter's name and version go with every result, because another
version may cut elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version

import pysbd

SPLITTER = f"pysbd {version('pysbd')}"
MIN_WORDS = 5
_TOKEN = re.compile(r"\S+")
_PAUSES = (",", ";", "!", "?")

Span = tuple[int, int]


def tokens_of(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Start and end of each run of characters without white space between two offsets."""
    return [match.span() for match in _TOKEN.finditer(text, start, len(text) if end is None else end)]


def sentences_of(text: str) -> list[Span]:
    """Start and end of each sentence, without white space around it. A line break always ends a sentence."""
    splitter = pysbd.Segmenter(language="en", clean=False)
    sentences: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        position = 0
        for part in splitter.segment(line) if line.strip() else ():
            words = part.strip()
            found = line.find(words, position) if words else -1
            if found >= 0:
                position = found + len(words)
                sentences.append((offset + found, offset + position))
        offset += len(line) + 1
    return _without_gaps(text, sentences)


def _without_gaps(text: str, sentences: Sequence[Span]) -> list[Span]:
    """Words the splitter dropped belong to the sentence before them, or to the first one."""
    whole: list[Span] = []
    for start, end in sentences:
        if whole and not text[start - 1].isspace():
            # A token is never cut: what a full stop inside it ends is no sentence.
            whole[-1] = (whole[-1][0], end)
            continue
        skipped = tokens_of(text, whole[-1][1] if whole else 0, start)
        if skipped and whole:
            whole[-1] = (whole[-1][0], skipped[-1][1])
        whole.append((skipped[0][0] if skipped and not whole else start, end))
    rest = tokens_of(text, whole[-1][1] if whole else 0)
    if rest:
        whole[-1:] = [(whole[-1][0] if whole else rest[0][0], rest[-1][1])]
    return whole


def sub_sentence_starts(tokens: Sequence[str], min_words: int = MIN_WORDS) -> list[int]:
    """Index of the first token of each part of a sentence of `tokens`.

    A part may begin after a pause when `min_words` tokens or more follow; one that would leave the part before it
    shorter than that takes the place of the part's own beginning, except for the sentence's first.
    """
    starts = [0]
    for index in range(1, len(tokens)):
        if not tokens[index - 1].endswith(_PAUSES) or index + min_words >= len(tokens):
            continue
        if index - starts[-1] >= min_words:
            starts.append(index)
        elif starts[-1] > 0:
            starts[-1] = index
    return starts


def sub_sentences_of(text: str, sentences: Sequence[Span]) -> list[Span]:
    """Start and end of each part of each sentence."""
    parts: list[Span] = []
    for start, end in sentences:
        tokens = tokens_of(text, start, end)
        starts = sub_sentence_starts([text[first:last] for first, last in tokens])
        for first, after in zip(starts, [*starts[1:], len(tokens)], strict=True):
            parts.append((tokens[first][0], tokens[after - 1][1]))
    return parts
