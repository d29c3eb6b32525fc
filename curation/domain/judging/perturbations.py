"""Changes to a text that leave what it says as it was, or add nothing: the material of the probes.

All are plain functions of the text: the same text gives the same change, so that answers can be looked up again. Code
between fences is never touched.
"""

from __future__ import annotations

from collections.abc import Callable

import regex

from curation.text.measures import sentences

_FENCED = regex.compile(r"(?ms)^[ \t]*(```|~~~)[^\n]*\n.*?(?:^[ \t]*\1[ \t]*$|\Z)")
_BLANK = regex.compile(r"(\n\s*\n)")
_SENTENCE = regex.compile(r"(?<=[.!?])\s+(?=\S)")
_MARKED = regex.compile(r"(?m)^\s*(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|>|\|)")
_LEADING = regex.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|[-*+•][ \t]+|\d{1,3}[.)][ \t]+|>[ \t]?)")
_EMPHASIS = regex.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*|(?<!\w)__(?=\S)([^_\n]+?)(?<=\S)__(?!\w)")
_RULE = regex.compile(r"(?m)^[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*\n?")
_LONG_WORD = regex.compile(r"(?V1)(?<![\w'’@/.-])[\p{Latin}\p{Greek}\p{Cyrillic}]{5,}(?![\w\p{M}'’@/])")
_RESTATED = 5
_EVERY = 6


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with everything between its fences as it was and the rest changed."""
    pieces, end = [], 0
    for block in _FENCED.finditer(text):
        pieces += [change(text[end : block.start()]), block.group()]
        end = block.end()
    return "".join([*pieces, change(text[end:])])


def restated(text: str) -> str:
    """The text and, after it, its own first sentences once more: longer, and nothing new."""
    said = [" ".join(sentence.split()) for sentence in sentences(_FENCED.sub("\n", text))][:_RESTATED]
    if not said:
        return f"{text}\n\nThat is the whole of the answer, and it stands as it is given above."
    again = " ".join(f"{sentence}." for sentence in said)
    return f"{text}\n\nTo put the same once more: {again} This repeats what is said above."


def dressed(text: str) -> str:
    """Plain paragraphs as lists with bold openings, under a heading; lines that carry marks of layout stay."""

    def dress(part: str) -> str:
        blocks = _BLANK.split(part)
        return "".join(_dressed_block(block) if place % 2 == 0 else block for place, block in enumerate(blocks))

    return f"## Answer\n\n{outside_code(text, dress)}"


def _dressed_block(block: str) -> str:
    body = block.strip()
    if not body or _MARKED.search(body):
        return block
    lines = []
    for sentence in _SENTENCE.split(body):
        words = sentence.split()
        lines.append(" ".join([f"- **{' '.join(words[:2])}**", *words[2:]]))
    # The white space about it stands between the block and a code fence.
    start = block.index(body[0])
    return block[:start] + "\n".join(lines) + block[start + len(body) :]


def undressed(text: str) -> str:
    """The text without headings, list marks, quotation bars, rules and bold; its words stay."""

    def undress(part: str) -> str:
        bare = _LEADING.sub("", _RULE.sub("", part))
        return _EMPHASIS.sub(lambda found: found.group(1) or found.group(2), bare)

    return outside_code(text, undress)


def with_typos(text: str) -> str:
    """Two inner letters swapped in every sixth word of five letters or more."""
    count = 0

    def swap(found: regex.Match[str]) -> str:
        nonlocal count
        count += 1
        word = found.group()
        # Two letters that differ, or nothing would be wrong.
        places = [place for place in range(1, len(word) - 2) if word[place] != word[place + 1]]
        if count % _EVERY != 1 or not places:
            return word
        place = places[len(places) // 2]
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    return outside_code(text, lambda part: _LONG_WORD.sub(swap, part))
