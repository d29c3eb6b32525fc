"""OpenAPI helpers: paged lists, the error shape, tags by first path segment."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers


class ErrorSerializer(serializers.Serializer):
    type = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)  # type: ignore[assignment]
    hint = serializers.CharField(required=False)

    class Meta:
        ref_name = "Error"


class PlumblineSchema(AutoSchema):
    """Adds the one error shape to every operation and groups operations by the noun in their path."""

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[2] if self.path.startswith("/api/") else "operations"]

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        bodies.setdefault("default", self._get_response_for_code(ErrorSerializer, "default"))
        bodies["default"]["description"] = "Any refusal"
        return bodies


@cache
def paged(serializer_class: type[serializers.Serializer]) -> serializers.Serializer:
    """The schema of a cursor page of `serializer_class`."""
    name = getattr(getattr(serializer_class, "Meta", None), "ref_name", None) or serializer_class.__name__.removesuffix(
        "Serializer"
    )
    return inline_serializer(
        name=f"{name}Page",
        fields={"results": serializer_class(many=True), "next": serializers.CharField(allow_null=True)},
    )
