"""What an importer of one format gives back, and the checks all of them share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from webapp.store.canonical import (
    Label,
    Message,
    Record,
    Response,
    make_annotation,
    make_label,
    record_id_of,
    response_id_of,
)

Row = dict[str, Any]

_TYPE_NAMES = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


class RowError(Exception):
    """One row that cannot be imported: a machine-readable reason and a sentence about it."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class DraftLabel(NamedTuple):
    """A label by the responses' positions in the draft; `value` > 0 says `second` is better, None both are bad."""

    first: int
    second: int
    value: int | None
    strength: float | None = None
    annotator: str | None = None
    aspect: str | None = None


class DraftAnnotation(NamedTuple):
    """An annotation whose body and target name responses by their ids here."""

    kind: str
    question: str
    body: Any
    target: str | None = None
    annotator: str | None = None


class Draft(NamedTuple):
    """A row as its format tells it, not yet checked for what every record needs."""

    prompt: list[Message]
    responses: list[Response]
    labels: Sequence[DraftLabel] = ()
    context: str | None = None
    metadata: dict[str, Any] = {}
    annotations: Sequence[DraftAnnotation] = ()


class Importer(Protocol):
    """One format of rows. `fits` must be cheap and strict; `draft` raises RowError."""

    key: str
    title: str

    def fits(self, row: Row) -> bool: ...

    def draft(self, row: Row) -> Draft: ...


def record_of(draft: Draft, *, origin: str) -> Record:
    """The canonical record of a draft. Raises RowError for empty prompts, and for empty or identical responses.

    A text may be empty where there are images.
    Responses are put in the order of their ids, so that a position never tells which one was chosen.
    """
    prompt, responses = draft.prompt, draft.responses
    for message in prompt:
        if message.images or (message.content and not message.content.isspace()):
            break
    else:
        raise RowError("empty_prompt", "The prompt is empty.")
    has_nul = any("\x00" in message.content for message in prompt)
    for response in responses:
        if not response.images and (not response.content or response.content.isspace()):
            raise RowError("empty_response", "A response is empty.")
        has_nul = has_nul or "\x00" in response.content
    if has_nul:
        raise RowError("null_character", "A text holds a NUL character, which databases cannot keep.")
    ids = [response.response_id for response in responses]
    if len(set(ids)) != len(ids):
        raise RowError("identical_responses", "Two responses are identical, so there is nothing to compare.")
    return Record(
        record_id_of(prompt, ids, draft.context),
        prompt,
        sorted(responses, key=_response_id),
        [_label_of(label, ids, origin) for label in draft.labels],
        draft.context,
        draft.metadata,
        [
            make_annotation(kind, question, body, target=target, annotator=annotator, source="imported", origin=origin)
            for kind, question, body, target, annotator in draft.annotations
        ],
    )


def _response_id(response: Response) -> str:
    return response.response_id


def _label_of(label: DraftLabel, ids: list[str], origin: str) -> Label:
    first, second, value, strength, annotator, aspect = label
    facts: dict[str, Any] = {"source": "imported", "origin": origin, "annotator": annotator, "aspect": aspect}
    if strength is not None:
        facts["strength"] = strength
    return make_label(ids[first], ids[second], value, **facts)


def response(content: str, generator: str | None = None) -> Response:
    return Response(response_id_of(content), content, generator)


def response_to(turn: Message) -> Response:
    """The response that an assistant's turn is."""
    return Response(response_id_of(turn.content, turn.images), turn.content, images=turn.images)


def text_at(row: Mapping[str, Any], key: str) -> str:
    """The text under a key. Raises RowError when it is missing, null or something else."""
    value = row.get(key)
    if type(value) is not str:
        raise missing(key) if value is None else wrong_type(key, "text", value)
    return value


def optional_text_at(row: Mapping[str, Any], key: str) -> str | None:
    return None if row.get(key) is None else text_at(row, key)


def missing(key: str) -> RowError:
    return RowError("missing_field", f"The field “{key}” is missing.")


def wrong_type(key: str, wanted: str, value: Any) -> RowError:
    return RowError("wrong_type", f"The field “{key}” must be {wanted}, not {_TYPE_NAMES.get(type(value), 'this')}.")


def preference(row: Mapping[str, Any]) -> list[DraftLabel]:
    """The label of a row whose first response is the chosen one, with the row's own strength when it has one."""
    given = row.get("strength")
    if given is None:
        return [DraftLabel(1, 0, 1, 1.0)]
    value, strength = strength_of(given)
    return [DraftLabel(1, 0, value, strength)]


def strength_of(given: Any) -> tuple[int, float]:
    """A positive strength as (its size on the 1…3 scale, itself)."""
    if type(given) not in (int, float) or not math.isfinite(given) or given <= 0:
        raise RowError("bad_strength", "The strength of a preference must be a number above zero.")
    return max(1, min(3, round(given))), float(given)


def rest_of(row: Row, used: frozenset[str]) -> dict[str, Any]:
    """What the format does not use, kept as metadata; nothing a row says is thrown away."""
    if len(row) <= len(used) and row.keys() <= used:
        return {}
    return {key: value for key, value in row.items() if key not in used and value is not None}
