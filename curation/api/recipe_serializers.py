"""How signals, recipes and snapshots look in the API."""

from __future__ import annotations

from rest_framework import serializers

from curation.signals.choices import SignalLevel, SignalState
from curation.snapshots.choices import Decision
from webapp.accounts.api.serializers import UserRefSerializer


class HistogramSerializer(serializers.Serializer):
    """n + 1 edges for n counts."""

    edges = serializers.ListField(child=serializers.FloatField())
    counts = serializers.ListField(child=serializers.IntegerField())

    class Meta:
        ref_name = "Histogram"


class SignalColumnSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    type = serializers.ChoiceField(choices=["number", "text", "flag"])
    signed = serializers.BooleanField(help_text="A number of a pair that says b − a; a recipe turns it to chosen.")

    class Meta:
        ref_name = "SignalColumn"


class SignalSummarySerializer(serializers.Serializer):
    """Of the first number; `columns` holds the same by column, for texts and flags their most common values."""

    count = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)
    min = serializers.FloatField(allow_null=True)
    max = serializers.FloatField(allow_null=True)
    histogram = HistogramSerializer()
    columns = serializers.DictField(child=serializers.DictField(), default=dict)

    class Meta:
        ref_name = "SignalSummary"


class SignalSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    dataset_version = serializers.IntegerField(source="dataset_version_id")
    kind = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=SignalState.choices)
    params = serializers.DictField()
    provenance = serializers.DictField()
    level = serializers.ChoiceField(choices=SignalLevel.choices)
    columns = SignalColumnSerializer(many=True)
    rows_ok = serializers.IntegerField()
    rows_failed = serializers.IntegerField()
    summary = SignalSummarySerializer(allow_null=True)
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_at = serializers.DateTimeField()
    computed_at = serializers.DateTimeField(
        source="job.finished_at", allow_null=True, help_text="When its job ended; null while it runs."
    )

    class Meta:
        ref_name = "Signal"


class SignalKindSerializer(serializers.Serializer):
    kind = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    queue = serializers.CharField()
    level = serializers.ChoiceField(choices=SignalLevel.choices)
    columns = SignalColumnSerializer(many=True)
    params_schema = serializers.DictField()

    class Meta:
        ref_name = "SignalKind"


class StepsField(serializers.ListField):
    """A recipe's steps as plain JSON; what they may hold is in `/api/recipe-steps/`."""

    child = serializers.DictField()


class RecipeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    steps = StepsField()
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Recipe"


class RecipeStepKindSerializer(serializers.Serializer):
    type = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    schema = serializers.DictField()

    class Meta:
        ref_name = "RecipeStepKind"


class _FunnelFields(serializers.Serializer):
    index = serializers.IntegerField()
    type = serializers.CharField()
    title = serializers.CharField()
    kept = serializers.IntegerField()
    dropped = serializers.IntegerField()
    review = serializers.IntegerField()
    reasons = serializers.DictField(child=serializers.IntegerField())


# `in` is a word of Python, so this field cannot be written as an attribute.
FunnelStepSerializer = type(
    "FunnelStepSerializer",
    (_FunnelFields,),
    {"in": serializers.IntegerField(), "Meta": type("Meta", (), {"ref_name": "FunnelStep"})},
)
SnapshotCountsSerializer = type(
    "SnapshotCountsSerializer",
    (serializers.Serializer,),
    {
        "in": serializers.IntegerField(default=0),
        "kept": serializers.IntegerField(default=0),
        "dropped": serializers.IntegerField(default=0),
        "review": serializers.IntegerField(default=0),
        "Meta": type("Meta", (), {"ref_name": "SnapshotCounts"}),
    },
)


class PairMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "PairMessage"


class PairSideSerializer(serializers.Serializer):
    response_id = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "PairSide"


class PairRowSerializer(serializers.Serializer):
    pair_id = serializers.CharField()
    record_id = serializers.CharField()
    prompt = PairMessageSerializer(many=True)
    chosen = PairSideSerializer()
    rejected = PairSideSerializer()
    aspect = serializers.CharField(allow_null=True, help_text="What the preference is about; null for overall.")
    strength = serializers.FloatField(allow_null=True)
    votes = serializers.IntegerField()
    agreement = serializers.FloatField(allow_null=True, help_text="Share of the votes on the side of their mean.")
    label_source = serializers.CharField(allow_null=True, help_text="Whose labels counted.")
    margins = serializers.DictField(child=serializers.FloatField(allow_null=True))
    flipped = serializers.BooleanField(help_text="The recipe turned the label round.")
    soft_label = serializers.FloatField(help_text="Probability that chosen is better.")
    weight = serializers.FloatField()
    split = serializers.CharField(allow_null=True)
    decision = serializers.ChoiceField(choices=Decision.choices)
    step = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "PairRow"


class PairPageSerializer(serializers.Serializer):
    results = PairRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "PairRowPage"


class NamedHistogramSerializer(HistogramSerializer):
    name = serializers.CharField()
    title = serializers.CharField()

    class Meta:
        ref_name = "NamedHistogram"


class SamplesSerializer(serializers.Serializer):
    kept = PairRowSerializer(many=True)
    dropped = PairRowSerializer(many=True)

    class Meta:
        ref_name = "RecipeSamples"


class ValueCountSerializer(serializers.Serializer):
    value = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()

    class Meta:
        ref_name = "ValueCount"


class ValueCountsSerializer(serializers.Serializer):
    """The most common values of a text that a step looks at."""

    name = serializers.CharField()
    title = serializers.CharField()
    values = ValueCountSerializer(many=True)

    class Meta:
        ref_name = "NamedValueCounts"


class TreatedSerializer(serializers.Serializer):
    """Kept pairs whose label was turned round or softened, or whose weight is not 1."""

    flipped = serializers.IntegerField()
    softened = serializers.IntegerField()
    reweighted = serializers.IntegerField()

    class Meta:
        ref_name = "TreatedCounts"


class RecipeWarningSerializer(serializers.Serializer):
    """What the literature warns of; `index` is the step's place as sent, null for the recipe as a whole."""

    index = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()

    class Meta:
        ref_name = "RecipeWarning"


class RecipePreviewSerializer(serializers.Serializer):
    pairs_in = serializers.IntegerField()
    funnel = FunnelStepSerializer(many=True)
    kept = serializers.IntegerField()
    dropped = serializers.IntegerField()
    review = serializers.IntegerField()
    histograms = NamedHistogramSerializer(many=True)
    values = ValueCountsSerializer(many=True)
    treated = TreatedSerializer()
    warnings = RecipeWarningSerializer(many=True)
    samples = SamplesSerializer()

    class Meta:
        ref_name = "RecipePreview"
