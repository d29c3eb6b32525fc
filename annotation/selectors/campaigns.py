"""Reads about campaigns: where they are, who works in them, what is left for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Max, QuerySet
from django.utils import timezone

from annotation.choices import CampaignState
from annotation.models import Campaign, Item, Lease
from annotation.selectors.principles import campaign_principles
from webapp.accounts.models import User
from webapp.api.errors import NotFoundError
from webapp.api.sql import query

MEDIAN_OF = 500

# An item is complete when nobody is left to be asked and nobody holds it: whoever is counted as having answered,
# answered what is asked now. Both halves are read from indexes of what is open.
_ITEMS = "(SELECT count(*) FROM annotation_item WHERE campaign_id = campaign.id)"
_COMPLETED = f"""
    {_ITEMS}
    - (SELECT count(*) FROM annotation_item WHERE campaign_id = campaign.id AND open_slots > 0)
    - (SELECT count(DISTINCT item.id)
        FROM annotation_lease lease JOIN annotation_item item ON item.id = lease.item_id
        WHERE lease.campaign_id = campaign.id AND lease.state = 'active' AND item.open_slots = 0)
"""  # noqa: S608 - only constants are put together

# Counted from indexes when somebody looks; a counter on the campaign would be one row that every answer fights for.
_PROGRESS = f"""
SELECT campaign.id, {_ITEMS} AS items, {_COMPLETED} AS completed_items,
    (SELECT count(*) FROM annotation_feedback WHERE campaign_id = campaign.id AND revision = 1) AS feedback,
    (SELECT count(*) FROM annotation_lease
        WHERE campaign_id = campaign.id AND state = 'active' AND expires_at > now()) AS active_leases,
    (SELECT count(*) FROM annotation_lease WHERE campaign_id = campaign.id AND state = 'skipped') AS skips,
    (SELECT count(*) FROM annotation_campaignannotator WHERE campaign_id = campaign.id AND active) AS annotators
FROM annotation_campaign campaign
WHERE campaign.id = ANY(%(campaigns)s)
"""  # noqa: S608 - only constants are put together

_ANNOTATORS = """
SELECT assigned.user_id, count(feedback.id) AS feedback, max(feedback.created_at) AS last_at,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY feedback.active_ms)::bigint AS median_active_ms
FROM annotation_campaignannotator assigned
LEFT JOIN annotation_feedback feedback
    ON feedback.campaign_id = assigned.campaign_id AND feedback.annotator_id = assigned.user_id
    AND feedback.revision = 1
WHERE assigned.campaign_id = %(campaign)s AND assigned.active
GROUP BY assigned.user_id
ORDER BY assigned.user_id
"""

# What is open, less what of it this person has handled, and what they hold. A scalar subquery looks leases up one
# by one whatever the planner believes; NOT EXISTS took minutes on statistics from before the first answers.
# Answers that a changed form opened again are no longer done; without a change nobody needs to look for them.
# Own speed is that of the latest answers, so that it costs the same after a year.
_MINE = f"""
SELECT campaign.id, campaign.name, campaign.state, campaign.guidelines, campaign.guidelines_version,
    campaign.guidelines_examples, project.id AS project_id, project.name AS project_name,
    {_ITEMS} AS items, {_COMPLETED} AS completed_items,
    (SELECT count(*) FROM annotation_feedback
        WHERE campaign_id = campaign.id AND annotator_id = assigned.user_id AND revision = 1)
    - CASE WHEN form.version = 1 THEN 0 ELSE (
        SELECT count(DISTINCT given.item_id)
        FROM annotation_feedback given
        JOIN annotation_lease lease ON lease.id = given.lease_id AND lease.state = 'reopened'
        WHERE given.campaign_id = campaign.id AND given.annotator_id = assigned.user_id AND (
            SELECT true FROM annotation_lease again
            WHERE again.item_id = given.item_id AND again.annotator_id = given.annotator_id
                AND again.state = 'submitted'
        ) IS NULL
    ) END AS my_done,
    (SELECT count(*) FROM annotation_feedback given
        WHERE given.campaign_id = campaign.id AND given.annotator_id = assigned.user_id
            AND given.created_at >= %(since)s AND NOT EXISTS (
                SELECT FROM annotation_feedback earlier
                WHERE earlier.item_id = given.item_id AND earlier.annotator_id = given.annotator_id
                    AND earlier.revision < given.revision AND earlier.lease_id = given.lease_id
            )) AS my_today,
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.active_ms)::bigint FROM (
        SELECT active_ms FROM annotation_feedback
        WHERE campaign_id = campaign.id AND annotator_id = assigned.user_id AND revision = 1
        ORDER BY id DESC
        LIMIT {MEDIAN_OF}
    ) latest) AS my_median_active_ms,
    (SELECT count(*) FROM annotation_item item
        WHERE item.campaign_id = campaign.id AND item.open_slots > 0 AND (
            SELECT true FROM annotation_lease lease
            WHERE lease.item_id = item.id AND lease.annotator_id = assigned.user_id
                AND lease.state IN ('active', 'submitted', 'skipped')
        ) IS NULL)
    + (SELECT count(*) FROM annotation_lease
        WHERE campaign_id = campaign.id AND annotator_id = assigned.user_id AND state = 'active') AS remaining_for_me
FROM annotation_campaignannotator assigned
JOIN annotation_campaign campaign ON campaign.id = assigned.campaign_id
JOIN annotation_formversion form ON form.id = campaign.form_version_id
JOIN projects_project project ON project.id = campaign.project_id
JOIN projects_membership member ON member.project_id = project.id AND member.user_id = assigned.user_id
WHERE assigned.user_id = %(user)s AND assigned.active AND campaign.state <> %(finished)s
ORDER BY campaign.id DESC
"""  # noqa: S608 - only constants are put together


def campaign_get(campaign_id: int) -> Campaign:
    campaign = Campaign.objects.select_related("form_version").filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError("There is no such campaign.")
    return campaign


def campaign_project_id(campaign_id: int) -> int:
    """The project of a campaign, for the permission check."""
    project_id = Campaign.objects.filter(pk=campaign_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such campaign.")
    return project_id


def campaigns_of(project_id: int) -> QuerySet[Campaign]:
    return Campaign.objects.select_related("form_version").filter(project=project_id)


def campaign_progress(campaign_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Campaign id → items, completed_items, feedback, active_leases, skips, annotators."""
    return {row.pop("id"): row for row in query(_PROGRESS, {"campaigns": list(campaign_ids)})}


def campaign_annotators(campaign_id: int) -> list[dict[str, Any]]:
    """The people assigned now: `{"user": User, "feedback", "median_active_ms", "last_at"}` each."""
    rows = query(_ANNOTATORS, {"campaign": campaign_id})
    users = User.objects.in_bulk([row["user_id"] for row in rows])
    return [{"user": users[row.pop("user_id")], **row} for row in rows]


def my_campaigns(user_id: int, *, since: datetime | None = None) -> list[dict[str, Any]]:
    """Unfinished campaigns this person is assigned to, newest first, with own and the team's figures.

    `my_today` counts from `since`, or from midnight UTC.
    """
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = query(_MINE, {"user": user_id, "finished": CampaignState.FINISHED, "since": since or midnight})
    principles = campaign_principles([row["id"] for row in rows]) if rows else {}
    return [
        {
            **row,
            "guidelines_examples": orjson.loads(row["guidelines_examples"]),
            "principles": principles[row["id"]],
            "project": {"id": row.pop("project_id"), "name": row.pop("project_name")},
        }
        for row in rows
    ]


def queue_next_position(campaign_id: int) -> int:
    """The first position after every item of the campaign."""
    last = Item.objects.filter(campaign=campaign_id).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def campaign_source_versions(campaign_id: int) -> list[int]:
    """Ids of the dataset versions the campaign's items came from, ascending."""
    versions = Item.objects.filter(campaign=campaign_id).order_by("source_version_id")
    found = versions.values_list("source_version_id", flat=True).distinct()
    return [version for version in found if version is not None]


def lease_project_id(*, lease_id: int, annotator_id: int) -> int:
    """The project of somebody's own lease; other people's leases do not exist for them."""
    project_id = (
        Lease.objects.filter(pk=lease_id, annotator=annotator_id).values_list("campaign__project_id", flat=True).first()
    )
    if project_id is None:
        raise NotFoundError("You hold no such item.")
    return project_id
