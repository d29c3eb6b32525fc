"""Models write responses to a version's prompts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from curation.datasets.selectors import version_get, version_project_id
from curation.generation.services import MOST_PROMPTS, MOST_SAMPLES, MOST_WRITERS, responses_generate
from curation.judges.choices import ModelSource
from webapp.api.idempotency import IdempotentApi
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb


class WriterSerializer(serializers.Serializer):
    """`model` is `{}`, `{"id"}` of a registered policy model, or `{"endpoint", "model", "revision"}`, by its source."""

    source = serializers.ChoiceField(choices=ModelSource.choices)  # type: ignore[assignment]
    model = serializers.DictField(default=dict)
    name = serializers.CharField(max_length=120, allow_blank=True, default="")

    class Meta:
        ref_name = "Writer"


class WritingSerializer(serializers.Serializer):
    temperature = serializers.FloatField(min_value=0, max_value=5, default=0.0)
    top_p = serializers.FloatField(min_value=0.01, max_value=1, default=1.0)
    max_tokens = serializers.IntegerField(min_value=1, max_value=8192, default=512)

    class Meta:
        ref_name = "Writing"


class ResponsesApi(IdempotentApi, ProjectApi):
    verbs = {"POST": Verb.DATASET_MANAGE}

    class InputSerializer(serializers.Serializer):
        writers = serializers.ListField(child=WriterSerializer(), min_length=1, max_length=MOST_WRITERS)
        name = serializers.CharField(max_length=120)
        prompts = serializers.IntegerField(min_value=1, max_value=MOST_PROMPTS, default=100)
        samples = serializers.IntegerField(min_value=1, max_value=MOST_SAMPLES, default=1)
        keep_responses = serializers.BooleanField(default=False)
        sampling = WritingSerializer(required=False)
        seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, allow_null=True, default=None)

        class Meta:
            ref_name = "ResponsesInput"

    def get_project_id(self, **kwargs: Any) -> int:
        return version_project_id(kwargs["version_id"])

    @extend_schema(
        operation_id="responses_generate",
        description=(
            "Let models write responses to prompts of this version. The job's end is a new dataset, whose records have "
            "the same prompts and name who wrote each response; annotators never see those names."
        ),
        request=InputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, version_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        return job_accepted(responses_generate(version=version_get(version_id), created_by=self.user, **data))
