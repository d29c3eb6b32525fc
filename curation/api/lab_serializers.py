"""How lab runs look in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from curation.api.recipe_serializers import StepsField
from curation.lab.choices import ArmKind, Basis, Features, GoldSource, LabState, Verdict
from webapp.accounts.api.serializers import UserRefSerializer


class GoldInputSerializer(serializers.Serializer):
    """Adjudicated labels, or a share of the prompts held out by lot."""

    source = serializers.ChoiceField(choices=GoldSource.choices, required=False)  # type: ignore[assignment]
    fraction = serializers.FloatField(min_value=0.05, max_value=0.5, required=False, allow_null=True)

    class Meta:
        ref_name = "LabGoldInput"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fraction = attrs.get("fraction")
        meant = GoldSource.ADJUDICATED if fraction is None else GoldSource.HELD_OUT
        if not attrs or attrs.get("source", meant) != meant:
            raise serializers.ValidationError("Give the source “adjudicated”, or the fraction to hold out.")
        return {"gold_source": meant, "gold_fraction": fraction}


class LabRunInputSerializer(serializers.Serializer):
    dataset_version = serializers.IntegerField(min_value=1)
    recipes = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=6, help_text="Two to six different recipes."
    )
    name = serializers.CharField(max_length=160, allow_blank=True, default="")
    features = serializers.ChoiceField(choices=Features.choices, default=Features.EMBEDDINGS)
    gold = GoldInputSerializer(required=False, help_text="By default a fifth of the prompts is held out.")
    seeds = serializers.IntegerField(min_value=3, max_value=10, default=5)
    seed = serializers.IntegerField(min_value=0, max_value=2**53, default=0)
    review_budget = serializers.FloatField(default=0.1, max_value=0.5)

    class Meta:
        ref_name = "LabRunInput"

    def validate_review_budget(self, value: float) -> float:
        if not value > 0:
            raise serializers.ValidationError("Give a share of the pairs above 0.")
        return value


class LabRecipeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    steps = StepsField()

    class Meta:
        ref_name = "LabRecipe"


class LabGoldSerializer(serializers.Serializer):
    source = serializers.ChoiceField(choices=GoldSource.choices)  # type: ignore[assignment]
    fraction = serializers.FloatField(allow_null=True)

    class Meta:
        ref_name = "LabGold"


class LabGoldFoundSerializer(serializers.Serializer):
    source = serializers.ChoiceField(choices=GoldSource.choices)  # type: ignore[assignment]
    pairs = serializers.IntegerField()
    prompts = serializers.IntegerField()
    planted = serializers.BooleanField(help_text="Planted flips among the held-out labels were put right.")

    class Meta:
        ref_name = "LabGoldFound"


class LabFigureSerializer(serializers.Serializer):
    """A mean with its standard error."""

    mean = serializers.FloatField()
    se = serializers.FloatField()

    class Meta:
        ref_name = "LabFigure"


class LabAccuracySerializer(LabFigureSerializer):
    by_seed = serializers.ListField(child=serializers.FloatField())

    class Meta:
        ref_name = "LabAccuracy"


class LabComparisonSerializer(serializers.Serializer):
    """Accuracy minus that of the raw labels, with its 95 % interval; shares, not points."""

    difference = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)

    class Meta:
        ref_name = "LabComparison"


class LabArmSerializer(serializers.Serializer):
    key = serializers.CharField(help_text="raw, recipe:<id>, random:<id> or oracle")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ArmKind.choices)
    recipe = serializers.IntegerField(allow_null=True, help_text="The recipe it is, or is the control of.")
    pairs_available = serializers.IntegerField(help_text="Kept outside the gold prompts.")
    pairs_used = serializers.IntegerField(help_text="Trained on in every seed, as many as every other arm.")
    accuracy = LabAccuracySerializer(help_text="Share of the gold pairs.")
    versus_raw = LabComparisonSerializer(allow_null=True)
    l2 = serializers.ListField(child=serializers.FloatField(), help_text="The tuned regularisation, by seed.")
    l2_at_edge = serializers.BooleanField()
    converged = serializers.BooleanField()

    class Meta:
        ref_name = "LabArm"


class LabErrorsFoundSerializer(serializers.Serializer):
    recall = LabFigureSerializer(help_text="Share of the wrong labels that were looked at.")
    precision = LabFigureSerializer(help_text="Share of the labels looked at that were wrong.")
    left = LabFigureSerializer(help_text="Share of all labels still wrong after people were asked again.")

    class Meta:
        ref_name = "LabErrorsFound"


class LabReviewSerializer(serializers.Serializer):
    """What asking people again finds, lowest margins first or by lot."""

    basis = serializers.ChoiceField(choices=Basis.choices)
    budget = serializers.FloatField()
    pairs = serializers.IntegerField()
    reviewed = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]
    wrong_before = serializers.FloatField()
    margin = LabErrorsFoundSerializer()
    random = LabErrorsFoundSerializer()

    class Meta:
        ref_name = "LabReview"


class LabResultsSerializer(serializers.Serializer):
    gold = LabGoldFoundSerializer()
    sample = serializers.IntegerField()
    arms = LabArmSerializer(many=True)
    review = LabReviewSerializer(allow_null=True)
    review_reason = serializers.CharField(allow_null=True)
    notes = serializers.ListField(child=serializers.CharField(), help_text="Sentences to show as they are.")

    class Meta:
        ref_name = "LabResults"


class LabRunSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=LabState.choices)
    dataset_version = serializers.IntegerField(source="dataset_version_id")
    recipes = LabRecipeSerializer(many=True)
    features = serializers.ChoiceField(choices=Features.choices)
    gold = LabGoldSerializer()
    seeds = serializers.IntegerField()
    seed = serializers.IntegerField(source="first_seed")
    review_budget = serializers.FloatField()
    results = LabResultsSerializer(allow_null=True)
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "LabRun"
