"""Write the principles library, and choose from it for a campaign.

A text that judges and people go by never changes; a change is a new version. A campaign that shows the principle gets
a new version of its guidelines with it, so that each answer names all that was read before it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from annotation.choices import PrincipleKind
from annotation.domain.principles import MAX_TEXT, ConditionError, conditions_checked
from annotation.models import Campaign, CampaignPrinciple, Principle, PrincipleVersion
from annotation.selectors.principles import campaign_principles
from annotation.services.campaigns import guidelines_keep
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError, NotFoundError
from webapp.projects.models import Project

MAX_PER_CAMPAIGN = 50


@transaction.atomic
def principle_create(
    *,
    project: Project,
    created_by: User,
    title: str,
    text: str,
    kind: str = PrincipleKind.PRINCIPLE,
    slug: str | None = None,
    applies_to: Mapping[str, Any] | None = None,
) -> Principle:
    """Add a principle or guideline at version 1; without a `slug` its name is made from the title.

    Raises ConflictError for a name that is taken, ApplicationError for conditions that cannot be.
    """
    said = _said(title, text, {} if applies_to is None else applies_to)
    # One at a time: two of the same title would else be given the same name.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    taken = set(Principle.objects.filter(project=project).values_list("slug", flat=True))
    if slug is not None and slug in taken:
        raise ConflictError(
            f"slug: this project has a principle named “{slug}” already; choose another name.",
            fields={"slug": ["Taken."]},
        )
    principle = Principle.objects.create(
        project=project, slug=slug or _free(title, taken), kind=PrincipleKind(kind), created_by=created_by
    )
    PrincipleVersion.objects.create(principle=principle, number=1, created_by=created_by, **said)
    return principle


def _free(title: str, taken: set[str]) -> str:
    """A name made from the title that nothing else has."""
    name = slugify(title, allow_unicode=True)[:60] or "principle"
    number, slug = 1, name
    while slug in taken:
        number += 1
        slug = f"{name}-{number}"
    return slug


def _said(title: str, text: str, applies_to: Mapping[str, Any]) -> dict[str, Any]:
    if len(text) > MAX_TEXT:
        raise ApplicationError(
            f"text: a principle has at most {MAX_TEXT:,} characters, this one {len(text):,}; split it in two.",
            fields={"text": ["Too long."]},
        )
    try:
        return {"title": title, "text": text, "applies_to": conditions_checked(applies_to)}
    except ConditionError as error:
        path = f"applies_to.{error.field}" if error.field else "applies_to"
        raise ApplicationError(f"{path}: {error}", fields={path: [str(error)]}) from error


@transaction.atomic
def principle_change(
    *,
    principle_id: int,
    created_by: User,
    title: str | None = None,
    text: str | None = None,
    applies_to: Mapping[str, Any] | None = None,
    based_on: int | None = None,
) -> PrincipleVersion | None:
    """Say something else from now on; what is not given stays. Returns None when nothing is different.

    Raises ConflictError when the principle is archived, or when `based_on` is not the newest version any more.
    """
    principle = _locked(principle_id)
    if principle.archived_at is not None:
        raise ConflictError("This principle is archived; bring it back before you change it.")
    if based_on is not None and based_on != principle.version:
        raise ConflictError(
            f"This principle is at version {principle.version} by now, you changed version {based_on}; look at the "
            "newest and make your change there.",
            fields={"based_on": [f"The newest version is {principle.version}."]},
        )
    before = PrincipleVersion.objects.get(principle=principle, number=principle.version)
    said = _said(
        before.title if title is None else title,
        before.text if text is None else text,
        before.applies_to if applies_to is None else applies_to,
    )
    if said == {"title": before.title, "text": before.text, "applies_to": before.applies_to}:
        return None
    principle.version += 1
    principle.save(update_fields=["version"])
    version = PrincipleVersion.objects.create(
        principle=principle, number=principle.version, created_by=created_by, **said
    )
    campaigns = Campaign.objects.select_for_update(no_key=True).order_by("pk")
    for campaign in campaigns.filter(pk__in=CampaignPrinciple.objects.filter(principle=principle).values("campaign")):
        _new_guidelines(campaign)
    return version


@transaction.atomic
def principle_archive(*, principle_id: int, archived: bool) -> Principle:
    """Take a principle out of what can be chosen, or bring it back. Where it is used, it stays."""
    principle = _locked(principle_id)
    if archived != (principle.archived_at is not None):
        principle.archived_at = timezone.now() if archived else None
        principle.save(update_fields=["archived_at"])
    return principle


@transaction.atomic
def campaign_principles_set(*, campaign_id: int, principles: Sequence[int]) -> None:
    """Show a campaign's people these principles, in this order, with its guidelines.

    Raises ApplicationError for ids that are none of the project's or come twice, ConflictError for an archived one
    that the campaign does not show already.
    """
    if len(principles) != len(set(principles)) or len(principles) > MAX_PER_CAMPAIGN:
        raise ApplicationError(
            f"principles: name at most {MAX_PER_CAMPAIGN} principles, each once.",
            fields={"principles": [f"At most {MAX_PER_CAMPAIGN}, each once."]},
        )
    # Principles before campaigns, as a change of a principle takes them.
    wanted = Principle.objects.select_for_update(no_key=True).filter(pk__in=principles).order_by("pk")
    found = {principle.pk: principle for principle in wanted}
    campaign = Campaign.objects.select_for_update(no_key=True).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFoundError("There is no such campaign.")
    shown = [each.id for each in campaign_principles([campaign_id])[campaign_id]]
    _refuse_unfit(campaign, [found.get(each) for each in principles], principles, shown)
    if list(principles) == shown:
        return
    CampaignPrinciple.objects.filter(campaign=campaign).delete()
    CampaignPrinciple.objects.bulk_create(
        CampaignPrinciple(campaign=campaign, principle=found[each], position=position)
        for position, each in enumerate(principles)
    )
    _new_guidelines(campaign)


def _refuse_unfit(
    campaign: Campaign, found: Sequence[Principle | None], ids: Sequence[int], shown: Sequence[int]
) -> None:
    for number, principle in zip(ids, found, strict=True):
        if principle is None or principle.project_id != campaign.project_id:
            raise ApplicationError(
                f"principles: this project has no principle {number}; choose from its library.",
                fields={"principles": [f"Unknown: {number}."]},
            )
        if principle.archived_at is not None and number not in shown:
            raise ConflictError(
                f"principles: “{principle.slug}” is archived; bring it back before you choose it.",
                fields={"principles": [f"Archived: {number}."]},
            )


def _locked(principle_id: int) -> Principle:
    principle = Principle.objects.select_for_update(no_key=True).filter(pk=principle_id).first()
    if principle is None:
        raise NotFoundError("There is no such principle.")
    return principle


def _new_guidelines(campaign: Campaign) -> None:
    """The campaign's row is locked by the caller."""
    campaign.guidelines_version += 1
    campaign.save(update_fields=["guidelines_version"])
    guidelines_keep(campaign)
