from __future__ import annotations

from django.urls import path

from curation.api import judge_run_views, judge_views

urlpatterns = [
    path("judge-protocols/", judge_views.JudgeProtocolListApi.as_view()),
    path("judge-probes/", judge_run_views.JudgeProbeListApi.as_view()),
    path("projects/<int:project_id>/judge-models/", judge_views.JudgeModelListApi.as_view()),
    path("projects/<int:project_id>/judges/", judge_views.JudgeListApi.as_view()),
    path("judges/<int:judge_id>/", judge_views.JudgeDetailApi.as_view()),
    path("judges/<int:judge_id>/versions/", judge_views.JudgeVersionListApi.as_view()),
    path("judges/<int:judge_id>/rendering/", judge_views.JudgeRenderingApi.as_view()),
    path("judges/<int:judge_id>/runs/", judge_run_views.JudgeRunListApi.as_view()),
    path("judges/<int:judge_id>/trust/", judge_run_views.JudgeTrustListApi.as_view()),
    path("judge-runs/<int:run_id>/", judge_run_views.JudgeRunDetailApi.as_view()),
    path("judge-runs/<int:run_id>/answers/", judge_run_views.JudgeRunAnswersApi.as_view()),
    path("judge-runs/<int:run_id>/labels/", judge_run_views.JudgeRunLabelsApi.as_view()),
    path("judge-trusts/<int:trust_id>/", judge_run_views.JudgeTrustDetailApi.as_view()),
]
