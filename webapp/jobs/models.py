"""Durable background work: the truth about every job lives here, never in the broker."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from webapp.jobs.choices import ACTIVE_STATES, ENDED_STATES, JobState, Queue, ShardState
from webapp.projects.models import Project


class Job(models.Model):
    """One piece of background work. `planned_at` is set once, with its shards, in one transaction."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    queue = models.CharField(max_length=12, choices=Queue.choices)
    unit = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    cancel_requested = models.BooleanField(default=False)
    pause_requested = models.BooleanField(default=False)
    message = models.TextField(blank=True)
    result = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    planned_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # When, and how often since the last claimed shard, a message was sent; spaces out the sweep's repeats.
    dispatched_at = models.DateTimeField(null=True)
    dispatches = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], name="job_by_project"),
            models.Index(
                fields=["id"], name="job_unfinished", condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING])
            ),
            models.Index(fields=["subject_type", "subject_id"], name="job_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False, state__in=ENDED_STATES)
                | Q(finished_at__isnull=True, state__in=ACTIVE_STATES),
                name="job_finished_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"


class JobShard(models.Model):
    """A part of a job that one worker does at a time, under a lease it renews while alive."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="shards")
    index = models.PositiveIntegerField()
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=ShardState.choices, default=ShardState.PENDING)
    total = models.BigIntegerField(null=True)
    done = models.BigIntegerField(default=0)
    failures = models.JSONField(default=dict)
    checkpoint = models.JSONField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    # Claims count worker deaths too; errors count exceptions only.
    claims = models.PositiveSmallIntegerField(default=0)
    # How far any try came, and how many tries in a row came no further.
    furthest = models.BigIntegerField(default=0)
    stuck = models.PositiveSmallIntegerField(default=0)
    errors = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "index"], name="one_shard_per_index"),
            models.CheckConstraint(condition=Q(state__in=ShardState.values), name="shard_state_known"),
        ]
        indexes = [models.Index(fields=["job", "state", "index"], name="shard_next")]

    def __str__(self) -> str:
        return f"shard {self.index} of job {self.job_id} ({self.state})"


class JobLogEntry(models.Model):
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log_entries")
    at = models.DateTimeField(auto_now_add=True)
    level = models.CharField(max_length=8, default="info")
    message = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["job", "id"], name="job_log_in_order")]

    def __str__(self) -> str:
        return self.message
