from __future__ import annotations

from django.urls import include, path

from trainer_bridge.api import exports, registry, runs

urlpatterns = [
    path("snapshots/<int:snapshot_id>/exports/", exports.SnapshotExportsApi.as_view()),
    path("projects/<int:project_id>/exports/", exports.ProjectExportsApi.as_view()),
    path("exports/<int:export_id>/", exports.ExportDetailApi.as_view()),
    path("exports/<int:export_id>/download/", exports.ExportDownloadApi.as_view()),
    path("projects/<int:project_id>/base-models/", runs.BaseModelsApi.as_view()),
    path("projects/<int:project_id>/runs/", runs.RunListApi.as_view()),
    path("runs/<int:run_id>/", runs.RunDetailApi.as_view()),
    path("runs/<int:run_id>/metrics/", runs.RunMetricsApi.as_view()),
    path("runs/<int:run_id>/logs/", runs.RunLogsApi.as_view()),
    path("runs/<int:run_id>/cancel/", runs.RunCancelApi.as_view()),
    path("runs/<int:run_id>/resume/", runs.RunResumeApi.as_view()),
    path("projects/<int:project_id>/models/", registry.ModelListApi.as_view()),
    path("models/<int:model_id>/", registry.ModelDetailApi.as_view()),
    path("", include("trainer_bridge.api.evaluation_urls")),
]
