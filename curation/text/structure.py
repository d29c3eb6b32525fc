"""Marks of layout in a text: headings, list items, bold, emoji. Judges and people reward them for their looks.

METHODS B8 asks how much of a preference they explain; code blocks are counted by `code_maths`.
"""

from __future__ import annotations

from typing import NamedTuple

import regex

_FENCE = regex.compile(r"(?ms)^[ \t]*(```|~~~)[^\n]*\n.*?(?:^[ \t]*\1[ \t]*$|\Z)")
_INLINE_CODE = regex.compile(r"(?<!`)`[^`\n]+`(?!`)")
# As CommonMark has them; a line that is bold as a whole is a heading in all but name.
_HEADING = regex.compile(r"(?m)^ {0,3}#{1,6}(?=[ \t]+\S)|^ {0,3}\*\*(?=\S)[^*\n]{1,80}(?<=\S)\*\*:?[ \t]*$")
_ITEM = regex.compile(r"(?m)^[ \t]*(?:[-*+•‣◦]|\d{1,3}[.)])[ \t]+(?=\S)")
_BOLD = regex.compile(r"\*\*(?=\S)[^*\n]+?(?<=\S)\*\*|(?<!\w)__(?=\S)[^_\n]+?(?<=\S)__(?!\w)|<(?:b|strong)>[^<\n]+</")
# Pictures and flags; joined ones and those with a skin tone count once. Digits, ©, ® and ™ are text unless asked for.
_EMOJI = regex.compile(
    r"(?V1)\p{Regional_Indicator}{2}"
    r"|(?:[\p{Extended_Pictographic}--[©®™]]|[©®™]\uFE0F)\p{Emoji_Modifier}?\uFE0F?"
    r"(?:\u200D\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?)*"
)


class Structure(NamedTuple):
    """How many of each; what stands inside code counts nothing."""

    headings: int
    list_items: int
    bold: int
    emoji: int


def structure(text: str) -> Structure:
    """Counts of marks of layout outside of code. A line that is bold as a whole is a heading, and not bold besides."""
    prose = _INLINE_CODE.sub(" ", _FENCE.sub("\n", text)) if "`" in text or "~~~" in text else text
    headings = _HEADING.findall(prose)
    bold_lines = sum("*" in heading for heading in headings)
    return Structure(
        headings=len(headings),
        list_items=len(_ITEM.findall(prose)),
        bold=len(_BOLD.findall(prose)) - bold_lines,
        emoji=0 if prose.isascii() else len(_EMOJI.findall(prose)),
    )
