from __future__ import annotations

from django.urls import path

from curation.api import signal_views

urlpatterns = [
    path("dataset-versions/<int:version_id>/signals/", signal_views.SignalListApi.as_view()),
    path("signals/<int:signal_id>/", signal_views.SignalDetailApi.as_view()),
    path("signal-kinds/", signal_views.SignalKindListApi.as_view()),
]
