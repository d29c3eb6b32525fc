"""Which language a text is written in, by py3langid's naive Bayes over byte n-grams (BSD-3, model in the wheel).

Lui and Baldwin, "langid.py: An Off-the-shelf Language Identification Tool", ACL 2012; the package scales its softmax
by the text's length, so its confidences hold for short and long texts alike.
"""

from __future__ import annotations

import functools
import threading
from typing import Any, NamedTuple

import regex

MIN_LETTERS = 10
MIN_LETTERS_UNSPACED = 4
MIN_CONFIDENCE = 0.5
MAX_CHARACTERS = 2000
UNKNOWN = "unknown"

_NOT_PROSE = regex.compile(r"(?s)```.*?(?:```|\Z)|`[^`\n]*`|\$\$.*?\$\$|https?://\S+|\S+@\S+\.\S+")
_LETTER = regex.compile(r"\p{L}")
_UNSPACED_LETTER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")
_loading = threading.Lock()


class Language(NamedTuple):
    """An ISO 639 code, or "unknown" with the reason; confidence is the model's, None where it was not asked."""

    code: str
    confidence: float | None
    reason: str | None = None


def language(text: str, *, min_confidence: float = MIN_CONFIDENCE) -> Language:
    """The language of the prose in a text: code blocks, formulas, addresses and links are left out.

    Unknown for too few letters, for a confidence below `min_confidence`, and for what the model takes for no language.
    """
    prose = _NOT_PROSE.sub(" ", text[:MAX_CHARACTERS])
    letters = len(_LETTER.findall(prose))
    enough = MIN_LETTERS if prose.isascii() or not _UNSPACED_LETTER.search(prose) else MIN_LETTERS_UNSPACED
    if letters < enough:
        return Language(UNKNOWN, None, f"too short for a language: {letters} letters, {enough} needed")
    code, confidence = _identifier().classify(" ".join(prose.split()))
    if code in ("zxx", "und"):
        return Language(UNKNOWN, confidence, "no language recognised")
    if confidence < min_confidence:
        return Language(UNKNOWN, confidence, f"not sure enough: {code} with confidence {confidence:.2f}")
    return Language(code, confidence)


@functools.cache
def _load() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _identifier() -> Any:
    # Unpacking the model takes a second: once a process, and not twice by two threads.
    with _loading:
        return _load()
