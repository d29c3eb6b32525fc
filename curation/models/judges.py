"""Judges: versioned AI annotators, everything they answered, and what was measured about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.judges.choices import AnswerState, ModelSource
from curation.models.datasets import DatasetVersion
from curation.models.signals import Signal
from curation.signals.choices import SignalState
from webapp.jobs.models import Job
from webapp.projects.models import Project


class Judge(models.Model):
    """One version of an AI annotator. A trigger refuses to change anything but whether it is archived.

    `model` says which one answers: {"packaged": name}, {"id": registered model} or {"endpoint": name, "model": name}.
    `options` are the protocol's own (criteria, samples, few-shot examples, …). `principles` are ids of the library;
    each run stores the versions it used. `prices` are US dollars per million tokens: {"prompt", "completion"}.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="judges")
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    description = models.CharField(max_length=500, blank=True)
    protocol = models.CharField(max_length=40)
    source = models.CharField(max_length=12, choices=ModelSource.choices)
    model = models.JSONField()
    # The family its model belongs to: it does not judge, or is marked where it judges, what its own family wrote.
    family = models.CharField(max_length=60, blank=True)
    instructions = models.TextField(blank=True)
    options = models.JSONField(default=dict)
    principles = models.JSONField(default=list)
    sampling = models.JSONField(default=dict)
    prices = models.JSONField(null=True)
    archived_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="one_judge_per_version"),
            models.CheckConstraint(condition=Q(source__in=ModelSource.values), name="judge_source_known"),
            models.CheckConstraint(condition=~Q(name=""), name="judge_has_a_name"),
            models.CheckConstraint(condition=Q(version__gte=1), name="judge_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def annotator(self) -> str:
        """The name its labels carry in datasets."""
        return f"judge:{self.name} v{self.version}"

    @property
    def family_names(self) -> list[str]:
        """By what a generator is known as one of the judge's family."""
        return [name for name in (self.family, str(self.model.get("model", ""))) if name]


class JudgeAnswer(models.Model):
    """What a model answered to one call. `key` hashes model, revision, messages and sampling; see `call_key`.

    Only answers in state ok are given again; a failed one keeps what came back until somebody asks once more.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    key = models.BinaryField(max_length=32)
    state = models.CharField(max_length=8, choices=AnswerState.choices)
    reason = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    log_probs = models.JSONField(null=True)
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    # The record it was about, and the job that asked first.
    record_id = models.CharField(max_length=32, blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="judge_answers_once"),
            models.CheckConstraint(condition=Q(state__in=AnswerState.values), name="judge_answer_state_known"),
            models.CheckConstraint(
                condition=Q(state=AnswerState.OK, reason="") | Q(state=AnswerState.FAILED) & ~Q(reason=""),
                name="judge_answer_failed_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["job", "-id"], name="judge_answer_by_job")]

    def __str__(self) -> str:
        return f"answer {self.pk} ({self.state})"


class JudgeMeter(models.Model):
    """What a job's calls used. Counted in the transaction that stores the answers, so a killed worker miscounts none.

    `calls` reached the model; `reused` were answered before. Costs and the cap on them are millionths of a US dollar.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="judge_meter", primary_key=True)
    calls = models.BigIntegerField(default=0)
    reused = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    prompt_tokens = models.BigIntegerField(default=0)
    completion_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    cap = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cap__isnull=True) | Q(cap__gt=0), name="judge_cap_positive")]

    def __str__(self) -> str:
        return f"meter of job {self.job_id}"


class JudgeRun(models.Model):
    """A judge's work on a dataset version. Its rows are a signal, which recipes read like any other."""

    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, related_name="runs")
    signal = models.OneToOneField(Signal, on_delete=models.CASCADE, related_name="judge_run")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["judge", "-id"], name="judge_run_by_judge")]

    def __str__(self) -> str:
        return f"run {self.pk} of judge {self.judge_id}"


class JudgeTrust(models.Model):
    """A judge measured against labels people gave. `results` are there once it is ready.

    `fingerprint` hashes everything the judge's verdicts depend on, principles included: what was measured under
    another fingerprint says nothing about the judge as it is now.
    """

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="trusts")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=SignalState.choices, default=SignalState.QUEUED)
    # Which labels are taken for the truth, how many pairs at most, and which probes are run.
    gold = models.JSONField()
    sample = models.PositiveIntegerField()
    probes = models.JSONField(default=list)
    seed = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)
    results = models.JSONField(null=True)
    may_label = models.BooleanField(default=False)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["judge", "-id"], name="judge_trust_by_judge")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SignalState.values), name="judge_trust_state_known"),
            models.CheckConstraint(
                condition=~Q(state=SignalState.READY) | Q(results__isnull=False), name="judge_trust_ready_has_results"
            ),
            models.CheckConstraint(
                condition=Q(may_label=False) | Q(state=SignalState.READY), name="judge_labels_only_when_measured"
            ),
        ]

    def __str__(self) -> str:
        return f"trust check {self.pk} of judge {self.judge_id}"


class EndpointAllowance(models.Model):
    """How much may be sent to an endpoint now: a token bucket that all workers take from."""

    name = models.CharField(max_length=60, unique=True)
    requests_per_minute = models.PositiveIntegerField(null=True)
    tokens_per_minute = models.PositiveIntegerField(null=True)
    requests_available = models.FloatField(default=0)
    tokens_available = models.FloatField(default=0)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"allowance of {self.name}"
