"""Files that clients send, and how large they may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from webapp.api.errors import ApplicationError
from webapp.api.parsers import OrjsonParser

# What a multipart body holds besides the files.
_FORM_BYTES = 1 << 20


class UploadApi:
    """Mixin for views that take files as multipart, or JSON instead; put it before the API base class."""

    parser_classes: Sequence[type[BaseParser]] = (MultiPartParser, OrjsonParser)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Refused before anything is read.
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_UPLOAD_BYTES + _FORM_BYTES:
            raise too_large()
        super().initial(request, *args, **kwargs)  # type: ignore[misc]


def too_large() -> ApplicationError:
    limit = settings.MAX_UPLOAD_BYTES
    shown = f"{limit >> 20:,} MB" if limit >= 1 << 20 else f"{limit:,} bytes"
    return ApplicationError(
        f"The file is larger than {shown}, the most this server takes; split it and import the pieces.",
        type="too_large",
        status=413,
    )
