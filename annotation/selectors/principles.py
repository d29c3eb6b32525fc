"""Reads of the principles library: what a principle says now, what it said before, and which rows it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Prefetch, QuerySet

from annotation.domain.principles import PrincipleText, applies, prompt_text_of
from annotation.models import CampaignPrinciple, Item, Lease, Principle, PrincipleVersion
from webapp.api.errors import ApplicationError, NotFoundError


def principle_project_id(principle_id: int) -> int:
    """The project of a principle, for the permission check."""
    project_id = Principle.objects.filter(pk=principle_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such principle.")
    return project_id


def principles_of(project_id: int, *, kind: str | None = None, archived: bool | None = None) -> QuerySet[Principle]:
    """A project's library, each with its newest version as `now_says` and its `campaign_count`."""
    principles = _with_texts(Principle.objects.filter(project=project_id))
    if kind is not None:
        principles = principles.filter(kind=kind)
    return principles if archived is None else principles.filter(archived_at__isnull=not archived)


def principle_get(principle_id: int) -> Principle:
    """One principle as `principles_of` gives it, and its campaigns. Its older texts are `principle_versions`."""
    campaigns = CampaignPrinciple.objects.select_related("campaign").order_by("-campaign")
    found = _with_texts(Principle.objects.filter(pk=principle_id)).prefetch_related(Prefetch("campaigns", campaigns))
    principle = found.first()
    if principle is None:
        raise NotFoundError("There is no such principle.")
    return principle


def principle_versions(principle_id: int) -> QuerySet[PrincipleVersion]:
    """Everything a principle ever said, newest first."""
    return PrincipleVersion.objects.filter(principle=principle_id).select_related("created_by").order_by("-number")


def _with_texts(principles: QuerySet[Principle]) -> QuerySet[Principle]:
    newest = PrincipleVersion.objects.filter(number=F("principle__version")).select_related("created_by")
    return (
        principles.select_related("created_by")
        .annotate(campaign_count=Count("campaigns"))
        .prefetch_related(Prefetch("versions", newest, to_attr="newest"))
    )


def _texts() -> QuerySet[PrincipleVersion]:
    return PrincipleVersion.objects.filter(number=F("principle__version")).select_related("principle")


def _text_of(version: PrincipleVersion) -> PrincipleText:
    principle = version.principle
    return PrincipleText(
        id=principle.pk,
        version=version.number,
        kind=principle.kind,
        slug=principle.slug,
        title=version.title,
        text=version.text,
        applies_to=version.applies_to,
    )


def principles_current(project_id: int, ids: Sequence[int]) -> list[PrincipleText]:
    """What these principles of the project say now, in the order given; archived ones too.

    Raises ApplicationError naming the ids that are none of the project's.
    """
    versions = _texts().filter(principle__project=project_id, principle__in=ids)
    found = {version.principle_id: _text_of(version) for version in versions}
    if missing := sorted(set(ids) - found.keys()):
        raise ApplicationError(
            f"principles: this project has no principle {', '.join(map(str, missing))}; choose from its library.",
            fields={"principles": [f"Unknown: {', '.join(map(str, missing))}."]},
        )
    return [found[each] for each in ids]


def campaign_principles(campaign_ids: Sequence[int]) -> dict[int, list[PrincipleText]]:
    """Campaign id → what its people read, in its order; one statement for all."""
    versions = (
        _texts()
        .filter(principle__campaigns__campaign__in=campaign_ids)
        .annotate(chosen_by=F("principle__campaigns__campaign_id"), position=F("principle__campaigns__position"))
        .order_by("position")
    )
    chosen: dict[int, list[PrincipleText]] = {each: [] for each in campaign_ids}
    for version in versions:
        chosen[version.chosen_by].append(_text_of(version))
    return chosen


def lease_principles_applying(lease: Lease) -> list[int]:
    """Ids of the campaign's principles that are about the item of a lease, in the campaign's order."""
    item = Item.objects.only("prompt", "traits").get(pk=lease.item_id)
    traits: dict[str, Any] = item.traits or {"tags": [], "metadata": {}}
    prompt = prompt_text_of(item.prompt)
    principles = campaign_principles([lease.campaign_id])[lease.campaign_id]
    return [each.id for each in principles if applies(each, prompt, traits["tags"], traits["metadata"])]
