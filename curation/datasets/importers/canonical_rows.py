"""Our own rows: a prompt with any number of responses, labelled or not.

`{"prompt": text | messages, "responses": [text | {"content", "response_id"?, "generator"?, …}], "labels"?: […],
"context"?, "metadata"?, "annotations"?}`. A label names two responses by position or by id: `{"a", "b", "value"}`
with `value` > 0 when `b` is better, `{"a", "b", "outcome": "tie" | "both_bad"}`, or
`{"chosen", "rejected", "strength"?}`.
An annotation is `{"kind", "question", "body", "target"?, "annotator"?}`; its body names responses by their ids here.
"""

from __future__ import annotations

import math
from typing import Any

from curation.datasets.importers.base import (
    Draft,
    DraftAnnotation,
    DraftLabel,
    Row,
    RowError,
    missing,
    optional_text_at,
    rest_of,
    strength_of,
    text_at,
    wrong_type,
)
from curation.datasets.importers.images import images_at
from curation.datasets.importers.messages import messages_at
from curation.datasets.parts import spans_readable
from webapp.store.canonical import ANNOTATION_KINDS, Message, Response, response_id_of

_USED = frozenset({"record_id", "prompt", "responses", "labels", "context", "metadata", "signals", "annotations"})


class CanonicalRows:
    key = "canonical_rows"
    title = "Plumbline rows"

    def fits(self, row: Row) -> bool:
        return type(row.get("responses")) is list and type(row.get("prompt")) in (str, list)

    def draft(self, row: Row) -> Draft:
        given = row.get("responses")
        if type(given) is not list:
            raise missing("responses") if given is None else wrong_type("responses", "a list", given)
        if not given:
            raise RowError("empty_response", "The row has no responses.")
        prompt = row.get("prompt")
        messages = [Message("user", prompt)] if type(prompt) is str else messages_at(row, "prompt")
        responses = [_response(entry, f"responses[{index}]") for index, entry in enumerate(given)]
        names = _names(given, responses)
        return Draft(
            messages,
            responses,
            [_label(entry, f"labels[{i}]", names) for i, entry in enumerate(_list_at(row, "labels"))],
            optional_text_at(row, "context"),
            _metadata(row),
            _annotations(row, names, responses),
        )


def _response(entry: Any, where: str) -> Response:
    if type(entry) is str:
        return Response(response_id_of(entry), entry)
    if type(entry) is not dict:
        raise wrong_type(where, "text or an object", entry)
    content = "" if entry.get("content") is None and entry.get("images") else text_at(entry, "content")
    images = images_at(entry.get("images"), f"{where}.images")
    return Response(
        response_id_of(content, images),
        content,
        optional_text_at(entry, "generator"),
        optional_text_at(entry, "generated_at"),
        _number(entry.get("logprob"), f"{where}.logprob"),
        _scores(entry.get("scores"), where),
        images,
    )


def _number(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value):
        raise wrong_type(where, "a number", value)
    return float(value)


def _scores(value: Any, where: str) -> dict[str, float] | None:
    if not value:
        return None
    if type(value) is not dict:
        raise wrong_type(f"{where}.scores", "an object of numbers", value)
    pairs = ((name, _number(score, f"{where}.scores.{name}")) for name, score in value.items())
    return {name: score for name, score in pairs if score is not None} or None


def _names(given: list[Any], responses: list[Response]) -> dict[Any, int]:
    """Every name a label may call a response by: its position, its own id in the file, its id here."""
    names: dict[Any, int] = {index: index for index in range(len(responses))}
    for index, (entry, found) in enumerate(zip(given, responses, strict=True)):
        names[found.response_id] = index
        if type(entry) is dict:
            names.update({entry[key]: index for key in ("id", "response_id") if type(entry.get(key)) is str})
    return names


def _list_at(row: Row, key: str) -> list[Any]:
    value = row.get(key)
    if value is None:
        return []
    if type(value) is not list:
        raise wrong_type(key, "a list", value)
    return value


def _label(entry: Any, where: str, names: dict[Any, int]) -> DraftLabel:
    if type(entry) is not dict:
        raise wrong_type(where, "an object", entry)
    annotator, aspect = optional_text_at(entry, "annotator"), optional_text_at(entry, "aspect")
    if "chosen" in entry:
        pair = _pair(entry, ("rejected", "chosen"), where, names)
        value, strength = strength_of(entry["strength"]) if entry.get("strength") is not None else (1, 1.0)
        return DraftLabel(*pair, value, strength, annotator, aspect)
    pair = _pair(entry, ("a", "b"), where, names)
    graded, strength_given = _value(entry, where), _number(entry.get("strength"), f"{where}.strength")
    return DraftLabel(*pair, graded, strength_given, annotator, aspect)


def _pair(entry: Row, keys: tuple[str, str], where: str, names: dict[Any, int]) -> tuple[int, int]:
    found = []
    for key in keys:
        name = entry.get(key)
        if name is None:
            raise missing(f"{where}.{key}")
        if type(name) not in (int, str) or name not in names:
            raise RowError("unknown_response", f"“{where}.{key}” names no response of this row.")
        found.append(names[name])
    if found[0] == found[1]:
        raise RowError("bad_label", f"“{where}” compares a response with itself.")
    return found[0], found[1]


def _value(entry: Row, where: str) -> int | None:
    value, outcome = entry.get("value"), entry.get("outcome")
    if outcome == "both_bad":
        return None
    if outcome == "tie" and value in (None, 0):
        return 0
    if type(value) is not int or not -3 <= value <= 3:
        raise RowError("bad_label", f"“{where}.value” must be a whole number from -3 to 3.")
    if outcome not in (None, "preference", "tie") or (outcome == "preference") > (value != 0) or outcome == "tie":
        raise RowError("bad_label", f"“{where}.outcome” does not go with its value.")
    return value


def _annotations(row: Row, names: dict[Any, int], responses: list[Response]) -> list[DraftAnnotation]:
    found = []
    for index, entry in enumerate(_list_at(row, "annotations")):
        where = f"annotations[{index}]"
        if type(entry) is not dict:
            raise wrong_type(where, "an object", entry)
        kind, body, target = text_at(entry, "kind"), entry.get("body"), optional_text_at(entry, "target")
        if kind not in ANNOTATION_KINDS:
            raise RowError("bad_annotation", f"“{where}.kind” is one of {', '.join(ANNOTATION_KINDS)}.")
        if body is None:
            raise missing(f"{where}.body")
        if kind == "spans" and not spans_readable(body):
            raise RowError("bad_annotation", f"“{where}.body” must hold marks and omissions with a category each.")
        if target is not None and not target.startswith("turn:"):
            if target not in names:
                raise RowError("unknown_response", f"“{where}.target” names no response of this row.")
            target = responses[names[target]].response_id
        annotator = optional_text_at(entry, "annotator")
        found.append(DraftAnnotation(kind, text_at(entry, "question"), body, target, annotator))
    return found


def _metadata(row: Row) -> dict[str, Any]:
    metadata = row.get("metadata")
    if metadata is None:
        metadata = {}
    elif type(metadata) is not dict:
        raise wrong_type("metadata", "an object", metadata)
    return {**rest_of(row, _USED), **metadata}
