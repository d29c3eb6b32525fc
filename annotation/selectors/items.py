"""Items and guidelines as reviewers look them up."""

from __future__ import annotations

from django.db.models import QuerySet

from annotation.models import GuidelinesVersion, Item
from webapp.api.errors import NotFoundError


def item_get(item_id: int) -> Item:
    """One item of a campaign; the view has checked that the reader may see it."""
    item = Item.objects.filter(pk=item_id).first()
    if item is None:
        raise NotFoundError("There is no such item.")
    return item


def guidelines_versions(campaign_id: int) -> QuerySet[GuidelinesVersion]:
    """Every text the campaign's annotators were ever shown."""
    return GuidelinesVersion.objects.filter(campaign=campaign_id)
