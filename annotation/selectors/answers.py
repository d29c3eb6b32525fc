"""The answers that count now, whole, streamed for folding back into datasets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from annotation.domain.identity_leaks import MASK
from annotation.models import FormVersion, Item


class CurrentAnswers(NamedTuple):
    """The newest revision of somebody's answers to an item, with the questions they were given to.

    `base_record_id` names the record the item was made from where it is judged under another context, "" where the
    item is a record as it stands. `masked` holds the responses in which names were hidden, as they were shown.
    """

    feedback_id: int
    record_id: str
    base_record_id: str
    context: str | None
    annotator_id: int
    is_simulated: bool
    answers: dict[str, Any]
    questions: Sequence[dict[str, Any]]
    masked: dict[str, str]


# The order is that of bytes, whatever the database's collation, and always the same.
_CURRENT = """
SELECT feedback.id, item.record_id, item.base_record_id, item.context, feedback.annotator_id, annotator.is_simulated,
    feedback.answers::text, feedback.form_version_id,
    CASE WHEN item.responses::text LIKE %(mask)s THEN item.responses::text END
FROM annotation_feedback feedback
JOIN annotation_item item ON item.id = feedback.item_id
JOIN accounts_user annotator ON annotator.id = feedback.annotator_id
WHERE feedback.campaign_id = %(campaign)s
    AND feedback.id <= %(up_to)s
    AND {condition}
    AND feedback.revision = (
        SELECT max(revision) FROM annotation_feedback every
        WHERE every.item_id = feedback.item_id AND every.annotator_id = feedback.annotator_id
            AND every.id <= %(up_to)s
    )
ORDER BY item.record_id COLLATE "C", feedback.annotator_id, feedback.id
"""
_BY_RECORD = _CURRENT.format(condition="item.record_id = ANY(%(records)s::text[])")
_BY_BASE = _CURRENT.format(condition="item.base_record_id = ANY(%(records)s::text[])")


def current_answers(
    *, campaign_id: int, record_ids: Sequence[str], up_to: int, of_bases: bool = False, chunk: int = 1000
) -> Iterator[CurrentAnswers]:
    """Stream the answers to the items of some records, in order of record id, then annotator.

    With `of_bases` the ids are those of the records that items under contexts were made from. `up_to` leaves out
    feedback with a larger id, and so gives the answers as they were at that moment.
    """
    params: dict[str, Any] = {"campaign": campaign_id, "records": list(record_ids), "up_to": up_to, "mask": f"%{MASK}%"}
    questions: dict[int, Sequence[dict[str, Any]]] = {}
    # A server-side cursor lives in a transaction.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_BY_BASE if of_bases else _BY_RECORD, params)
        while rows := cursor.fetchmany(chunk):
            wanted = {row[7] for row in rows} - questions.keys()
            questions.update(FormVersion.objects.filter(pk__in=wanted).values_list("pk", "questions"))
            for row in rows:
                yield _answers(row, questions[row[7]])


def _answers(row: Sequence[Any], questions: Sequence[dict[str, Any]]) -> CurrentAnswers:
    shown = orjson.loads(row[8]) if row[8] else []
    masked = {response["response_id"]: response["content"] for response in shown if MASK in response["content"]}
    return CurrentAnswers(
        feedback_id=row[0],
        record_id=row[1],
        base_record_id=row[2],
        context=row[3],
        annotator_id=row[4],
        is_simulated=row[5],
        answers=orjson.loads(row[6]),
        questions=questions,
        masked=masked,
    )


def campaign_has_contexts(campaign_id: int) -> bool:
    """Tell whether some item is judged under a context its record did not have."""
    return Item.objects.filter(campaign=campaign_id).exclude(base_record_id="").exists()


def queued_records(record_ids: Sequence[str]) -> set[str]:
    """Which of these records wait or waited in some campaign's queue."""
    queued: set[str] = set()
    for name in ("record_id", "base_record_id"):
        queued.update(Item.objects.filter(**{f"{name}__in": list(record_ids)}).values_list(name, flat=True))
    return queued
