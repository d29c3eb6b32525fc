from __future__ import annotations

from django.urls import include, path

from trainer_bridge.api import exports, registry, reporting, run_folder, runs

urlpatterns = [
    path("snapshots/<int:snapshot_id>/exports/", exports.SnapshotExportsApi.as_view()),
    path("snapshots/<int:snapshot_id>/export-check/", exports.SnapshotExportCheckApi.as_view()),
    path("export-formats/", exports.ExportFormatsApi.as_view()),
    path("projects/<int:project_id>/exports/", exports.ProjectExportsApi.as_view()),
    path("exports/<int:export_id>/", exports.ExportDetailApi.as_view()),
    path("exports/<int:export_id>/download/", exports.ExportDownloadApi.as_view()),
    path("exports/<int:export_id>/push/", exports.ExportPushApi.as_view()),
    path("projects/<int:project_id>/base-models/", runs.BaseModelsApi.as_view()),
    path("projects/<int:project_id>/launchers/", runs.LaunchersApi.as_view()),
    path("training-methods/", runs.TrainingMethodsApi.as_view()),
    path("projects/<int:project_id>/runs/", runs.RunListApi.as_view()),
    path("runs/<int:run_id>/", runs.RunDetailApi.as_view()),
    path("runs/<int:run_id>/clone/", runs.RunCloneApi.as_view()),
    path("runs/<int:run_id>/diff/", runs.RunDiffApi.as_view()),
    path("runs/<int:run_id>/metrics/", run_folder.RunMetricsApi.as_view()),
    path("runs/<int:run_id>/logs/", run_folder.RunLogsApi.as_view()),
    path("runs/<int:run_id>/samples/", run_folder.RunSamplesApi.as_view()),
    path("runs/<int:run_id>/files/", run_folder.RunFilesApi.as_view()),
    path("runs/<int:run_id>/files/<path:name>/", run_folder.RunFileApi.as_view()),
    path("runs/<int:run_id>/config/", run_folder.RunConfigApi.as_view()),
    path("runs/<int:run_id>/folder/", run_folder.RunFolderApi.as_view()),
    path("runs/<int:run_id>/token/", reporting.RunTokenApi.as_view()),
    path("runs/<int:run_id>/report/", reporting.RunReportApi.as_view()),
    path("runs/<int:run_id>/cancel/", runs.RunCancelApi.as_view()),
    path("runs/<int:run_id>/resume/", runs.RunResumeApi.as_view()),
    path("projects/<int:project_id>/models/", registry.ModelListApi.as_view()),
    path("models/<int:model_id>/", registry.ModelDetailApi.as_view()),
    path("models/<int:model_id>/card/", registry.ModelCardApi.as_view()),
    path("models/<int:model_id>/uses/", registry.ModelUsesApi.as_view()),
    path("", include("trainer_bridge.api.evaluation_urls")),
]
