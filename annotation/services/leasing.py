"""Give out items, one person at a time, and take them back.

A claim is one SQL statement. Whatever happens to the connection afterwards, the slot it took is named by a lease
that runs out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from annotation.choices import CampaignState
from annotation.domain.form_changes import carried_answers
from annotation.domain.presentation import presentation_order
from annotation.models.queue import MAX_HELD_LEASES
from webapp.api.errors import ConflictError, ForbiddenError, GoneError, NotFoundError
from webapp.api.sql import query, query_prepared
from webapp.projects.policies import ROLE_VERBS, Verb

ANNOTATING_ROLES = [role for role, verbs in ROLE_VERBS.items() if Verb.ANNOTATE in verbs]

# Scalar subqueries keep the planner on the index of open items, in order of position: joins would let it sort, and
# NOT EXISTS let it compare every item with every lease of the person, which a kept plan then did for 50,000 of them.
# NO KEY UPDATE, because another person's feedback on the item holds KEY SHARE, which must not make us skip it.
# The person's own row is locked first, and read at its newest: a search that was sent back while this statement
# waited (the form has changed, or items came back) finds nothing here, and is made again with fresh eyes.
_NEXT = """
WITH me AS MATERIALIZED (
    SELECT assigned.id, assigned.next_position, campaign.seed, campaign.lease_seconds, campaign.guidelines_version,
        campaign.form_version_id
    FROM annotation_campaign campaign
    JOIN annotation_campaignannotator assigned
        ON assigned.campaign_id = campaign.id AND assigned.user_id = %(annotator)s AND assigned.active
    JOIN projects_membership member
        ON member.project_id = campaign.project_id AND member.user_id = assigned.user_id
    WHERE campaign.id = %(campaign)s AND campaign.state = 'active' AND member.role = ANY(%(roles)s)
        AND assigned.next_position >= (
            SELECT seen.next_position FROM annotation_campaignannotator seen
            WHERE seen.campaign_id = %(campaign)s AND seen.user_id = %(annotator)s
        )
    FOR NO KEY UPDATE OF assigned
), held AS MATERIALIZED (
    SELECT id, item_id, slot, presentation_seed, form_version_id, expires_at
    FROM annotation_lease
    WHERE campaign_id = %(campaign)s AND annotator_id = %(annotator)s AND state = 'active'
), own AS MATERIALIZED (
    SELECT id, item_id, presentation_seed, form_version_id, expires_at
    FROM held
    WHERE expires_at > now() AND id <> ALL(%(exclude)s::bigint[]) AND EXISTS (SELECT FROM me)
    ORDER BY id
    LIMIT 1
), free AS MATERIALIZED (
    SELECT number
    FROM generate_series(1, %(max_held)s) number
    WHERE number NOT IN (SELECT slot FROM held) AND NOT EXISTS (SELECT FROM own)
    ORDER BY number
    LIMIT 1
), picked AS MATERIALIZED (
    SELECT item.id, item.position
    FROM annotation_item item
    WHERE item.campaign_id = %(campaign)s
        AND item.open_slots > 0
        AND item.position >= (SELECT CASE WHEN %(from_start)s THEN 0 ELSE next_position END FROM me)
        AND EXISTS (SELECT FROM free)
        AND (
            SELECT true FROM annotation_lease earlier
            WHERE earlier.item_id = item.id AND earlier.annotator_id = %(annotator)s
                AND earlier.state IN ('active', 'submitted', 'skipped')
        ) IS NULL
    ORDER BY item.position
    LIMIT 1
    FOR NO KEY UPDATE OF item SKIP LOCKED
), taken AS (
    UPDATE annotation_item item SET open_slots = item.open_slots - 1
    FROM picked
    WHERE item.id = picked.id
    RETURNING item.id
), moved AS (
    UPDATE annotation_campaignannotator assigned SET next_position = picked.position
    FROM picked
    WHERE assigned.id = (SELECT id FROM me)
), leased AS (
    INSERT INTO annotation_lease (
        campaign_id, item_id, annotator_id, state, slot, presentation_seed, guidelines_version, form_version_id,
        skip_reason, expires_at, created_at
    )
    SELECT %(campaign)s, taken.id, %(annotator)s, 'active', free.number,
        hashtextextended(taken.id || ':' || %(annotator)s, me.seed), me.guidelines_version,
        me.form_version_id, '', now() + make_interval(secs => me.lease_seconds), now()
    FROM taken, me, free
    RETURNING id, item_id, presentation_seed, form_version_id, expires_at
)
SELECT member.role, assigned.active AS assigned, campaign.state AS campaign_state,
    (SELECT count(*) FROM held WHERE expires_at > now()) AS held,
    lease.id AS lease_id, lease.presentation_seed, lease.expires_at,
    item.id AS item_id, item.position, item.prompt, item.responses, item.context,
    item.materials,
    CASE WHEN campaign.drafts->>'judge' = item.drafts->>'by' AND (item.drafts->>'shown')::boolean
        THEN item.drafts->'answers' END AS drafts,
    form.id AS form_id, form.version AS form_version, form.questions, earlier.answers, earlier.carried
FROM annotation_campaign campaign
LEFT JOIN projects_membership member ON member.project_id = campaign.project_id AND member.user_id = %(annotator)s
LEFT JOIN annotation_campaignannotator assigned
    ON assigned.campaign_id = campaign.id AND assigned.user_id = %(annotator)s
LEFT JOIN (SELECT * FROM own UNION ALL SELECT * FROM leased) lease ON true
LEFT JOIN annotation_item item ON item.id = lease.item_id
JOIN annotation_formversion form ON form.id = coalesce(lease.form_version_id, campaign.form_version_id)
LEFT JOIN LATERAL (
    SELECT feedback.answers, (
        SELECT jsonb_agg(later.carries_over)
        FROM annotation_formversion later, annotation_formversion given
        WHERE given.id = feedback.form_version_id
            AND later.form_id = form.form_id AND later.version > given.version AND later.version <= form.version
    ) AS carried
    FROM annotation_feedback feedback
    WHERE feedback.item_id = lease.item_id AND feedback.annotator_id = %(annotator)s
    ORDER BY feedback.revision DESC
    LIMIT 1
) earlier ON true
WHERE campaign.id = %(campaign)s
"""

# Nothing is waited for: an item that somebody is writing to is found by the next sweep.
_EXPIRE = """
WITH due AS MATERIALIZED (
    SELECT id, item_id FROM annotation_lease
    WHERE state = 'active' AND expires_at <= now() AND (%(campaign)s::bigint IS NULL OR campaign_id = %(campaign)s)
    ORDER BY id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), locked AS MATERIALIZED (
    SELECT id FROM annotation_item WHERE id IN (SELECT item_id FROM due) FOR NO KEY UPDATE SKIP LOCKED
), ended AS (
    UPDATE annotation_lease lease SET state = 'expired', slot = NULL, ended_at = now()
    FROM due, locked
    WHERE lease.id = due.id AND locked.id = due.item_id
    RETURNING lease.item_id
), freed AS (
    UPDATE annotation_item item SET open_slots = item.open_slots + due.slots
    FROM (SELECT item_id, count(*) AS slots FROM ended GROUP BY item_id) due
    WHERE item.id = due.item_id
    RETURNING item.id, due.slots
)
SELECT id, slots::int FROM freed
"""

_END = """
WITH ended AS (
    UPDATE annotation_lease SET state = %(state)s, slot = NULL, ended_at = now(), skip_reason = %(reason)s
    WHERE id = %(lease)s AND annotator_id = %(annotator)s AND state = 'active'
    RETURNING item_id
)
UPDATE annotation_item item SET open_slots = item.open_slots + 1
FROM ended
WHERE item.id = ended.item_id
RETURNING item.id
"""

_RELEASE_ALL = """
WITH ended AS (
    UPDATE annotation_lease SET state = 'released', slot = NULL, ended_at = now()
    WHERE campaign_id = %(campaign)s AND annotator_id = %(annotator)s AND state = 'active'
    RETURNING item_id
), locked AS MATERIALIZED (
    SELECT id FROM annotation_item WHERE id IN (SELECT item_id FROM ended) ORDER BY id FOR NO KEY UPDATE
)
UPDATE annotation_item item SET open_slots = item.open_slots + 1
FROM locked
WHERE item.id = locked.id
RETURNING item.id
"""

# Rows are locked in order of id, so that two calls cannot block each other. People who handled an item are left
# where they are: it is not open to them.
_REWIND = """
WITH locked AS MATERIALIZED (
    SELECT id, user_id, campaign_id, next_position
    FROM annotation_campaignannotator
    WHERE campaign_id IN (SELECT campaign_id FROM annotation_item WHERE id = ANY(%(items)s::bigint[]))
    ORDER BY id
    FOR NO KEY UPDATE
)
UPDATE annotation_campaignannotator assigned SET next_position = reopened.position
FROM (
    SELECT locked.id, min(item.position) AS position
    FROM locked
    JOIN annotation_item item
        ON item.campaign_id = locked.campaign_id AND item.position < locked.next_position
        AND item.id = ANY(%(items)s::bigint[])
    WHERE NOT EXISTS (
        SELECT FROM annotation_lease handled
        WHERE handled.item_id = item.id AND handled.annotator_id = locked.user_id
            AND handled.state IN ('active', 'submitted', 'skipped')
    )
    GROUP BY locked.id
) reopened
WHERE assigned.id = reopened.id
"""

_HEARTBEAT = """
UPDATE annotation_lease lease SET expires_at = now() + make_interval(secs => campaign.lease_seconds)
FROM annotation_campaign campaign
WHERE lease.id = %(lease)s AND lease.annotator_id = %(annotator)s AND lease.state = 'active'
    AND campaign.id = lease.campaign_id
RETURNING lease.expires_at
"""


def lease_next(*, campaign_id: int, annotator_id: int, exclude: Sequence[int] = ()) -> dict[str, Any] | None:
    """An item for this person: one they hold (unless it is in `exclude`), else the first open one.

    Returns `{"lease", "item", "form", "answers", "drafts"}` as the API shows it, or None when nothing is left for them
    now. Raises NotFoundError, ForbiddenError or ConflictError when the campaign is not theirs, not active, or when they
    hold as many items as a person may.
    """
    params = {
        "campaign": campaign_id,
        "annotator": annotator_id,
        "exclude": list(exclude),
        "roles": ANNOTATING_ROLES,
        "max_held": MAX_HELD_LEASES,
    }
    row = _claim({**params, "from_start": False})
    if row["lease_id"] is None:
        # Rare: the end of the queue. What ran out, or was passed over while others had it locked, is found now.
        leases_expire(campaign_id=campaign_id)
        row = _claim({**params, "from_start": True})
    if row["lease_id"] is None:
        if row["held"] >= MAX_HELD_LEASES:
            raise ConflictError(f"You hold {MAX_HELD_LEASES} items already; submit, skip or release one first.")
        return None
    return _payload(row)


def _claim(params: dict[str, Any]) -> dict[str, Any]:
    """Run the claim; when two requests of one person collide in a slot, the later one tries the next."""
    for _ in range(MAX_HELD_LEASES):
        try:
            # A statement on its own undoes itself; inside a caller's transaction that takes a savepoint.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                rows = query_prepared(_NEXT, params)
        except IntegrityError:
            continue
        if not rows:
            raise NotFoundError("There is no such campaign, or you may not see it.")
        _refuse_strangers(rows[0])
        return rows[0]
    raise ConflictError("Several of your requests for an item arrived at once; ask again.")


def _refuse_strangers(row: dict[str, Any]) -> None:
    if row["role"] is None:
        raise NotFoundError("There is no such campaign, or you may not see it.")
    if not row["assigned"] or row["role"] not in ANNOTATING_ROLES:
        raise ForbiddenError("You are not assigned to this campaign; ask one of the project's curators to add you.")
    if row["campaign_state"] == CampaignState.PAUSED:
        raise ConflictError("This campaign is paused; what you hold can still be submitted.")
    if row["campaign_state"] == CampaignState.FINISHED:
        raise ConflictError("This campaign is finished; no more items are given out.")


def _payload(row: dict[str, Any]) -> dict[str, Any]:
    questions = orjson.loads(row["questions"])
    responses = {response["response_id"]: response for response in orjson.loads(row["responses"])}
    order = presentation_order(list(responses), row["presentation_seed"])
    return {
        "lease": {"id": row["lease_id"], "expires_at": row["expires_at"]},
        "item": {
            "id": row["item_id"],
            "position": row["position"],
            "prompt": orjson.loads(row["prompt"]),
            "responses": [responses[response_id] for response_id in order],
            "context": row["context"],
            "materials": orjson.loads(row["materials"] or "null"),
        },
        "form": {"id": row["form_id"], "version": row["form_version"], "questions": questions},
        "answers": _carried(row, questions),
        "drafts": orjson.loads(row["drafts"] or "{}"),
    }


def _carried(row: dict[str, Any], questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What this person said about the item under an earlier form and need not say again."""
    if row["answers"] is None:
        return {}
    return carried_answers(orjson.loads(row["answers"]), questions, orjson.loads(row["carried"] or "[]"))


def leases_expire(*, campaign_id: int | None = None, limit: int = 1000) -> int:
    """Take back up to `limit` leases that ran out, in one campaign or all of them; returns how many."""
    freed = query(_EXPIRE, {"campaign": campaign_id, "limit": limit})
    _rewind(freed)
    return sum(row["slots"] for row in freed)


def _rewind(freed: Sequence[dict[str, Any]]) -> None:
    """Let people's search begin at items that are open again.

    A statement of its own: within the one that frees the items, it would wait for people who wait for an item.
    """
    if freed:
        query(_REWIND, {"items": [item["id"] for item in freed]})


def leases_release_of(*, campaign_id: int, annotator_id: int) -> None:
    """Give back everything one person holds in a campaign."""
    _rewind(query(_RELEASE_ALL, {"campaign": campaign_id, "annotator": annotator_id}))


def lease_skip(*, lease_id: int, annotator_id: int, reason: str = "") -> None:
    """Give the item to others; this person is never shown it again."""
    _end(lease_id, annotator_id, "skipped", reason)


def lease_release(*, lease_id: int, annotator_id: int) -> None:
    """Give the item back; this person may be shown it again."""
    _end(lease_id, annotator_id, "released", "")


def _end(lease_id: int, annotator_id: int, state: str, reason: str) -> None:
    freed = query(_END, {"lease": lease_id, "annotator": annotator_id, "state": state, "reason": reason})
    if not freed:
        raise lease_refusal(lease_id=lease_id, annotator_id=annotator_id)
    _rewind(freed)


def lease_heartbeat(*, lease_id: int, annotator_id: int) -> dict[str, Any]:
    """Start the lease's time again; returns `{"expires_at"}`."""
    rows = query(_HEARTBEAT, {"lease": lease_id, "annotator": annotator_id})
    if not rows:
        raise lease_refusal(lease_id=lease_id, annotator_id=annotator_id)
    return rows[0]


def lease_refusal(*, lease_id: int, annotator_id: int) -> NotFoundError | ConflictError | GoneError:
    """Why this person can do nothing with this lease any more."""
    rows = query("SELECT state FROM annotation_lease WHERE id = %s AND annotator_id = %s", [lease_id, annotator_id])
    if not rows:
        return NotFoundError("You hold no such item.")
    state = rows[0]["state"]
    if state == "expired":
        return GoneError("Your time for this item ran out and it was given out again; take the next one.")
    said = {"submitted": "submitted", "skipped": "skipped", "released": "given back"}.get(state, state)
    if state == "reopened":
        return ConflictError("The form has changed since you answered this item; take it again to answer what is new.")
    return ConflictError(f"You have {said} this item already; take the next one.")
