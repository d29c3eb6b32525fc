"""How hard a text is to read: Flesch's ease, where the formula holds for the language.

English: Flesch, "A new readability yardstick", 1948: 206.835 − 1.015·ASL − 84.6·ASW. German: Amstad, 1978:
180 − ASL − 58.5·ASW. ASL is words a sentence, ASW syllables a word; syllables are counted by vowel groups.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import regex

from curation.text.measures import sentences
from curation.text.normalise import is_unspaced, nfc, words

MIN_WORDS = 20
FLESCH_LANGUAGES = ("en", "de")

_NOT_PROSE = re.compile(r"(?s)```.*?(?:```|\Z)|\$\$.*?\$\$|https?://\S+")
_LIST_MARK = re.compile(r"(?m)^[ \t]*(?:[-*+•]|\d{1,3}[.)]|#{1,6})[ \t]+")
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
_HIATUS = re.compile(r"[aeou]ing\b|[^tscg]ia|ien[ct]|[^aeiou]reat[eio]")
_SILENT_E = re.compile(
    r"(?:(?:[^aeiouyl]|[aeiouy]l)e|(?:[^aeiouylszxcgh]|[aeiouy]l|[^cs]h)es|(?:[^aeiouytdl]|[aeiouyl]l)ed)$"
)
_GERMAN_VOWELS = regex.compile(r"aa|ee|oo|ie|ei|ai|au|äu|eu|ey|ay|[aeiouyäöü]")
_LETTERS = regex.compile(r"\p{L}+")


class Readability(NamedTuple):
    """Flesch ease (higher is easier, about 0 to 100), words a sentence and syllables a word; None with a reason."""

    flesch: float | None
    sentence_length: float | None
    syllables_per_word: float | None
    reason: str | None = None


def readability(text: str, language: str) -> Readability:
    """Ease of reading of the prose in a text whose language (ISO 639) is known.

    Sentence length holds for every language that puts spaces between words; Flesch for FLESCH_LANGUAGES.
    """
    prose = _LIST_MARK.sub("\n\n", _NOT_PROSE.sub(" ", nfc(text)))
    if is_unspaced(prose):
        return Readability(None, None, None, "words cannot be counted in a script without spaces")
    found = [word for word in words(prose) if _LETTERS.search(word)]
    if len(found) < MIN_WORDS:
        return Readability(None, None, None, f"too short: {len(found)} words, {MIN_WORDS} needed")
    per_sentence = len(found) / max(1, len(sentences(prose)))
    if language not in FLESCH_LANGUAGES:
        return Readability(None, per_sentence, None, f"no formula for the language {language}")
    count = english_syllables if language == "en" else german_syllables
    per_word = sum(map(count, found)) / len(found)
    if language == "en":
        ease = 206.835 - 1.015 * per_sentence - 84.6 * per_word
    else:
        ease = 180.0 - per_sentence - 58.5 * per_word
    return Readability(ease, per_sentence, per_word)


def english_syllables(word: str) -> int:
    """Vowel groups, parted where two vowels are spoken apart, less a silent final e, es or ed; at least one."""
    lowered = word.lower()
    groups = len(_ENGLISH_VOWELS.findall(lowered)) + len(_HIATUS.findall(lowered))
    if groups > 1 and _SILENT_E.search(lowered):
        groups -= 1
    return max(1, groups)


def german_syllables(word: str) -> int:
    """Vowels, diphthongs and doubled vowels counting once; at least one."""
    return max(1, len(_GERMAN_VOWELS.findall(word.lower())))
