"""How exports and models look in the API."""

from __future__ import annotations

from rest_framework import serializers

from trainer_bridge.choices import ExportFormat, ExportState, ModelKind


class ExportFileSerializer(serializers.Serializer):
    """`rows` is null for texts (manifest.json, README.md)."""

    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    rows = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField()

    class Meta:
        ref_name = "ExportFile"


class ExportSerializer(serializers.Serializer):
    """`files` and `manifest` are empty until the export is ready."""

    id = serializers.IntegerField()
    snapshot = serializers.IntegerField(source="snapshot_id")
    format = serializers.ChoiceField(choices=ExportFormat.choices)
    options = serializers.DictField()
    state = serializers.ChoiceField(choices=ExportState.choices)
    files = ExportFileSerializer(many=True)
    manifest = serializers.DictField()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Export"


class ModelVersionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ModelKind.choices)
    base_model = serializers.CharField()
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
