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
_ALL_CUES = sorted({cue for rule in RULES for cue in rule.cues})
_MAKER = re.compile(rf"\b(?:{MADE}|from|von|por|par) {KNOWN_GAP}", re.IGNORECASE)

# What every sentence with a leak has: a name, or a word for a machine. \b of RE2 knows ASCII only, which these are.
_STEMS = (
    r"gpt|claude|gemini|bard|llama|mi[sx]tral|le chat|qwen|qwq|tongyi|deepseek|grok|copilot|bing|sydney|alpaca|vicuna|"
    r"koala|falcon|zephyr|gemma|phi[- ]|olmo|t[uü]lu|command[- ]r|palm|lamda|jurassic|pythia|dolly|stablelm|"
    r"open[- ]?assistant|openchat|glm|ernie|wenxin|baichuan|internlm|kimi|doubao|minimax|hunyuan|nemotron|granite|"
    r"alexa|siri|cortana|replika|meta|poe|youchat|open ?ai|anthropic|google|deepmind|alphabet|facebook|microsoft|"
    r"alibaba|damo academy|baidu|tencent|bytedance|moonshot|zhipu|tsinghua|shanghai ai|01\.ai|xai|cohere|ai21|"
    r"databricks|hugging|stability|eleuther|lmsys|nvidia|ibm|amazon|aws|apple|salesforce|technology innov|tii|"
    r"allen inst|ai2|bigscience|inflection|perplexity|character\.ai|laion|nous|stanford|together|huawei|samsung|"
    r"yandex|sber"
)
_MACHINE = (
    r"\bai\b|a\.i\.|intelligence|machine learning|\blanguage|llm|\bneural|\bchat|\bassistant|\bvirtual|"
    r"\bdigital|\bbot\b"
)
_WORTH_A_LOOK = rf"{_STEMS}|{_MACHINE}"
# The commonest cue by far is told more exactly.
_AS = r"as (?:an?|the|your|just|only|merely|simply) "
_CUES = "|".join(sorted({re.escape(cue) for rule in RULES if rule.cues != CREATED_ME for cue in rule.cues} - {r"as\ "}))
_REST = r"[^.!?\n]*"
# The writer's self and a name or a machine in one sentence; more finely told, the automaton would be slow.
_SUSPECT = rf"\b(?:{_AS}|{_CUES}){_REST}(?:{_WORTH_A_LOOK})|\bas [^\s.!?]*(?:{_STEMS})|(?:{'|'.join(CREATED_ME)})"
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


def leaks_in_many(texts: Sequence[str]) -> dict[int, list[Leak]]:
    """The leaks of each text that has any, by its place: what `leaks_in` finds, thirty times faster."""
    worth = _matching(texts, range(len(texts)), _WORTH_A_LOOK)
    suspects = _matching(texts, worth, _SUSPECT)
    sentences = [(place, start, end) for place in suspects for start, end in _sentences(texts[place])]
    pieces = [texts[place][start:end] for place, start, end in sentences]
    found: dict[int, list[Leak]] = {}
    for n in _matching(pieces, range(len(pieces)), _SUSPECT):
        place, start, end = sentences[n]
        if leaks := list(_leaks_of(texts[place], start, end)):
            found.setdefault(place, []).extend(leaks)
    return {place: _with_repetitions(texts[place], leaks) for place, leaks in found.items()}


def leaks_in(text: str) -> list[Leak]:
    """The words by which a text says which model wrote it, in order and without overlaps; offsets in code points.

    Once a text has given a name away, every other mention of that name does so too (rule `again`).
    """
    found = [leak for start, end in _sentences(text) for leak in _leaks_of(text, start, end)]
    return _with_repetitions(text, found) if found else []


def _matching(texts: Sequence[str], places: Sequence[int], pattern: str) -> list[int]:
    """Those places whose text RE2 finds the pattern in."""
    if not places:
        return []
    chosen = texts if len(places) == len(texts) else [texts[place] for place in places]
    matches = pc.match_substring_regex(pa.array(chosen, pa.string()), pattern, ignore_case=True)
    return [places[n] for n in pc.indices_nonzero(matches).to_pylist()]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where sentences begin and end, roughly: full stops inside names and numbers end none."""
    return pairwise([0, *(match.end() for match in _END.finditer(text)), len(text)])


def _with_repetitions(text: str, found: list[Leak]) -> list[Leak]:
    names = "|".join(re.escape(name) for name in sorted({leak.name for leak in found}, key=len, reverse=True))
    again = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
    found = found + [Leak(match.start(), match.end(), match[0], "again") for match in again.finditer(text)]
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
    present = {cue for cue in _ALL_CUES if cue in lowered}
    for rule, cues, pattern in _COMPILED if present else ():
        for match in () if present.isdisjoint(cues) else pattern.finditer(text, start, end):
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
