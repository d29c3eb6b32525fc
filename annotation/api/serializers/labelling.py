"""What the loop of annotating sends and takes."""

from __future__ import annotations

from rest_framework import serializers

from annotation.api.serializers.base import json_object
from annotation.api.serializers.forms import FormVersionSerializer


class ItemMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()
    images = serializers.ListField(child=serializers.CharField(), required=False)

    class Meta:
        ref_name = "ItemMessage"


class ItemResponseSerializer(serializers.Serializer):
    response_id = serializers.CharField()
    content = serializers.CharField()
    images = serializers.ListField(child=serializers.CharField(), required=False)

    class Meta:
        ref_name = "ItemResponse"


class PassageSerializer(serializers.Serializer):
    title = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())

    class Meta:
        ref_name = "Passage"


class MaterialsSerializer(serializers.Serializer):
    """What stands beside the responses; any part may be missing."""

    passages = PassageSerializer(many=True, required=False)
    reference = serializers.CharField(required=False)
    rubric = serializers.ListField(child=json_object(), required=False, help_text="Aspects of this item's own.")

    class Meta:
        ref_name = "Materials"


class ItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    prompt = ItemMessageSerializer(many=True)
    responses = ItemResponseSerializer(many=True, help_text="In the order this person is shown them.")
    context = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    materials = MaterialsSerializer(allow_null=True)

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
    answers = json_object(help_text="What this person said under an earlier form and need not say again.")
    drafts = json_object(
        help_text="Question name → answer drafted by AI, to be confirmed or corrected; empty where none is offered."
    )

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


class ReadingSerializer(serializers.Serializer):
    """How the item was read. A target is a response id, or `turn:N` for a turn of the prompt."""

    idle_ms = serializers.IntegerField(min_value=0, required=False)
    first_answer_ms = serializers.IntegerField(min_value=0, required=False)
    seen = serializers.DictField(
        child=serializers.FloatField(min_value=0, max_value=1),
        required=False,
        help_text="Target → share of its text that was scrolled into view; at most 50.",
    )
    reached_end = serializers.ListField(child=serializers.CharField(), required=False, help_text="At most 50 targets.")
    drafts = serializers.DictField(
        child=serializers.IntegerField(min_value=0),
        required=False,
        help_text="How many drafted marks and texts were `offered`, `accepted`, `corrected` and `rejected`.",
    )

    class Meta:
        ref_name = "Reading"


class AnswersInputSerializer(serializers.Serializer):
    answers = json_object(help_text="Question name → answer.")
    form_version = serializers.IntegerField(
        required=False,
        allow_null=True,
        help_text="Id of the form version that was answered; 409 of type `stale_form` when it is not the lease's.",
    )
    reading = ReadingSerializer(required=False, allow_null=True)
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
