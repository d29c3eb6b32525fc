"""How exports, runs and models look in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from trainer_bridge.choices import ExportFormat, ExportState, ModelKind, RunKind, RunState
from trainer_bridge.domain.run_config import SETTINGS, Setting
from trainer_bridge.models import ModelVersion
from webapp.accounts.api.serializers import UserRefSerializer


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
    state = serializers.ChoiceField(choices=ExportState.choices)
    files = ExportFileSerializer(many=True)
    manifest = serializers.DictField()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Export"


class BaseModelSerializer(serializers.Serializer):
    key = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(choices=["packaged", "local", "trained"])
    available = serializers.BooleanField()

    class Meta:
        ref_name = "BaseModel"


class RunConfigSerializer(serializers.Serializer):
    """Every setting of a run; the service holds the bounds, and these fields tell them to the schema."""

    class Meta:
        ref_name = "RunConfig"

    def get_fields(self) -> dict[str, serializers.Field]:
        return {setting.name: _field(setting) for setting in SETTINGS}


def _field(setting: Setting) -> serializers.Field:
    # No `default=`: the service fills defaults, which depend on the kind.
    about: dict[str, Any] = {"required": False, "allow_null": True, "help_text": setting.description}
    if setting.type is bool:
        return serializers.BooleanField(**about)
    if setting.type is str:
        return serializers.ChoiceField(choices=setting.choices, **about)
    if setting.type is int:
        return serializers.IntegerField(min_value=_whole(setting.least), max_value=_whole(setting.most), **about)
    return serializers.FloatField(min_value=setting.least, max_value=setting.most, **about)


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


class RunSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=RunKind.choices)
    state = serializers.ChoiceField(choices=RunState.choices)
    export = serializers.IntegerField(source="export_id")
    snapshot = serializers.IntegerField(source="export.snapshot_id")
    base_model = serializers.CharField()
    config = RunConfigSerializer()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    model_version = serializers.SerializerMethodField()
    error = serializers.CharField()
    step = serializers.IntegerField()
    max_steps = serializers.IntegerField()
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Run"

    def get_model_version(self, run: Any) -> int | None:
        model: ModelVersion | None = getattr(run, "model_version", None)
        return None if model is None else model.pk


class RunInputSerializer(serializers.Serializer):
    export = serializers.IntegerField(min_value=1)
    kind = serializers.ChoiceField(choices=RunKind.choices)
    base_model = serializers.CharField(max_length=200)
    name = serializers.CharField(max_length=120, allow_blank=True, default="")
    config = RunConfigSerializer(required=False)

    class Meta:
        ref_name = "RunInput"

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The settings go to the service as they came, which names unknown ones instead of dropping them."""
        config = data.get("config") or {} if isinstance(data, dict) else {}
        if not isinstance(config, dict):
            raise serializers.ValidationError({"config": ["Give an object of settings and their values."]})
        rest = {name: value for name, value in data.items() if name != "config"} if isinstance(data, dict) else data
        return {**super().to_internal_value(rest), "config": config}


class RunPointSerializer(serializers.Serializer):
    """Numbers logged at one step; null where a number was not finite."""

    step = serializers.IntegerField()
    values = serializers.DictField(child=serializers.FloatField(allow_null=True))

    class Meta:
        ref_name = "RunPoint"


class RunMetricsSerializer(serializers.Serializer):
    results = RunPointSerializer(many=True)
    state = serializers.ChoiceField(choices=RunState.choices)
    step = serializers.IntegerField()
    max_steps = serializers.IntegerField()

    class Meta:
        ref_name = "RunMetrics"


class RunLogSerializer(serializers.Serializer):
    text = serializers.CharField(allow_blank=True)

    class Meta:
        ref_name = "RunLog"


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
