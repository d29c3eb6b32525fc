"""Whether a rationale can be checked: its quotes exist, it names more than length, it can be read without the sides.

METHODS §6. Quotes are compared after whitespace and typographic marks are made alike; case is not, a quote is a quote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import regex

from curation.text.normalise import nfc

Fault = Literal["empty", "unknown side", "other side", "not found"]

_MARKS = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″＂", '"'),
        **dict.fromkeys("‘’‚‛‹›′＇`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "\u00ad": None,
        "\u200b": None,
        "\ufeff": None,
    }
)
_WRAPPING = " \"'"

_LENGTH = regex.compile(
    r"(?i)\b(?:long(?:er|est)?|length(?:y|ier)?|short(?:er|est)?|brief(?:er|ly)?|brevity|concise(?:ly|ness)?"
    r"|succinct(?:ly)?|verbose|verbosity|wordy|wordier|terse|detail(?:s|ed)?|in[- ]depth|elaborate[sd]?"
    r"|extensive(?:ly)?|more (?:text|words)|comprehensive(?:ly)?|thorough(?:ly|ness)?)\b"
)
_OTHER_ASPECT = regex.compile(
    r"(?i)\b(?:(?:in)?correct\w*|(?:in)?accura\w+|wrong\w*|errors?|mistake\w*|true|truth\w*|false\w*|fact\w*|hallucinat\w+"
    r"|invent\w*|answers? the|question|instruction\w*|follow\w*|ask(?:s|ed)|request\w*|ignor\w+|(?:ir)?relevan\w+|topic"
    r"|helpful\w*|unhelpful|useful\w*|safe\w*|unsafe|harm\w*|dangerous\w*|toxic\w*|polite\w*|rude\w*|tone|clear\w*|unclear"
    r"|confus\w+|readab\w+|structur\w+|organi[sz]\w+|format\w*|grammar\w*|spelling|language|code|compil\w+|runs?|bugs?"
    r"|example\w*|reason\w*|logic\w*|contradict\w*|consisten\w+|source\w*|cit(?:e|es|ed|ation|ations)|evidence|explain\w*"
    r"|refus\w+|honest\w*|misleading|creativ\w+|original\w*|miss(?:es|ed|ing)|complete\w*|incomplete\w*|omit\w*)\b"
)
_NOUN = r"(?:response|answer|reply|assistant|completion|output|text|option|model|candidate|side)"
_SIDE = regex.compile(
    rf"(?i)\b(?:the\s+)?{_NOUN}s?\s*[\"'(\[]?(?-i:[AB])\b[\"')\]]?"
    rf"|\b(?:the\s+)?{_NOUN}\s*#?\s*(?:[12]|one|two)\b"
    rf"|\b(?:the\s+)?(?:first|second|former|latter|left|right|1st|2nd|chosen|rejected|preferred|winning|losing)"
    rf"(?:[- ]hand)?\s+(?:{_NOUN}|one)\b"
    r"|\bthe\s+(?:first|second|former|latter)\b(?=\s+(?:is|was|has|does|gives|fails|also|only|simply|correctly))"
)
_LETTER = regex.compile(
    r"(?<![\w'’])(?:B|A(?=\s+(?:is|was|has|does|gives|fails|and B|or B|also|only|correctly)\b))(?![\w'’+#])"
)


@dataclass(frozen=True)
class Quote:
    side: str
    text: str


@dataclass(frozen=True)
class QuoteFault:
    quote: Quote
    fault: Fault


def comparable_quote(text: str) -> str:
    """Whitespace collapsed, typographic quotation marks, dashes and ellipses in their plain form."""
    return " ".join(nfc(text).translate(_MARKS).split())


def quote_faults(quotes: Iterable[Quote], texts: Mapping[str, str]) -> list[QuoteFault]:
    """Quotes that are not a substring of the text of the side they name; none means that all can be found.

    Quotation marks around a quote are not part of it. texts: side -> response.
    """
    plain = {side: comparable_quote(text) for side, text in texts.items()}
    faults: list[QuoteFault] = []
    for quote in quotes:
        fault = _fault(quote, plain)
        if fault is not None:
            faults.append(QuoteFault(quote, fault))
    return faults


def _fault(quote: Quote, plain: Mapping[str, str]) -> Fault | None:
    whole = comparable_quote(quote.text)
    inner = whole.strip(_WRAPPING)
    if not inner:
        return "empty"
    if quote.side not in plain:
        return "unknown side"
    if whole in plain[quote.side] or inner in plain[quote.side]:
        return None
    return "other side" if any(inner in text for text in plain.values()) else "not found"


def length_only(rationale: str) -> bool:
    """Whether a rationale speaks of length or detail and of nothing else that could make a response better."""
    return bool(_LENGTH.search(rationale)) and not _OTHER_ASPECT.search(rationale)


def without_sides(rationale: str) -> str:
    """The rationale with names of the sides replaced by "one response", for the blind check (METHODS §6).

    Whoever reads it with both responses in hand must find from its substance alone which one is meant.
    """
    blinded = _LETTER.sub("one response", _SIDE.sub("one response", rationale))
    return regex.sub(r"(?<=(?:^|[.!?]\s+|\n\s*(?:[-*•]\s+)?))one response", "One response", blinded)


def names_sides(rationale: str) -> bool:
    """Whether a rationale names a side, which the generator is told not to do."""
    return without_sides(rationale) != rationale
