"""Lab runs: do recipes help? Small heads trained on what each keeps, judged on pairs none of them saw."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.lab.choices import Features, GoldSource, LabState
from curation.models.datasets import DatasetVersion
from webapp.jobs.models import Job
from webapp.projects.models import Project


class LabRun(models.Model):
    """`recipes` is [{"id", "name", "steps"}] as they stood when the run began; `results` are there once it is ready.

    Seeds are `first_seed`, `first_seed` + 1, …; the same ones give the same results.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="lab_runs")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="lab_runs")
    name = models.CharField(max_length=160)
    state = models.CharField(max_length=10, choices=LabState.choices, default=LabState.RUNNING)
    recipes = models.JSONField()
    features = models.CharField(max_length=10, choices=Features.choices, default=Features.EMBEDDINGS)
    gold_source = models.CharField(max_length=12, choices=GoldSource.choices)
    # Of the prompts; only where the gold is held out.
    gold_fraction = models.FloatField(null=True)
    seeds = models.PositiveSmallIntegerField(default=5)
    first_seed = models.BigIntegerField(default=0)
    review_budget = models.FloatField(default=0.1)
    results = models.JSONField(null=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="lab_run_by_project")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LabState.values), name="lab_run_state_known"),
            models.CheckConstraint(condition=Q(features__in=Features.values), name="lab_run_features_known"),
            models.CheckConstraint(
                condition=Q(gold_source=GoldSource.ADJUDICATED, gold_fraction__isnull=True)
                | Q(gold_source=GoldSource.HELD_OUT, gold_fraction__gt=0, gold_fraction__lte=0.5),
                name="lab_run_gold_defined",
            ),
            models.CheckConstraint(condition=Q(seeds__gte=3, seeds__lte=10), name="lab_run_seeds_bounded"),
            models.CheckConstraint(
                condition=Q(review_budget__gt=0, review_budget__lte=0.5), name="lab_run_budget_bounded"
            ),
            # Results and nothing else make a run ready.
            models.CheckConstraint(
                condition=Q(state=LabState.READY, results__isnull=False) | ~Q(state=LabState.READY),
                name="lab_run_ready_has_results",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def gold(self) -> dict[str, str | float | None]:
        """What was asked to be held out."""
        return {"source": self.gold_source, "fraction": self.gold_fraction}

    @property
    def folder(self) -> str:
        """Where its files lie in the store."""
        return f"lab-runs/{self.pk}"

    @property
    def prepared_key(self) -> str:
        """Features, gold and the pairs of every arm, see `curation.lab.prepared`."""
        return f"{self.folder}/prepared.npz"

    def fit_key(self, arm: str, seed: int) -> str:
        """Which gold pairs an arm got right with a seed, and how its head was regularised."""
        return f"{self.folder}/fits/{arm.replace(':', '-')}-{seed}.npz"

    def review_key(self, seed: int) -> str:
        """Which label errors a seed's margins found."""
        return f"{self.folder}/review/{seed}.npz"

    @property
    def seed_list(self) -> list[int]:
        return list(range(self.first_seed, self.first_seed + self.seeds))
