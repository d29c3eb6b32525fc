"""Whether a response opens by refusing: patterns anchored at its beginning, never a keyword anywhere."""

from __future__ import annotations

from typing import Literal, NamedTuple

import regex

from curation.text.normalise import nfc, words

Kind = Literal["none", "partial", "full"]
# A refusal followed by this many words that turn to the matter is help with a caveat.
PARTIAL_WORDS = 40

_APOLOGY = (
    r"(?:(?:i['’]m|i am|we['’]re|we are)\s+(?:very |so |really |deeply |truly )?sorry|sorry|my apologies"
    r"|i apologi[sz]e|apologies|unfortunately|regrettably|i regret)"
)
_AS_AI = (
    r"(?:as an? (?:\w+[ -]){0,3}(?:ai|artificial intelligence|language model|assistant|chatbot|llm)"
    r"(?:[ -](?:language )?(?:model|assistant|system|chatbot))*(?: (?:developed|created|trained"
    r"|made) by \w+)?,?)"
)
_CANNOT = (
    r"(?:can['’]?t|cannot|can not|could not|couldn['’]t|won['’]t|will not|am not able to|['’]m not able to"
    r"|am unable to|['’]m unable to|am not going to|['’]m not going to|must decline to|have to decline to"
    r"|decline to|must refuse to|refuse to|am not permitted to|['’]m not permitted to|am not allowed to"
    r"|['’]m not allowed to|do not feel comfortable|don['’]t feel comfortable|am not comfortable"
    r"|['’]m not comfortable)"
)
_ADVERB = (
    r"(?:\s+(?:really|in good conscience|ethically|legally|safely|responsibly|knowingly|actually|directly"
    r"|personally|simply|just|currently))?"
)
# "I can't wait to help", "I cannot stress enough" and "I can't help but smile" refuse nothing.
_ACT = (
    r"(?:help(?!\s+(?:but|feeling|thinking|wondering|noticing|myself|it\b))|assist|provide(?!\s+for\b)|creat|writ"
    r"|generat|give|giving|offer|fulfil|comply|shar|support|engag|participat|do (?:that|this|so)|discuss|answer|produc"
    r"|continu|recommend|tell you|show you|teach|make (?:a|an|up|that|this|jokes)|explain how|fabricat|impersonat"
    r"|encourag|promot|facilitat|condon|advis|respond to|access|process|complete|carry out|perform|translate|repeat"
    r"|reveal|disclos)"
)
_GERMAN_ACT = (
    r"(?:nicht|leider nicht|keine?[nrs]?)\b.{0,80}?\b(?:helfen|unterstützen|beantworten|bereitstellen|geben"
    r"|schreiben|erstellen|weiterhelfen|nachkommen|erfüllen|anbieten|machen|teilen)"
)
_LEAD = (
    r"(?:(?:no|nope|hi|hello|hey|thank you[^.!,]{0,40}|thanks[^.!,]{0,40}|i understand[^.!]{0,120}"
    r"|i appreciate[^.!]{0,120})[.,!:;]?\s+(?:but\s+|however,?\s+)?)?"
)
_BUT = r"[,.!;:–—-]*\s*(?:but|however,?|that|and|though)?[,:]?\s*"

_PATTERNS = {
    "cannot": (
        rf"{_LEAD}(?:{_APOLOGY}{_BUT})?(?:{_AS_AI}\s+)?(?:(?:but|however),?\s+)?(?:i"
        rf"|we){_ADVERB}\s*{_CANNOT}{_ADVERB}\s+(?:be able to\s+)?(?:with\s+)?{_ACT}"
    ),
    "must decline": (
        rf"{_LEAD}(?:{_APOLOGY}{_BUT})?(?:i|we)\s*(?:must|have to|need to|['’]ll have to|will have to"
        r"|['’]m going to have to)\s+(?:respectfully |politely )?(?:decline|refuse)\b"
    ),
    "apology and cannot": (
        rf"{_LEAD}{_APOLOGY}{_BUT}(?:i|we){_ADVERB}\s*{_CANNOT}\b(?!\s+(?:wait|agree more|say enough|remember"
        r"|help but))"
    ),
    "not something I do": (
        rf"{_LEAD}(?:{_APOLOGY}{_BUT})?(?:that|this|it)(?:['’]s| is) not something (?:that )?(?:i|we)(?:['’]m| am"
        r"| are| can| will|['’]re)?\b"
    ),
    "not appropriate": (
        rf"{_LEAD}(?:{_APOLOGY}{_BUT})?it (?:would be|is|would not be|wouldn['’]t be|is not|isn['’]t) (?:un|in|ir"
        rf"|il)?(?:appropriate|ethical|responsible|legal|safe)[^.]{{0,30}}?\b(?:for me )?to (?:{_ACT})"
    ),
    "goes against": (
        rf"{_LEAD}(?:{_APOLOGY}{_BUT})?(?:this|that|your|the) (?:request|question|prompt|topic|content)?\s*"
        rf"(?:goes against|violates|is against) (?:my|our|the) (?:\w+ ){{0,3}}(?:guidelines|policy|policies"
        r"|principles|programming|values)"
    ),
    "german": (
        r"(?:(?:es tut mir (?:sehr )?leid|tut mir (?:sehr )?leid|entschuldigung|leider|ich bedau[e]?re)[,.!]?\s*"
        r"(?:aber|doch)?\s*)?(?:(?:als (?:ki|künstliche intelligenz|sprachmodell)[\w-]*,?\s*)?(?:ich (?:kann|darf"
        rf"|werde)|(?:kann|darf|werde) ich))\b[^.!?]{{0,60}}?{_GERMAN_ACT}"
    ),
    "french": (
        r"(?:(?:je suis (?:vraiment |sincèrement )?désolée?|désolée?|malheureusement|je m['’]excuse)[,.!]?\s*"
        r"(?:mais)?\s*)(?:en tant qu[^,]{0,40},\s*)?je ne (?:peux|suis|pourrai)\b[^.!?]{0,20}\bpas|je ne (?:peux"
        r"|suis)\s+(?:malheureusement\s+)?pas\s+(?:en mesure de |autorisée? à )?(?:vous |t['’])?(?:aider|fournir"
        r"|répondre|écrire|donner|générer)"
    ),
    "spanish": (
        r"(?:lo siento|lamentablemente|desafortunadamente|disculpa|perdón|me temo)[,.!]?\s*(?:pero|que)?\s*"
        r"(?:como [^,]{0,40},\s*)?no (?:puedo|podré|me es posible|estoy (?:autorizad|capacitad))"
        r"|no puedo (?:ayudar|proporcionar|responder|escribir|dar|generar|cumplir)"
    ),
    "chinese": (
        r"(?:(?:非常|很)?(?:抱歉|对不起|對不起)|作为[^，,]{0,12}[，,])"
        r"[^。！？\n]{0,12}(?:不能|无法|無法|不可以)"
    ),
    "japanese": (
        r"(?:申し訳(?:ありません|ございません)|すみません|ごめんなさい)[^。！？\n]{0,60}"
        r"(?:できません|できかねます|お答えできません|いたしかねます)"
    ),
}
_ANCHORED = {name: regex.compile(rf"(?is){pattern}") for name, pattern in _PATTERNS.items()}
# Bold, headings and list marks may stand before the words; quotation marks may not: then somebody else is speaking.
_DECORATION = regex.compile(r"[\s*_#>\-–—•]*")
_TURN = regex.compile(
    r"(?i)\b(?:but|however|instead|nevertheless|that said|aber|stattdessen|mais|pero)\b|here (?:is|are)"
    r"|here['’]s|\n\s*(?:\d+[.)]|[-*•])\s"
)


class Refusal(NamedTuple):
    """`kind` is "full", "partial" (refuses, then helps all the same) or "none"; `pattern` and the span (start, end) in
    the composed text say what was recognised."""

    kind: Kind
    pattern: str | None = None
    start: int | None = None
    end: int | None = None


def refusal(text: str) -> Refusal:
    """Whether a response refuses in its first words: English, German, French, Spanish, Chinese and Japanese."""
    composed = nfc(text)
    start = _DECORATION.match(composed).end()  # type: ignore[union-attr]
    opening = composed[start : start + 400]
    for name, pattern in _ANCHORED.items():
        found = pattern.match(opening)
        if found:
            end = start + found.end()
            rest = composed[end:]
            partial = bool(_TURN.search(rest)) and len(words(rest)) >= PARTIAL_WORDS
            return Refusal("partial" if partial else "full", name, start, end)
    return Refusal("none")
