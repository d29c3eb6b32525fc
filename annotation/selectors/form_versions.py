"""The versions a campaign's form has had."""

from __future__ import annotations

from django.db.models import QuerySet

from annotation.models import Campaign, FormVersion
from webapp.api.sql import query

# Answers that count now: the newest revision of each person's answers to each item.
_GIVEN_UNDER = """
SELECT newest.form_version_id, count(*) AS feedback
FROM annotation_feedback newest
WHERE newest.campaign_id = %(campaign)s AND NOT EXISTS (
    SELECT FROM annotation_feedback later
    WHERE later.item_id = newest.item_id AND later.annotator_id = newest.annotator_id
        AND later.revision > newest.revision
)
GROUP BY newest.form_version_id
"""


def form_versions(campaign_id: int) -> QuerySet[FormVersion]:
    form = Campaign.objects.filter(pk=campaign_id).values("form_version__form")
    return FormVersion.objects.filter(form__in=form)


def feedback_by_form_version(campaign_id: int) -> dict[int, int]:
    """Id of the form version → how many of the answers that count now were given under it."""
    return {row["form_version_id"]: row["feedback"] for row in query(_GIVEN_UNDER, {"campaign": campaign_id})}
