"""Change a campaign's form after people have begun to answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction
from django.db.models import Max

from annotation.choices import CampaignState
from annotation.domain.form_changes import ASKED_AGAIN, CARRIES, carried_answers, carry_over_of, fulfils
from annotation.domain.forms import form_fits, validate_questions
from annotation.domain.items import ItemView
from annotation.models import Campaign, FormVersion, Item
from annotation.services.campaigns import questions_checked
from webapp.api.errors import ApplicationError, ConflictError, NotFoundError
from webapp.api.sql import query

CHUNK = 500

# Everybody's search starts again. It also settles every search under way: one that took its row before this is
# waited for, one that comes after sees that it was sent back and begins anew, with the new form.
_SEND_BACK = """
WITH locked AS MATERIALIZED (
    SELECT id FROM annotation_campaignannotator WHERE campaign_id = %(campaign)s ORDER BY id FOR NO KEY UPDATE
)
UPDATE annotation_campaignannotator assigned SET next_position = least(assigned.next_position, 0) - 1
FROM locked
WHERE assigned.id = locked.id
"""

# What people hold, or could still submit late. An answer on its way is waited for, or finds its lease moved on.
_PIN = """
WITH held AS MATERIALIZED (
    SELECT id FROM annotation_lease
    WHERE campaign_id = %(campaign)s AND state IN ('active', 'expired') AND (%(all)s OR form_version_id IS NULL)
    ORDER BY id
    FOR NO KEY UPDATE
)
UPDATE annotation_lease lease SET form_version_id = %(version)s
FROM held
WHERE lease.id = held.id
"""

_ANSWERED = """
SELECT lease.id, newest.form_version_id, newest.answers, item.responses, item.prompt, item.materials
FROM annotation_feedback newest
JOIN annotation_lease lease ON lease.id = newest.lease_id AND lease.state = 'submitted'
JOIN annotation_item item ON item.id = newest.item_id
WHERE newest.campaign_id = %(campaign)s AND NOT EXISTS (
    SELECT FROM annotation_feedback later
    WHERE later.item_id = newest.item_id AND later.annotator_id = newest.annotator_id
        AND later.revision > newest.revision
)
"""

# Leases before items, each in order of id: that is the order in which an answer takes them, too.
_REOPEN = """
WITH answered AS MATERIALIZED (
    SELECT id, item_id FROM annotation_lease
    WHERE id = ANY(%(leases)s::bigint[]) AND state = 'submitted'
    ORDER BY id
    FOR NO KEY UPDATE
), reopened AS (
    UPDATE annotation_lease lease SET state = 'reopened'
    FROM answered
    WHERE lease.id = answered.id
    RETURNING lease.item_id
), counted AS MATERIALIZED (
    SELECT item_id, count(*) AS leases FROM reopened GROUP BY item_id
), locked AS MATERIALIZED (
    SELECT id FROM annotation_item WHERE id IN (SELECT item_id FROM counted) ORDER BY id FOR NO KEY UPDATE
), opened AS (
    UPDATE annotation_item item
    SET open_slots = item.open_slots + counted.leases, done_count = item.done_count - counted.leases
    FROM locked, counted
    WHERE item.id = locked.id AND counted.item_id = item.id
)
SELECT coalesce(sum(leases), 0)::int AS reopened FROM counted
"""


class FormChange(NamedTuple):
    """What becomes of each question: names, and for those asked again `{"name", "reason"}`."""

    carries: list[str]
    asked_again: list[dict[str, str]]
    added: list[str]
    removed: list[str]


def form_check(*, campaign_id: int, questions: object) -> FormChange:
    """What a change to these questions would carry over. Changes nothing."""
    campaign = Campaign.objects.select_related("form_version").filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError("There is no such campaign.")
    old, new = _complete(campaign.form_version.questions), questions_checked(questions)
    verdicts = carry_over_of(old, new)
    return FormChange(
        carries=[name for name, verdict in verdicts.items() if verdict == CARRIES],
        asked_again=[
            {"name": name, "reason": verdict.removeprefix(ASKED_AGAIN)}
            for name, verdict in verdicts.items()
            if verdict != CARRIES
        ],
        added=[question["name"] for question in new if question["name"] not in verdicts],
        removed=[question["name"] for question in old if question["name"] not in verdicts],
    )


@transaction.atomic
def form_change(
    *,
    campaign_id: int,
    questions: object,
    carry_over: Sequence[str] | None = None,
    reopen: bool = False,
    note: str = "",
) -> tuple[FormVersion, int]:
    """Ask these questions from now on; returns the new version and how many answers were opened again.

    `carry_over` names the questions whose earlier answers count under the new version, None means all that can.
    Answers stay with the version they were given under. With `reopen`, those that leave a required question open
    are asked for again, and items that people hold are answered under the new version; without it, whoever holds
    an item answers the questions they were shown.

    Raises ApplicationError for questions or names that cannot be, ConflictError when the campaign is finished or
    has items that the questions cannot be asked of.
    """
    new = questions_checked(questions)
    campaign = _campaign_for_change(campaign_id)
    old = campaign.form_version
    verdicts = carry_over_of(_complete(old.questions), new)
    carries = _carry_over(verdicts, carry_over)
    _refuse_unfit(campaign_id, [question for question in new if verdicts.get(question["name"]) != CARRIES])
    numbers = FormVersion.objects.filter(form=old.form_id).aggregate(last=Max("version"))
    version = FormVersion.objects.create(
        form_id=old.form_id, version=numbers["last"] + 1, questions=new, carries_over=carries, note=note
    )
    campaign.form_version = version
    campaign.save(update_fields=["form_version"])
    if reopen:
        query(_SEND_BACK, {"campaign": campaign_id})
    pinned = version.pk if reopen else old.pk
    query(_PIN, {"campaign": campaign_id, "version": pinned, "all": reopen})
    return version, _reopen(campaign_id, version) if reopen else 0


def _campaign_for_change(campaign_id: int) -> Campaign:
    """The campaign under a lock that waits for, and holds up, queueing, changes of overlap and of annotators."""
    campaign = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError("There is no such campaign.")
    if campaign.state == CampaignState.FINISHED:
        raise ConflictError("This campaign is finished; make it active again before changing its form.")
    return campaign


def _complete(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored questions with the parts that types have had since filled in."""
    return validate_questions(questions)


def _carry_over(verdicts: Mapping[str, str], wanted: Sequence[str] | None) -> list[str]:
    possible = [name for name, verdict in verdicts.items() if verdict == CARRIES]
    if wanted is None:
        return possible
    for name in wanted:
        if name not in possible:
            verdict = verdicts.get(name, "is not a question of both versions")
            sentence = f"“{name}” cannot carry over: {verdict.removeprefix(ASKED_AGAIN)}; leave it out."
            raise ApplicationError(f"carry_over: {sentence}", fields={"carry_over": [sentence]})
    return [name for name in possible if name in wanted]


def _refuse_unfit(campaign_id: int, questions: Sequence[dict[str, Any]]) -> None:
    """Only questions that are new, or ask for something else, can be ones an item does not fit."""
    if not questions:
        return
    items = Item.objects.filter(campaign=campaign_id).order_by("position")
    rows = items.values_list("responses", "prompt", "materials").iterator(CHUNK)
    fitting = [
        form_fits(questions, ItemView(responses, prompt, materials or {})) for responses, prompt, materials in rows
    ]
    unfit = fitting.count(False)
    if unfit:
        raise ConflictError(
            f"These questions cannot be asked of {unfit} of the campaign's {len(fitting)} items, the first of them "
            f"number {fitting.index(False) + 1}; ask what fits every item, or make another campaign for those.",
            fields={"questions": [f"They do not fit {unfit} items."]},
        )


def _reopen(campaign_id: int, version: FormVersion) -> int:
    """Open again what does not fulfil the new version; every answer given so far is visible to this statement."""
    leases = [
        lease_id
        for lease_id, answers, item in _answered(campaign_id, version)
        if not fulfils(version.questions, answers, item)
    ]
    if not leases:
        return 0
    return int(query(_REOPEN, {"leases": leases})[0]["reopened"])


def _answered(campaign_id: int, version: FormVersion) -> Iterator[tuple[int, dict[str, Any], ItemView]]:
    """Lease, what of its answers counts under `version`, and item, for everything that is answered now."""
    versions = FormVersion.objects.filter(form=version.form_id)
    numbers = dict(versions.values_list("pk", "version"))
    steps = dict(versions.values_list("version", "carries_over"))
    later = {pk: [step for other, step in steps.items() if other > number] for pk, number in numbers.items()}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ANSWERED, {"campaign": campaign_id})
        while rows := cursor.fetchmany(CHUNK):
            for lease_id, given_under, answers, responses, prompt, materials in rows:
                carried = carried_answers(orjson.loads(answers), version.questions, later[given_under])
                item = ItemView(orjson.loads(responses), orjson.loads(prompt), orjson.loads(materials or "{}") or {})
                yield lease_id, carried, item
