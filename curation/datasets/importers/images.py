"""Images of prompts and responses: addresses of the web, or the image itself as a data: address.

Nothing is fetched. A path on the disk of whoever made the file means nothing here and is refused.
"""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import urlsplit

from curation.datasets.importers.base import RowError, wrong_type
from webapp.store.canonical import Message

MAX_IMAGE_BYTES = 2 << 20
_MAX_ADDRESS = 4096
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/]+={0,2})")
_UNFIT_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f\"<>\\^`{|}]")
# What image files begin with; WebP names itself at byte 8.
_MAGIC = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))
PLACEHOLDER = "<image>"


def images_at(value: Any, where: str) -> list[str] | None:
    """The images of a list, checked; None where there are none. Raises RowError."""
    if value is None or value == []:
        return None
    if type(value) is not list:
        raise wrong_type(where, "a list of images", value)
    return [image_of(entry, f"{where}[{index}]") for index, entry in enumerate(value)]


def image_of(value: Any, where: str) -> str:
    """The address of an image given as text, as `{"url"}` or as `{"bytes"}` (images in Parquet files)."""
    if type(value) is dict:
        value = value["bytes"] if type(value.get("bytes")) is bytes else value.get("url")
    if type(value) is bytes:
        return _data_address(value, where)
    if type(value) is not str:
        raise _refused(where)
    if value.startswith("data:"):
        found = _DATA.fullmatch(value)
        if found is None or len(found[1]) % 4 or len(found[1]) * 3 // 4 > MAX_IMAGE_BYTES + 2:
            raise _refused(where)
    elif not _is_web_address(value):
        raise _refused(where)
    return value


def _is_web_address(value: str) -> bool:
    if len(value) > _MAX_ADDRESS or _UNFIT_IN_ADDRESS.search(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _data_address(content: bytes, where: str) -> str:
    kind = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "webp"
    if kind is None or len(content) > MAX_IMAGE_BYTES:
        raise _refused(where)
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _refused(where: str) -> RowError:
    return RowError(
        "bad_image",
        f"The image “{where}” must be an http or https address, or a PNG, JPEG, GIF or WebP image of at most 2 MB "
        "as data:image/…;base64.",
    )


def with_row_images(messages: list[Message], images: list[str] | None) -> list[Message]:
    """The messages with the images of the whole row: where the texts say `<image>`, else with the first user turn.

    Texts that hold as many placeholders as there are images say which image stands where.
    """
    if not images:
        return messages
    places = [message.content.count(PLACEHOLDER) for message in messages]
    if sum(places) != len(images):
        first = next((index for index, message in enumerate(messages) if message.role == "user"), 0)
        places = [len(images) if index == first else 0 for index in range(len(messages))]
    taken = iter(images)
    return [
        Message(message.role, message.content, [*(message.images or []), *(next(taken) for _ in range(count))] or None)
        for message, count in zip(messages, places, strict=True)
    ]
