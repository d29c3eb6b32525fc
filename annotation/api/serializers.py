"""How campaigns, items and feedback look in the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.choices import CampaignState, Outcome
from annotation.models import Campaign
from webapp.accounts.api.serializers import ProjectRefSerializer, UserRefSerializer


def _json_object(**options: object) -> serializers.DictField:
    return serializers.DictField(child=serializers.JSONField(allow_null=True), **options)  # type: ignore[arg-type]


class FormVersionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    questions = serializers.ListField(child=_json_object(), help_text="Typed questions with all defaults filled in.")

    class Meta:
        ref_name = "FormVersion"


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
    overlap = serializers.IntegerField()
    lease_seconds = serializers.IntegerField()
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
    questions = serializers.ListField(child=_json_object(), required=False)
    template = serializers.CharField(required=False, help_text="Name of a ready-made form, such as `pairwise`.")
    guidelines = serializers.CharField(max_length=200_000, allow_blank=True, default="", trim_whitespace=False)
    overlap = serializers.IntegerField(min_value=1, max_value=100, default=1, help_text="People asked about each item.")
    lease_seconds = serializers.IntegerField(min_value=30, max_value=7 * 86_400, default=900)

    class Meta:
        ref_name = "CampaignInput"


class CampaignUpdateSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120, required=False)
    guidelines = serializers.CharField(max_length=200_000, allow_blank=True, required=False, trim_whitespace=False)
    state = serializers.ChoiceField(choices=CampaignState.choices, required=False)
    overlap = serializers.IntegerField(min_value=1, max_value=100, required=False, help_text="May only be raised.")
    lease_seconds = serializers.IntegerField(min_value=30, max_value=7 * 86_400, required=False)

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
    remaining_for_me = serializers.IntegerField()
    guidelines = serializers.CharField()

    class Meta:
        ref_name = "MyCampaign"


class MyCampaignsSerializer(serializers.Serializer):
    results = MyCampaignSerializer(many=True)

    class Meta:
        ref_name = "MyCampaigns"


class ItemMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "ItemMessage"


class ItemResponseSerializer(serializers.Serializer):
    response_id = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "ItemResponse"


class ItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    prompt = ItemMessageSerializer(many=True)
    responses = ItemResponseSerializer(many=True, help_text="In the order this person is shown them.")
    context = serializers.CharField(allow_null=True)  # type: ignore[assignment]

    class Meta:
        ref_name = "Item"


class LeaseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    expires_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Lease"


class NextSerializer(serializers.Serializer):
    lease = LeaseSerializer()
    item = ItemSerializer()
    form = FormVersionSerializer()

    class Meta:
        ref_name = "Next"


class NextInputSerializer(serializers.Serializer):
    exclude = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Leases the client has already, which it does not want again.",
    )

    class Meta:
        ref_name = "NextInput"


class AnswersInputSerializer(serializers.Serializer):
    answers = _json_object(help_text="Question name → answer.")
    duration_ms = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    active_ms = serializers.IntegerField(min_value=0, required=False, allow_null=True)

    class Meta:
        ref_name = "AnswersInput"


class FeedbackRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    item = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "FeedbackRef"


class StoredFeedbackSerializer(serializers.Serializer):
    feedback = FeedbackRefSerializer()

    class Meta:
        ref_name = "StoredFeedback"


class LeaseTimeSerializer(serializers.Serializer):
    expires_at = serializers.DateTimeField()

    class Meta:
        ref_name = "LeaseTime"


class SkipInputSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")

    class Meta:
        ref_name = "SkipInput"


class FeedbackSerializer(serializers.Serializer):
    """Somebody's own feedback, with the item as they saw it."""

    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    answers = _json_object()
    item = ItemSerializer()
    form = FormVersionSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Feedback"


class VoteSerializer(serializers.Serializer):
    question = serializers.CharField()
    aspect = serializers.CharField(allow_null=True)
    a = serializers.CharField()
    b = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    value = serializers.IntegerField(allow_null=True, help_text="Above 0 when b is better; null when both are bad.")
    strength = serializers.IntegerField(allow_null=True)
    steps = serializers.IntegerField()

    class Meta:
        ref_name = "Vote"


class ItemRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    record_id = serializers.CharField()

    class Meta:
        ref_name = "ItemRef"


class CampaignFeedbackSerializer(serializers.Serializer):
    """Anybody's feedback as reviewers see it."""

    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    annotator = UserRefSerializer()
    item = ItemRefSerializer()
    answers = _json_object()
    votes = VoteSerializer(many=True)
    shown_order = serializers.ListField(child=serializers.CharField())
    guidelines_version = serializers.IntegerField()
    duration_ms = serializers.IntegerField(allow_null=True)
    active_ms = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "CampaignFeedback"


class StrengthCountSerializer(serializers.Serializer):
    value = serializers.IntegerField(help_text="−3 first shown much better … 3 second shown much better.")
    count = serializers.IntegerField()

    class Meta:
        ref_name = "StrengthCount"


class SideBiasSerializer(serializers.Serializer):
    first_rate = serializers.FloatField(allow_null=True, help_text="How often the response shown first was preferred.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()

    class Meta:
        ref_name = "SideBias"


class AgreementSerializer(serializers.Serializer):
    pairs = serializers.IntegerField(help_text="Pairs of people who judged the same pair of responses.")
    rate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)

    class Meta:
        ref_name = "Agreement"


class AnnotatorQualitySerializer(serializers.Serializer):
    user = UserRefSerializer()
    is_simulated = serializers.BooleanField()
    feedback = serializers.IntegerField()
    first_rate = serializers.FloatField(allow_null=True)
    median_active_ms = serializers.IntegerField(allow_null=True)
    agreement = serializers.FloatField(allow_null=True)

    class Meta:
        ref_name = "AnnotatorQuality"


class QualitySerializer(serializers.Serializer):
    question = serializers.CharField(allow_null=True, help_text="The pairwise question the figures are about.")
    feedback = serializers.IntegerField()
    items_done = serializers.IntegerField()
    strength_histogram = StrengthCountSerializer(many=True)
    outcomes = serializers.DictField(child=serializers.IntegerField())
    side_bias = SideBiasSerializer()
    agreement = AgreementSerializer()
    median_active_ms = serializers.IntegerField(allow_null=True)
    annotators = AnnotatorQualitySerializer(many=True)

    class Meta:
        ref_name = "Quality"
