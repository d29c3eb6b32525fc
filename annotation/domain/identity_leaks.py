"""Responses that say which model wrote them: “As an AI model developed by …”, “I am …”, “my name is …”.

Only self-identification counts. A response *about* a model or its maker gives nothing away, so a name alone is never
a leak: some words around it must say that the writer speaks of itself (`identity_rules`).

Python's `re` would take longer over the rules than everything else does at queueing. So a rougher pattern for Arrow's
RE2, whose time does not grow with the number of alternatives, finds the few texts that the rules then look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from annotation.domain.identity_rules import CREATED_ME, KNOWN, KNOWN_GAP, MADE, RULES

MASK = "█"

_COMPILED = [(rule.name, rule.cues, re.compile(rule.pattern, re.IGNORECASE)) for rule in RULES]
_MAKER = re.compile(rf"\b(?:{MADE}|from|von|por|par) {KNOWN_GAP}", re.IGNORECASE)

# What every sentence with a leak has: a name, or a word for a machine. \b of RE2 knows ASCII only, which these are.
_STEMS = (
    r"gpt|claude|gemini|bard|llama|mi[sx]tral|le chat|qwen|qwq|tongyi|deepseek|grok|copilot|bing|sydney|alpaca|vicuna|"
    r"koala|falcon|zephyr|gemma|phi[- ]|olmo|t[uü]lu|command[- ]r|palm|lamda|jurassic|pythia|dolly|stablelm|"
    r"open[- ]?assistant|openchat|glm|ernie|wenxin|baichuan|internlm|kimi|doubao|minimax|hunyuan|nemotron|granite|"
    r"alexa|siri|cortana|replika|meta|poe|youchat|open ?ai|anthropic|google|deepmind|alphabet|facebook|microsoft|"
    r"alibaba|damo academy|baidu|tencent|bytedance|moonshot|zhipu|tsinghua|shanghai ai|01\.ai|xai|cohere|ai21|"
    r"databricks|hugging|stability|eleuther|lmsys|nvidia|ibm|amazon|aws|apple|salesforce|technology innov|tii|"
    r"allen inst|ai2|bigscience|inflection|perplexity|character\.ai|laion|nous|stanford|together|huawei|samsung|yandex|sber"
)
_MACHINE = (
    r"\bai\b|a\.i\.|intelligence|machine learning|\blanguage|llm|\bneural|\bchat|\bassistant|\bvirtual|"
    r"\bdigital|\bbot\b"
)
_CUES = "|".join(sorted({re.escape(cue) for rule in RULES if rule.cues != CREATED_ME for cue in rule.cues}))
_REST = r"[^.!?\n]*"
_WORTH_A_LOOK = rf"{_STEMS}|{_MACHINE}"
# A cue and a name in one sentence; or a cue, a machine, and a word that a name follows; or a name, then a machine.
_SUSPECT = (
    rf"(?:{_CUES}){_REST}(?:{_STEMS}|(?:{_MACHINE}){_REST}(?:by|called|named|known as) )|"
    rf"(?:{'|'.join(CREATED_ME)})|"
    rf"(?:i am|i['’]m|my name is|this is) {_REST}(?:{_MACHINE})"
)
_WORTH = re.compile(_WORTH_A_LOOK)
_END = re.compile(r"[!?\n]+|(?<!A\.I)\.(?=\s)")

_AI_WORD = re.compile(
    r"\b(?:AI|IA|KI|artificial|language|lenguaje|langage|sprachmodell|model\w*|modèle|chat ?bot|assistante?|assistent|"
    r"asistente|bot|virtual|trained|developed|created|made|built|entwickelt|trainiert|entrenad[oa]|cread[oa]|créée?)\b",
    re.IGNORECASE,
)
# Names that people, animals and stars have too.
_SHARED_NAMES = ("claude", "gemini", "bard", "alexa", "siri", "sydney", "koala", "falcon", "alpaca", "zephyr", "poe")
_SURNAME = re.compile(r" [A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]")
_TRADE = re.compile(
    r",? (?:and )?(?:I['’]m |I am )?(?:an?|the|your|une?|le|la|el|una|eine?|der|die|[a-zà-ÿ]+ (?:à|chez|aus|de|en)) "
    r"[^.!?\n]{0,80}",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(rf",? (?:{KNOWN}|the (?:model|chatbot|system)|this (?:model|chatbot|system))\b", re.IGNORECASE)
_QUOTES = "\"“”„«‘'"
# Who “was developed by …” without it being anybody in particular.
_NOBODY = re.compile(r"(?:Humans?|People|Researchers?|Engineers?|Scientists?|Developers?|Experts?|AI|I)\b")


class Leak(NamedTuple):
    """Words of a text that say who wrote it: text[start:end] == name."""

    start: int
    end: int
    name: str
    rule: str


def may_leak(texts: Sequence[str]) -> list[bool]:
    """Which texts are worth a look by `leaks_in`: all that have a leak, and few others.

    The second pattern costs three times the first, which most texts do not match.
    """
    named = pc.match_substring_regex(pa.array(texts, pa.string()), _WORTH_A_LOOK, ignore_case=True)
    places = pc.indices_nonzero(named).to_pylist()
    suspect = [False] * len(texts)
    if places:
        closer = pc.match_substring_regex(pa.array([texts[n] for n in places]), _SUSPECT, ignore_case=True).to_pylist()
        for place, found in zip(places, closer, strict=True):
            suspect[place] = found
    return suspect


def leaks_in(text: str) -> list[Leak]:
    """The words by which a text says which model wrote it, in order and without overlaps; offsets in code points.

    Once a text has given a name away, every other mention of that name does so too (rule `again`).
    """
    found = [
        leak
        for start, end in pairwise([0, *(match.end() for match in _END.finditer(text)), len(text)])
        for leak in _leaks_of(text, start, end)
    ]
    if not found:
        return []
    names = "|".join(re.escape(name) for name in sorted({leak.name for leak in found}, key=len, reverse=True))
    again = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
    found += [Leak(match.start(), match.end(), match[0], "again") for match in again.finditer(text)]
    kept: list[Leak] = []
    # The longest of those that begin together; a rule before a mere repetition.
    for leak in sorted(found, key=lambda leak: (leak.start, -leak.end, leak.rule == "again")):
        if not kept or leak.start >= kept[-1].end:
            kept.append(leak)
    return kept


def masked(text: str, leaks: Sequence[Leak]) -> str:
    """The text with every code point of the leaks replaced by one █, so that offsets stay what they are."""
    parts: list[str] = []
    done = 0
    for leak in leaks:
        parts += (text[done : leak.start], MASK * (leak.end - leak.start))
        done = leak.end
    return "".join((*parts, text[done:]))


def _leaks_of(text: str, start: int, end: int) -> Iterator[Leak]:
    """The leaks of one sentence."""
    introduced = 0
    lowered = text[start:end].lower()
    cued = [(rule, pattern) for rule, cues, pattern in _COMPILED if any(cue in lowered for cue in cues)]
    if not cued or not _WORTH.search(lowered):
        return
    for rule, pattern in cued:
        for match in pattern.finditer(text, start, end):
            group = "name" if match.groupdict().get("name") else "unknown"
            if _is_quoted(text, match.start()):
                continue
            if _speaks_of_itself(rule, match[group], text, match.end(group), known=group == "name"):
                yield Leak(*match.span(group), match[group], rule)
                introduced = max(introduced, match.end(group))
    if introduced:
        # “I am …, a model made by …”: what follows an introduction is about the writer still.
        for match in _MAKER.finditer(text, introduced, end):
            yield Leak(*match.span("name"), match["name"], "made_by")


def _is_quoted(text: str, start: int) -> bool:
    """Tell whether somebody else's words begin here; quotation marks around a whole answer are none."""
    return start > 0 and text[start - 1] in _QUOTES and bool(text[: start - 1].strip())


def _speaks_of_itself(rule: str, name: str, text: str, end: int, *, known: bool) -> bool:
    after = text[end : end + 200]
    if not known and _NOBODY.match(name):
        return False
    if after[:1].isalnum():
        return False
    if rule == "made_by":
        return not _OF_ANOTHER.match(after)
    if rule in ("is", "named") and known and name.lower().split()[0] in _SHARED_NAMES:
        trade = _TRADE.match(after)
        return not _SURNAME.match(after) and (trade is None or _AI_WORD.search(trade[0]) is not None)
    return True
