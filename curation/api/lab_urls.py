from __future__ import annotations

from django.urls import path

from curation.api import lab_views

urlpatterns = [
    path("projects/<int:project_id>/lab-runs/", lab_views.LabRunListApi.as_view()),
    path("lab-runs/<int:lab_run_id>/", lab_views.LabRunDetailApi.as_view()),
]
