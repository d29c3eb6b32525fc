"""Training runs and their curves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from trainer_bridge.choices import LauncherName, RunKind, RunState
from trainer_bridge.domain.run_config import steps_of
from trainer_bridge.models.exports import Export
from trainer_bridge.models.of_jobs import MadeByJob
from webapp.jobs.models import Job
from webapp.projects.models import Project


class Run(MadeByJob, models.Model):
    """One training of a base model on an export; its folder is `runs/<id>/` in the store."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=10, choices=RunKind.choices)
    # Also the name of the model it makes.
    name = models.CharField(max_length=120)
    base_model = models.CharField(max_length=200)
    config = models.JSONField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    # One sentence, set when the run failed.
    error = models.TextField(blank=True)
    step = models.PositiveIntegerField(default=0)
    launcher = models.CharField(max_length=12, choices=LauncherName.choices, default=LauncherName.LOCAL)
    # Higher goes first among runs that wait for GPUs; `gpus` is how many it holds while it trains.
    priority = models.SmallIntegerField(default=0)
    gpus = models.PositiveSmallIntegerField(default=0)
    # What the launcher needs to find its process again, such as {"job": "4711"}.
    launch = models.JSONField(default=dict)
    # SHA-256 of the token with which a trainer elsewhere reports; empty where none was given out.
    report_token_hash = models.CharField(max_length=64, blank=True, default="")
    heartbeat_at = models.DateTimeField(null=True)
    # The run this one was cloned from, and the name that members of one ensemble share.
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="clones")
    ensemble = models.CharField(max_length=36, blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="run_by_project")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="run_has_a_name"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="run_kind_known"),
            models.CheckConstraint(condition=Q(launcher__in=LauncherName.values), name="run_launcher_known"),
            models.UniqueConstraint(
                fields=["report_token_hash"], condition=~Q(report_token_hash=""), name="one_run_per_report_token"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> str:
        """Where its files are, as a key of the store."""
        return f"runs/{self.pk}"

    @property
    def max_steps(self) -> int:
        """The last step; where epochs were asked for, 0 until the export's rows are counted."""
        if "max_steps" in self.config:
            return int(self.config["max_steps"])
        rows = int(self.export.manifest.get("rows", {}).get("train", 0))
        names = ("epochs", "batch_size", "gradient_accumulation")
        return steps_of(rows=rows, processes=max(self.gpus, 1), **{name: self.config[name] for name in names})


class RunMetric(models.Model):
    """Every number logged at one step; training and evaluation share the row."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    step = models.PositiveIntegerField()
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="one_metric_row_per_step")]

    def __str__(self) -> str:
        return f"run {self.run_id} step {self.step}"
