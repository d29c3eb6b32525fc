"""Start, watch and steer training runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from curation.models import Snapshot
from curation.snapshots.selectors import snapshot_get
from trainer_bridge.api.run_serializers import (
    BaseModelSerializer,
    LauncherSerializer,
    RunCloneSerializer,
    RunDiffSerializer,
    RunInputSerializer,
    RunSerializer,
    TrainingMethodSerializer,
)
from trainer_bridge.domain.training_form import training_methods
from trainer_bridge.models import Export
from trainer_bridge.runs.base_models import base_models_of
from trainer_bridge.selectors.exports import export_get
from trainer_bridge.selectors.runs import (
    launchers_described,
    run_differences,
    run_get,
    run_project_id,
    run_to_compare,
    runs_of,
)
from trainer_bridge.services.runs import (
    Placement,
    default_launcher,
    ensemble_create,
    export_for_run,
    run_cancel,
    run_clone,
    run_create,
    run_resume,
)
from webapp.api.errors import ApplicationError, NotFoundError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import ROLE_VERBS, Verb
from webapp.projects.selectors.memberships import project_get

_Found = TypeVar("_Found", Export, Snapshot)


class BaseModelsApi(ProjectApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(
        operation_id="base_models_list",
        description=(
            "What a run may start from. Besides these, `hub:owner/name` names a model of the Hugging Face Hub. "
            "Folders of the machine are listed for those who may start runs."
        ),
        responses=BaseModelSerializer(many=True),
    )
    def get(self, request: Request, project_id: int) -> Response:
        may_run = Verb.RUN_MANAGE in ROLE_VERBS[self.membership.role]
        found = base_models_of(project_id=project_id, with_local=may_run)
        return Response([asdict(model) for model in found])


class LaunchersApi(ProjectApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(
        operation_id="launchers_list",
        description="Where runs of this installation may train; an operator adds places in PLUMBLINE_LAUNCHERS.",
        responses=LauncherSerializer(many=True),
    )
    def get(self, request: Request, project_id: int) -> Response:
        return Response(LauncherSerializer(launchers_described(), many=True).data)


class TrainingMethodsApi(SignedInApi):
    @extend_schema(
        operation_id="training_methods_list",
        description="Kinds of runs, their losses, and the settings of each as JSON schemas with defaults.",
        responses=TrainingMethodSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(training_methods())


class RunListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.RUN_VIEW, "POST": Verb.RUN_MANAGE}

    class QuerySerializer(serializers.Serializer):
        ensemble = serializers.CharField(max_length=36, required=False, default="")

        class Meta:
            ref_name = "RunsQuery"

    @extend_schema(
        operation_id="runs_list",
        parameters=[OpenApiParameter("ensemble", str, description="Only the members of this ensemble.")],
        responses=paged(RunSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        ensemble = self.parse_query(self.QuerySerializer)["ensemble"]
        return page(runs_of(project_id, ensemble=ensemble), request, serializer=RunSerializer)

    @extend_schema(
        operation_id="runs_create",
        description=(
            "Queue a run on a ready `export`, or on a `snapshot`, whose export the run makes and waits for. `members` "
            "above 1 queues that many runs which share `ensemble`; the answer is the first one's job."
        ),
        request=RunInputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(RunInputSerializer)
        project = project_get(project_id)
        members = data.pop("members")
        given = {
            "project": project,
            "created_by": self.user,
            "export": self._export(data),
            **{name: data[name] for name in ("kind", "base_model", "config", "name")},
            "placement": Placement(data.get("launcher", default_launcher()), data["gpus"], data["priority"]),
        }
        run = ensemble_create(members=members, **given)[0] if members > 1 else run_create(**given)
        return job_accepted(run.its_job)

    def _export(self, data: dict[str, Any]) -> Export:
        """The export to train on: named, or of a named snapshot."""
        if ("export" in data) == ("snapshot" in data):
            sentence = "Give either an export or a snapshot."
            raise ApplicationError(f"export: {sentence}", fields={"export": [sentence]})
        if "snapshot" in data:
            snapshot = self._found("snapshot", lambda: snapshot_get(data["snapshot"]))
            if snapshot.project_id != self.project_id:
                raise self._missing("snapshot")
            return export_for_run(
                snapshot=snapshot,
                created_by=self.user,
                kind=data["kind"],
                format=data.get("format"),
                options=data.get("options"),
            )
        return self._found("export", lambda: export_get(data["export"]))

    def _found(self, field: str, get: Callable[[], _Found]) -> _Found:
        try:
            return get()
        except NotFoundError:
            raise self._missing(field) from None

    def _missing(self, field: str) -> ApplicationError:
        sentence = f"There is no such {field} in this project."
        return ApplicationError(f"{field}: {sentence}", fields={field: [sentence]})


class RunApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return run_project_id(kwargs["run_id"])


class RunDetailApi(RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(operation_id="runs_get", responses=RunSerializer)
    def get(self, request: Request, run_id: int) -> Response:
        return Response(RunSerializer(run_get(run_id)).data)


class RunCloneApi(IdempotentApi, RunApi):
    verbs = {"POST": Verb.RUN_MANAGE}

    @extend_schema(
        operation_id="runs_clone",
        description="Queue a run like this one with some changes; its `parent` is this run.",
        request=RunCloneSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, run_id: int) -> Response:
        run = run_clone(run=run_get(run_id), created_by=self.user, **self.parse(RunCloneSerializer))
        return job_accepted(run.its_job)


class RunDiffApi(RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    class QuerySerializer(serializers.Serializer):
        against = serializers.IntegerField(min_value=1)

        class Meta:
            ref_name = "RunDiffQuery"

    @extend_schema(
        operation_id="runs_diff",
        description="What was decided differently about two runs of one project.",
        parameters=[OpenApiParameter("against", int, required=True)],
        responses=RunDiffSerializer,
    )
    def get(self, request: Request, run_id: int) -> Response:
        run = run_get(run_id)
        against = run_to_compare(run, self.parse_query(self.QuerySerializer)["against"])
        return Response({"run": run.pk, "against": against.pk, "differences": run_differences(run, against)})


class RunCancelApi(RunApi):
    verbs = {"POST": Verb.RUN_MANAGE}

    @extend_schema(operation_id="runs_cancel", request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: int) -> Response:
        run_cancel(run=run_get(run_id))
        return Response(RunSerializer(run_get(run_id)).data)


class RunResumeApi(RunApi):
    verbs = {"POST": Verb.RUN_MANAGE}

    @extend_schema(
        operation_id="runs_resume",
        description="Go on with a cancelled, paused or failed run from its newest checkpoint to the same last step.",
        request=None,
        responses=RunSerializer,
    )
    def post(self, request: Request, run_id: int) -> Response:
        run_resume(run=run_get(run_id))
        return Response(RunSerializer(run_get(run_id)).data)
