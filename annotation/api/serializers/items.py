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


class PrincipleRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()

    class Meta:
        ref_name = "PrincipleRef"


class GuidelinesVersionSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    text = serializers.CharField()
    examples = GuidelinesExampleSerializer(many=True)
    principles = PrincipleRefSerializer(many=True, help_text="Shown with it, in this order.")
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "GuidelinesVersion"
