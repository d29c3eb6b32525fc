"""How evaluation sets, evaluations and their rows look in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from trainer_bridge.choices import EvaluationKind, EvaluationLayout, EvaluationSetState, EvaluationState
from webapp.accounts.api.serializers import UserRefSerializer

TAKES = ("no", "may", "must")
ROLES = ("correct", "incorrect")


class EvaluationSetCountsSerializer(serializers.Serializer):
    """All 0 until the set is ready."""

    items = serializers.IntegerField(default=0)
    candidates = serializers.IntegerField(default=0, help_text="Answers to all prompts together.")
    prompts = serializers.IntegerField(default=0, help_text="Different prompts.")
    subsets = serializers.DictField(child=serializers.IntegerField(), default=dict)
    left_out = serializers.DictField(
        child=serializers.IntegerField(), default=dict, help_text="Bad rows by reason, where they were to be left out."
    )

    class Meta:
        ref_name = "EvaluationSetCounts"


class EvaluationSetSerializer(serializers.Serializer):
    """`layout` is empty while that of uploaded files is still to be found out."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    layout = serializers.ChoiceField(choices=EvaluationLayout.choices, allow_blank=True)
    snapshot = serializers.IntegerField(source="snapshot_id", allow_null=True)
    files = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=EvaluationSetState.choices)
    automatic = serializers.BooleanField(help_text="Every model that a run of the project makes is evaluated on it.")
    counts = EvaluationSetCountsSerializer()
    content_hash = serializers.CharField()
    error = serializers.CharField()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "EvaluationSet"

    def get_files(self, one: Any) -> list[str]:
        return [str(upload["name"]) for upload in one.uploads]


class EvaluationSetUploadSerializer(serializers.Serializer):
    file = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), help_text="One or more files, which make one set."
    )
    name = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    layout = serializers.ChoiceField(
        choices=[choice for choice in EvaluationLayout.choices if choice[0] != EvaluationLayout.SNAPSHOT],
        required=False,
        allow_blank=True,
        default="",
        help_text="Found out from the rows when it is not given.",
    )
    automatic = serializers.BooleanField(default=False)
    leave_out_bad_rows = serializers.BooleanField(default=False, help_text="Otherwise one bad row refuses them all.")

    class Meta:
        ref_name = "EvaluationSetUpload"


class EvaluationSetOfSnapshotSerializer(serializers.Serializer):
    snapshot = serializers.IntegerField(min_value=1, help_text="Its test split becomes the set.")
    name = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    automatic = serializers.BooleanField(default=False)

    class Meta:
        ref_name = "EvaluationSetOfSnapshot"


class EvaluationSetChangeSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=160, required=False)
    automatic = serializers.BooleanField(required=False)

    class Meta:
        ref_name = "EvaluationSetChange"


class EvaluationMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "EvaluationMessage"


class EvaluationCandidateSerializer(serializers.Serializer):
    text = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    style = serializers.CharField(allow_null=True)  # type: ignore[assignment]

    class Meta:
        ref_name = "EvaluationCandidate"


class EvaluationItemSerializer(serializers.Serializer):
    """A prompt with answers that are right and answers that are wrong."""

    index = serializers.IntegerField()
    item = serializers.CharField()
    subset = serializers.CharField()
    prompt = EvaluationMessageSerializer(many=True)
    candidates = EvaluationCandidateSerializer(many=True)

    class Meta:
        ref_name = "EvaluationItem"


class EvaluationItemPageSerializer(serializers.Serializer):
    results = EvaluationItemSerializer(many=True)
    next = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "EvaluationItemPage"


class EvaluationKindInfoSerializer(serializers.Serializer):
    key = serializers.ChoiceField(choices=EvaluationKind.choices)
    title = serializers.CharField()
    description = serializers.CharField()
    model_kind = serializers.CharField(help_text="What it evaluates: reward or policy.")
    takes_against = serializers.ChoiceField(choices=TAKES)
    takes_judge = serializers.ChoiceField(choices=TAKES)
    takes_campaign = serializers.ChoiceField(choices=TAKES)
    params_schema = serializers.DictField(help_text="JSON schema of `params`.")

    class Meta:
        ref_name = "EvaluationKindInfo"


class PartySerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="__str__")

    class Meta:
        ref_name = "EvaluationParty"


class EvaluationCountsSerializer(serializers.Serializer):
    """items = scored + failed + leaked. All 0 until the evaluation is done."""

    items = serializers.IntegerField(default=0)
    scored = serializers.IntegerField(default=0)
    failed = serializers.IntegerField(default=0)
    leaked = serializers.IntegerField(default=0, help_text="In the training prompts, and so in no number.")
    reasons = serializers.DictField(child=serializers.IntegerField(), default=dict)

    class Meta:
        ref_name = "EvaluationCounts"


class EvaluationLeakExampleSerializer(serializers.Serializer):
    item = serializers.CharField()
    kind = serializers.CharField()
    shared = serializers.CharField(help_text="The words in common, in normal form.")

    class Meta:
        ref_name = "EvaluationLeakExample"


class EvaluationLeakSerializer(serializers.Serializer):
    """What of the set the model was trained on. `known` is false for models from elsewhere."""

    known = serializers.BooleanField(default=False)
    sentence = serializers.CharField(default="")
    training_prompts = serializers.IntegerField(default=0)
    leaked = serializers.IntegerField(default=0)
    kinds = serializers.DictField(child=serializers.IntegerField(), default=dict)
    examples = EvaluationLeakExampleSerializer(many=True, default=list)

    class Meta:
        ref_name = "EvaluationLeak"


class EvaluationSerializer(serializers.Serializer):
    """`metrics` has the shape of its `kind`, and is empty until the evaluation is done."""

    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    kind = serializers.ChoiceField(choices=EvaluationKind.choices)
    state = serializers.ChoiceField(choices=EvaluationState.choices)
    model = PartySerializer()
    evaluation_set = PartySerializer()
    layout = serializers.CharField(source="evaluation_set.layout")
    against = PartySerializer(allow_null=True)
    judge = PartySerializer(allow_null=True)
    campaign = serializers.IntegerField(source="campaign_id", allow_null=True)
    params = serializers.DictField()
    automatic = serializers.BooleanField()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    counts = EvaluationCountsSerializer()
    leak = EvaluationLeakSerializer()
    metrics = serializers.DictField()
    provenance = serializers.DictField()
    error = serializers.CharField()
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Evaluation"


class MeasuredSerializer(serializers.Serializer):
    """A number with its 95 % interval, and over how many items it is."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()

    class Meta:
        ref_name = "Measured"


class WinRateSerializer(serializers.Serializer):
    """`raw` counts a tie half; `length_controlled` is the rate at equal length. `missing` pairs have no vote yet."""

    pairs = serializers.IntegerField()
    votes = serializers.IntegerField()
    both_bad = serializers.IntegerField()
    missing = serializers.IntegerField()
    finished = serializers.BooleanField()
    raw = MeasuredSerializer(allow_null=True)
    length_controlled = MeasuredSerializer(allow_null=True)
    warning = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "WinRate"


class WinRatesSerializer(serializers.Serializer):
    """Null where nobody was asked."""

    judge = WinRateSerializer(allow_null=True)
    people = WinRateSerializer(allow_null=True)

    class Meta:
        ref_name = "WinRates"


class EvaluationInputSerializer(serializers.Serializer):
    """Either `set` or `snapshot`: the latter stands for the set of its test split."""

    kind = serializers.ChoiceField(choices=EvaluationKind.choices)
    set = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    snapshot = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    params = serializers.DictField(required=False)
    against = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    judge = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    campaign = serializers.IntegerField(min_value=1, required=False, allow_null=True)

    class Meta:
        ref_name = "EvaluationInput"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("set") is None) == (attrs.get("snapshot") is None):
            raise serializers.ValidationError({"set": ["Give either a set or a snapshot."]})
        return attrs


class EvaluationRowCandidateSerializer(EvaluationCandidateSerializer):
    """`values` are what was measured of the candidate: score, or log_likelihood, reference and tokens."""

    values = serializers.DictField(child=serializers.FloatField(allow_null=True))

    class Meta:
        ref_name = "EvaluationRowCandidate"


class EvaluationRowSerializer(serializers.Serializer):
    """One item with what the model said of it. `credit` is how right it was, 0 to 1, null unless scored."""

    index = serializers.IntegerField()
    item = serializers.CharField()
    subset = serializers.CharField()
    state = serializers.ChoiceField(choices=["ok", "failed", "leaked"])
    reason = serializers.CharField(allow_null=True)
    credit = serializers.FloatField(allow_null=True)
    margin = serializers.FloatField(allow_null=True, help_text="Worst right answer minus best wrong one.")
    prompt = EvaluationMessageSerializer(many=True)
    candidates = EvaluationRowCandidateSerializer(many=True)

    class Meta:
        ref_name = "EvaluationRow"


class EvaluationRowPageSerializer(serializers.Serializer):
    results = EvaluationRowSerializer(many=True)
    next = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "EvaluationRowPage"


class EvaluationDifferenceSerializer(serializers.Serializer):
    """b − a over common items; `p` is two-sided, by the paired bootstrap over prompts."""

    name = serializers.CharField()
    a = serializers.FloatField()
    b = serializers.FloatField()
    difference = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    p = serializers.FloatField()
    n = serializers.IntegerField()

    class Meta:
        ref_name = "EvaluationDifference"


class ComparedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    model = PartySerializer()

    class Meta:
        ref_name = "ComparedEvaluation"


class EvaluationComparisonSerializer(serializers.Serializer):
    """Two evaluations of one kind on one set. `items` counts those that both scored."""

    a = ComparedSerializer()
    b = ComparedSerializer()
    evaluation_set = PartySerializer()
    kind = serializers.ChoiceField(choices=EvaluationKind.choices)
    items = serializers.IntegerField()
    only_a_right = serializers.IntegerField()
    only_b_right = serializers.IntegerField()
    overall = EvaluationDifferenceSerializer()
    accuracy = EvaluationDifferenceSerializer()
    subsets = EvaluationDifferenceSerializer(many=True)
    sentence = serializers.CharField()

    class Meta:
        ref_name = "EvaluationComparison"
