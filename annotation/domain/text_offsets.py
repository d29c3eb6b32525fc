"""Where something is in a text. Offsets count Unicode code points of the source; marks keep whole graphemes."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import regex

_GRAPHEME = regex.compile(r"\X")
# Letters, digits and marks make words, but not in scripts that write no spaces between words.
_WORD_CHARACTER = regex.compile(
    r"[[\p{L}\p{N}\p{M}_]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]", regex.V1
)

# White space is what Python's `str.strip` takes away; written out because `blanks.ts` has the same list for the page.
WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def sha256_of(text: str) -> str:
    """Hex SHA-256 of the text's UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=16)
def _grapheme_starts(text: str) -> bytes:
    """1 for every offset at which a grapheme begins, and for the end of the text."""
    starts = bytearray(len(text) + 1)
    starts[-1] = 1
    for match in _GRAPHEME.finditer(text):
        starts[match.start()] = 1
    return bytes(starts)


def splits_grapheme(text: str, offset: int) -> bool:
    """Tell whether an offset from 0 to the text's length stands within what a reader sees as one character."""
    return not _grapheme_starts(text)[offset]


def splits_word(text: str, offset: int) -> bool:
    """Tell whether there is a letter, digit or mark on both sides of an offset."""
    if not 0 < offset < len(text):
        return False
    return all(_WORD_CHARACTER.match(character) for character in (text[offset - 1], text[offset]))


def steps_of(text: str, split: str) -> list[tuple[int, int]]:
    """Start and end of each step of a reasoning chain, without the white space around it.

    Lines end at line feeds only. With `line` every line that is not all white space is a step, with `blank_line`
    every run of such lines. The page cuts by the same rule; `tests/vectors/steps.json` holds both to it.
    """
    steps: list[tuple[int, int]] = []
    offset = 0
    joined = False
    for line in text.split("\n"):
        stripped = line.strip(WHITE_SPACE)
        if stripped:
            start = offset + line.index(stripped)
            end = start + len(stripped)
            if joined and split == "blank_line":
                steps[-1] = (steps[-1][0], end)
            else:
                steps.append((start, end))
        joined = bool(stripped)
        offset += len(line) + 1
    return steps
