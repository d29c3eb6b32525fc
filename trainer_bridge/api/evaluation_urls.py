from __future__ import annotations

from django.urls import path

from trainer_bridge.api import evaluations

urlpatterns = [
    path("evaluation-kinds/", evaluations.EvaluationKindsApi.as_view()),
    path("projects/<int:project_id>/evaluation-sets/", evaluations.EvaluationSetListApi.as_view()),
    path("evaluation-sets/<int:set_id>/", evaluations.EvaluationSetDetailApi.as_view()),
    path("evaluation-sets/<int:set_id>/items/", evaluations.EvaluationSetItemsApi.as_view()),
    path("models/<int:model_id>/evaluations/", evaluations.ModelEvaluationsApi.as_view()),
    path("projects/<int:project_id>/evaluations/", evaluations.ProjectEvaluationsApi.as_view()),
    path("projects/<int:project_id>/evaluations/compare/", evaluations.EvaluationComparisonApi.as_view()),
    path("evaluations/<int:evaluation_id>/", evaluations.EvaluationDetailApi.as_view()),
    path("evaluations/<int:evaluation_id>/win-rates/", evaluations.EvaluationWinRatesApi.as_view()),
    path("evaluations/<int:evaluation_id>/rows/", evaluations.EvaluationRowsApi.as_view()),
]
