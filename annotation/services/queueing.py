"""Put records into a campaign's queue, by the ten thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from annotation.choices import CampaignState
from annotation.domain.forms import form_fits
from annotation.domain.items import ItemView
from annotation.models import Campaign
from annotation.selectors.campaigns import queue_next_position
from webapp.api.errors import ConflictError, NotFoundError

WORTH_ANALYZING = 1000


class ItemRow(NamedTuple):
    """A record to be judged. Of prompt and responses only role, content, response_id and images are kept."""

    record_id: str
    prompt: Sequence[dict[str, Any]]
    responses: Sequence[dict[str, Any]]
    context: str | None = None
    position: int | None = None


class Enqueued(NamedTuple):
    """Items added, items that waited there already, and rows that could not be asked about.

    For rows of two responses `added + known + unfit` is the number of rows; longer ones may make several items.
    """

    added: int
    known: int
    unfit: int


_STAGE = """
CREATE TEMPORARY TABLE annotation_staged_item (
    place bigint, record_id text, pair text, prompt jsonb, responses jsonb, context text, given_position bigint
) ON COMMIT DROP
"""
_COPY = "COPY annotation_staged_item (place, record_id, pair, prompt, responses, context, given_position) FROM STDIN"
# A record given twice in one call is kept at its first place.
_INSERT = """
INSERT INTO annotation_item
    (campaign_id, position, record_id, pair, source_version_id, prompt, responses, context, open_slots, done_count)
SELECT %(campaign)s, coalesce(given_position, %(base)s + place), record_id, pair, %(source)s, prompt, responses,
       context, %(overlap)s, 0
FROM annotation_staged_item
ORDER BY place
ON CONFLICT (campaign_id, record_id, pair) DO NOTHING
"""


@transaction.atomic
def items_enqueue(*, campaign_id: int, rows: Iterable[ItemRow], source_version_id: int | None) -> Enqueued:
    """Stream `rows` into the queue; records that wait there already are left as they are.

    Rows without a position go after the last item, in the order given. Where the questions ask about two responses
    and a record has more, each pair of them becomes an item. Rows whose responses the questions cannot be asked of
    (two identical responses make no pair) are counted as unfit and left out.
    """
    campaign = _campaign_for_queueing(campaign_id)
    staged = _stage(rows, campaign.form_version.questions)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "campaign": campaign_id,
                "base": queue_next_position(campaign_id) if staged.unplaced else 0,
                "source": source_version_id,
                "overlap": campaign.overlap,
            },
        )
        added = cursor.rowcount
        cursor.execute("DROP TABLE annotation_staged_item")
    if added >= WORTH_ANALYZING:
        transaction.on_commit(partial(_tell_planner, added))
    return Enqueued(added, staged.rows - added, staged.unfit)


def _tell_planner(added: int) -> None:
    """Renew the table's statistics when it has at least doubled.

    Connections keep their plans. One made while the queue was nearly empty reads the whole table, and would go on
    doing so until the server notices by itself a minute later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'annotation_item'::regclass")
        known = cursor.fetchone()[0]
        if added >= known:
            cursor.execute("ANALYZE annotation_item")


def _campaign_for_queueing(campaign_id: int) -> Campaign:
    """The campaign under a lock that other shards share and a change of its overlap waits for."""
    locked = Campaign.objects.raw("SELECT * FROM annotation_campaign WHERE id = %s FOR SHARE", [campaign_id])
    campaign = next(iter(locked), None)
    if campaign is None:
        raise NotFoundError("There is no such campaign.")
    if campaign.state == CampaignState.FINISHED:
        raise ConflictError("This campaign is finished; make it active again before adding items.")
    return campaign


class _Staged(NamedTuple):
    rows: int
    unplaced: int
    unfit: int


def _stage(rows: Iterable[ItemRow], questions: list[dict[str, Any]]) -> _Staged:
    staged = unplaced = unfit = 0
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                contents = _contents(row, questions)
                unfit += not contents
                for content in contents:
                    copy.write_row((staged, row.record_id, *content, row.context, row.position))
                    staged += 1
                    unplaced += row.position is None
    return _Staged(staged, unplaced, unfit)


def _contents(row: ItemRow, questions: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Pair, prompt and responses (JSON) of each item a row makes; none when it cannot be asked about.

    Annotators must not learn which model wrote what, so the names of generators stop here.
    """
    prompt = [_kept(message, ("role", "content", "images")) for message in row.prompt]
    responses = [_kept(response, ("response_id", "content", "images")) for response in row.responses]
    texts = [part["content"] for part in (*prompt, *responses)]
    if any("\0" in text for text in (*texts, row.context or "")):
        # PostgreSQL has no NUL character.
        return []
    prompt_json = orjson.dumps(prompt).decode()
    return [
        (pair, prompt_json, orjson.dumps(shown).decode())
        for pair, shown in _askable(ItemView(responses, prompt), questions)
        if form_fits(questions, ItemView(shown, prompt))
    ]


def _askable(item: ItemView, questions: list[dict[str, Any]]) -> Iterable[tuple[str, Sequence[Mapping[str, Any]]]]:
    """All responses at once where the questions allow it, else every two of them."""
    if len(item.responses) <= 2 or form_fits(questions, item):
        return [("", item.responses)]
    pairs = combinations(sorted(item.responses, key=lambda response: str(response["response_id"])), 2)
    return ((f"{first['response_id']}:{second['response_id']}", [first, second]) for first, second in pairs)


def _kept(part: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: part[name] for name in names if part.get(name) is not None}
