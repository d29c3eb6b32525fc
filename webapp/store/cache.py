"""Files that can be made again from others: kept while somebody uses them, forgotten some weeks after.

Several processes may want the same file at the same time; each makes it, and they are equal.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO

from webapp.store.files import store

FOLDER = "cache"
KEPT = timedelta(days=30)


def is_cached(key: str) -> bool:
    """Whether the file is there; asking counts as using it."""
    files = store()
    if not files.exists(_checked(key)):
        return False
    if files.is_local:
        # An object store has no such clock: there a file is made again once in a while.
        try:
            os.utime(files.local_path(key))
        except FileNotFoundError:
            return False
    return True


@contextmanager
def cache_writer(key: str) -> Iterator[IO[bytes]]:
    """A file of the cache, there when the block ends without an error."""
    with store().writer(_checked(key), alone=False) as file:
        yield file


def cache_forget(*, now: datetime | None = None) -> int:
    """Remove what nobody has used for `KEPT`, and what killed writers left; returns how many files."""
    files, before = store(), (now or datetime.now(UTC)) - KEPT
    folder = files.path(FOLDER)
    if not files.fs.exists(folder):
        return 0
    old = [path for path in files.fs.find(folder) if _aware(files.fs.modified(path)) < before]
    for path in old:
        files.fs.rm_file(path)
    return len(old)


def _checked(key: str) -> str:
    if not key.startswith(f"{FOLDER}/"):
        raise ValueError(f"{key!r} is not a key of the cache.")
    return key


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
