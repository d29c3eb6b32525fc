"""Evaluation sets, evaluations of models, their rows, and two of them compared."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.models import Campaign
from curation.models import Judge
from curation.snapshots.selectors import snapshot_get
from trainer_bridge.api.evaluation_serializers import (
    EvaluationComparisonSerializer,
    EvaluationInputSerializer,
    EvaluationItemPageSerializer,
    EvaluationKindInfoSerializer,
    EvaluationRowPageSerializer,
    EvaluationSerializer,
    EvaluationSetChangeSerializer,
    EvaluationSetOfSnapshotSerializer,
    EvaluationSetSerializer,
    EvaluationSetUploadSerializer,
    WinRatesSerializer,
)
from trainer_bridge.choices import EvaluationKind
from trainer_bridge.evaluation.kinds.registry import KINDS
from trainer_bridge.evaluation.win_rates import win_rates
from trainer_bridge.models import EvaluationSet, ModelVersion
from trainer_bridge.selectors.evaluation_comparison import evaluations_compare
from trainer_bridge.selectors.evaluation_rows import evaluation_items, evaluation_rows
from trainer_bridge.selectors.evaluations import (
    evaluation_get,
    evaluation_project_id,
    evaluation_set_get,
    evaluation_set_project_id,
    evaluation_sets_of,
    evaluations_of_model,
    evaluations_of_project,
)
from trainer_bridge.selectors.registry import model_get, model_project_id
from trainer_bridge.services.evaluation_sets import (
    Upload,
    evaluation_set_change,
    evaluation_set_of_snapshot,
    evaluation_set_upload,
)
from trainer_bridge.services.evaluations import evaluation_create
from webapp.api.errors import ApplicationError, NotFoundError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import decode_cursor, encode_cursor, page, page_limit
from webapp.api.schema import paged
from webapp.api.uploads import UploadApi
from webapp.api.views import ProjectApi, SignedInApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get

ROW_STATES = ("ok", "wrong", "failed", "leaked")


class EvaluationKindsApi(SignedInApi):
    @extend_schema(
        operation_id="evaluation_kinds_list",
        description="The ways to evaluate a model, each with the schema of its parameters.",
        responses=EvaluationKindInfoSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(EvaluationKindInfoSerializer(list(KINDS.values()), many=True).data)


class EvaluationSetListApi(IdempotentApi, UploadApi, ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW, "POST": Verb.DATASET_MANAGE}

    @extend_schema(operation_id="evaluation_sets_list", responses=paged(EvaluationSetSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(evaluation_sets_of(project_id), request, serializer=EvaluationSetSerializer)

    @extend_schema(
        operation_id="evaluation_sets_create",
        description=(
            "Upload benchmark files as multipart `file` (RewardBench, RewardBench 2, RM-Bench, RMB, or preference "
            "pairs; JSON lines, a JSON array or Parquet), or name a snapshot as JSON to evaluate on its test split. "
            "The job's subject names the set."
        ),
        request={
            "multipart/form-data": EvaluationSetUploadSerializer,
            "application/json": EvaluationSetOfSnapshotSerializer,
        },
        responses={202: JobSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        if (request.content_type or "").startswith("multipart/"):
            data = self.parse(EvaluationSetUploadSerializer)
            files = [Upload(file.name, file) for file in data.pop("file")]
            made = evaluation_set_upload(project=project_get(project_id), created_by=self.user, files=files, **data)
        else:
            data = self.parse(EvaluationSetOfSnapshotSerializer)
            data["snapshot"] = _snapshot(data["snapshot"], project_id)
            made = evaluation_set_of_snapshot(created_by=self.user, **data)
        return job_accepted(made.its_job)


class _SetApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return evaluation_set_project_id(kwargs["set_id"])


class EvaluationSetDetailApi(_SetApi):
    verbs = {"GET": Verb.MODEL_VIEW, "PATCH": Verb.DATASET_MANAGE}

    @extend_schema(operation_id="evaluation_sets_get", responses=EvaluationSetSerializer)
    def get(self, request: Request, set_id: int) -> Response:
        return Response(EvaluationSetSerializer(evaluation_set_get(set_id)).data)

    @extend_schema(
        operation_id="evaluation_sets_change",
        description="Rename it, or say whether every new model is evaluated on it; what it holds never changes.",
        request=EvaluationSetChangeSerializer,
        responses=EvaluationSetSerializer,
    )
    def patch(self, request: Request, set_id: int) -> Response:
        data = self.parse(EvaluationSetChangeSerializer, partial=True)
        changed = evaluation_set_change(evaluation_set=evaluation_set_get(set_id), **data)
        return Response(EvaluationSetSerializer(changed).data)


class EvaluationSetItemsApi(_SetApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    @extend_schema(
        operation_id="evaluation_sets_items",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=EvaluationItemPageSerializer,
    )
    def get(self, request: Request, set_id: int) -> Response:
        limit = page_limit(request)
        found = evaluation_items(evaluation_set_get(set_id), after=_after(request), limit=limit + 1)
        return _page(found, limit)


class ModelEvaluationsApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW, "POST": Verb.SIGNAL_RUN}

    def get_project_id(self, **kwargs: Any) -> int:
        return model_project_id(kwargs["model_id"])

    @extend_schema(operation_id="model_evaluations_list", responses=paged(EvaluationSerializer))
    def get(self, request: Request, model_id: int) -> Response:
        return page(evaluations_of_model(model_id), request, serializer=EvaluationSerializer)

    @extend_schema(
        operation_id="model_evaluations_create",
        description=(
            "Evaluate the model on a set; the job's subject names the evaluation. Asking again for one that waits, "
            "runs or is done answers with its job and starts nothing."
        ),
        request=EvaluationInputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, model_id: int) -> Response:
        data = self.parse(EvaluationInputSerializer)
        made = evaluation_create(
            model=model_get(model_id),
            evaluation_set=self._set(data),
            kind=data["kind"],
            created_by=self.user,
            params=data.get("params"),
            against=_of_project(ModelVersion, data.get("against"), self.project_id, "against", "model"),
            judge=_of_project(Judge, data.get("judge"), self.project_id, "judge", "judge"),
            campaign=_of_project(Campaign, data.get("campaign"), self.project_id, "campaign", "campaign"),
        )
        return job_accepted(made.its_job)

    def _set(self, data: dict[str, Any]) -> EvaluationSet:
        if data.get("snapshot") is not None:
            return evaluation_set_of_snapshot(
                snapshot=_snapshot(data["snapshot"], self.project_id), created_by=self.user
            )
        found: EvaluationSet = _of_project(EvaluationSet, data["set"], self.project_id, "set", "evaluation set")
        return found


class ProjectEvaluationsApi(ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    class QuerySerializer(serializers.Serializer):
        set = serializers.IntegerField(required=False, min_value=1)
        kind = serializers.ChoiceField(choices=EvaluationKind.choices, required=False)

        class Meta:
            ref_name = "EvaluationsQuery"

    @extend_schema(
        operation_id="evaluations_list",
        parameters=[OpenApiParameter("set", int), OpenApiParameter("kind", str, enum=EvaluationKind.values)],
        responses=paged(EvaluationSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        asked = self.parse_query(self.QuerySerializer)
        found = evaluations_of_project(project_id)
        if "set" in asked:
            found = found.filter(evaluation_set=asked["set"])
        if "kind" in asked:
            found = found.filter(kind=asked["kind"])
        return page(found, request, serializer=EvaluationSerializer)


class EvaluationComparisonApi(ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    class QuerySerializer(serializers.Serializer):
        a = serializers.IntegerField(min_value=1)
        b = serializers.IntegerField(min_value=1)

        class Meta:
            ref_name = "EvaluationComparisonQuery"

    @extend_schema(
        operation_id="evaluations_compare",
        description="Two evaluations of one kind on one set: b − a over common items, by the paired bootstrap.",
        parameters=[OpenApiParameter("a", int, required=True), OpenApiParameter("b", int, required=True)],
        responses=EvaluationComparisonSerializer,
    )
    def get(self, request: Request, project_id: int) -> Response:
        asked = self.parse_query(self.QuerySerializer)
        found = evaluations_compare(project_id=project_id, a=asked["a"], b=asked["b"])
        return Response(EvaluationComparisonSerializer(found).data)


class _EvaluationApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return evaluation_project_id(kwargs["evaluation_id"])


class EvaluationDetailApi(_EvaluationApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    @extend_schema(operation_id="evaluations_get", responses=EvaluationSerializer)
    def get(self, request: Request, evaluation_id: int) -> Response:
        return Response(EvaluationSerializer(evaluation_get(evaluation_id)).data)


class EvaluationWinRatesApi(_EvaluationApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    @extend_schema(
        operation_id="evaluations_win_rates",
        description="What a judge and people have said so far of the pairs of a side-by-side evaluation.",
        responses=WinRatesSerializer,
    )
    def get(self, request: Request, evaluation_id: int) -> Response:
        return Response(WinRatesSerializer(win_rates(evaluation_get(evaluation_id))).data)


class EvaluationRowsApi(_EvaluationApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    class QuerySerializer(serializers.Serializer):
        only = serializers.ChoiceField(choices=ROW_STATES, required=False)
        subset = serializers.CharField(required=False, max_length=300)

        class Meta:
            ref_name = "EvaluationRowsQuery"

    @extend_schema(
        operation_id="evaluations_rows",
        description="What the model said of each item; `only` picks those scored, wrong, failed or leaked.",
        parameters=[
            OpenApiParameter("only", str, enum=list(ROW_STATES)),
            OpenApiParameter("subset", str),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=EvaluationRowPageSerializer,
    )
    def get(self, request: Request, evaluation_id: int) -> Response:
        asked, limit = self.parse_query(self.QuerySerializer), page_limit(request)
        found = evaluation_rows(
            evaluation_id,
            only=asked.get("only"),
            subset=asked.get("subset"),
            after=_after(request),
            limit=limit + 1,
        )
        return _page(found, limit)


def _snapshot(snapshot_id: int, project_id: int) -> Any:
    try:
        found = snapshot_get(snapshot_id)
    except NotFoundError:
        found = None
    if found is None or found.project_id != project_id:
        raise _not_here("snapshot", "snapshot")
    return found


def _of_project(table: Any, row_id: int | None, project_id: int, field: str, noun: str) -> Any:
    if row_id is None:
        return None
    found = table.objects.filter(pk=row_id, project=project_id).first()
    if found is None:
        raise _not_here(field, noun)
    return found


def _not_here(field: str, noun: str) -> ApplicationError:
    sentence = f"There is no such {noun} in this project."
    return ApplicationError(f"{field}: {sentence}", fields={field: [sentence]})


def _after(request: Request) -> int:
    cursor = request.query_params.get("cursor")
    if not cursor:
        return -1
    (index,) = decode_cursor(cursor, length=1)
    if not isinstance(index, int):
        raise ApplicationError("cursor: this cursor belongs to another list; start again without it.")
    return index


def _page(found: list[dict[str, Any]], limit: int) -> Response:
    shown = found[:limit]
    following = encode_cursor([shown[-1]["index"]]) if len(found) > limit else None
    return Response({"results": shown, "next": following})
