"""Lengths of a text, and how much longer one is than another."""

from __future__ import annotations

import math
from typing import NamedTuple

import regex

from curation.text.normalise import nfc, regex_tokens, words

# A sentence ends at its mark when space, a closing quote or the end follows; CJK marks need no space. A blank line
# ends one too. "e.g. this" is cut in two: good enough for a mean over a text.
_SENTENCE_END = regex.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？｡]+|\n\s*\n")


class Lengths(NamedTuple):
    """Sizes of one text. Tokens are `regex_tokens`, not those of any model."""

    characters: int
    words: int
    tokens: int
    sentences: int


def lengths(text: str) -> Lengths:
    """Characters (code points after NFC), words, regex tokens and sentences of a text."""
    composed = nfc(text)
    return Lengths(len(composed), len(words(composed)), len(regex_tokens(composed)), len(sentences(composed)))


def sentences(text: str) -> list[str]:
    """Pieces between sentence ends that hold at least one word."""
    return [piece for piece in _SENTENCE_END.split(text) if any(char.isalnum() for char in piece)]


def log_ratio(a: int, b: int) -> float:
    """ln((1 + b) / (1 + a)): positive when b is longer, 0 for equal, and exactly negated when the sides change."""
    return math.log1p(b) - math.log1p(a)
