"""Put records into a campaign's queue, by the ten thousand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from annotation.choices import CampaignState, LeakPolicy
from annotation.domain.drafts import Draft, drafts_for, is_withheld
from annotation.domain.forms import form_fits
from annotation.domain.identity_leaks import Leak, leaks_in_many, masked
from annotation.domain.items import ItemView
from annotation.domain.principles import Traits
from annotation.models import Campaign
from annotation.selectors.campaigns import queue_next_position
from webapp.api.errors import ConflictError, NotFoundError

WORTH_ANALYZING = 1000
# Rows are searched for leaks together, because a search takes a millisecond to prepare.
_ROWS_PER_SEARCH = 2000
_CHARACTERS_PER_SEARCH = 16 << 20
# An escaped NUL; after an odd number of backslashes more it is only a text about one.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class ItemRow(NamedTuple):
    """A record to be judged. Of prompt and responses only role, content, response_id and images are kept."""

    record_id: str
    prompt: Sequence[dict[str, Any]]
    responses: Sequence[dict[str, Any]]
    context: str | None = None
    position: int | None = None
    # The record this one was made from, where it is judged under a context that record did not have.
    base_record_id: str = ""
    # What else is shown; see `annotation.domain.materials`.
    materials: dict[str, Any] | None = None
    # What principles look at; see `annotation.domain.principles`.
    traits: Traits | None = None
    # What the campaign's judge said of the record; kept as far as it answers the campaign's questions.
    drafts: Sequence[Draft] = ()


class Enqueued(NamedTuple):
    """Items added, items that waited there already, and rows that could not be asked about.

    `masked` counts rows in whose responses names were hidden, `quarantined` those left out because of them. For rows
    of two responses `added + known + unfit + quarantined` is the number of rows; longer ones may make several items.
    """

    added: int
    known: int
    unfit: int
    masked: int = 0
    quarantined: int = 0


# Told about each row that is left out because its responses name their writers.
OnQuarantined = Callable[[ItemRow, Sequence[Leak]], None]


_COLUMNS = "record_id, pair, prompt, responses, context, base_record_id, materials, traits, drafts"
_STAGE = """
CREATE TEMPORARY TABLE annotation_staged_item (
    place bigint, given_position bigint, record_id text, pair text, prompt jsonb, responses jsonb, context text,
    base_record_id text, materials jsonb, traits jsonb, drafts jsonb
) ON COMMIT DROP
"""
_COPY = f"COPY annotation_staged_item (place, given_position, {_COLUMNS}) FROM STDIN"
# A record given twice in one call is kept at its first place.
_INSERT = f"""
INSERT INTO annotation_item (campaign_id, position, source_version_id, open_slots, done_count, {_COLUMNS})
SELECT %(campaign)s, coalesce(given_position, %(base)s + place), %(source)s, %(overlap)s, 0, {_COLUMNS}
FROM annotation_staged_item
ORDER BY place
ON CONFLICT (campaign_id, record_id, pair) DO NOTHING
"""  # noqa: S608 - only constants are put together


@transaction.atomic
def items_enqueue(
    *,
    campaign_id: int,
    rows: Iterable[ItemRow],
    source_version_id: int | None,
    on_quarantined: OnQuarantined | None = None,
) -> Enqueued:
    """Stream `rows` into the queue; records that wait there already are left as they are.

    Rows without a position go after the last item, in the order given. Where the questions ask about two responses
    and a record has more, each pair of them becomes an item. Rows whose responses the questions cannot be asked of
    (two identical responses make no pair) are counted as unfit and left out. What happens to responses that name
    the model that wrote them is the campaign's choice.
    """
    campaign = _campaign_for_queueing(campaign_id)
    policy = LeakPolicy(campaign.identity_leaks)
    counts: Counter[str] = Counter()
    if policy != LeakPolicy.ALLOW:
        rows = _without_leaks(rows, policy, counts, on_quarantined)
    staged = _stage(rows, campaign)
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
    return Enqueued(added, staged.rows - added, staged.unfit, counts["masked"], counts["quarantined"])


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


def _without_leaks(
    rows: Iterable[ItemRow], policy: LeakPolicy, counts: Counter[str], on_quarantined: OnQuarantined | None
) -> Iterator[ItemRow]:
    """The rows with the names of their writers masked, or without those rows; `counts` says how many."""
    for batch in _batches(rows):
        found = leaks_in_many([response["content"] for row in batch for response in row.responses])
        first = 0
        for row in batch:
            places = range(first, first + len(row.responses))
            first = places.stop
            if not found or found.keys().isdisjoint(places):
                yield row
            elif policy == LeakPolicy.MASK:
                counts["masked"] += 1
                yield row._replace(
                    responses=[
                        {**response, "content": masked(response["content"], found.get(place, ()))}
                        for place, response in zip(places, row.responses, strict=True)
                    ]
                )
            else:
                counts["quarantined"] += 1
                if on_quarantined is not None:
                    on_quarantined(row, [leak for place in places for leak in found.get(place, ())])


def _batches(rows: Iterable[ItemRow]) -> Iterator[list[ItemRow]]:
    batch: list[ItemRow] = []
    characters = 0
    for row in rows:
        batch.append(row)
        for response in row.responses:
            characters += len(response["content"])
        if len(batch) >= _ROWS_PER_SEARCH or characters >= _CHARACTERS_PER_SEARCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


class _Staged(NamedTuple):
    rows: int
    unplaced: int
    unfit: int


def _stage(rows: Iterable[ItemRow], campaign: Campaign) -> _Staged:
    # Read now: a connection that copies can ask for nothing.
    questions = campaign.form_version.questions
    staged = unplaced = unfit = 0
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                contents = _contents(row, questions, campaign)
                unfit += not contents
                for content in contents:
                    copy.write_row((staged, row.position, row.record_id, *content))
                    staged += 1
                    unplaced += row.position is None
    return _Staged(staged, unplaced, unfit)


def _contents(row: ItemRow, questions: list[dict[str, Any]], campaign: Campaign) -> list[tuple[str | None, ...]]:
    """The columns from the pair on of each item a row makes, to be copied.

    Empty when the row cannot be asked about. Annotators must not learn which model wrote what, so the names of
    generators stop here.
    """
    prompt = [_kept(message, "role") for message in row.prompt]
    responses = [_kept(response, "response_id") for response in row.responses]
    item = ItemView(responses, prompt, row.materials or {})
    prompt_json = orjson.dumps(prompt).decode()
    materials = orjson.dumps(row.materials).decode() if row.materials else None
    traits = orjson.dumps(row.traits._asdict()).decode() if row.traits and any(row.traits) else None
    contents: list[tuple[str | None, ...]] = [
        (
            pair,
            prompt_json,
            orjson.dumps(shown).decode(),
            row.context,
            row.base_record_id,
            materials,
            traits,
            _drafts(row, pair, item._replace(responses=shown), questions, campaign),
        )
        for pair, shown in _askable(item, questions)
        if form_fits(questions, item._replace(responses=shown))
    ]
    if "\0" in (row.context or "") or _has_nul(prompt_json) or any(_has_nul(str(content[2])) for content in contents):
        return []
    return contents


def _drafts(row: ItemRow, pair: str, item: ItemView, questions: list[dict[str, Any]], campaign: Campaign) -> str | None:
    if not row.drafts or campaign.drafts is None:
        return None
    answers = drafts_for(questions, item, row.drafts, whole=not pair)
    if not answers:
        return None
    shown = not is_withheld(campaign.seed, row.record_id, pair)
    encoded = orjson.dumps({"by": campaign.drafts["judge"], "shown": shown, "answers": answers}).decode()
    return None if _has_nul(encoded) else encoded


def _has_nul(encoded: str) -> bool:
    """Tell whether texts encoded as JSON hold the one character PostgreSQL does not have."""
    return "\\u0000" in encoded and _NUL.search(encoded) is not None


def _askable(item: ItemView, questions: list[dict[str, Any]]) -> Iterable[tuple[str, Sequence[Mapping[str, Any]]]]:
    """All responses at once where the questions allow it, else every two of them."""
    if len(item.responses) <= 2 or form_fits(questions, item):
        return [("", item.responses)]
    pairs = combinations(sorted(item.responses, key=lambda response: str(response["response_id"])), 2)
    return ((f"{first['response_id']}:{second['response_id']}", [first, second]) for first, second in pairs)


def _kept(part: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A message or response with nothing but its role or id, text and images."""
    kept = {name: part[name], "content": part["content"]}
    if part.get("images"):
        kept["images"] = part["images"]
    return kept
