"""Reading recipes."""

from __future__ import annotations

from django.db.models import QuerySet

from curation.models import Recipe
from webapp.api.errors import NotFoundError


def recipes_of(project_id: int) -> QuerySet[Recipe]:
    return Recipe.objects.filter(project=project_id).select_related("created_by")


def recipe_get(recipe_id: int) -> Recipe:
    """Raises NotFoundError."""
    recipe = Recipe.objects.select_related("created_by", "project").filter(pk=recipe_id).first()
    if recipe is None:
        raise NotFoundError("There is no such recipe.")
    return recipe


def recipe_project_id(recipe_id: int) -> int:
    """The project a recipe belongs to. Raises NotFoundError."""
    return recipe_get(recipe_id).project_id
