"""People named in a comment: `@ann@example.org`, or `@AnnLee` for Ann Lee.

A stored text names them by id (`@<12>`), so that it follows a change of name, and so that a reader who may not know
somebody's name is not told it by the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

UNNAMED = "…"
# What cannot be part of a handle: it would end the mention, or begin another one or a piece of code.
_NOT_IN_HANDLES = re.compile(r"[\s@`<>]+")
# Code in backticks mentions nobody: decorators and CSS rules begin with the same sign.
_CODE_OR_MENTION = re.compile(r"`[^`]*`|(?<![\w@])@(?P<word>[^\s`]+)")
# A name ends where no letter follows, also not behind a dot or hyphen: “@Ann.” is Ann, “@ann.lee” is not.
_GOES_ON = re.compile(r"[\w@]|[.+-]\w")
_STORED = re.compile(r"`[^`]*`|@<(?P<id>\d+)>")
MAX_HANDLE_CHARS = 300


class Person(NamedTuple):
    id: int
    name: str
    email: str


class MentionError(ValueError):
    """A mention of nobody, or of several people at once, as a sentence."""


def name_of(person: Person) -> str:
    """The name somebody is shown under to people who may not see addresses."""
    return person.name.strip() or person.email.partition("@")[0]


def handle_of(person: Person) -> str:
    """The name as it is written after `@`, or the address where a name consists of what cannot be written there."""
    return _NOT_IN_HANDLES.sub("", name_of(person))[:MAX_HANDLE_CHARS] or person.email


def handles_of(people: Sequence[Person]) -> dict[int, str]:
    """Id → a handle that means this person alone among `people`: the name, or the address where names are alike."""
    counts = Counter(_key(handle_of(person)) for person in people)
    return {person.id: handle_of(person) if counts[_key(handle_of(person))] == 1 else person.email for person in people}


def _key(handle: str) -> str:
    """The same for the same name, however it is spelt in capitals and combining marks."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", handle).casefold())


def read_mentions(text: str, people: Iterable[Person]) -> tuple[str, list[int]]:
    """The text as it is stored, and whom it mentions, each once and in order. `people` are those it may mention.

    Raises MentionError for a mention that means nobody, or several people.
    """
    known: dict[str, set[int]] = {}
    for person in people:
        for handle in (handle_of(person), person.email):
            known.setdefault(_key(handle), set()).add(person.id)
    text = unicodedata.normalize("NFC", text)
    pieces, mentioned, position = [], dict[int, None](), 0
    while match := _CODE_OR_MENTION.search(text, position):
        if match["word"] is None:
            pieces.append(text[position : match.end()])
            position = match.end()
            continue
        handle = _handle_at_start(match["word"], known)
        user_id = _one_of(known[_key(handle)], handle)
        mentioned[user_id] = None
        pieces.append(f"{text[position : match.start()]}@<{user_id}>")
        position = match.start("word") + len(handle)
    return "".join([*pieces, text[position:]]), list(mentioned)


def _handle_at_start(word: str, known: Mapping[str, set[int]]) -> str:
    """The longest known handle that the word begins with."""
    for end in range(min(len(word), MAX_HANDLE_CHARS), 0, -1):
        if _key(word[:end]) in known and not _GOES_ON.match(word, end):
            return word[:end]
    raise MentionError(_nobody(word))


def _one_of(ids: set[int], handle: str) -> int:
    if len(ids) > 1:
        raise MentionError(
            f"“@{handle}” could be {len(ids)} people here; choose one from the list, or write the email address."
        )
    return next(iter(ids))


def _nobody(written: str) -> str:
    name = written.rstrip(".,;:!?)]}'\"”’")[:80] or written[:80]
    return f"“@{name}” is nobody you can mention here; choose a name from the list, or put it in `backticks`."


def write_mentions(text: str, handles: Mapping[int, str]) -> str:
    """A stored text for a reader who may know these people's handles; anybody else stays unnamed."""
    return _STORED.sub(lambda match: f"@{handles.get(int(match['id']), UNNAMED)}" if match["id"] else match[0], text)
