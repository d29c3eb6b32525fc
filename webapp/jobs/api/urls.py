from __future__ import annotations

from django.urls import path

from webapp.jobs.api import views

urlpatterns = [
    path("projects/<int:project_id>/jobs/", views.JobListApi.as_view()),
    path("jobs/<int:job_id>/", views.JobDetailApi.as_view()),
    path("jobs/<int:job_id>/log/", views.JobLogApi.as_view()),
    path("jobs/<int:job_id>/cancel/", views.JobCancelApi.as_view()),
    path("jobs/<int:job_id>/pause/", views.JobPauseApi.as_view()),
    path("jobs/<int:job_id>/resume/", views.JobResumeApi.as_view()),
    path("jobs/<int:job_id>/retry-failed/", views.JobRetryFailedApi.as_view()),
]
