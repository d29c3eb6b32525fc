"""The numbers under which people's votes leave a project's operational tables."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from curation.models import AnnotatorPseudonym
from webapp.projects.models import Project


@transaction.atomic
def pseudonyms_for(*, project_id: int, user_ids: Iterable[int]) -> dict[int, int]:
    """The number of each person in a project, given out on first use and never changed."""
    wanted = sorted(set(user_ids))
    known = _known(project_id, wanted)
    if len(known) == len(wanted):
        return known
    # New numbers are given out one transaction at a time.
    Project.objects.select_for_update(no_key=True).get(pk=project_id)
    known = _known(project_id, wanted)
    numbers = AnnotatorPseudonym.objects.filter(project=project_id).order_by("-number").values_list("number", flat=True)
    following = (numbers.first() or 0) + 1
    missing = [user_id for user_id in wanted if user_id not in known]
    added = AnnotatorPseudonym.objects.bulk_create(
        AnnotatorPseudonym(project_id=project_id, user_id=user_id, number=following + place)
        for place, user_id in enumerate(missing)
    )
    return known | {pseudonym.user_id: pseudonym.number for pseudonym in added}


def _known(project_id: int, user_ids: list[int]) -> dict[int, int]:
    rows = AnnotatorPseudonym.objects.filter(project=project_id, user__in=user_ids)
    return dict(rows.values_list("user_id", "number"))
