"""Ways to write the same answer otherwise. Content stays; code between fences stays as it is (METHODS §11.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_FENCE = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#{1,6} +", re.MULTILINE)
_BULLET = re.compile(r"^( *)(?:[-*+]|\d{1,3}[.)]) +", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*]))")
_QUOTED = re.compile(r"`([^`\n]+)`")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ])")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Variant:
    """One way; `write` gives a text back as it is where there is nothing to do."""

    name: str
    title: str
    write: Callable[[str], str]


def without_markdown(text: str) -> str:
    """Headings, bullets, emphasis and quoted code lose their marks."""
    return _outside_code(text, _plain)


def as_list(text: str) -> str:
    """Every sentence becomes a point of a list; texts that have lists or headings already stay."""
    if _BULLET.search(text) or _HEADING.search(text) or "```" in text:
        return text
    points = [point.strip() for line in text.splitlines() for point in _SENTENCE.split(line) if point.strip()]
    return "\n".join(f"- {point}" for point in points)


def with_heading(text: str) -> str:
    return f"## Answer\n\n{text}"


def spaced_out(text: str) -> str:
    """Two blanks between sentences, an empty line more between paragraphs, and blanks at the end."""
    return _outside_code(text, lambda part: _SENTENCE.sub("  ", part).replace("\n\n", "\n\n\n")) + "  \n"


def other_case(text: str) -> str:
    """The first letter in the other case."""
    found = _LETTER.search(text)
    return text if found is None else text[: found.start()] + found[0].swapcase() + text[found.end() :]


VARIANTS = (
    Variant("without_markdown", "Markdown taken out", without_markdown),
    Variant("as_list", "Sentences as a list", as_list),
    Variant("with_heading", "A heading before it", with_heading),
    Variant("spaced_out", "More white space", spaced_out),
    Variant("other_case", "First letter in the other case", other_case),
)


def _plain(text: str) -> str:
    bare = _BULLET.sub(r"\1", _HEADING.sub("", text))
    return _QUOTED.sub(r"\1", _EMPHASIS.sub("", bare))


def _outside_code(text: str, write: Callable[[str], str]) -> str:
    return "".join(part if part.startswith("```") else write(part) for part in _FENCE.split(text))
