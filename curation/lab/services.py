"""Start lab runs."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from curation.datasets.choices import VersionState
from curation.datasets.versions import version_check_project
from curation.domain.recipe_steps import steps_as_json
from curation.lab.arms import problem_with
from curation.lab.choices import Features, GoldSource
from curation.lab.pools import GoldSplit
from curation.models import DatasetVersion, LabRun, Recipe
from curation.recipes.preview import steps_checked
from webapp.accounts.models import User
from webapp.api.errors import ConflictError, UnprocessableError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create
from webapp.projects.models import Project

JOB_KIND = "lab.run"
LEAST_RECIPES = 2


@transaction.atomic
def lab_run_start(
    *,
    project: Project,
    version: DatasetVersion,
    recipes: list[int],
    created_by: User,
    name: str = "",
    features: Features = Features.EMBEDDINGS,
    gold_source: GoldSource = GoldSource.HELD_OUT,
    gold_fraction: float | None = 0.2,
    seeds: int = 5,
    seed: int = 0,
    review_budget: float = 0.1,
) -> Job:
    """Start comparing recipes over a version. `gold_fraction` is a share of the prompts, None for adjudicated gold.

    Raises ConflictError while the version is being built, UnprocessableError when recipes and version do not fit each
    other or there are too few pairs to tell anything.
    """
    version_check_project(version, project.pk)
    if version.state != VersionState.READY:
        raise ConflictError(f"Version {version.number} is {version.state}; the lab needs a ready version.")
    frozen: list[dict[str, Any]] = [
        {"id": each.pk, "name": each.name, "steps": steps_as_json(steps_checked(each.steps))}
        for each in _recipes(project, recipes)
    ]
    problem = problem_with(version, frozen, GoldSplit(gold_source, gold_fraction, seed))
    if problem:
        raise UnprocessableError(problem)
    named = f"{', '.join(each['name'] for each in frozen)} on {version.dataset.name} v{version.number}"
    run = LabRun.objects.create(
        project=project,
        dataset_version=version,
        name=name or _shortened(named),
        recipes=frozen,
        features=features,
        gold_source=gold_source,
        gold_fraction=gold_fraction,
        seeds=seeds,
        first_seed=seed,
        review_budget=review_budget,
        created_by=created_by,
    )
    run.job = job_create(
        kind=JOB_KIND,
        project=project,
        created_by=created_by,
        params={"lab_run": run.pk},
        title=f"Recipe lab: {run.name}",
        subject=("lab_run", run.pk),
    )
    run.save(update_fields=["job"])
    return run.job


def _recipes(project: Project, ids: list[int]) -> list[Recipe]:
    """In the order asked. Raises UnprocessableError."""
    if len(set(ids)) < max(LEAST_RECIPES, len(ids)):
        raise UnprocessableError(
            "recipes: choose at least two different recipes, each once.", fields={"recipes": ["Two or more."]}
        )
    found = {recipe.pk: recipe for recipe in Recipe.objects.filter(project=project, pk__in=ids)}
    unknown = [each for each in ids if each not in found]
    if unknown:
        raise UnprocessableError(
            f"recipes: this project has no recipe {unknown[0]}.", fields={"recipes": ["Other project."]}
        )
    return [found[each] for each in ids]


def _shortened(name: str) -> str:
    return name if len(name) <= 160 else f"{name[:159]}…"
