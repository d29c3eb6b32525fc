"""The votes that count now, streamed for folding back into datasets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from annotation.models import Feedback
from webapp.store.canonical import Label, make_label


class CurrentVote(NamedTuple):
    """A vote of the newest revision of somebody's feedback; see `annotation.models.Vote` for `value`."""

    record_id: str
    source_version_id: int | None
    item_id: int
    a: str
    b: str
    outcome: str
    value: int | None
    strength: int | None
    steps: int
    question: str
    aspect: str | None
    annotator_id: int
    is_simulated: bool
    feedback_id: int
    revision: int
    created_at: datetime


# The order is that of bytes, whatever the database's collation, so that it can be merged with sorted files.
_CURRENT = """
SELECT item.record_id, item.source_version_id, item.id, vote.a, vote.b, vote.outcome, vote.value, vote.strength,
    vote.steps, vote.question, vote.aspect, vote.annotator_id, annotator.is_simulated,
    feedback.id, feedback.revision, feedback.created_at
FROM annotation_feedback feedback
JOIN annotation_vote vote ON vote.feedback_id = feedback.id
JOIN annotation_item item ON item.id = feedback.item_id
JOIN accounts_user annotator ON annotator.id = feedback.annotator_id
WHERE feedback.campaign_id = %(campaign)s
    AND (%(up_to)s::bigint IS NULL OR feedback.id <= %(up_to)s)
    AND (%(source)s::bigint IS NULL OR item.source_version_id = %(source)s)
    AND (%(records)s::text[] IS NULL OR item.record_id = ANY(%(records)s::text[]))
    AND feedback.revision = (
        SELECT max(revision) FROM annotation_feedback every
        WHERE every.item_id = feedback.item_id AND every.annotator_id = feedback.annotator_id
            AND (%(up_to)s::bigint IS NULL OR every.id <= %(up_to)s)
    )
ORDER BY item.record_id COLLATE "C", feedback.annotator_id, vote.id
"""


def feedback_high_mark(campaign_id: int) -> int:
    """The newest feedback's id, 0 when there is none: reading up to it gives the same votes again later."""
    return Feedback.objects.filter(campaign=campaign_id).order_by("-id").values_list("id", flat=True).first() or 0


def current_votes(
    *,
    campaign_id: int,
    source_version_id: int | None = None,
    record_ids: Sequence[str] | None = None,
    up_to: int | None = None,
    chunk: int = 5000,
) -> Iterator[CurrentVote]:
    """Stream votes in order of record id, then annotator, `chunk` in memory at a time.

    `up_to` leaves out feedback with a larger id, and so gives the answers as they were at that moment.
    """
    params = {
        "campaign": campaign_id,
        "source": source_version_id,
        "records": None if record_ids is None else list(record_ids),
        "up_to": up_to,
    }
    # A server-side cursor lives in a transaction.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_CURRENT, params)
        while rows := cursor.fetchmany(chunk):
            yield from map(CurrentVote._make, rows)


def label_of(vote: CurrentVote, *, campaign_id: int) -> Label:
    """The vote as a label of the canonical record. What a simulated annotator said stays recognisable."""
    return make_label(
        vote.a,
        vote.b,
        vote.value,
        outcome=vote.outcome,
        source="human",
        strength=None if vote.strength is None else float(vote.strength),
        aspect=vote.aspect,
        annotator=f"{'simulated' if vote.is_simulated else 'user'}:{vote.annotator_id}",
        origin=f"campaign:{campaign_id}",
    )
