from __future__ import annotations

from django.urls import include, path

from curation.api import campaign_views, dataset_views, generation_views

urlpatterns = [
    path("projects/<int:project_id>/datasets/", dataset_views.DatasetListApi.as_view()),
    path("datasets/<int:dataset_id>/", dataset_views.DatasetDetailApi.as_view()),
    path("datasets/<int:dataset_id>/imports/", dataset_views.ImportListApi.as_view()),
    path("datasets/<int:dataset_id>/versions/", dataset_views.VersionListApi.as_view()),
    path("imports/<int:import_id>/", dataset_views.ImportDetailApi.as_view()),
    path("imports/<int:import_id>/quarantine/", dataset_views.ImportQuarantineApi.as_view()),
    path("dataset-versions/<int:version_id>/", dataset_views.VersionDetailApi.as_view()),
    path("dataset-versions/<int:version_id>/download/", dataset_views.VersionDownloadApi.as_view()),
    path("dataset-versions/<int:version_id>/rows/", dataset_views.RowListApi.as_view()),
    path("dataset-versions/<int:version_id>/rows/<str:record_id>/", dataset_views.RowDetailApi.as_view()),
    path("dataset-versions/<int:version_id>/responses/", generation_views.ResponsesApi.as_view()),
    path("campaigns/<int:campaign_id>/queue/", campaign_views.CampaignQueueApi.as_view()),
    path("campaigns/<int:campaign_id>/labels/", campaign_views.CampaignLabelsApi.as_view()),
    path("", include("curation.api.signal_urls")),
    path("", include("curation.api.recipe_urls")),
    path("", include("curation.api.lab_urls")),
    path("", include("curation.api.judge_urls")),
]
