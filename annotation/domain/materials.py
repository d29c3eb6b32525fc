"""What people may see beside an item: passages, a reference answer, a rubric of its own.

These three alone are taken from a record's metadata. Anything else in there might name the model that wrote a
response, or tell how somebody else judged it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from annotation.domain.questions.base import NAME

KEYS = ("passages", "reference", "rubric")
MAX_PASSAGES = 100
MAX_ASPECTS = 40
_LOWEST, _HIGHEST = 0, 10


def materials_of(metadata: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The materials in a record's metadata, and how many were left out because they have another shape.

    `passages` is `[{"title", "sentences": [text]}]`, `reference` a text, `rubric` a list of aspects as a ratings
    question defines them.
    """
    found: dict[str, Any] = {}
    given = 0
    for key, take in (("passages", _passages), ("reference", _reference), ("rubric", _rubric)):
        value = metadata.get(key)
        if value is not None:
            given += 1
            taken = take(value)
            if taken is not None:
                found[key] = taken
    return found, given - len(found)


def _is_text(value: object) -> TypeGuard[str]:
    # PostgreSQL has no NUL character.
    return isinstance(value, str) and "\0" not in value


def _reference(value: object) -> str | None:
    return value if _is_text(value) and value.strip() else None


def _passages(value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_PASSAGES:
        return None
    taken = []
    for passage in value:
        if not isinstance(passage, Mapping) or not set(passage) <= {"title", "sentences"}:
            return None
        title, sentences = passage.get("title", ""), passage.get("sentences")
        if not _is_text(title) or not isinstance(sentences, list) or not all(map(_is_text, sentences)):
            return None
        taken.append({"title": title, "sentences": sentences})
    return taken


def _rubric(value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_ASPECTS:
        return None
    aspects = [_aspect(entry, may_split=True) for entry in value]
    taken = [aspect for aspect in aspects if aspect is not None]
    if len(taken) < len(aspects) or not _are_different(taken):
        return None
    return taken


def _aspect(value: object, *, may_split: bool) -> dict[str, Any] | None:
    """An aspect or one of its criteria, with what it leaves out filled in."""
    allowed = {"name", "title", "description", "anchors", *(("criteria", "low", "high") if may_split else ())}
    if not isinstance(value, Mapping) or not set(value) <= allowed:
        return None
    name = value.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return None
    title, description, anchors = value.get("title", name), value.get("description", ""), value.get("anchors", {})
    if not _is_text(title) or not _is_text(description) or not isinstance(anchors, Mapping):
        return None
    if not all(isinstance(step, str) and step.isdecimal() and _is_text(text) for step, text in anchors.items()):
        return None
    taken: dict[str, Any] = {"name": name, "title": title, "description": description, "anchors": dict(anchors)}
    if not may_split:
        return taken
    scale = {key: value[key] for key in ("low", "high") if value.get(key) is not None}
    if not all(type(step) is int and _LOWEST <= step <= _HIGHEST for step in scale.values()):
        return None
    if scale.get("low", _LOWEST) >= scale.get("high", _HIGHEST + 1):
        return None
    split = value.get("criteria") or []
    criteria = [_aspect(entry, may_split=False) for entry in split] if isinstance(split, list) else [None]
    if None in criteria or not _are_different([criterion for criterion in criteria if criterion is not None]):
        return None
    return {**taken, "criteria": criteria, **scale}


def _are_different(named: list[dict[str, Any]]) -> bool:
    return len({part["name"] for part in named}) == len(named)
