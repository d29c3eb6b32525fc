"""Feedback as it is shown: to those who gave it, and to reviewers."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from annotation.models import Campaign, CampaignAnnotator, Feedback
from webapp.accounts.models import User
from webapp.api.errors import ForbiddenError, NotFoundError
from webapp.projects.policies import ROLE_VERBS, Verb, require


def current_feedback(campaign_id: int) -> QuerySet[Feedback]:
    """The newest revision of everybody's feedback in a campaign."""
    newer = Feedback.objects.filter(
        item=OuterRef("item"), annotator=OuterRef("annotator"), revision__gt=OuterRef("revision")
    )
    return (
        Feedback.objects.filter(~Exists(newer), campaign=campaign_id)
        .select_related("item", "annotator", "form_version")
        .prefetch_related("votes")
    )


def my_feedback(*, campaign_id: int, user: User) -> QuerySet[Feedback]:
    """The newest revision of each of this person's answers. Raises NotFoundError or ForbiddenError."""
    campaign_for_annotator(campaign_id=campaign_id, user=user)
    return current_feedback(campaign_id).filter(annotator=user)


def campaign_for_annotator(*, campaign_id: int, user: User) -> Campaign:
    """A campaign as one who works in it may know it."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError("There is no such campaign, or you may not see it.")
    require(user=user, project_id=campaign.project_id, verb=Verb.ANNOTATE)
    if not CampaignAnnotator.objects.filter(campaign=campaign, user=user, active=True).exists():
        raise ForbiddenError("You are not assigned to this campaign; ask one of the project's curators to add you.")
    return campaign


def feedback_for(*, feedback_id: int, user: User) -> Feedback:
    """One feedback, for the person who gave it or a member who may see everyone's.

    To anybody else it does not exist: an annotator learns nothing about other people's answers.
    """
    feedback = Feedback.objects.select_related("item", "form_version", "campaign").filter(pk=feedback_id).first()
    if feedback is None:
        raise NotFoundError("There is no such feedback, or you may not see it.")
    membership = require(user=user, project_id=feedback.campaign.project_id, verb=Verb.PROJECT_VIEW)
    if feedback.annotator_id != user.pk and Verb.FEEDBACK_VIEW not in ROLE_VERBS[membership.role]:
        raise NotFoundError("There is no such feedback, or you may not see it.")
    return feedback


def shown_item(feedback: Feedback) -> dict[str, Any]:
    """The item of a feedback with its responses in the order they were shown in."""
    item = feedback.item
    responses = {response["response_id"]: response for response in item.responses}
    return {
        "id": item.pk,
        "position": item.position,
        "prompt": item.prompt,
        "responses": [responses[response_id] for response_id in feedback.shown_order],
        "context": item.context,
        "materials": item.materials,
    }
