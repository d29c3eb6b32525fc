from __future__ import annotations

from django.urls import path

from annotation.api import campaigns, discussion, feedback, form_templates, form_versions, items, labelling

urlpatterns = [
    path("form-templates/", form_templates.FormTemplateListApi.as_view()),
    path("projects/<int:project_id>/forms/validate/", form_templates.FormValidateApi.as_view()),
    path("projects/<int:project_id>/campaigns/", campaigns.CampaignListApi.as_view()),
    path("campaigns/<int:campaign_id>/", campaigns.CampaignDetailApi.as_view()),
    path("campaigns/<int:campaign_id>/annotators/", campaigns.CampaignAnnotatorListApi.as_view()),
    path("campaigns/<int:campaign_id>/annotators/<int:user_id>/", campaigns.CampaignAnnotatorDetailApi.as_view()),
    path("campaigns/<int:campaign_id>/quality/", campaigns.CampaignQualityApi.as_view()),
    path("campaigns/<int:campaign_id>/feedback/", feedback.CampaignFeedbackListApi.as_view()),
    path("campaigns/<int:campaign_id>/my-feedback/", feedback.MyFeedbackListApi.as_view()),
    path("campaigns/<int:campaign_id>/next/", labelling.NextApi.as_view()),
    path("campaigns/<int:campaign_id>/form/", form_versions.FormChangeApi.as_view()),
    path("campaigns/<int:campaign_id>/form/check/", form_versions.FormCheckApi.as_view()),
    path("campaigns/<int:campaign_id>/form-versions/", form_versions.FormVersionListApi.as_view()),
    path("campaigns/<int:campaign_id>/guidelines-versions/", items.GuidelinesVersionListApi.as_view()),
    path("campaigns/<int:campaign_id>/flags/", discussion.CampaignFlagListApi.as_view()),
    path("campaigns/<int:campaign_id>/comments/", discussion.CampaignCommentListApi.as_view()),
    path("flags/<int:flag_id>/resolve/", discussion.FlagResolveApi.as_view()),
    path("items/<int:item_id>/", items.ItemDetailApi.as_view()),
    path("items/<int:item_id>/comments/", discussion.ItemCommentListApi.as_view()),
    path("my/mentions/", discussion.MyMentionListApi.as_view()),
    path("mentions/<int:mention_id>/read/", discussion.MentionReadApi.as_view()),
    path("my/campaigns/", campaigns.MyCampaignListApi.as_view()),
    path("leases/<int:lease_id>/submit/", labelling.SubmitApi.as_view()),
    path("leases/<int:lease_id>/skip/", labelling.SkipApi.as_view()),
    path("leases/<int:lease_id>/release/", labelling.ReleaseApi.as_view()),
    path("leases/<int:lease_id>/heartbeat/", labelling.HeartbeatApi.as_view()),
    path("leases/<int:lease_id>/flag/", discussion.LeaseFlagApi.as_view()),
    path("leases/<int:lease_id>/comments/", discussion.LeaseCommentListApi.as_view()),
    path("leases/<int:lease_id>/mentionable/", discussion.LeaseMentionableApi.as_view()),
    path("feedback/<int:feedback_id>/", feedback.FeedbackDetailApi.as_view()),
    path("feedback/<int:feedback_id>/density/", feedback.FeedbackDensityApi.as_view()),
    path("feedback/<int:feedback_id>/revise/", feedback.FeedbackReviseApi.as_view()),
]
