"""Reads about evaluation sets and evaluations."""

from __future__ import annotations

from django.db.models import QuerySet

from trainer_bridge.models import Evaluation, EvaluationSet
from trainer_bridge.selectors.exports import NOTHING_HERE
from webapp.api.errors import ConflictError, NotFoundError


def evaluation_sets_of(project_id: int) -> QuerySet[EvaluationSet]:
    return EvaluationSet.objects.filter(project=project_id).select_related("created_by")


def evaluation_set_get(set_id: int) -> EvaluationSet:
    found = EvaluationSet.objects.select_related("created_by", "project").filter(pk=set_id).first()
    if found is None:
        raise NotFoundError(NOTHING_HERE)
    return found


def evaluation_set_project_id(set_id: int) -> int:
    project_id = EvaluationSet.objects.filter(pk=set_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError(NOTHING_HERE)
    return project_id


def evaluations_of_project(project_id: int) -> QuerySet[Evaluation]:
    return _with_names(Evaluation.objects.filter(project=project_id))


def evaluations_of_model(model_id: int) -> QuerySet[Evaluation]:
    return _with_names(Evaluation.objects.filter(model=model_id))


def evaluation_get(evaluation_id: int) -> Evaluation:
    found = _with_names(Evaluation.objects.filter(pk=evaluation_id)).first()
    if found is None:
        raise NotFoundError(NOTHING_HERE)
    return found


def evaluation_project_id(evaluation_id: int) -> int:
    project_id = Evaluation.objects.filter(pk=evaluation_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError(NOTHING_HERE)
    return project_id


def evaluation_done(evaluation_id: int) -> Evaluation:
    """An evaluation whose rows can be read. Raises ConflictError for one that is not done."""
    evaluation = evaluation_get(evaluation_id)
    if evaluation.state != "succeeded":
        raise ConflictError(f"This evaluation is {evaluation.state}; it has no rows to read.")
    return evaluation


def _with_names(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    return evaluations.select_related("created_by", "model", "evaluation_set", "against", "judge")
