"""How exports look in the API."""

from __future__ import annotations

from rest_framework import serializers

from trainer_bridge.choices import ExportFormat, ExportState


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
