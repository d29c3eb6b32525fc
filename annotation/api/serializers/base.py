"""What several serializers of this room use."""

from __future__ import annotations

from rest_framework import serializers


def json_object(**options: object) -> serializers.DictField:
    return serializers.DictField(child=serializers.JSONField(allow_null=True), **options)  # type: ignore[arg-type]
