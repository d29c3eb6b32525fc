"""How a campaign's figures look in the API."""

from __future__ import annotations

from rest_framework import serializers

from webapp.accounts.api.serializers import UserRefSerializer


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
