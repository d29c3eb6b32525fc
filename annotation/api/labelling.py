"""The loop of annotating: take an item, answer it or give it back.

`next` and `submit` are called for every answer anybody gives. They keep the API's authentication, errors and
schema, but leave permissions to the one statement that does the work, and build their bodies without serializers.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.serializers.labelling import (
    AnswersInputSerializer,
    LeaseTimeSerializer,
    NextInputSerializer,
    NextSerializer,
    SkipInputSerializer,
    StoredFeedbackSerializer,
)
from annotation.domain.reading import MAX_MILLISECONDS, ReadingError, validate_reading
from annotation.selectors.campaigns import lease_project_id
from annotation.services.feedback import feedback_submit
from annotation.services.leasing import lease_heartbeat, lease_next, lease_release, lease_skip
from webapp.api.errors import ApplicationError
from webapp.api.idempotency import IdempotentApi
from webapp.api.views import ProjectApi, SignedInApi
from webapp.projects.policies import Verb

MAX_EXCLUDED = 100
MAX_ID = 2**63 - 1


def _body(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ApplicationError("Send a JSON object.", type="malformed")
    return request.data


def _excluded(body: dict[str, Any]) -> list[int]:
    ids = body.get("exclude", [])
    if not isinstance(ids, list) or len(ids) > MAX_EXCLUDED or not all(_is_number(value, MAX_ID) for value in ids):
        raise ApplicationError(
            f"exclude: give a list of at most {MAX_EXCLUDED} lease ids.", fields={"exclude": ["Not a list of ids."]}
        )
    return ids


def _is_number(value: object, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest


def answers_in(request: Request) -> dict[str, Any]:
    """The body of submit and revise: answers are checked against the form later, everything about them here."""
    body = _body(request)
    times = {}
    for name in ("duration_ms", "active_ms"):
        times[name] = body.get(name)
        if times[name] is not None and not _is_number(times[name], MAX_MILLISECONDS):
            raise ApplicationError(
                f"{name}: give a whole number of milliseconds, not negative.", fields={name: ["Not a duration."]}
            )
    return {"answers": body.get("answers"), "form_version": _form_version(body), "reading": _reading(body), **times}


def _form_version(body: dict[str, Any]) -> int | None:
    version = body.get("form_version")
    if version is not None and not _is_number(version, MAX_ID):
        raise ApplicationError(
            "form_version: give the id of the form version that was answered.",
            fields={"form_version": ["Not an id."]},
        )
    return version


def _reading(body: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return validate_reading(body.get("reading"))
    except ReadingError as error:
        path = f"reading.{error.field}" if error.field else "reading"
        raise ApplicationError(f"{path}: {error}", fields={path: [str(error)]}) from error


class NextApi(SignedInApi):
    @extend_schema(
        operation_id="campaigns_next",
        request=NextInputSerializer,
        responses={200: NextSerializer, 204: OpenApiResponse(description="Nothing is left for you.")},
        description="Returns an item you hold already, unless its lease is in `exclude`, else leases you a new one.",
    )
    def post(self, request: Request, campaign_id: int) -> Response:
        found = lease_next(campaign_id=campaign_id, annotator_id=self.user.pk, exclude=_excluded(_body(request)))
        if found is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(found)


class SubmitApi(IdempotentApi, SignedInApi):
    @extend_schema(
        operation_id="leases_submit", request=AnswersInputSerializer, responses={201: StoredFeedbackSerializer}
    )
    def post(self, request: Request, lease_id: int) -> Response:
        stored = feedback_submit(lease_id=lease_id, annotator_id=self.user.pk, **answers_in(request))
        return Response({"feedback": stored}, status=status.HTTP_201_CREATED)


class LeaseApi(ProjectApi):
    verbs = {"POST": Verb.ANNOTATE}

    def get_project_id(self, **kwargs: Any) -> int:
        return lease_project_id(lease_id=kwargs["lease_id"], annotator_id=self.user.pk)


class SkipApi(LeaseApi):
    @extend_schema(operation_id="leases_skip", request=SkipInputSerializer, responses={204: None})
    def post(self, request: Request, lease_id: int) -> Response:
        lease_skip(lease_id=lease_id, annotator_id=self.user.pk, **self.parse(SkipInputSerializer))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReleaseApi(LeaseApi):
    @extend_schema(operation_id="leases_release", request=None, responses={204: None})
    def post(self, request: Request, lease_id: int) -> Response:
        lease_release(lease_id=lease_id, annotator_id=self.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HeartbeatApi(LeaseApi):
    @extend_schema(operation_id="leases_heartbeat", request=None, responses=LeaseTimeSerializer)
    def post(self, request: Request, lease_id: int) -> Response:
        return Response(lease_heartbeat(lease_id=lease_id, annotator_id=self.user.pk))
