"""Files a trainer on another machine sends home: in pieces, checked by their SHA-256, and never code."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from django.conf import settings
from django.db import transaction

from trainer_bridge.ml.run_folder import sha256_of
from trainer_bridge.models import Run
from trainer_bridge.runs.folder import run_folder
from trainer_bridge.services.reporting import check_open
from webapp.api.errors import ApplicationError, ConflictError

PIECE_BYTES = 8 << 20
# Weights as safetensors only: other formats can run code when they are opened.
_NAME = re.compile(r"(model|adapter)/[A-Za-z0-9][\w.-]{0,150}\.(safetensors|json|txt|jinja|model)|summary\.json")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEXT_BYTES = 64 << 20


@transaction.atomic
def run_file_receive(*, run_id: int, name: str, sha256: str, size: int, offset: int, piece: bytes) -> int:
    """Add a piece of a file of `size` bytes, and return how many bytes of it are here; sending one again is harmless.

    The file takes its place in the run's folder when it is whole and has the digest that was announced. Raises
    ApplicationError for names that are not taken and files that are too large or not what they should be, and
    ConflictError when the run takes nothing or bytes before the piece are missing.
    """
    run = Run.objects.select_for_update(of=("self",)).select_related("job").get(pk=run_id)
    check_open(run)
    _check(name, sha256, size)
    folder = run_folder(run)
    target = folder / name
    if target.is_file() and target.stat().st_size == size and sha256_of(target) == sha256:
        return size
    arriving = folder / ".arriving" / sha256
    arriving.parent.mkdir(exist_ok=True)
    have = arriving.stat().st_size if arriving.exists() else 0
    if offset > have:
        raise ConflictError(f"{name}: {have} bytes are here and this piece begins at {offset}; go on from {have}.")
    if offset + len(piece) > size:
        raise _refused(name, f"This piece ends after the {size} bytes that were announced.")
    if offset + len(piece) > have:
        with arriving.open("ab") as file:
            file.write(piece[have - offset :])
        have = offset + len(piece)
    if have == size:
        _settle(arriving, target, sha256, name)
    return have


def _check(name: str, sha256: str, size: int) -> None:
    if not _NAME.fullmatch(name):
        raise _refused(
            name,
            "Files are taken below model/ and adapter/ as safetensors, json, txt, jinja or model, and summary.json; "
            "nothing else.",
        )
    if not _SHA256.fullmatch(sha256):
        raise _refused(name, "Announce the file's SHA-256 as 64 hexadecimal digits.")
    most = settings.MAX_UPLOAD_BYTES if name.endswith((".safetensors", ".model")) else _TEXT_BYTES
    if size > most:
        raise _refused(name, f"The file has {size} bytes, and at most {most} are taken.")


def _settle(arriving: Path, target: Path, sha256: str, name: str) -> None:
    with arriving.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        arriving.unlink()
        raise _refused(name, "What arrived has another SHA-256 than was announced; send the file again.")
    if name == "summary.json":
        try:
            json.loads(arriving.read_text(encoding="utf-8"))
        except ValueError:
            arriving.unlink()
            raise _refused(name, "This is not JSON.") from None
    target.parent.mkdir(exist_ok=True)
    arriving.replace(target)


def _refused(name: str, sentence: str) -> ApplicationError:
    return ApplicationError(f"{name}: {sentence}", fields={"name": [sentence]})
