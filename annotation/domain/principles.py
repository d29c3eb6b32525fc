"""Principles as judges and annotators read them, and which rows each is about: pure, without a database.

A principle is one rule responses are judged by (SALMON, arXiv 2310.05910); a guideline is advice on how to judge.
Where principles conflict, whoever judges uses discretion ("AI Alignment at Your Discretion"), so that each verdict
names those it was given under, with their versions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unicodedata import normalize

MAX_TEXT = 4000
MAX_CHOICES = 20
MAX_CHOICE = 200
MAX_TRAITS = 50
# Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean: words touch each other, or carry endings.
_TOUCHING = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# PostgreSQL has no NUL character, and no half characters either.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class PrincipleText:
    """A principle at one version. `applies_to` as `conditions_checked` returns it."""

    id: int
    version: int
    kind: str
    slug: str
    title: str
    text: str
    applies_to: Mapping[str, Any] = field(default_factory=dict)


class ConditionError(Exception):
    """A fault of the conditions; `field` is the path of the part that is wrong, such as `metadata.language`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Traits(NamedTuple):
    """What of a row's metadata conditions can ask about."""

    tags: Sequence[str]
    metadata: Mapping[str, Sequence[str]]


def conditions_checked(conditions: object) -> dict[str, Any]:
    """The conditions with blanks and repetitions taken out; `{}` is every row.

    Takes `{"tags": [text], "metadata": {key: [text]}, "keywords": [text]}`, each part optional. Raises
    ConditionError with a sentence for the first fault.
    """
    if not isinstance(conditions, Mapping):
        raise ConditionError("", "give an object with tags, metadata and keywords, or an empty one for every row.")
    unknown = sorted(str(part) for part in conditions if part not in ("tags", "metadata", "keywords"))
    if unknown:
        raise ConditionError(unknown[0], "there is no such condition; use tags, metadata or keywords.")
    checked: dict[str, Any] = {}
    for part in ("tags", "keywords"):
        if choices := _choices(conditions.get(part, []), part):
            checked[part] = choices
    metadata = conditions.get("metadata", {})
    if not isinstance(metadata, Mapping) or len(metadata) > MAX_CHOICES:
        raise ConditionError("metadata", f"give an object of at most {MAX_CHOICES} keys, each with a list of values.")
    wanted = {}
    for key, values in metadata.items():
        if not _is_choice(key) or not key.strip():
            raise ConditionError("metadata", f"each key is a text of 1 to {MAX_CHOICE} characters.")
        wanted[key.strip()] = _choices(values, f"metadata.{key}")
        if not wanted[key.strip()]:
            raise ConditionError(f"metadata.{key}", "name at least one value, or leave the key out.")
    return {**checked, "metadata": wanted} if wanted else checked


def _choices(values: object, path: str) -> list[str]:
    if not isinstance(values, list) or len(values) > MAX_CHOICES or not all(map(_is_choice, values)):
        raise ConditionError(path, f"give a list of at most {MAX_CHOICES} texts of up to {MAX_CHOICE} characters.")
    return list(dict.fromkeys(value.strip() for value in values if value.strip()))


def _is_choice(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_CHOICE and not _UNWRITABLE.search(value)


def applies(principle: PrincipleText, prompt_text: str, tags: Collection[str], metadata: Mapping[str, Any]) -> bool:
    """Whether a row is what the principle is about: each kind of condition holds for any one of its choices.

    Tags and metadata must be equal, numbers and truth values as JSON writes them; a list in the metadata has each of
    its members. Keywords are found whatever their case, as whole words where the script has blanks between words.
    """
    wanted = principle.applies_to
    if "tags" in wanted and not any(tag in tags for tag in wanted["tags"]):
        return False
    for key, values in wanted.get("metadata", {}).items():
        if not any(text in values for text in _texts_of(metadata.get(key))):
            return False
    return "keywords" not in wanted or _mentions(prompt_text, wanted["keywords"])


def _texts_of(value: object) -> Iterable[str]:
    """A scalar, or the scalars of a list, as text."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [text for each in value if not isinstance(each, list | tuple) for text in _texts_of(each)]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]
    return [str(value)] if isinstance(value, int | float) else []


def _mentions(text: str, keywords: Iterable[str]) -> bool:
    text = _folded(text)
    for keyword in map(_folded, keywords):
        if _TOUCHING.search(keyword):
            if keyword in text:
                return True
        elif re.search(rf"(?<!\w){re.escape(keyword)}(?!\w)", text):
            return True
    return False


def _folded(text: str) -> str:
    return normalize("NFC", normalize("NFC", text).casefold())


def prompt_text_of(prompt: Iterable[Mapping[str, Any]]) -> str:
    """Every turn of a conversation, one below the other: what keywords are looked for in."""
    return "\n\n".join(str(message["content"]) for message in prompt)


def traits_of(metadata: Mapping[str, Any]) -> Traits:
    """The tags of a record, and of its metadata the short values as text, those of a list each; at most 50 keys."""
    tags: list[str] = []
    kept: dict[str, list[str]] = {}
    for key, value in metadata.items():
        texts = [text for text in _texts_of(value) if _is_choice(text)]
        if key == "tags":
            tags = texts[:MAX_TRAITS]
        elif texts and _is_choice(key) and len(kept) < MAX_TRAITS:
            kept[key] = texts[:MAX_TRAITS]
    return Traits(tags, kept)
