from __future__ import annotations

from django.urls import path

from webapp.projects.api import views

urlpatterns = [
    path("projects/", views.ProjectListApi.as_view()),
    path("projects/<int:project_id>/", views.ProjectDetailApi.as_view()),
    path("projects/<int:project_id>/members/", views.MemberListApi.as_view()),
    path("members/<int:member_id>/", views.MemberDetailApi.as_view()),
    path("members/<int:member_id>/invitation/", views.MemberInvitationApi.as_view()),
    path("invitations/<str:token>/", views.InvitationApi.as_view()),
    path("invitations/<str:token>/accept/", views.InvitationAcceptApi.as_view()),
]
