"""Records with answers of every kind, as campaigns, judges and imports leave them in a dataset version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotation.domain.text_offsets import sha256_of
from webapp.store.canonical import (
    Annotation,
    Label,
    Message,
    Record,
    Response,
    make_annotation,
    make_label,
    record_id_of,
    response_id_of,
)

CAMPAIGN, JUDGE = "campaign:1", "judge:7"


def record(prompt: str, texts: Sequence[str], context: str | None = None, **metadata: Any) -> Record:
    messages = [Message("user", prompt)]
    ids = [response_id_of(text) for text in texts]
    responses = sorted((Response(response_id_of(text), text) for text in texts), key=lambda each: each.response_id)
    return Record(record_id_of(messages, ids, context), messages, responses, [], context, dict(metadata))


def id_of(text: str) -> str:
    return response_id_of(text)


def voted(
    made: Record, better: str, worse: str, *, by: str | None = None, value: int | None = 1, **facts: Any
) -> Record:
    """The record with a vote of `value` for `better`; 0 is a tie, None both bad."""
    named: dict[str, Any] = {"source": "human", "origin": CAMPAIGN, "annotator": by, **facts}
    label: Label = make_label(id_of(worse), id_of(better), value, **named)
    made.labels.append(label)
    return made


def said(made: Record, kind: str, body: Any, *, by: str | None = None, question: str = "q", **facts: Any) -> Record:
    """The record with an annotation; by a judge where `source` says so."""
    judged = facts.get("source") == "judge"
    named = {"source": "human", "origin": JUDGE if judged else CAMPAIGN, "annotator": by, **facts}
    annotation: Annotation = make_annotation(kind, question, body, **named)
    made.annotations.append(annotation)
    return made


def mark(text: str, quote: str, category: str) -> dict[str, Any]:
    start = text.index(quote)
    place = {"target": id_of(text), "start": start, "end": start + len(quote), "quote": quote}
    return {**place, "category": category, "severity": None, "note": "", "evidence": None}


def marks(text: str, *given: dict[str, Any], missing: Sequence[str] = (), faultless: Sequence[str] = ()) -> Any:
    """The answer to a spans question about one text, and about others found without fault."""
    omissions = [{"target": id_of(text), "category": name, "note": "", "evidence": None} for name in missing]
    return {
        "sha256": {id_of(text): sha256_of(text)},
        "marks": list(given),
        "omissions": omissions,
        "no_error": [id_of(each) for each in faultless],
    }
