"""Between datasets and campaigns: rows go into a queue, votes come back as labels."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.selectors.campaigns import campaign_get, campaign_project_id
from curation.datasets.choices import QueueOrder
from curation.datasets.selectors import version_get
from curation.datasets.services import campaign_fold, campaign_queue
from webapp.api.idempotency import IdempotentApi
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb

_MOST_CONTEXTS = 20
_LONGEST_CONTEXT = 4000


class _CampaignApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return campaign_project_id(kwargs["campaign_id"])


class CampaignQueueApi(IdempotentApi, _CampaignApi):
    verbs = {"POST": Verb.CAMPAIGN_MANAGE}

    class InputSerializer(serializers.Serializer):
        dataset_version = serializers.IntegerField(min_value=1)
        filter = serializers.JSONField(required=False, allow_null=True)
        order = serializers.ChoiceField(choices=QueueOrder.choices, default=QueueOrder.ORIGINAL)
        seed = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=(1 << 53) - 1)
        limit = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text="Rows, not items.")
        contexts = serializers.ListField(
            child=serializers.CharField(max_length=_LONGEST_CONTEXT),
            required=False,
            max_length=_MOST_CONTEXTS,
            help_text="Criteria or principles: every row is queued once under each.",
        )

        class Meta:
            ref_name = "CampaignQueueInput"

        def validate_contexts(self, contexts: list[str]) -> list[str]:
            if len(set(contexts)) != len(contexts):
                raise serializers.ValidationError("Two contexts are the same; give each once.")
            return contexts

    @extend_schema(operation_id="campaigns_queue", request=InputSerializer, responses={202: JobSerializer})
    def post(self, request: Request, campaign_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        version = version_get(data.pop("dataset_version"))
        return job_accepted(
            campaign_queue(campaign=campaign_get(campaign_id), version=version, created_by=self.user, **data)
        )


class CampaignLabelsApi(IdempotentApi, _CampaignApi):
    verbs = {"POST": Verb.DATASET_MANAGE}

    @extend_schema(operation_id="campaigns_fold_labels", request=None, responses={202: JobSerializer})
    def post(self, request: Request, campaign_id: int) -> Response:
        return job_accepted(campaign_fold(campaign=campaign_get(campaign_id), created_by=self.user))
