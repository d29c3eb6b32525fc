"""Judges at work: runs over versions, what was answered, trust checks, and labels brought home."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.judge_serializers import (
    CapSerializer,
    JudgeAnswerSerializer,
    JudgeRunSerializer,
    JudgeTrustSerializer,
    ProbeSerializer,
    RunInputSerializer,
    TrustInputSerializer,
)
from curation.api.judge_views import OfJudgeApi
from curation.datasets.selectors import version_get
from curation.domain.judging.probes import PROBES
from curation.judges.choices import AnswerState
from curation.judges.labels import judge_labels
from curation.judges.selectors import (
    answers_of,
    judge_get,
    run_get,
    run_project_id,
    runs_of,
    trust_get,
    trust_project_id,
    trusts_of,
)
from curation.judges.services import judge_run, run_cap
from curation.judges.trust import trust_cap, trust_check
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.jobs.selectors.jobs import job_get
from webapp.projects.policies import Verb


class JudgeRunListApi(IdempotentApi, OfJudgeApi):
    verbs = {"GET": Verb.JUDGE_VIEW, "POST": Verb.SIGNAL_RUN}

    @extend_schema(operation_id="judge_runs_list", responses=paged(JudgeRunSerializer))
    def get(self, request: Request, judge_id: int) -> Response:
        return page(runs_of(judge_id), request, serializer=JudgeRunSerializer)

    @extend_schema(
        operation_id="judge_runs_create",
        description="Judge a dataset version. What was answered before is not asked again; failed rows are.",
        request=RunInputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, judge_id: int) -> Response:
        data = self.parse(RunInputSerializer)
        version = version_get(data.pop("dataset_version"))
        run = judge_run(judge=judge_get(judge_id), version=version, created_by=self.user, **data)
        return job_accepted(job_get(run.signal.job_id or 0))


class OfRunApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return run_project_id(kwargs["run_id"])


class JudgeRunDetailApi(OfRunApi):
    verbs = {"GET": Verb.JUDGE_VIEW, "PATCH": Verb.SIGNAL_RUN}

    @extend_schema(operation_id="judge_runs_get", responses=JudgeRunSerializer)
    def get(self, request: Request, run_id: int) -> Response:
        return Response(JudgeRunSerializer(run_get(run_id)).data)

    @extend_schema(
        operation_id="judge_runs_cap",
        description="Change how much the run may spend; null lifts the cap.",
        request=CapSerializer,
        responses=JudgeRunSerializer,
    )
    def patch(self, request: Request, run_id: int) -> Response:
        run_cap(run=run_get(run_id), **self.parse(CapSerializer))
        return Response(JudgeRunSerializer(run_get(run_id)).data)


class JudgeRunAnswersApi(OfRunApi):
    verbs = {"GET": Verb.JUDGE_VIEW}

    class QuerySerializer(serializers.Serializer):
        state = serializers.ChoiceField(choices=AnswerState.choices, required=False)

        class Meta:
            ref_name = "JudgeAnswerQuery"

    @extend_schema(
        operation_id="judge_run_answers_list",
        description="What the model answered in the run's last job, the newest first.",
        parameters=[OpenApiParameter("state", str, enum=AnswerState.values)],
        responses=paged(JudgeAnswerSerializer),
    )
    def get(self, request: Request, run_id: int) -> Response:
        asked = self.parse_query(self.QuerySerializer)
        found = answers_of(run_get(run_id), state=asked.get("state"))
        return page(found, request, serializer=JudgeAnswerSerializer)


class JudgeRunLabelsApi(IdempotentApi, OfRunApi):
    verbs = {"POST": Verb.DATASET_MANAGE}

    @extend_schema(
        operation_id="judge_runs_label",
        description=(
            "Bring a run home as a new dataset version: verdicts as labels of source judge, where the judge may label; "
            "everything else as annotations for people to confirm."
        ),
        request=None,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, run_id: int) -> Response:
        return job_accepted(judge_labels(run=run_get(run_id), created_by=self.user))


class JudgeTrustListApi(IdempotentApi, OfJudgeApi):
    verbs = {"GET": Verb.JUDGE_VIEW, "POST": Verb.SIGNAL_RUN}

    @extend_schema(operation_id="judge_trusts_list", responses=paged(JudgeTrustSerializer))
    def get(self, request: Request, judge_id: int) -> Response:
        return page(trusts_of(judge_id), request, serializer=JudgeTrustSerializer)

    @extend_schema(
        operation_id="judge_trusts_create",
        description="Check a judge against labels, and probe what moves its verdicts.",
        request=TrustInputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, judge_id: int) -> Response:
        data = self.parse(TrustInputSerializer)
        version = version_get(data.pop("dataset_version"))
        return job_accepted(trust_check(judge=judge_get(judge_id), version=version, created_by=self.user, **data))


class JudgeTrustDetailApi(ProjectApi):
    verbs = {"GET": Verb.JUDGE_VIEW, "PATCH": Verb.SIGNAL_RUN}

    def get_project_id(self, **kwargs: Any) -> int:
        return trust_project_id(kwargs["trust_id"])

    @extend_schema(operation_id="judge_trusts_get", responses=JudgeTrustSerializer)
    def get(self, request: Request, trust_id: int) -> Response:
        return Response(JudgeTrustSerializer(trust_get(trust_id)).data)

    @extend_schema(
        operation_id="judge_trusts_cap",
        description="Change how much the check may spend; null lifts the cap. Retry its job to go on where it stopped.",
        request=CapSerializer,
        responses=JudgeTrustSerializer,
    )
    def patch(self, request: Request, trust_id: int) -> Response:
        trust_cap(trust=trust_get(trust_id), **self.parse(CapSerializer))
        return Response(JudgeTrustSerializer(trust_get(trust_id)).data)


class JudgeProbeListApi(SignedInApi):
    @extend_schema(operation_id="judge_probes_list", responses=paged(ProbeSerializer))
    def get(self, request: Request) -> Response:
        return Response({"results": ProbeSerializer(PROBES.values(), many=True).data, "next": None})
