from __future__ import annotations

from django.urls import path

from curation.api import recipe_views, refresh_views, snapshot_views

urlpatterns = [
    path("projects/<int:project_id>/recipes/", recipe_views.RecipeListApi.as_view()),
    path("recipes/preview/", recipe_views.RecipePreviewApi.as_view()),
    path("recipes/rebind/", refresh_views.RecipeRebindApi.as_view()),
    path("recipes/<int:recipe_id>/", recipe_views.RecipeDetailApi.as_view()),
    path("recipes/<int:recipe_id>/snapshots/", recipe_views.RecipeFreezeApi.as_view()),
    path("recipe-steps/", recipe_views.RecipeStepListApi.as_view()),
    path("projects/<int:project_id>/snapshots/", snapshot_views.SnapshotListApi.as_view()),
    path("projects/<int:project_id>/snapshot-refreshes/", refresh_views.RefreshListApi.as_view()),
    path("snapshot-refreshes/<int:refresh_id>/", refresh_views.RefreshDetailApi.as_view()),
    path("snapshot-refreshes/<int:refresh_id>/run/", refresh_views.RefreshRunApi.as_view()),
    path("snapshots/<int:snapshot_id>/", snapshot_views.SnapshotDetailApi.as_view()),
    path("snapshots/<int:snapshot_id>/rows/", snapshot_views.SnapshotRowsApi.as_view()),
    path("snapshots/<int:snapshot_id>/card/", snapshot_views.SnapshotCardApi.as_view()),
    path("snapshots/<int:snapshot_id>/pairs/<str:pair_id>/", snapshot_views.SnapshotLineageApi.as_view()),
    path("snapshots/<int:snapshot_id>/review/", snapshot_views.SnapshotReviewApi.as_view()),
    path("snapshots/<int:snapshot_id>/approval/", snapshot_views.SnapshotApprovalApi.as_view()),
    path("snapshots/<int:snapshot_id>/diff/", snapshot_views.SnapshotDiffApi.as_view()),
]
