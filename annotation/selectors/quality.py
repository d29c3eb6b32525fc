"""How good a campaign's answers are: spread, side bias, agreement, speed, per person and overall."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection, transaction

from annotation.domain.agreement import Agreement, Rate, percent_agreement, verdict, wilson_rate
from annotation.models import Campaign
from annotation.selectors.campaigns import campaign_progress
from webapp.accounts.models import User
from webapp.api.sql import query

_NEWEST = """
    feedback.revision = (
        SELECT max(revision) FROM annotation_feedback every
        WHERE every.item_id = feedback.item_id AND every.annotator_id = feedback.annotator_id
    )
"""

# `toward_second` is the vote's value as seen on the screen: positive when the response shown second was better.
_SPREAD = f"""
SELECT feedback.annotator_id, vote.outcome,
    CASE WHEN feedback.shown_order[1] = vote.a THEN vote.value ELSE -vote.value END AS toward_second,
    count(*) AS count
FROM annotation_feedback feedback
JOIN annotation_vote vote ON vote.feedback_id = feedback.id
WHERE feedback.campaign_id = %(campaign)s AND vote.question = %(question)s AND {_NEWEST}
GROUP BY 1, 2, 3
"""  # noqa: S608 - only constants are put together

# Only items that several people judged say anything about agreement.
_JUDGEMENTS = f"""
SELECT vote.item_id, vote.annotator_id, vote.outcome, vote.value
FROM annotation_feedback feedback
JOIN annotation_vote vote ON vote.feedback_id = feedback.id
WHERE feedback.campaign_id = %(campaign)s AND vote.question = %(question)s AND {_NEWEST}
    AND feedback.item_id IN (
        SELECT item_id FROM annotation_feedback
        WHERE campaign_id = %(campaign)s AND revision = 1
        GROUP BY item_id
        HAVING count(*) > 1
    )
"""  # noqa: S608 - only constants are put together

# The first revision's time: a later change of mind is quick and says nothing about the work.
_SPEED = """
SELECT annotator_id, count(*) AS feedback,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY active_ms)::bigint AS median_active_ms
FROM annotation_feedback
WHERE campaign_id = %(campaign)s AND revision = 1
GROUP BY ROLLUP (annotator_id)
"""


def campaign_quality(campaign: Campaign) -> dict[str, Any]:
    """Figures of the campaign's first pairwise question; times and counts of all feedback."""
    question = next((q["name"] for q in campaign.form_version.questions if q["type"] == "pairwise"), "")
    params = {"campaign": campaign.pk, "question": question}
    spread = query(_SPREAD, params)
    agreement = _agreement(params)
    speed = {row["annotator_id"]: row for row in query(_SPEED, params)}
    overall = speed.pop(None, {"feedback": 0, "median_active_ms": None})
    histogram = Counter[int]()
    outcomes = Counter[str]()
    for row in spread:
        outcomes[row["outcome"]] += row["count"]
        if row["toward_second"] is not None:
            histogram[row["toward_second"]] += row["count"]
    return {
        "question": question or None,
        "feedback": overall["feedback"],
        "items_done": campaign_progress([campaign.pk])[campaign.pk]["completed_items"],
        "strength_histogram": [{"value": value, "count": histogram[value]} for value in range(-3, 4)],
        "outcomes": {name: outcomes[name] for name in ("preference", "tie", "both_bad")},
        "side_bias": _side_bias_out(_side_bias(spread)),
        "agreement": _agreement_out(agreement.overall),
        "median_active_ms": overall["median_active_ms"],
        "annotators": _annotators(speed, spread, agreement),
    }


def _agreement(params: dict[str, Any]) -> Agreement:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_JUDGEMENTS, params)
        return percent_agreement(
            (item, annotator, verdict(outcome, value)) for item, annotator, outcome, value in cursor
        )


def _side_bias(spread: list[dict[str, Any]]) -> Rate:
    """How often the response shown first was preferred; 0.5 when sides play no part."""
    preferences = [row for row in spread if row["outcome"] == "preference"]
    first = sum(row["count"] for row in preferences if row["toward_second"] < 0)
    return wilson_rate(first, sum(row["count"] for row in preferences))


def _side_bias_out(rate: Rate) -> dict[str, Any]:
    return {"first_rate": rate.rate, "low": rate.low, "high": rate.high, "n": rate.n}


def _agreement_out(rate: Rate) -> dict[str, Any]:
    return {"pairs": rate.n, "rate": rate.rate, "low": rate.low, "high": rate.high}


def _annotators(
    speed: dict[int | None, dict[str, Any]], spread: list[dict[str, Any]], agreement: Agreement
) -> list[dict[str, Any]]:
    users = User.objects.in_bulk([pk for pk in speed if pk is not None])
    rows = []
    for pk, user in sorted(users.items()):
        own = [row for row in spread if row["annotator_id"] == pk]
        agreed = agreement.by_annotator.get(pk)
        rows.append(
            {
                "user": user,
                "is_simulated": user.is_simulated,
                "feedback": speed[pk]["feedback"],
                "first_rate": _side_bias(own).rate,
                "median_active_ms": speed[pk]["median_active_ms"],
                "agreement": agreed.rate if agreed else None,
            }
        )
    return rows
