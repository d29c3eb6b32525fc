"""Take answers in, and changes of mind.

Everything is checked where it is written: that the lease is the caller's and open, that the answers fit the form,
and, by constraints, that nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from annotation.choices import CampaignState
from annotation.domain.forms import FormError, validate_answers, votes_of
from annotation.domain.items import ItemView
from annotation.domain.presentation import presentation_order
from annotation.services.leasing import ANNOTATING_ROLES, lease_refusal
from webapp.api.errors import ApplicationError, ConflictError, ForbiddenError, NotFoundError
from webapp.api.sql import query, query_prepared

_LEASE = """
SELECT lease.id, lease.presentation_seed, item.prompt, item.responses, item.materials,
    lease.form_version_id AS pinned, form.id AS form_version, form.questions,
    campaign.state AS campaign_state, member.role, assigned.active AS assigned
FROM annotation_lease lease
JOIN annotation_item item ON item.id = lease.item_id
JOIN annotation_campaign campaign ON campaign.id = lease.campaign_id
JOIN annotation_formversion form ON form.id = coalesce(lease.form_version_id, campaign.form_version_id)
LEFT JOIN projects_membership member
    ON member.project_id = campaign.project_id AND member.user_id = lease.annotator_id
LEFT JOIN annotation_campaignannotator assigned
    ON assigned.campaign_id = campaign.id AND assigned.user_id = lease.annotator_id
WHERE lease.id = %(lease)s AND lease.annotator_id = %(annotator)s
"""

_VOTES = """
    INSERT INTO annotation_vote (
        feedback_id, item_id, campaign_id, annotator_id, question, aspect, a, b, outcome, value, strength, steps
    )
    SELECT feedback.id, feedback.item_id, feedback.campaign_id, feedback.annotator_id,
        vote.question, vote.aspect, vote.a, vote.b, vote.outcome, vote.value, vote.strength, vote.steps
    FROM feedback, jsonb_to_recordset(%(votes)s::jsonb) AS vote (
        question text, aspect text, a text, b text, outcome text, value smallint, strength smallint, steps smallint
    )
"""

# A lease that ran out still holds its slot until somebody takes it back; after that, a late answer is welcome
# as long as a slot is open, and refused when the item went to someone else. The lease must still be pinned to the
# form version the answers were checked under: a changed form may have moved it on meanwhile. An item that was opened
# again under a new form has earlier revisions by the same person.
_SUBMIT = f"""
WITH mine AS MATERIALIZED (
    SELECT lease.id, lease.item_id, lease.state, lease.guidelines_version
    FROM annotation_lease lease
    WHERE lease.id = %(lease)s AND lease.annotator_id = %(annotator)s AND lease.state IN ('active', 'expired')
        AND lease.form_version_id IS NOT DISTINCT FROM %(pinned)s::bigint
        AND (lease.state = 'active' OR NOT EXISTS (
            SELECT FROM annotation_lease other
            WHERE other.item_id = lease.item_id AND other.annotator_id = lease.annotator_id
                AND other.state IN ('active', 'submitted', 'skipped')
        ))
    FOR UPDATE OF lease
), counted AS (
    UPDATE annotation_item item
    SET done_count = item.done_count + 1,
        open_slots = CASE mine.state WHEN 'active' THEN item.open_slots ELSE item.open_slots - 1 END
    FROM mine
    WHERE item.id = mine.item_id AND (mine.state = 'active' OR item.open_slots > 0)
    RETURNING item.id, item.campaign_id
), ended AS (
    UPDATE annotation_lease lease SET state = 'submitted', slot = NULL, ended_at = now()
    FROM mine, counted
    WHERE lease.id = mine.id
), feedback AS (
    INSERT INTO annotation_feedback (
        campaign_id, item_id, annotator_id, lease_id, form_version_id, guidelines_version, revision, answers,
        shown_order, duration_ms, active_ms, reading, created_at
    )
    SELECT counted.campaign_id, counted.id, %(annotator)s, mine.id, %(form_version)s, mine.guidelines_version,
        coalesce((
            SELECT max(given.revision) FROM annotation_feedback given
            WHERE given.item_id = counted.id AND given.annotator_id = %(annotator)s
        ), 0) + 1,
        %(answers)s::jsonb, %(shown_order)s::varchar[], %(duration_ms)s::bigint, %(active_ms)s::bigint,
        %(reading)s::jsonb, now()
    FROM mine, counted
    RETURNING id, item_id, campaign_id, annotator_id, revision, created_at
), voted AS ({_VOTES})
SELECT id, revision, item_id AS item, created_at FROM feedback
"""  # noqa: S608 - only constants are put together

_EARLIER = """
SELECT earlier.id, earlier.shown_order, item.prompt, item.responses, item.materials,
    form.id AS form_version, form.questions, campaign.state AS campaign_state, member.role, assigned.active AS assigned,
    (SELECT max(revision) FROM annotation_feedback WHERE item_id = earlier.item_id
        AND annotator_id = earlier.annotator_id) = earlier.revision AS newest
FROM annotation_feedback earlier
JOIN annotation_item item ON item.id = earlier.item_id
JOIN annotation_campaign campaign ON campaign.id = earlier.campaign_id
JOIN annotation_formversion form ON form.id = earlier.form_version_id
LEFT JOIN projects_membership member
    ON member.project_id = campaign.project_id AND member.user_id = earlier.annotator_id
LEFT JOIN annotation_campaignannotator assigned
    ON assigned.campaign_id = campaign.id AND assigned.user_id = earlier.annotator_id
WHERE earlier.id = %(feedback)s AND earlier.annotator_id = %(annotator)s
"""

_REVISE = f"""
WITH feedback AS (
    INSERT INTO annotation_feedback (
        campaign_id, item_id, annotator_id, lease_id, form_version_id, guidelines_version, revision, answers,
        shown_order, duration_ms, active_ms, reading, created_at
    )
    SELECT campaign_id, item_id, annotator_id, lease_id, form_version_id, guidelines_version, revision + 1,
        %(answers)s::jsonb, shown_order, %(duration_ms)s::bigint, %(active_ms)s::bigint, %(reading)s::jsonb, now()
    FROM annotation_feedback
    WHERE id = %(feedback)s
    RETURNING id, item_id, campaign_id, annotator_id, revision, created_at
), voted AS ({_VOTES})
SELECT id, revision, item_id AS item, created_at FROM feedback
"""  # noqa: S608 - only constants are put together


# The same person may revise their earlier answer while they give a new one; each takes the next number.
ATTEMPTS = 3


def feedback_submit(
    *,
    lease_id: int,
    annotator_id: int,
    answers: object,
    form_version: int | None = None,
    duration_ms: int | None = None,
    active_ms: int | None = None,
    reading: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Store a person's answers to the item they hold, once; returns `{"id", "revision", "item", "created_at"}`.

    They are checked under the form version the lease was given with; `form_version` says which one the client
    showed. `reading` is as `annotation.domain.reading` returns it.

    Raises NotFoundError (not their lease), ForbiddenError, ConflictError (answered already, campaign finished, or of
    type `stale_form` under another version), GoneError (time ran out and the item is taken) or ApplicationError with
    a sentence for each wrong answer.
    """
    found = _lease(lease_id, annotator_id)
    _refuse_outsiders(found)
    _refuse_other_form(found, form_version, "this item was given out with")
    checked = _checked(found, answers)
    order = presentation_order(checked.pop("response_ids"), found["presentation_seed"])
    params = {
        **checked,
        **_circumstances(duration_ms, active_ms, reading),
        "lease": lease_id,
        "annotator": annotator_id,
        "pinned": found["pinned"],
        "form_version": found["form_version"],
        "shown_order": order,
    }
    refusal: ApplicationError = ConflictError("You changed your answers to this item at the same moment; try again.")
    # Further looks, for a lease that was taken back between the statement's snapshot and its lock on the row.
    for _ in range(ATTEMPTS):
        stored = _write(_SUBMIT, params)
        if stored:
            return stored[0]
        if stored is None:
            continue
        _refuse_other_form(_lease(lease_id, annotator_id), found["form_version"], "this item is given out with by now")
        refusal = lease_refusal(lease_id=lease_id, annotator_id=annotator_id)
        if isinstance(refusal, ConflictError):
            break
    raise refusal


def _lease(lease_id: int, annotator_id: int) -> dict[str, Any]:
    found = query_prepared(_LEASE, {"lease": lease_id, "annotator": annotator_id})
    if not found:
        raise NotFoundError("You hold no such item.")
    return found[0]


def feedback_revise(
    *,
    feedback_id: int,
    annotator_id: int,
    answers: object,
    form_version: int | None = None,
    duration_ms: int | None = None,
    active_ms: int | None = None,
    reading: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Add a revision to one's own feedback, under the form and in the order it was first given.

    Raises ConflictError when `feedback_id` is not the newest revision any more, or of type `stale_form` when
    `form_version` is not the one it was given under.
    """
    found = query(_EARLIER, {"feedback": feedback_id, "annotator": annotator_id})
    if not found:
        raise NotFoundError("You have given no such feedback.")
    _refuse_outsiders(found[0])
    _refuse_other_form(found[0], form_version, "this feedback was given under")
    outdated = ConflictError("You have changed this answer since; load its newest revision and change that.")
    if not found[0]["newest"]:
        raise outdated
    checked = _checked(found[0], answers)
    del checked["response_ids"]
    stored = _write(_REVISE, {**checked, **_circumstances(duration_ms, active_ms, reading), "feedback": feedback_id})
    if stored is None:
        raise outdated
    return stored[0]


def _refuse_other_form(row: Mapping[str, Any], form_version: int | None, which: str) -> None:
    if form_version is not None and form_version != row["form_version"]:
        raise ConflictError(
            f"form_version: these answers are for another version of the form than {which}; load the item again and "
            "answer what has changed.",
            type="stale_form",
        )


def _refuse_outsiders(row: Mapping[str, Any]) -> None:
    if row["role"] is None:
        raise NotFoundError("You hold no such item.")
    if not row["assigned"] or row["role"] not in ANNOTATING_ROLES:
        raise ForbiddenError("You are no longer assigned to this campaign; ask one of the project's curators.")
    if row["campaign_state"] == CampaignState.FINISHED:
        raise ConflictError("This campaign is finished and takes no more answers.")


def _checked(row: Mapping[str, Any], answers: object) -> dict[str, Any]:
    """Answers and votes as the statements take them, with the item's response ids."""
    questions = orjson.loads(row["questions"])
    item = ItemView(
        orjson.loads(row["responses"]), orjson.loads(row["prompt"]), orjson.loads(row["materials"] or b"{}") or {}
    )
    try:
        cleaned = validate_answers(questions, answers, item)
    except FormError as error:
        raise ApplicationError(str(error), fields=error.fields) from error
    votes = [vote._asdict() for vote in votes_of(questions, cleaned, item)]
    return {
        "answers": orjson.dumps(cleaned).decode(),
        "votes": orjson.dumps(votes).decode(),
        "response_ids": item.response_ids,
    }


def _circumstances(
    duration_ms: int | None, active_ms: int | None, reading: Mapping[str, Any] | None
) -> dict[str, int | str | None]:
    """Active time is part of the duration; two clocks of a browser may differ by some milliseconds."""
    if duration_ms is not None and active_ms is not None:
        active_ms = min(active_ms, duration_ms)
    return {
        "duration_ms": duration_ms,
        "active_ms": active_ms,
        "reading": None if reading is None else orjson.dumps(reading).decode(),
    }


def _write(statement: str, params: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Run one writing statement; None when the revision it would write is there already."""
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return query_prepared(statement, params)
    except IntegrityError:
        return None
