"""How items look to reviewers, and the guidelines they were judged by."""

from __future__ import annotations

from rest_framework import serializers

from annotation.api.serializers.campaigns import GuidelinesExampleSerializer
from annotation.api.serializers.labelling import ItemSerializer


class ItemDetailSerializer(ItemSerializer):
    record_id = serializers.CharField(help_text="Of the dataset's record it was made from.")
    campaign = serializers.IntegerField(source="campaign_id")

    class Meta:
        ref_name = "ItemDetail"


class GuidelinesVersionSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    text = serializers.CharField()
    examples = GuidelinesExampleSerializer(many=True)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "GuidelinesVersion"
