from __future__ import annotations

from django.urls import path

from webapp.accounts.api import views

urlpatterns = [
    path("me/", views.MeApi.as_view()),
    path("me/tokens/", views.TokenListApi.as_view()),
    path("me/tokens/<str:token_key>/", views.TokenRevokeApi.as_view()),
]
