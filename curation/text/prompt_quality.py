"""Whether a prompt is one that can be answered: length, form, answerability and noise, each 0 to 1."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import regex

from curation.text.normalise import is_unspaced, nfc, words

WEIGHTS = {"length": 0.3, "form": 0.3, "answerable": 0.4}
FULL_WORDS = 6
# Longer prompts are documents with a task somewhere in them; beyond this they count for less.
LONG_WORDS = 1500
# How a reason begins that is a flag for a person.
HARM = "harm: "

_QUESTION = regex.compile(
    r"(?i)[?？؟;;]\s*[\"'”’)\]]*\s*(?:$|\s)|^[\W_]*(?:what|who|whom|whose|when|where|why|how|which|is|are|was"
    r"|were|do|does|did|can|could|would|should"
    r"|will|may|has|have|wie|was|wer|wann|wo|warum|welche[rsn]?|kann|ist|sind|que|qui|quoi|comment|pourquoi"
    r"|quand|quel\w*|est-ce"
    r"|qué|cómo|cuándo|dónde|quién|cuál)\b"
)
_TASK = regex.compile(
    r"(?i)(?:^|[.!?:\n]\s*|please |bitte )(?:please\s+|can you\s+|could you\s+)?(?:write|explain|describe|list"
    r"|give|tell|show|find|create|make|generate|translate"
    r"|summari[sz]e|compare|calculate|compute|solve|classify|rewrite|edit|fix|implement|design|suggest|name"
    r"|help|provide|convert|prove|identify"
    r"|analy[sz]e|discuss|define|draft|answer|complete|correct|outline|recommend|pretend|act|imagine|plan"
    r"|choose|rank|extract|i (?:need|want|would like)"
    r"|schreibe?|erkläre?|beschreibe?|nenne?|übersetze?|fasse?|gib|zeige?|erstelle?|écris|explique\w*|décris"
    r"|traduis|donne|escribe|explica|describe|traduce|haz|dame)\b"
)
# What a text-only reader cannot see, unless it was pasted in.
_MISSING = regex.compile(
    r"(?i)\b(?:(?:the |this |my |see |in )?(?:attached|attachment|enclosed)\b|(?:the|this|that) (?:image"
    r"|picture|photo|screenshot|video|diagram|chart|figure)(?:\s+(?:above|below|here|shows?|attached)\b|\s*(?:[?.!,]|$))"
    r"|(?:the|this) (?:above|following|below) (?:text|article|passage|code|table|list)\b|im (?:angehängten"
    r"|beigefügten)|siehe anhang)"
)
_GREETING = regex.compile(
    r"(?i)^\W*(?:hi|hello|hey|yo|test(?:ing)?|thanks?(?: you)?|ok(?:ay)?|hallo|bonjour|hola|good (?:morning"
    r"|evening))(?: there| you| all)?\W*$"
)
_CUT = regex.compile(r"(?i)(?:[,:;(\[{-]|\b(?:and|or|the|a|an|of|to|with|because|und|oder|der|die|das))\s*$")
_MOJIBAKE = re.compile(r"Ã[\x80-\xbf©¨¤¶¼±³]|â€[\x9c\x9d™œ˜\"]|�|&(?:amp|lt|gt|quot|nbsp);|\\u00[0-9a-f]{2}")
_REPEATED = re.compile(r"(\S)\1{5,}")
_MARKS = regex.compile(r"[\p{L}\p{M}\p{N}\s]")
_HARM = {
    "weapons": (
        r"(?:make|build|construct|assemble)\s+(?:a |an |some )?(?:pipe ?)?(?:bomb|explosives?|grenade|nerve agent"
        r"|ghost gun)"
    ),
    "drugs": (
        r"(?:make|cook|synthesi[sz]e|manufacture)\s+(?:some )?(?:meth|methamphetamine|fentanyl|heroin|cocaine"
        r"|crack)\b"
    ),
    "self-harm": (r"(?:kill|hurt|harm|cut)\s+myself|(?:commit|painless)\s+suicide|end my (?:own )?life"),
    "violence": (
        r"how (?:to|do i|can i|would i)\s+(?:kill|murder|poison|kidnap|torture)\s+(?:a |my |some|the |people|him"
        r"|her)\s*(?!process|thread|job|task|weed|plant|bug|session|port|connection|tree|ant|rat|mould|mold)"
    ),
    "hacking": (
        r"(?:hack into|steal (?:someone|a |credit card|password)|write (?:a |some )?(?:malware|ransomware"
        r"|keylogger|phishing))"
    ),
    "minors": (r"(?:sexual\w*|nude|erotic)\W+(?:\w+\W+){0,4}(?:child|minor|underage|teen)\w*"),
}
_HARMS = {name: regex.compile(rf"(?i)\b(?:{pattern})") for name, pattern in _HARM.items()}


class PromptQuality(NamedTuple):
    """`quality` 0 to 1 = clean × the weighted mean of length, form and answerable (WEIGHTS), and these parts.

    `reasons` say in words what speaks against the prompt; "harm: …" is a flag for a person and lowers no number.
    """

    quality: float
    parts: dict[str, float]
    reasons: list[str]


def prompt_quality(text: str, *, has_context: bool = False) -> PromptQuality:
    """The heuristic quality of a prompt; an empty one has quality 0 and says so.

    has_context: earlier turns or passages come with it, so that "the text above" may well be there.
    """
    composed = nfc(text).strip()
    found = words(composed)
    reasons: list[str] = []
    if not composed:
        return PromptQuality(0.0, {"length": 0.0, "form": 0.0, "answerable": 0.0, "clean": 0.0}, ["empty"])
    parts = {
        "length": _length(len(found), composed, reasons),
        "form": _form(composed, reasons),
        "answerable": _answerable(composed, len(found), reasons, has_context=has_context),
        "clean": _clean(composed, found, reasons),
    }
    reasons += [f"{HARM}{name}" for name, pattern in _HARMS.items() if pattern.search(composed)]
    mean = sum(weight * parts[name] for name, weight in WEIGHTS.items())
    return PromptQuality(parts["clean"] * mean, parts, reasons)


def _length(count: int, text: str, reasons: list[str]) -> float:
    if is_unspaced(text):
        # Each character of these scripts is a word here, and about two make one.
        count //= 2
    if count < FULL_WORDS // 2:
        reasons.append("very short")
    if count > LONG_WORDS:
        reasons.append("very long")
        return max(0.5, LONG_WORDS / count)
    return min(1.0, count / FULL_WORDS)


def _form(text: str, reasons: list[str]) -> float:
    if _QUESTION.search(text) or _TASK.search(text):
        return 1.0
    reasons.append("neither a question nor a task")
    return 0.4


def _answerable(text: str, count: int, reasons: list[str], *, has_context: bool) -> float:
    if count == 0:
        reasons.append("no words")
        return 0.0
    if _GREETING.match(text):
        reasons.append("a greeting only")
        return 0.2
    missing = _MISSING.search(text)
    # "Summarise the following text: …" brings it along.
    if missing and not has_context and len(text) - missing.end() < 200:
        reasons.append("refers to something that is not there")
        return 0.3
    if _CUT.search(text) and "?" not in text:
        reasons.append("breaks off")
        return 0.6
    return 1.0


def _clean(text: str, found: list[str], reasons: list[str]) -> float:
    share = 1.0
    marks = len(_MARKS.findall(text)) / len(text)
    if marks < 0.6 and "```" not in text:
        reasons.append("mostly signs")
        share *= marks / 0.6
    if _MOJIBAKE.search(text):
        reasons.append("broken encoding")
        share *= 0.6
    if _REPEATED.search(text) and "```" not in text:
        reasons.append("a character repeated")
        share *= 0.7
    if len(found) >= 12 and Counter(word.lower() for word in found).most_common(1)[0][1] * 3 > len(found):
        reasons.append("a word repeated")
        share *= 0.5
    return share
