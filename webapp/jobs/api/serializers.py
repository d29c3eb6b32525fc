"""How a job looks in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from webapp.accounts.api.serializers import UserRefSerializer
from webapp.jobs.choices import ACTIVE_STATES, JobState
from webapp.jobs.models import Job
from webapp.jobs.selectors.jobs import job_numbers


class JobSubjectSerializer(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.IntegerField()

    class Meta:
        ref_name = "JobSubject"


class JobCanSerializer(serializers.Serializer):
    cancel = serializers.BooleanField()
    pause = serializers.BooleanField()
    resume = serializers.BooleanField()
    retry_failed = serializers.BooleanField()

    class Meta:
        ref_name = "JobCan"


class JobFieldsSerializer(serializers.Serializer):
    """The schema of a job; `JobSerializer` fills it."""

    id = serializers.IntegerField()
    project = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    queue = serializers.CharField()
    unit = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)
    total = serializers.IntegerField(allow_null=True)
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    failures = serializers.DictField(child=serializers.IntegerField())
    rate_per_s = serializers.FloatField(allow_null=True)
    eta_s = serializers.FloatField(allow_null=True)
    message = serializers.CharField()
    result = serializers.DictField(allow_null=True)
    subject = JobSubjectSerializer(allow_null=True)
    cancel_requested = serializers.BooleanField()
    pause_requested = serializers.BooleanField()
    can = JobCanSerializer()
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Job"


class JobSerializer(JobFieldsSerializer):
    class Meta:
        ref_name = "Job"

    def to_representation(self, job: Job) -> dict[str, Any]:
        numbers = job_numbers(job)
        stopping = job.cancel_requested or job.pause_requested
        return {
            "id": job.pk,
            "project": job.project_id,
            "kind": job.kind,
            "title": job.title,
            "queue": job.queue,
            "unit": job.unit,
            "state": job.state,
            "total": numbers.total,
            "done": numbers.done,
            "failed": sum(numbers.failures.values()),
            "failures": numbers.failures,
            "rate_per_s": numbers.rate_per_s,
            "eta_s": numbers.eta_s,
            "message": job.message,
            "result": job.result,
            "subject": {"type": job.subject_type, "id": job.subject_id} if job.subject_type else None,
            "cancel_requested": job.cancel_requested,
            "pause_requested": job.pause_requested,
            "can": {
                "cancel": job.state in ACTIVE_STATES and not job.cancel_requested,
                "pause": job.state in (JobState.QUEUED, JobState.RUNNING) and not stopping,
                "resume": job.state in (JobState.PAUSED, JobState.CANCELLED),
                "retry_failed": job.state == JobState.FAILED,
            },
            "created_by": UserRefSerializer(job.created_by).data,
            "created_at": job.created_at,
            "started_at": job.started_at,
            "finished_at": job.finished_at,
        }


class JobLogSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    level = serializers.CharField()
    message = serializers.CharField()

    class Meta:
        ref_name = "JobLogEntry"
