"""How snapshots, their differences and a pair's lineage look in the API."""

from __future__ import annotations

from rest_framework import serializers

from curation.api.recipe_serializers import (
    FunnelStepSerializer,
    PairRowSerializer,
    SnapshotCountsSerializer,
    StepsField,
)
from curation.signals.choices import SignalLevel
from curation.snapshots.choices import SnapshotState
from webapp.accounts.api.serializers import UserRefSerializer


class SplitsSerializer(serializers.Serializer):
    train = serializers.IntegerField(default=0)
    test = serializers.IntegerField(default=0)

    class Meta:
        ref_name = "SnapshotSplits"


class SnapshotApprovalSerializer(serializers.Serializer):
    approved_by = UserRefSerializer()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "SnapshotApproval"


class SnapshotSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=SnapshotState.choices)
    content_hash = serializers.CharField()
    recipe = serializers.IntegerField(source="recipe_id")
    steps = StepsField()
    dataset_version = serializers.IntegerField(source="dataset_version_id")
    seed = serializers.IntegerField()
    test_fraction = serializers.FloatField()
    counts = SnapshotCountsSerializer()
    funnel = FunnelStepSerializer(many=True)
    splits = SplitsSerializer()
    approvals = SnapshotApprovalSerializer(many=True)
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Snapshot"


class SnapshotChangeSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    pair_ids = serializers.ListField(child=serializers.CharField(), help_text="The first 50.")

    class Meta:
        ref_name = "SnapshotChange"


class LineageLabelSerializer(serializers.Serializer):
    label_source = serializers.CharField()
    annotator = serializers.CharField(allow_null=True)
    aspect = serializers.CharField(allow_null=True)
    outcome = serializers.CharField()
    origin = serializers.CharField(allow_null=True, help_text="The import or campaign it came by.")
    judge = serializers.IntegerField(allow_null=True, help_text="The AI judge that gave it.")
    towards_chosen = serializers.FloatField(allow_null=True, help_text="Above 0 the label agrees with the pair.")

    class Meta:
        ref_name = "LineageLabel"


class LineageStepSerializer(serializers.Serializer):
    index = serializers.IntegerField()
    type = serializers.CharField()
    title = serializers.CharField()
    params = serializers.DictField()
    said = serializers.CharField(help_text="kept, drop, review, or not reached.")
    reason = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "LineageStep"


class LineageValueSerializer(serializers.Serializer):
    response_id = serializers.CharField(allow_null=True)
    state = serializers.CharField()
    reason = serializers.CharField(allow_null=True)
    columns = serializers.DictField()

    class Meta:
        ref_name = "LineageValue"


class LineageSignalSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    level = serializers.ChoiceField(choices=SignalLevel.choices)
    provenance = serializers.DictField()
    values = LineageValueSerializer(many=True)

    class Meta:
        ref_name = "LineageSignal"


class LineageSerializer(serializers.Serializer):
    """Why a pair is in a snapshot or out of it."""

    pair = PairRowSerializer()
    labels = LineageLabelSerializer(many=True)
    steps = LineageStepSerializer(many=True)
    signals = LineageSignalSerializer(many=True)
    dataset_version = serializers.IntegerField()

    class Meta:
        ref_name = "PairLineage"


class DistributionShiftSerializer(serializers.Serializer):
    """One distribution of both snapshots over the same bins, n + 1 edges for n counts; the ends take the rest."""

    name = serializers.CharField()
    title = serializers.CharField()
    edges = serializers.ListField(child=serializers.FloatField())
    before = serializers.ListField(child=serializers.IntegerField())
    after = serializers.ListField(child=serializers.IntegerField())

    class Meta:
        ref_name = "DistributionShift"


class SnapshotDiffSerializer(serializers.Serializer):
    added = SnapshotChangeSerializer()
    removed = SnapshotChangeSerializer()
    flipped = SnapshotChangeSerializer()
    reweighted = SnapshotChangeSerializer()
    moved = SnapshotChangeSerializer()
    shift = DistributionShiftSerializer(many=True)

    class Meta:
        ref_name = "SnapshotDiff"
