"""How judges, their runs and trust checks look in the API."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from curation.api.recipe_serializers import SignalColumnSerializer, SignalSerializer
from curation.judges.answers import MICRO
from curation.judges.choices import JUDGE_LEVELS, AnswerState, ModelSource
from curation.judges.protocols.base import JudgeProtocol
from curation.judges.protocols.registry import protocol_of
from curation.judges.standing import Standing, standing_of
from curation.models import Judge
from curation.signals.choices import SignalState
from webapp.accounts.api.serializers import UserRefSerializer
from webapp.jobs.api.serializers import JobSerializer

PROBLEM_HELP = "Not empty: why the judge cannot be asked now, such as a model that is gone."


class SamplingSerializer(serializers.Serializer):
    temperature = serializers.FloatField(min_value=0, max_value=2, default=0.0)
    top_p = serializers.FloatField(min_value=0.01, max_value=1, default=1.0)
    max_tokens = serializers.IntegerField(min_value=1, max_value=8192, default=512)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)

    class Meta:
        ref_name = "JudgeSampling"


class PricesSerializer(serializers.Serializer):
    """US dollars per million tokens."""

    prompt = serializers.FloatField(min_value=0, max_value=10_000)
    completion = serializers.FloatField(min_value=0, max_value=10_000)

    class Meta:
        ref_name = "JudgePrices"


class JudgeFactsSerializer(serializers.Serializer):
    """What a version of a judge is made of."""

    description = serializers.CharField(max_length=500, allow_blank=True, default="")
    protocol = serializers.CharField(max_length=40)
    source = serializers.ChoiceField(choices=ModelSource.choices)  # type: ignore[assignment]
    model = serializers.DictField(
        default=dict, help_text="`{}`, `{id}` of a registered policy model, or `{endpoint, model, revision?}`."
    )
    family = serializers.CharField(
        max_length=60, allow_blank=True, default="", help_text="Judges do not count for what their own family wrote."
    )
    instructions = serializers.CharField(max_length=8000, allow_blank=True, default="")
    options = serializers.DictField(default=dict, help_text="As `/api/judge-protocols/` describes them.")
    principles = serializers.ListField(child=serializers.IntegerField(), max_length=50, default=list)
    sampling = SamplingSerializer(default=dict)
    prices = PricesSerializer(allow_null=True, default=None)

    class Meta:
        ref_name = "JudgeFacts"


class JudgeInputSerializer(JudgeFactsSerializer):
    name = serializers.CharField(max_length=120)

    class Meta:
        ref_name = "JudgeInput"


class EstimateSerializer(serializers.Serializer):
    """A figure and its 95 % interval; null where there is nothing to tell it from."""

    estimate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)

    class Meta:
        ref_name = "JudgeEstimate"


class StandingSerializer(serializers.Serializer):
    """What a judge may do now, and the rule that decides; figures are those of the newest check that still holds."""

    may_label = serializers.BooleanField()
    rule = serializers.CharField(help_text="One sentence that says why.")
    trust = serializers.IntegerField(allow_null=True, help_text="The check it rests on.")
    outdated = serializers.BooleanField(help_text="It was measured, but under other principles or another model.")
    accuracy = EstimateSerializer(allow_null=True)
    consistency = EstimateSerializer(allow_null=True)
    pairs = serializers.IntegerField(allow_null=True)
    cost_per_1000 = serializers.FloatField(allow_null=True, help_text="US dollars; null where nothing is paid.")
    measured_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "JudgeStanding"


class JudgeSerializer(JudgeFactsSerializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    name = serializers.CharField()
    version = serializers.IntegerField()
    level = serializers.SerializerMethodField()
    gives = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField(help_text=PROBLEM_HELP)
    standing = serializers.SerializerMethodField()
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Judge"

    def to_representation(self, judge: Judge) -> dict[str, Any]:
        self._standing: Standing = standing_of(judge)
        found: dict[str, Any] = super().to_representation(judge)
        return found

    @extend_schema_field(serializers.ChoiceField(choices=JUDGE_LEVELS))
    def get_level(self, judge: Judge) -> str:
        return protocol_of(judge.protocol).level

    @extend_schema_field(serializers.ChoiceField(choices=["votes", "drafts"]))
    def get_gives(self, judge: Judge) -> str:
        return protocol_of(judge.protocol).gives

    def get_archived(self, judge: Judge) -> bool:
        return judge.archived_at is not None

    def get_problem(self, judge: Judge) -> str:
        return self._standing.problem

    @extend_schema_field(StandingSerializer)
    def get_standing(self, judge: Judge) -> Any:
        return StandingSerializer(self._standing).data


class JudgeVersionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "JudgeVersion"


class JudgeDetailSerializer(JudgeSerializer):
    versions = JudgeVersionSerializer(many=True)

    class Meta:
        ref_name = "JudgeDetail"


class JudgeProtocolSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    level = serializers.ChoiceField(choices=JUDGE_LEVELS)
    gives = serializers.ChoiceField(choices=["votes", "drafts"])
    generates = serializers.BooleanField(help_text="Its model writes; else probabilities of next tokens are read.")
    comparable = serializers.BooleanField(help_text="It can be checked against labels of pairs.")
    prompt_version = serializers.CharField()
    options_schema = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField())
    def get_options_schema(self, protocol: JudgeProtocol) -> dict[str, Any]:
        return msgspec.json.schema(protocol.options_type)

    class Meta:
        ref_name = "JudgeProtocol"


class JudgeModelSerializer(serializers.Serializer):
    """A model that may judge; `model` is what a judge is made with. Endpoints take any model's name."""

    source = serializers.ChoiceField(choices=ModelSource.choices)  # type: ignore[assignment]
    model = serializers.DictField()
    title = serializers.CharField()
    description = serializers.CharField()
    available = serializers.BooleanField()

    class Meta:
        ref_name = "JudgeModel"


class MeterSerializer(serializers.Serializer):
    calls = serializers.IntegerField()
    reused = serializers.IntegerField(help_text="Answers that were there already.")
    failed = serializers.IntegerField()
    prompt_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()
    cached_tokens = serializers.IntegerField(help_text="Of the prompt tokens, those the backend had read before.")
    cost_usd = serializers.SerializerMethodField()
    cap_usd = serializers.SerializerMethodField()

    class Meta:
        ref_name = "JudgeMeter"

    def get_cost_usd(self, meter: Any) -> float:
        return float(meter.cost / MICRO)

    def get_cap_usd(self, meter: Any) -> float | None:
        return None if meter.cap is None else float(meter.cap / MICRO)


class VersionRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    dataset = serializers.IntegerField(source="dataset_id")
    dataset_name = serializers.CharField(source="dataset.name")

    class Meta:
        ref_name = "JudgedVersion"


class RunInputSerializer(serializers.Serializer):
    dataset_version = serializers.IntegerField()
    pairs = serializers.ChoiceField(choices=["labelled", "all"], default="labelled")
    gold_only = serializers.BooleanField(default=False)
    share = serializers.FloatField(min_value=0.0001, max_value=1, default=1.0)
    seed = serializers.IntegerField(min_value=0, max_value=2**53, default=0)
    cap_usd = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0, allow_null=True, default=None)

    class Meta:
        ref_name = "JudgeRunInput"


class CapSerializer(serializers.Serializer):
    cap_usd = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0, allow_null=True)

    class Meta:
        ref_name = "JudgeRunCap"


class JudgeRunSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    judge = serializers.IntegerField(source="judge_id")
    judge_title = serializers.CharField(source="judge")
    signal = SignalSerializer()
    job = JobSerializer(source="signal.job", allow_null=True)
    dataset_version = VersionRefSerializer(source="signal.dataset_version")
    meter = MeterSerializer(source="signal.job.judge_meter", allow_null=True)
    columns = SignalColumnSerializer(source="signal.columns", many=True)
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "JudgeRun"


class JudgeAnswerSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    record_id = serializers.CharField()
    state = serializers.ChoiceField(choices=AnswerState.choices)
    reason = serializers.CharField()
    text = serializers.CharField()
    log_probs = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    prompt_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "JudgeAnswer"


class RenderingInputSerializer(serializers.Serializer):
    dataset_version = serializers.IntegerField()
    record_id = serializers.CharField(max_length=32, allow_blank=True, default="")

    class Meta:
        ref_name = "JudgeRenderingInput"


class RenderedMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "JudgeRenderedMessage"


class RenderedCallSerializer(serializers.Serializer):
    messages = RenderedMessageSerializer(many=True)
    lead = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    json_schema = serializers.DictField(allow_null=True)

    class Meta:
        ref_name = "JudgeRenderedCall"


class RenderingSerializer(serializers.Serializer):
    """The first questions about one pair or response of a row, exactly as the model gets them."""

    record_id = serializers.CharField()
    calls = RenderedCallSerializer(many=True)

    class Meta:
        ref_name = "JudgeRendering"


class TrustInputSerializer(serializers.Serializer):
    dataset_version = serializers.IntegerField()
    gold = serializers.ListField(
        child=serializers.ChoiceField(choices=["adjudicated", "human", "imported"]),
        min_length=1,
        default=lambda: ["adjudicated", "human"],
        help_text="Whose labels are taken for the truth.",
    )
    sample = serializers.IntegerField(min_value=20, max_value=5000, default=400)
    probes = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, default=list)
    seed = serializers.IntegerField(min_value=0, max_value=2**53, default=0)
    cap_usd = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0, allow_null=True, default=None)

    class Meta:
        ref_name = "JudgeTrustInput"


class JudgeTrustSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    judge = serializers.IntegerField(source="judge_id")
    dataset_version = VersionRefSerializer()
    state = serializers.ChoiceField(choices=SignalState.choices)
    gold = serializers.ListField(child=serializers.CharField())
    sample = serializers.IntegerField()
    probes = serializers.ListField(child=serializers.CharField())
    seed = serializers.IntegerField()
    may_label = serializers.BooleanField()
    results = serializers.DictField(allow_null=True)
    job = JobSerializer(allow_null=True)
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "JudgeTrust"


class ProbeSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    expected = serializers.CharField(help_text="What a sound judge does.")

    class Meta:
        ref_name = "JudgeProbe"
