"""How runs look in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from trainer_bridge.choices import LauncherName, RunKind, RunState
from trainer_bridge.domain.run_config import SETTINGS, Setting
from trainer_bridge.models import ModelVersion, Run
from trainer_bridge.selectors.runs import run_eta_s, run_metrics, run_note, run_place
from trainer_bridge.services.runs import MAX_MEMBERS
from webapp.accounts.api.serializers import UserRefSerializer


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
    """`note` says in a sentence what a run waits for; `place_in_queue` counts from 1 among runs that could start."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=RunKind.choices)
    state = serializers.ChoiceField(choices=RunState.choices)
    export = serializers.IntegerField(source="export_id")
    snapshot = serializers.IntegerField(source="export.snapshot_id")
    base_model = serializers.CharField()
    config = RunConfigSerializer()
    launcher = serializers.ChoiceField(choices=LauncherName.choices)
    gpus = serializers.IntegerField()
    priority = serializers.IntegerField()
    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    ensemble = serializers.CharField(allow_blank=True)
    job = serializers.IntegerField(source="job_id", allow_null=True)
    model_version = serializers.SerializerMethodField()
    error = serializers.CharField()
    note = serializers.SerializerMethodField()
    step = serializers.IntegerField()
    max_steps = serializers.IntegerField()
    eta_s = serializers.SerializerMethodField()
    place_in_queue = serializers.SerializerMethodField()
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    metrics = serializers.SerializerMethodField()
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Run"

    def get_model_version(self, run: Any) -> int | None:
        model: ModelVersion | None = getattr(run, "model_version", None)
        return None if model is None else model.pk

    def get_note(self, run: Run) -> str:
        return run_note(run)

    def get_eta_s(self, run: Run) -> float | None:
        return run_eta_s(run)

    @extend_schema_field(serializers.DictField(child=serializers.FloatField(allow_null=True)))
    def get_metrics(self, run: Run) -> dict[str, float | None]:
        return run_metrics(run)

    def get_place_in_queue(self, run: Run) -> int | None:
        return run_place(run)


class _WithConfigSerializer(serializers.Serializer):
    """The settings go to the service as they came, which names unknown ones instead of dropping them."""

    config = RunConfigSerializer(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        config = data.get("config") or {} if isinstance(data, dict) else {}
        if not isinstance(config, dict):
            raise serializers.ValidationError({"config": ["Give an object of settings and their values."]})
        rest = {name: value for name, value in data.items() if name != "config"} if isinstance(data, dict) else data
        return {**super().to_internal_value(rest), "config": config}


class RunInputSerializer(_WithConfigSerializer):
    """Either an `export` that is ready, or a `snapshot` whose export, in `format` with `options`, the run makes."""

    export = serializers.IntegerField(min_value=1, required=False)
    snapshot = serializers.IntegerField(min_value=1, required=False)
    format = serializers.CharField(max_length=30, required=False)
    options = serializers.DictField(child=serializers.JSONField(), required=False)
    kind = serializers.ChoiceField(choices=RunKind.choices)
    base_model = serializers.CharField(max_length=200)
    name = serializers.CharField(max_length=120, allow_blank=True, default="")
    launcher = serializers.ChoiceField(choices=LauncherName.choices, required=False)
    gpus = serializers.IntegerField(min_value=0, max_value=4096, default=0)
    priority = serializers.IntegerField(min_value=-100, max_value=100, default=0)
    members = serializers.IntegerField(min_value=1, max_value=MAX_MEMBERS, default=1)

    class Meta:
        ref_name = "RunInput"


class RunCloneSerializer(_WithConfigSerializer):
    """What differs from the run that is cloned; a setting of null goes back to its default."""

    base_model = serializers.CharField(max_length=200, required=False)
    name = serializers.CharField(max_length=120, required=False)
    launcher = serializers.ChoiceField(choices=LauncherName.choices, required=False)
    gpus = serializers.IntegerField(min_value=0, max_value=4096, required=False)
    priority = serializers.IntegerField(min_value=-100, max_value=100, required=False)

    class Meta:
        ref_name = "RunClone"


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


class RunDifferenceSerializer(serializers.Serializer):
    """`name` is `base_model`, `config.beta` and so on; null where a run has no such setting."""

    name = serializers.CharField()
    run = serializers.JSONField(allow_null=True)
    against = serializers.JSONField(allow_null=True)

    class Meta:
        ref_name = "RunDifference"


class RunDiffSerializer(serializers.Serializer):
    run = serializers.IntegerField()
    against = serializers.IntegerField()
    differences = RunDifferenceSerializer(many=True)

    class Meta:
        ref_name = "RunDiff"


class RunSampleSerializer(serializers.Serializer):
    """What a model in training makes of a prompt: a continuation, or a reward model's scores by response."""

    prompt = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True, allow_null=True, required=False)
    scores = serializers.JSONField(allow_null=True, required=False)

    class Meta:
        ref_name = "RunSample"


class RunSamplesAtSerializer(serializers.Serializer):
    step = serializers.IntegerField()
    at = serializers.CharField(allow_blank=True)
    samples = RunSampleSerializer(many=True)

    class Meta:
        ref_name = "RunSamplesAt"


class RunSamplesSerializer(serializers.Serializer):
    results = RunSamplesAtSerializer(many=True)

    class Meta:
        ref_name = "RunSamples"


class RunFileSerializer(serializers.Serializer):
    """`name` is the path inside the run folder."""

    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    modified_at = serializers.DateTimeField()

    class Meta:
        ref_name = "RunFile"


class RunConfigTextSerializer(serializers.Serializer):
    """`yaml` is config.yaml of the downloaded folder; `command` trains it by hand, inside that folder."""

    yaml = serializers.CharField()
    command = serializers.CharField()

    class Meta:
        ref_name = "RunConfigText"


class LauncherSerializer(serializers.Serializer):
    """`available` is false where something is missing, which `detail` names; `max_gpus` null means not known."""

    name = serializers.ChoiceField(choices=LauncherName.choices)
    title = serializers.CharField()
    available = serializers.BooleanField()
    detail = serializers.CharField(allow_blank=True)
    max_gpus = serializers.IntegerField(allow_null=True)

    class Meta:
        ref_name = "Launcher"


class TrainingLossSerializer(serializers.Serializer):
    """`settings` is a JSON schema of the settings that matter to this loss alone; `columns` must be exported."""

    key = serializers.CharField()
    title = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    settings = serializers.DictField(child=serializers.JSONField())

    class Meta:
        ref_name = "TrainingLoss"


class TrainingMethodSerializer(serializers.Serializer):
    """`settings` is a JSON schema of the settings that every loss of the method reads."""

    kind = serializers.ChoiceField(choices=RunKind.choices)
    title = serializers.CharField()
    description = serializers.CharField()
    makes = serializers.CharField()
    formats = serializers.ListField(child=serializers.CharField())
    required = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    optional = serializers.ListField(child=serializers.CharField())
    losses = TrainingLossSerializer(many=True)
    settings = serializers.DictField(child=serializers.JSONField())

    class Meta:
        ref_name = "TrainingMethod"
