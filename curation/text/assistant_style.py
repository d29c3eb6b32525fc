"""How much a text sounds like a language model's: for finding human answers that were not written by humans.

A heuristic with named parts over English habits, not a detector: people write like this too, and models can be told not
to. Use it to choose what to look at, never as proof about a person.
"""

from __future__ import annotations

from typing import NamedTuple

import regex

from curation.text.normalise import nfc, words

MIN_WORDS = 5
# Share of the score that each part can reach alone; parts combine as 1 − Π(1 − weight·part).
WEIGHTS = {
    "as_ai": 0.9,
    "opening": 0.5,
    "closing": 0.5,
    "phrases": 0.6,
    "lists": 0.4,
    "headings": 0.2,
    "em_dashes": 0.3,
    "apologies": 0.2,
}

_AS_AI = regex.compile(
    r"(?i)\bas an? (?:large )?(?:ai\b|language model|artificial intelligence)|\bmy (?:training data"
    r"|knowledge cut-?off)\b"
    r"|\bi(?:['’]m| am) (?:just )?an? (?:ai|language model)\b|\bi (?:do not|don['’]t) have (?:personal )?"
    r"(?:feelings|opinions|beliefs)\b"
)
_OPENING = regex.compile(
    r"(?i)[\s*#]*(?:certainly|absolutely|of course|sure(?: thing)?|great (?:question|choice|idea)"
    r"|good question|excellent (?:question|choice)"
    r"|what a (?:great|wonderful|fascinating) \w+|i['’]d be happy to|i would be happy to|happy to help"
    r"|here(?:['’]s| is| are) (?:a|an|the|some)\b"
    r"|that['’]s a (?:great|good|really good) question|thank you for (?:your question|asking)"
    r"|you['’]re (?:absolutely )?right)"
)
_CLOSING = regex.compile(
    r"(?i)(?:i hope this helps|hope this helps|let me know if|feel free to|if you have any (?:other |more "
    r"|further )?questions"
    r"|would you like me to|is there anything else|happy to (?:help|clarify|elaborate)|in (?:conclusion"
    r"|summary)[,:]|overall,|ultimately,"
    r"|remember,? (?:that )?[^.!?]{0,80}(?:is key|journey)|good luck!)"
)
_PHRASE = regex.compile(
    r"(?i)\b(?:it(?:['’]s| is) (?:important|worth|crucial|essential) (?:to (?:note|remember|consider|mention"
    r"|understand)|noting|mentioning)"
    r"|delv(?:e|es|ing) (?:into|in|deep|deeper)|rich tapestry|tapestry of|testament to"
    r"|in today['’]s (?:fast-paced|digital|modern|ever)|ever-(?:evolving|changing)"
    r"|navigat(?:e|ing) the (?:complex\w*|landscape|world)|plays? a (?:crucial|vital|pivotal|key"
    r"|significant) role|a (?:wide|diverse) (?:range|array) of"
    r"|multifaceted|game[- ]changer|foster(?:s|ing)? (?:a|an|collaboration|innovation|growth)|seamless(?:ly)?"
    r"|leverag(?:e|ing)|holistic(?:ally)?"
    r"|not only [^.!?]{1,80} but also|it(?:['’]s| is) not (?:just|only|merely) [^.!?]{1,60}[,—-]+ ?it(?:['’]s"
    r"| is)|generally speaking|that being said"
    r"|moreover|furthermore|additionally|embark(?:ing)? on|unlock(?:ing)? (?:the|your)|elevate your"
    r"|key takeaways?|step-by-step guide)\b"
)
_BOLD_ITEM = regex.compile(r"(?m)^\s*(?:\d{1,2}[.)]|[-*•])\s+\*\*[^*\n]{1,80}?:?\*\*:?")
_ITEM = regex.compile(r"(?m)^\s*(?:\d{1,2}[.)]|[-*•])\s+\S")
_HEADING = regex.compile(r"(?m)^#{1,4} \S|^\*\*[^*\n]{1,60}\*\*:?\s*$")
_APOLOGY = regex.compile(
    r"(?i)\b(?:i apologi[sz]e|my apologies|sorry for (?:the|any) (?:confusion|inconvenience|misunderstanding))"
)


class AssistantStyle(NamedTuple):
    """`score` is 0 to 1; `parts` (names of WEIGHTS, 0 to 1 each) say where it comes from. None with a reason."""

    score: float | None
    parts: dict[str, float]
    reason: str | None = None


def assistant_style(text: str) -> AssistantStyle:
    """Openings, closings, stock phrases, bold lists, headings, em dashes and apologies, counted and combined."""
    composed = nfc(text)
    count = len(words(composed))
    if count < MIN_WORDS:
        return AssistantStyle(None, {}, f"too short: {count} words, {MIN_WORDS} needed")
    items = len(_ITEM.findall(composed))
    # Rates are per hundred words, short texts counting as a hundred, so that one dash in a short text says little.
    hundreds = max(1.0, count / 100)
    tail = composed[-300:]
    parts = {
        "as_ai": float(bool(_AS_AI.search(composed))),
        "opening": float(bool(_OPENING.match(composed))),
        "closing": float(bool(_CLOSING.search(tail))),
        "phrases": min(1.0, len(_PHRASE.findall(composed)) / hundreds / 3),
        "lists": min(1.0, (len(_BOLD_ITEM.findall(composed)) + (items >= 5)) / 4),
        "headings": min(1.0, len(_HEADING.findall(composed)) / 3),
        "em_dashes": min(1.0, max(0.0, composed.count("—") / hundreds - 0.5) / 2.5),
        "apologies": float(bool(_APOLOGY.search(composed))),
    }
    human = 1.0
    for name, part in parts.items():
        human *= 1.0 - WEIGHTS[name] * part
    return AssistantStyle(1.0 - human, parts)
