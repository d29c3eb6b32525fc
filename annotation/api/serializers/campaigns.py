"""How campaigns and the people in them look in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers.base import json_object
from annotation.api.serializers.forms import FormVersionSerializer
from annotation.api.serializers.principles import PrincipleTextSerializer
from annotation.choices import CampaignState, DraftsShown, LeakPolicy
from annotation.models import Campaign
from webapp.accounts.api.serializers import ProjectRefSerializer, UserRefSerializer

MAX_EXAMPLES = 30


class GuidelinesExampleSerializer(serializers.Serializer):
    """A worked example: what was judged, how, and why."""

    title = serializers.CharField(max_length=200)
    prompt = serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False)
    responses = serializers.ListField(
        child=serializers.CharField(max_length=20_000, allow_blank=True, trim_whitespace=False), max_length=10
    )
    verdict = serializers.CharField(max_length=500, allow_blank=True)
    explanation = serializers.CharField(max_length=5000, allow_blank=True)

    class Meta:
        ref_name = "GuidelinesExample"

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(str(part) for part in data if part not in self.fields)):
            raise serializers.ValidationError({unknown[0]: "An example has no such part."})
        return super().to_internal_value(data)


class CampaignDraftsSerializer(serializers.Serializer):
    """Whose drafts people are offered: `judge` as it signs its annotations in datasets, such as `judge:Marks v2`."""

    judge = serializers.CharField(max_length=200)
    show = serializers.ChoiceField(choices=DraftsShown.choices, default=DraftsShown.AFTER_FIRST_PASS)

    class Meta:
        ref_name = "CampaignDrafts"


class CampaignProgressSerializer(serializers.Serializer):
    items = serializers.IntegerField()
    completed_items = serializers.IntegerField(help_text="Items that as many people as `overlap` says have answered.")
    feedback = serializers.IntegerField()
    active_leases = serializers.IntegerField()
    skips = serializers.IntegerField()
    annotators = serializers.IntegerField()

    class Meta:
        ref_name = "CampaignProgress"


class CampaignSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=CampaignState.choices)
    guidelines = serializers.CharField()
    guidelines_version = serializers.IntegerField()
    guidelines_examples = GuidelinesExampleSerializer(many=True)
    identity_leaks = serializers.ChoiceField(choices=LeakPolicy.choices)
    overlap = serializers.IntegerField()
    lease_seconds = serializers.IntegerField()
    drafts = CampaignDraftsSerializer(allow_null=True)
    form = FormVersionSerializer(source="form_version")
    progress = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Campaign"

    # The view counts for a whole page at once and hands the figures in by campaign id.
    @extend_schema_field(CampaignProgressSerializer)
    def get_progress(self, campaign: Campaign) -> dict[str, int]:
        progress: dict[int, dict[str, int]] = self.context["progress"]
        return progress[campaign.pk]


class CampaignInputSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    questions = serializers.ListField(child=json_object(), required=False)
    template = serializers.CharField(required=False, help_text="Name of a ready-made form, such as `pairwise`.")
    guidelines = serializers.CharField(max_length=200_000, allow_blank=True, default="", trim_whitespace=False)
    guidelines_examples = GuidelinesExampleSerializer(many=True, max_length=MAX_EXAMPLES, required=False)  # type: ignore[call-arg]
    identity_leaks = serializers.ChoiceField(
        choices=LeakPolicy.choices,
        required=False,
        help_text="What happens at queueing to texts that name the model that wrote them.",
    )
    overlap = serializers.IntegerField(min_value=1, max_value=100, default=1, help_text="People asked about each item.")
    lease_seconds = serializers.IntegerField(min_value=30, max_value=7 * 86_400, default=900)
    drafts = CampaignDraftsSerializer(
        required=False, allow_null=True, help_text="For items that are queued from now on; a fifth of them show none."
    )

    class Meta:
        ref_name = "CampaignInput"


class CampaignUpdateSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120, required=False)
    guidelines = serializers.CharField(max_length=200_000, allow_blank=True, required=False, trim_whitespace=False)
    guidelines_examples = GuidelinesExampleSerializer(many=True, max_length=MAX_EXAMPLES, required=False)  # type: ignore[call-arg]
    identity_leaks = serializers.ChoiceField(
        choices=LeakPolicy.choices, required=False, help_text="For items that are queued from now on."
    )
    state = serializers.ChoiceField(choices=CampaignState.choices, required=False)
    overlap = serializers.IntegerField(min_value=1, max_value=100, required=False, help_text="May only be raised.")
    lease_seconds = serializers.IntegerField(min_value=30, max_value=7 * 86_400, required=False)
    drafts = CampaignDraftsSerializer(
        required=False, allow_null=True, help_text="For items that are queued from now on; a fifth of them show none."
    )

    class Meta:
        ref_name = "CampaignUpdate"


class CampaignAnnotatorSerializer(serializers.Serializer):
    user = UserRefSerializer()
    invitation_url = serializers.CharField(
        allow_null=True, default=None, help_text="A one-time link, only in the answer that made it."
    )
    feedback = serializers.IntegerField()
    median_active_ms = serializers.IntegerField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "CampaignAnnotator"


class CampaignAnnotatorsSerializer(serializers.Serializer):
    results = CampaignAnnotatorSerializer(many=True)

    class Meta:
        ref_name = "CampaignAnnotators"


class CampaignAnnotatorsInputSerializer(serializers.Serializer):
    emails = serializers.ListField(child=serializers.EmailField(), min_length=1, max_length=200)

    class Meta:
        ref_name = "CampaignAnnotatorsInput"


class MyCampaignSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    project = ProjectRefSerializer()
    state = serializers.ChoiceField(choices=CampaignState.choices)
    my_done = serializers.IntegerField()
    my_today = serializers.IntegerField(help_text="Answers given since `since`, or since midnight UTC.")
    my_median_active_ms = serializers.IntegerField(allow_null=True, help_text="Of the latest answers.")
    remaining_for_me = serializers.IntegerField()
    items = serializers.IntegerField()
    completed_items = serializers.IntegerField(help_text="Answered by as many people as are asked, by anybody.")
    guidelines = serializers.CharField()
    guidelines_version = serializers.IntegerField()
    guidelines_examples = GuidelinesExampleSerializer(many=True)
    principles = PrincipleTextSerializer(many=True)

    class Meta:
        ref_name = "MyCampaign"


class MyCampaignsInputSerializer(serializers.Serializer):
    since = serializers.DateTimeField(required=False, help_text="When the reader's day began.")

    class Meta:
        ref_name = "MyCampaignsInput"


class MyCampaignsSerializer(serializers.Serializer):
    results = MyCampaignSerializer(many=True)

    class Meta:
        ref_name = "MyCampaigns"
