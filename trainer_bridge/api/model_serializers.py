"""How registered models look in the API."""

from __future__ import annotations

from rest_framework import serializers

from trainer_bridge.choices import ModelKind, ModelOrigin, ModelStage


class ModelVersionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ModelKind.choices)
    base_model = serializers.CharField()
    origin = serializers.ChoiceField(choices=ModelOrigin.choices)
    stage = serializers.ChoiceField(choices=ModelStage.choices)
    run = serializers.IntegerField(source="run_id", allow_null=True)
    metrics = serializers.DictField(child=serializers.FloatField(allow_null=True))
    size_bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "ModelVersion"


class ModelFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()

    class Meta:
        ref_name = "ModelFile"


class ModelVersionDetailSerializer(ModelVersionSerializer):
    files = ModelFileSerializer(many=True)

    class Meta:
        ref_name = "ModelVersionDetail"


class ModelCardSerializer(serializers.Serializer):
    markdown = serializers.CharField()

    class Meta:
        ref_name = "ModelCard"


class ModelUseSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["judge", "signal", "run", "evaluation"])
    id = serializers.IntegerField()
    name = serializers.CharField()

    class Meta:
        ref_name = "ModelUse"
