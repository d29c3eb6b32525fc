"""Write recipes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from curation.domain.recipe_steps import steps_as_json
from curation.models import Recipe
from curation.recipes.preview import steps_checked
from webapp.accounts.models import User
from webapp.projects.models import Project


@transaction.atomic
def recipe_create(*, project: Project, created_by: User, name: str, steps: Any) -> Recipe:
    """Store a recipe. Raises UnprocessableError that names the step that cannot be used."""
    checked = steps_as_json(steps_checked(steps))
    return Recipe.objects.create(project=project, created_by=created_by, name=name, steps=checked)


@transaction.atomic
def recipe_update(*, recipe: Recipe, name: str | None = None, steps: Any = None) -> Recipe:
    """Change a recipe; snapshots made from it keep the steps they were made with."""
    if name is not None:
        recipe.name = name
    if steps is not None:
        recipe.steps = steps_as_json(steps_checked(steps))
    recipe.save()
    return recipe
