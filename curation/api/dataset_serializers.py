"""How datasets, versions, imports and rows look in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from curation.datasets.choices import ImportState, VersionOrigin, VersionState
from curation.models import Dataset
from webapp.accounts.api.serializers import UserRefSerializer
from webapp.store.canonical import ANNOTATION_KINDS, OUTCOMES, SOURCES


class LatestVersionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    rows = serializers.IntegerField()

    class Meta:
        ref_name = "LatestVersion"


class DatasetSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    description = serializers.CharField()
    latest_version = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Dataset"

    def get_latest_version(self, dataset: Dataset) -> LatestVersionSerializer(allow_null=True):  # type: ignore[valid-type]
        found: Any = dataset
        if found.latest_id is None:
            return None
        return {"id": found.latest_id, "number": found.latest_number, "rows": found.latest_rows}


class DatasetInputSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=4000, allow_blank=True, default="")

    class Meta:
        ref_name = "DatasetInput"


class AnnotationCountsSerializer(serializers.Serializer):
    kinds = serializers.DictField(child=serializers.IntegerField())
    span_categories = serializers.DictField(child=serializers.IntegerField())
    omission_categories = serializers.DictField(child=serializers.IntegerField())

    class Meta:
        ref_name = "AnnotationCounts"


class VersionStatsSerializer(serializers.Serializer):
    responses = serializers.IntegerField(default=0)
    labels = serializers.IntegerField(default=0)
    label_sources = serializers.DictField(child=serializers.IntegerField(), default=dict)
    outcomes = serializers.DictField(child=serializers.IntegerField(), default=dict)
    multi_turn = serializers.IntegerField(default=0, help_text="Rows whose prompt has more than one user turn.")
    turns = serializers.IntegerField(default=0, help_text="User turns of all prompts together.")
    annotation_counts = serializers.SerializerMethodField()

    class Meta:
        ref_name = "DatasetVersionStats"

    def get_annotation_counts(self, stats: dict[str, Any]) -> AnnotationCountsSerializer:
        counts: Any = {
            "kinds": stats.get("annotation_kinds", {}),
            "span_categories": stats.get("span_categories", {}),
            "omission_categories": stats.get("omission_categories", {}),
        }
        return counts


class DatasetVersionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    dataset = serializers.IntegerField(source="dataset_id")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=VersionState.choices)
    origin = serializers.ChoiceField(choices=VersionOrigin.choices)
    origin_detail = serializers.DictField()
    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    rows = serializers.IntegerField()
    stats = VersionStatsSerializer()
    content_hash = serializers.CharField(help_text="The same for the same rows, whatever their order.")
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()
    job = serializers.IntegerField(source="job_id", allow_null=True)

    class Meta:
        ref_name = "DatasetVersion"


class ImportSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    dataset = serializers.IntegerField(source="dataset_id")
    filename = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    format = serializers.CharField(help_text="Empty until it is known.")
    state = serializers.ChoiceField(choices=ImportState.choices)
    rows_read = serializers.IntegerField()
    rows_new = serializers.IntegerField()
    rows_merged = serializers.IntegerField()
    rows_rejected = serializers.IntegerField()
    rejected_by_reason = serializers.DictField(child=serializers.IntegerField())
    message = serializers.CharField()
    version = serializers.IntegerField(source="version_id", allow_null=True)
    job = serializers.IntegerField(source="job_id", allow_null=True)
    has_quarantine = serializers.BooleanField(source="quarantine_key")
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Import"


class RowMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()
    images = serializers.ListField(child=serializers.CharField(), required=False, help_text="Addresses or data: URLs.")

    class Meta:
        ref_name = "RowMessage"


class RowResponseSerializer(serializers.Serializer):
    response_id = serializers.CharField()
    content = serializers.CharField()
    generator = serializers.CharField(allow_null=True)
    images = serializers.ListField(child=serializers.CharField(), required=False)

    class Meta:
        ref_name = "RowResponse"


class RowLabelSerializer(serializers.Serializer):
    a = serializers.CharField()
    b = serializers.CharField()
    value = serializers.IntegerField(allow_null=True, help_text="−3…3, above 0 when b is better; null: both are bad.")
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]
    strength = serializers.FloatField(allow_null=True)
    aspect = serializers.CharField(allow_null=True)
    annotator = serializers.CharField(allow_null=True)
    origin = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "RowLabel"


class RowAnnotationSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=ANNOTATION_KINDS)
    question = serializers.CharField()
    target = serializers.CharField(allow_null=True, help_text="The response it is about, where it is about one alone.")
    annotator = serializers.CharField(allow_null=True)
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]
    origin = serializers.CharField(allow_null=True)
    body = serializers.JSONField(help_text="The answer in the shape of its question type.")

    class Meta:
        ref_name = "RowAnnotation"


class RowSerializer(serializers.Serializer):
    """The schema of a row; pages are built by `curation.datasets.rows` in this shape already."""

    record_id = serializers.CharField()
    prompt = RowMessageSerializer(many=True)
    responses = RowResponseSerializer(many=True)
    labels = RowLabelSerializer(many=True)
    annotations = RowAnnotationSerializer(many=True)
    context = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    metadata = serializers.DictField()
    signals = serializers.DictField(
        child=serializers.DictField(child=serializers.FloatField(allow_null=True)),
        help_text="Scores by signal id and response id; null where scoring that response failed.",
    )

    class Meta:
        ref_name = "Row"
