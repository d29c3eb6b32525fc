"""Every address: the API by rooms, sign-in pages, operations, and the single-page app for the rest."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from webapp.observability import views as operations
from webapp.single_page import single_page_app

api = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include("webapp.accounts.api.urls")),
    path("", include("webapp.projects.api.urls")),
    path("", include("webapp.jobs.api.urls")),
    path("", include("annotation.api.urls")),
    path("", include("curation.api.urls")),
    path("", include("trainer_bridge.api.urls")),
    re_path(r".*", operations.api_not_found),
]

urlpatterns = [
    path("healthz", operations.healthz),
    path("readyz", operations.readyz),
    path("metrics", operations.metrics),
    path("api/", include(api)),
    path("accounts/", include("allauth.account.urls")),
    re_path(r"^(?!static/).*$", single_page_app),
]
handler500 = "webapp.api.errors.server_error"
