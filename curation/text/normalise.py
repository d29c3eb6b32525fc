"""Words, tokens and the normal form under which two texts count as the same. Unicode throughout, NFC first."""

from __future__ import annotations

import re
import unicodedata

import regex

# Han and the kana are written without spaces: every character is a word. Thai, Lao, Khmer and Burmese are too, but
# need a dictionary to cut; a run of them counts as one word, so word counts of those languages are too low.
_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}"
_UNSPACED = regex.compile(rf"[{_CJK}\p{{Thai}}\p{{Lao}}\p{{Khmer}}\p{{Myanmar}}]")
_WORD = regex.compile(rf"(?V1)[{_CJK}]|[[\p{{L}}\p{{M}}\p{{N}}]--[{_CJK}]]+(?:['’][[\p{{L}}\p{{M}}]--[{_CJK}]]+)*")
_TOKEN = regex.compile(rf"(?V1)[{_CJK}]|[[\p{{L}}\p{{M}}]--[{_CJK}]]+|\p{{N}}{{1,3}}|[^\s\p{{L}}\p{{M}}\p{{N}}]")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)*")
_ASCII_TOKEN = re.compile(r"[A-Za-z]+|[0-9]{1,3}|[^\sA-Za-z0-9]")

# An operator between two numbers or single letters carries the meaning: 5-3 is not 5*3, though "-" is punctuation.
_OPERATOR = regex.compile(r"(?<=(?:\p{N}|\b\p{L})\s?)([-*/%^])(?=\s?(?:\p{N}|\p{L}\b))|(?<=\p{N})\.(?=\p{N})")
# A cheap look for one in folded ASCII; a leading character class is what the re module searches fastest.
_MAYBE_OPERATOR = re.compile(r"[-*/%^.](?:(?<!\.) ?(?:\d|\w\b)|(?<=\.)\d)")
# Private-use stand-ins keep such an operator alive while punctuation goes.
_HELD = {"-": "\ue000", "*": "\ue001", "/": "\ue002", "%": "\ue003", "^": "\ue004", ".": "\ue005"}
_NOT_HELD = {ord(held): " " for held in _HELD.values()}
_RELEASED = {ord(held): "." if sign == "." else f" {sign} " for sign, held in _HELD.items()}
_APOSTROPHE = regex.compile(r"(?<=\p{L})['’ʼ](?=\p{L})")
_INVISIBLE = regex.compile(r"[\p{Cf}\ufe0e\ufe0f]+")
_SYMBOL = regex.compile(r"(?V1)[\p{S}--\p{Sk}]")
_DROPPED = regex.compile(r"[\p{P}\p{Sk}\p{Cc}\p{Z}]+")
_ASCII_DROPPED = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) not in "$+<=>|~"}
_ASCII_DROPPED |= {ord(sign): f" {sign} " for sign in "$+<=>|~"}


def nfc(text: str) -> str:
    """The text in Unicode's composed form; ASCII text comes back as it is."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """Runs of letters, marks and digits with inner apostrophes; each Han or kana character is a word of its own."""
    return _ASCII_WORD.findall(text) if text.isascii() else _WORD.findall(nfc(text))


def regex_tokens(text: str) -> list[str]:
    """Letter runs, digits by up to three, every other visible character alone: a stand-in for a model's tokens.

    A byte-pair tokenizer cuts long and rare words further, so this counts fewer tokens than a model does.
    """
    return _ASCII_TOKEN.findall(text) if text.isascii() else _TOKEN.findall(nfc(text))


def is_unspaced(text: str) -> bool:
    """Whether a tenth or more of the characters belong to scripts written without spaces."""
    return not text.isascii() and len(_UNSPACED.findall(text)) * 10 >= len(text)


def normalised(text: str) -> str:
    """Casefolded, without punctuation, whitespace collapsed: METHODS §14's normal form.

    Kept, because they carry meaning: symbols such as + = € and emoji, decimal points, and - * / % ^ between numbers or
    single letters, each set off by spaces. Apostrophes inside words and invisible characters go without a trace.
    Normalising twice changes nothing. A text of nothing but punctuation becomes empty; see `comparable`.
    """
    # Apostrophes before operators, so that a second pass sees the same letters beside each operator.
    if text.isascii():
        folded = " ".join(text.lower().split())
        if "'" in folded:
            folded = _APOSTROPHE.sub("", folded)
        if _MAYBE_OPERATOR.search(folded):
            folded = _hold_operators(folded)
        stripped = folded.translate(_ASCII_DROPPED)
    else:
        folded = _INVISIBLE.sub("", unicodedata.normalize("NFC", nfc(text).casefold()))
        folded = _APOSTROPHE.sub("", " ".join(folded.translate(_NOT_HELD).split()))
        stripped = _SYMBOL.sub(r" \g<0> ", _DROPPED.sub(" ", _hold_operators(folded)))
    if not stripped.isascii():
        stripped = stripped.translate(_RELEASED)
    return " ".join(stripped.split())


def _hold_operators(text: str) -> str:
    return _OPERATOR.sub(lambda found: _HELD[found.group()], text)


def comparable(text: str) -> str:
    """The normal form, or where that is empty the text itself, so that "???" and "!!!" stay apart."""
    return normalised(text) or " ".join(nfc(text).split())
