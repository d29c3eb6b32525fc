"""The analytical plane's files: immutable, written under a temporary name, renamed when whole."""

from __future__ import annotations

import glob
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

import fsspec
from django.conf import settings


class Store:
    """Files by key (`datasets/3/versions/7/part-00000.parquet`) in one folder of any fsspec file system."""

    def __init__(self, url: str) -> None:
        self.fs, self._root = fsspec.url_to_fs(url)
        self.is_local = "file" in (self.fs.protocol if isinstance(self.fs.protocol, tuple) else (self.fs.protocol,))
        self._protocol = url.split("://", 1)[0] if "://" in url else "file"

    def path(self, key: str) -> str:
        """Full path of a key inside the file system. Raises ValueError for keys that leave the store."""
        parts = key.split("/")
        if not key or key.startswith("/") or any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"{key!r} is not a key of the store.")
        return f"{self._root}/{key}"

    def local_path(self, key: str) -> Path:
        """The key as a path on this machine, for programs that need one (a trainer, DuckDB's temp files)."""
        if not self.is_local:
            raise ValueError("This store is not on a local disk; copy the file first.")
        return Path(self.path(key))

    def url(self, key: str) -> str:
        """Address of a key that other engines (DuckDB, pyarrow) understand."""
        return self.path(key) if self.is_local else f"{self._protocol}://{self.path(key)}"

    def open(self, key: str, mode: str = "rb") -> IO[bytes]:
        if mode not in ("rb", "r"):
            raise ValueError("Files of the store are written with `writer`, never opened for writing.")
        return cast("IO[bytes]", self.fs.open(self.path(key), mode))

    @contextmanager
    def writer(self, key: str, *, alone: bool = True) -> Iterator[IO[bytes]]:
        """A binary file that appears under `key` only when the block ends without an error.

        On a local disk the bytes reach the disk before the rename. Object stores publish a file when its upload
        completes, so there the key is written directly. Where several may write the same content at once (`alone`
        false), each brings its own to an end and the last one stays.
        """
        final = self.path(key)
        self.fs.makedirs(final.rsplit("/", 1)[0], exist_ok=True)
        if not self.is_local:
            with self.fs.open(final, "wb") as file:
                yield cast("IO[bytes]", file)
            return
        # What a killed worker left of this key; a worker that lost its lease and lives on fails at its rename.
        if alone:
            for leftover in Path(final).parent.glob(f"{glob.escape(Path(final).name)}.tmp-*"):
                leftover.unlink(missing_ok=True)
        temporary = Path(f"{final}.tmp-{uuid.uuid4().hex[:12]}")
        try:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(final)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def exists(self, key: str) -> bool:
        return bool(self.fs.exists(self.path(key)))

    def size(self, key: str) -> int:
        return int(self.fs.size(self.path(key)))

    def list(self, prefix: str) -> list[str]:
        """Keys below a folder, sorted; unfinished temporary files are left out."""
        base = self.path(prefix)
        if not self.fs.exists(base):
            return []
        found: list[str] = self.fs.find(base)
        keys = [path[len(self._root) + 1 :] for path in found]
        return sorted(key for key in keys if ".tmp-" not in key)

    def delete_tree(self, prefix: str) -> None:
        """Remove a folder and all below it; nothing happens when it is not there."""
        base = self.path(prefix)
        if self.fs.exists(base):
            self.fs.rm(base, recursive=True)


@cache
def _store_at(url: str) -> Store:
    return Store(url)


def store() -> Store:
    """The store of this installation (`STORE_URL`)."""
    return _store_at(cast("Any", settings).STORE_URL)
