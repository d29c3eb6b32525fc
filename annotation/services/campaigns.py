"""Create campaigns, change them, and assign people to them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.db.models import F

from annotation.choices import CampaignState, LeakPolicy
from annotation.domain.forms import FormError, validate_questions
from annotation.domain.templates import NAMES, template_named
from annotation.models import Campaign, CampaignAnnotator, Form, FormVersion, GuidelinesVersion, Item
from annotation.selectors.principles import campaign_principles
from annotation.services.leasing import leases_release_of
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError, NotFoundError
from webapp.api.sql import query
from webapp.projects.choices import Role
from webapp.projects.models import Membership, Project
from webapp.projects.services.projects import member_add


@transaction.atomic
def campaign_create(
    *,
    project: Project,
    created_by: User,
    name: str,
    questions: Sequence[dict[str, Any]] | None = None,
    template: str | None = None,
    guidelines: str = "",
    guidelines_examples: Sequence[Mapping[str, Any]] = (),
    identity_leaks: str = LeakPolicy.MASK,
    overlap: int = 1,
    lease_seconds: int = 900,
    drafts: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> Campaign:
    """Create a campaign with a form of its own, from `questions` or from a `template`.

    `drafts` is `{"judge": name, "show": "after_first_pass"}` where people are offered what that judge drafted.

    `seed` (64 bits signed) decides the order responses are shown in; without one a random seed is drawn and kept.
    """
    form = Form.objects.create(project=project, name=name)
    version = FormVersion.objects.create(form=form, version=1, questions=_questions(questions, template))
    campaign = Campaign.objects.create(
        project=project,
        name=name,
        form_version=version,
        overlap=overlap,
        lease_seconds=lease_seconds,
        guidelines=guidelines,
        guidelines_examples=list(guidelines_examples),
        identity_leaks=LeakPolicy(identity_leaks),
        drafts=None if drafts is None else dict(drafts),
        seed=secrets.randbits(63) if seed is None else seed,
        created_by=created_by,
    )
    guidelines_keep(campaign)
    return campaign


def _questions(questions: Sequence[dict[str, Any]] | None, template: str | None) -> list[dict[str, Any]]:
    if (questions is None) == (template is None):
        raise ApplicationError("Give either questions or the name of a template.", fields={"questions": ["Missing."]})
    if template is None:
        return questions_checked(questions)
    found = template_named(template)
    if found is None:
        raise ApplicationError(f"There is no template “{template}”; choose one of: {', '.join(NAMES)}.")
    return questions_checked(found.questions)


def questions_checked(questions: object) -> list[dict[str, Any]]:
    """The questions with defaults filled in. Raises ApplicationError with a sentence for each fault."""
    try:
        return validate_questions(questions)
    except FormError as error:
        raise ApplicationError(str(error), fields=error.fields) from error


@transaction.atomic
def campaign_update(
    *,
    campaign_id: int,
    name: str | None = None,
    guidelines: str | None = None,
    guidelines_examples: Sequence[Mapping[str, Any]] | None = None,
    identity_leaks: str | None = None,
    state: str | None = None,
    overlap: int | None = None,
    lease_seconds: int | None = None,
    drafts: Mapping[str, Any] | EllipsisType | None = ...,
) -> Campaign:
    """Change what is given. Another text or other examples become a new version of the guidelines.

    Items keep the drafts they were queued with, and show them while `drafts` names the judge that made them.

    Raises ConflictError when `overlap` would become smaller: people may have answered, or be answering, already.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError("There is no such campaign.")
    if name is not None:
        campaign.name = name
    if state is not None:
        campaign.state = CampaignState(state)
    if lease_seconds is not None:
        campaign.lease_seconds = lease_seconds
    if identity_leaks is not None:
        campaign.identity_leaks = LeakPolicy(identity_leaks)
    if not isinstance(drafts, EllipsisType):
        campaign.drafts = None if drafts is None else dict(drafts)
    before = (campaign.guidelines, campaign.guidelines_examples)
    if guidelines is not None:
        campaign.guidelines = guidelines
    if guidelines_examples is not None:
        campaign.guidelines_examples = [dict(example) for example in guidelines_examples]
    if (campaign.guidelines, campaign.guidelines_examples) != before:
        campaign.guidelines_version += 1
        guidelines_keep(campaign)
    if overlap is not None:
        _raise_overlap(campaign, overlap)
    campaign.save()
    return campaign


def guidelines_keep(campaign: Campaign) -> None:
    """Write down what people are shown from now on: text, examples and the principles as they stand."""
    principles = campaign_principles([campaign.pk])[campaign.pk]
    GuidelinesVersion.objects.create(
        campaign=campaign,
        version=campaign.guidelines_version,
        text=campaign.guidelines,
        examples=campaign.guidelines_examples,
        principles=[{"id": each.id, "version": each.version, "title": each.title} for each in principles],
    )


def _raise_overlap(campaign: Campaign, overlap: int) -> None:
    if overlap < campaign.overlap:
        raise ConflictError(
            f"overlap: this campaign asks {campaign.overlap} people about each item; that can be raised, not lowered.",
            fields={"overlap": ["Give the present overlap or a larger one."]},
        )
    if overlap > campaign.overlap:
        _lock_assignments(campaign.pk)
        Item.objects.filter(campaign=campaign).update(open_slots=F("open_slots") + overlap - campaign.overlap)
        CampaignAnnotator.objects.filter(campaign=campaign).update(next_position=0)
        campaign.overlap = overlap


@transaction.atomic
def annotators_add(
    *, campaign_id: int, emails: Sequence[str], added_by: User
) -> list[tuple[CampaignAnnotator, str | None]]:
    """Assign people by email, in the order given; someone assigned already stays so.

    People outside the project become its annotators. Returns each assignment with the path of the invitation link
    that this call made for a new person, else None.
    """
    campaign = Campaign.objects.select_related("project").filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError("There is no such campaign.")
    _lock_assignments(campaign_id)
    added = []
    for email in dict.fromkeys(email.strip().lower() for email in emails):
        membership = (
            Membership.objects.select_related("user")
            .filter(project=campaign.project, user__email__iexact=email)
            .first()
        )
        link = None
        if membership is None:
            membership, link = member_add(project=campaign.project, email=email, role=Role.ANNOTATOR, added_by=added_by)
        assignment, _ = CampaignAnnotator.objects.update_or_create(
            campaign=campaign, user=membership.user, defaults={"active": True}
        )
        added.append((assignment, link))
    return added


@transaction.atomic
def annotator_remove(*, campaign_id: int, user_id: int) -> None:
    """End an assignment and give back the items the person holds. What they said stays."""
    _lock_assignments(campaign_id)
    ended = CampaignAnnotator.objects.filter(campaign=campaign_id, user=user_id, active=True).update(active=False)
    if not ended:
        raise NotFoundError("This person is not assigned to the campaign.")
    leases_release_of(campaign_id=campaign_id, annotator_id=user_id)


def _lock_assignments(campaign_id: int) -> None:
    """Take everybody's row before changing some, in the order in which all who take several do.

    Whoever gives an item back, and a change of the form, write to these rows too. The campaign's own row is taken
    first, as a change of the form does.
    """
    query("SELECT FROM annotation_campaign WHERE id = %s FOR KEY SHARE", [campaign_id])
    query(
        "SELECT FROM annotation_campaignannotator WHERE campaign_id = %s ORDER BY id FOR NO KEY UPDATE", [campaign_id]
    )
