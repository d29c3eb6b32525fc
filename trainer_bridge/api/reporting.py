"""Where trainers on other machines report on their one run, by a token that opens nothing else."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from trainer_bridge.api.runs import RunApi
from trainer_bridge.models import Run
from trainer_bridge.runs.handing_out import COMMAND
from trainer_bridge.runs.report_tokens import PREFIX, run_of_token, token_issue, token_revoke
from trainer_bridge.selectors.runs import run_get
from trainer_bridge.services.reporting import STATES, run_report
from trainer_bridge.services.run_uploads import PIECE_BYTES, run_file_receive
from webapp.api.errors import ApplicationError
from webapp.api.views import ParsingApi
from webapp.projects.policies import Verb


class RunTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer plr_…`. Other tokens are left to others."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Run] | None:
        kind, _, token = get_authorization_header(request).decode("ascii", "replace").partition(" ")
        if kind != "Bearer" or not token.startswith(PREFIX):
            return None
        run = run_of_token(token)
        if run is None:
            raise AuthenticationFailed("This run token is unknown, revoked or expired; make a new one on the run page.")
        return AnonymousUser(), run

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class RunTokenScheme(OpenApiAuthenticationExtension):
    target_class = "trainer_bridge.api.reporting.RunTokenAuthentication"
    name = "runToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def of_token(request: Request, run_id: int) -> Run:
    """The run that the request's token is for. Raises NotAuthenticated when it is none, or another run's."""
    run = request.auth
    if not isinstance(run, Run) or run.pk != run_id:
        raise NotAuthenticated("Send the token of this run as `Authorization: Bearer plr_…`.")
    return run


class OctetParser(BaseParser):
    """One piece of a file, never more than is allowed in memory."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        piece: bytes = stream.read(PIECE_BYTES + 1)
        if len(piece) > PIECE_BYTES:
            raise ApplicationError(f"Send a file in pieces of at most {PIECE_BYTES} bytes.", status=413)
        return piece


class _ReportPointSerializer(serializers.Serializer):
    step = serializers.IntegerField(min_value=0)
    at = serializers.CharField(max_length=40, required=False)
    values = serializers.DictField(child=serializers.FloatField(allow_null=True))

    class Meta:
        ref_name = "RunReportPoint"


class _ReportSamplesSerializer(serializers.Serializer):
    step = serializers.IntegerField(min_value=0)
    at = serializers.CharField(max_length=40, required=False)
    samples = serializers.ListField(child=serializers.DictField(), max_length=64)

    class Meta:
        ref_name = "RunReportSamples"


class RunReportApi(ParsingApi):
    authentication_classes = (RunTokenAuthentication,)
    permission_classes = (AllowAny,)

    class InputSerializer(serializers.Serializer):
        session = serializers.RegexField(r"^[0-9a-f]{8,64}$")
        part = serializers.IntegerField(min_value=1)
        state = serializers.ChoiceField(choices=STATES)
        step = serializers.IntegerField(min_value=0)
        max_steps = serializers.IntegerField(min_value=0, required=False, allow_null=True)
        error = serializers.CharField(max_length=2000, required=False, allow_null=True)
        log = serializers.CharField(max_length=1 << 20, default="", allow_blank=True, trim_whitespace=False)
        metrics = serializers.ListField(child=_ReportPointSerializer(), default=list, max_length=5000)
        samples = serializers.ListField(child=_ReportSamplesSerializer(), default=list, max_length=100)

        class Meta:
            ref_name = "RunReportInput"

    class OutputSerializer(serializers.Serializer):
        run = serializers.IntegerField()
        part = serializers.IntegerField()
        state = serializers.CharField()

        class Meta:
            ref_name = "RunReport"

    @extend_schema(
        operation_id="runs_report",
        description=(
            "A trainer elsewhere tells how far it is. Its first report opens a `session` with `part` 1; a part that is "
            "sent again counts once. 409 of type `cancelled` asks the trainer to stop."
        ),
        request=InputSerializer,
        responses=OutputSerializer,
    )
    def post(self, request: Request, run_id: int) -> Response:
        run = of_token(request, run_id)
        data = self.parse(self.InputSerializer)
        return Response(run_report(run_id=run.pk, session=data.pop("session"), part=data.pop("part"), report=data))


class RunTokenApi(RunApi):
    verbs = {"POST": Verb.RUN_MANAGE, "DELETE": Verb.RUN_MANAGE}

    class OutputSerializer(serializers.Serializer):
        """`token` is shown this once; `command` trains in the downloaded folder and reports with it."""

        token = serializers.CharField()
        expires_at = serializers.DateTimeField()
        command = serializers.CharField()

        class Meta:
            ref_name = "RunToken"

    @extend_schema(
        operation_id="runs_token_create",
        description="A token with which a trainer elsewhere reports on this run; an earlier one is void.",
        request=None,
        responses={201: OutputSerializer},
    )
    def post(self, request: Request, run_id: int) -> Response:
        token, expires_at = token_issue(run_get(run_id))
        here = request.build_absolute_uri("/").rstrip("/")
        command = f"PLUMBLINE_REPORT_URL={here} PLUMBLINE_REPORT_TOKEN={token} {COMMAND}"
        body = {"token": token, "expires_at": expires_at, "command": command}
        return Response(self.OutputSerializer(body).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="runs_token_delete", request=None, responses={204: None})
    def delete(self, request: Request, run_id: int) -> Response:
        token_revoke(run_get(run_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PieceQuerySerializer(serializers.Serializer):
    """Where a piece belongs, and what the whole file will be."""

    offset = serializers.IntegerField(min_value=0)
    size = serializers.IntegerField(min_value=0)
    sha256 = serializers.CharField(max_length=64)

    class Meta:
        ref_name = "RunFilePieceQuery"


class PieceSerializer(serializers.Serializer):
    """How many bytes of the file are here."""

    received = serializers.IntegerField()

    class Meta:
        ref_name = "RunFilePiece"


class ReceivesFiles(ParsingApi):
    """The PUT of a run's file, by the run's token; mixed into the view that lets people download it."""

    @extend_schema(
        operation_id="runs_files_put",
        description=f"A piece of at most {PIECE_BYTES} bytes of a file that a trainer elsewhere sends home.",
        parameters=[
            OpenApiParameter("name", str, OpenApiParameter.PATH),
            OpenApiParameter("offset", int, required=True),
            OpenApiParameter("size", int, required=True),
            OpenApiParameter("sha256", str, required=True),
        ],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=PieceSerializer,
    )
    def put(self, request: Request, run_id: int, name: str) -> Response:
        run = of_token(request, run_id)
        where = self.parse_query(PieceQuerySerializer)
        received = run_file_receive(run_id=run.pk, name=name, piece=cast("bytes", request.data or b""), **where)
        return Response({"received": received})
