"""Base classes of every API view: who is asking, in which project, and whether their role allows it."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from webapp.accounts.choices import TokenScope
from webapp.accounts.models import ApiToken, User
from webapp.api.errors import ForbiddenError, NotFoundError
from webapp.projects import policies
from webapp.projects.models import Membership


class ParsingApi(APIView):
    """What all our views share: turning a request into checked values."""

    def parse(self, serializer_class: type[serializers.Serializer], *, partial: bool = False) -> dict[str, Any]:
        """Validate the request body and return its cleaned values, or raise a 400 that names every field."""
        serializer = serializer_class(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def parse_query(self, serializer_class: type[serializers.Serializer]) -> dict[str, Any]:
        """Validate the query string likewise."""
        serializer = serializer_class(data=self.request.query_params)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class SignedInApi(ParsingApi):
    """A view for any signed-in person. A read-only token cannot call its unsafe methods."""

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise NotAuthenticated("Sign in, or send an API token as `Authorization: Bearer …`.")
        token = request.auth
        if isinstance(token, ApiToken) and token.scope == TokenScope.READ and request.method not in SAFE_METHODS:
            raise ForbiddenError("This API token may only read; create one with write scope for this call.")


class ProjectApi(SignedInApi):
    """A view inside a project. `verbs` maps each HTTP method to what the caller's role must allow.

    Someone who is not a member gets 404, so that ids tell nothing; a member whose role is too small gets 403.
    """

    verbs: ClassVar[dict[str, policies.Verb]] = {}

    def get_project_id(self, **kwargs: Any) -> int:
        """The project of the object in the URL; raises NotFoundError when there is none."""
        return int(kwargs["project_id"])

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        verb = self.verbs.get(request.method or "")
        if verb is None:
            raise MethodNotAllowed(request.method or "")
        try:
            self.project_id = self.get_project_id(**kwargs)
        except NotFoundError as error:
            # The same words as for what belongs to others, so that nobody can tell the two apart.
            raise NotFoundError(policies.NOTHING_HERE) from error
        self.membership: Membership = policies.require(user=self.user, project_id=self.project_id, verb=verb)


class PublicApi(ParsingApi):
    """A view for people who have no account yet (accepting an invitation)."""

    permission_classes = (AllowAny,)
