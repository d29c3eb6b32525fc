"""Find out what a file is from its first bytes, whatever its name says, and open its rows."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from curation.datasets.files.json_array import json_array
from curation.datasets.files.json_lines import json_lines
from curation.datasets.files.parquet_rows import parquet_rows
from curation.datasets.files.rows import RawRow, decoded
from curation.datasets.importers.base import RowError
from webapp.jobs.handlers import JobError

_HEAD_BYTES = 1 << 16
_BUFFER_BYTES = 1 << 20
_UTF8_MARK = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_KNOWN = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Excel or Word file"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"Rar!", "a RAR archive"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
_WANTED = "Import .jsonl, .json (an array) or .parquet, JSON also as .gz, in UTF-8."


class SourceFile:
    """A file whose rows can be walked once. `bytes_read` tells how far the walk has come in the file as stored."""

    def __init__(self, file: IO[bytes], rows: Iterator[RawRow], *, size: int) -> None:
        self._file, self._rows, self.size = file, rows, size

    @property
    def bytes_read(self) -> int:
        return min(self._file.tell(), self.size)

    def __iter__(self) -> Iterator[RawRow]:
        return self._rows


def open_source(file: IO[bytes], *, name: str, size: int) -> SourceFile:
    """The rows of a seekable binary file. Raises JobError, then or while iterating, for files no row can come from."""
    head = file.read(8)
    file.seek(0)
    if not head:
        raise JobError(f"“{name}” is empty.")
    if head.startswith(_PARQUET):
        return SourceFile(file, parquet_rows(file, name), size=size)
    if head.startswith(_GZIP):
        guard = _GzipGuard(file, name, size)
        return SourceFile(file, guard.rows(), size=size)
    return SourceFile(file, _text_rows(_buffered(file), name), size=size)


def _buffered(file: Any) -> io.BufferedReader[Any]:
    """Large reads, and `peek`; every file the store opens and every gzip stream can be wrapped so."""
    return io.BufferedReader(file, _BUFFER_BYTES)


def _text_rows(file: io.BufferedReader[Any], name: str) -> Iterator[RawRow]:
    return _reader_for(file.peek(_HEAD_BYTES), name)(file)


def _reader_for(head: bytes, name: str) -> Callable[[IO[bytes]], Iterator[RawRow]]:
    """The reader for a text that begins with `head`; raises JobError when it is none of ours."""
    for magic, what in _KNOWN:
        if head.startswith(magic):
            raise JobError(f"“{name}” is {what}. {_WANTED}")
    if not head:
        raise JobError(f"“{name}” is empty.")
    if head.startswith((_PARQUET, _GZIP)):
        raise JobError(f"“{name}” holds a file that is compressed inside gzip. {_WANTED}")
    if b"\x00" in head[:4096]:
        raise JobError(f"“{name}” is not a text file. {_WANTED}")
    text = head.removeprefix(_UTF8_MARK).lstrip()
    if not text:
        return _without_mark(json_lines)
    if text.startswith(b"["):
        return json_array
    stem = name.lower().removesuffix(".gz")
    if stem.endswith((".jsonl", ".ndjson")):
        return _without_mark(json_lines)
    if not text.startswith(b"{"):
        raise JobError(f"“{name}” is neither JSON lines, a JSON array nor Parquet. {_WANTED}")
    if (
        stem.endswith(".json")
        and b"\n" in text
        and isinstance(decoded(text.split(b"\n", 1)[0], at_end=False), RowError)
    ):
        raise JobError(f"“{name}” holds one JSON object; put its rows into an array, or one on each line.")
    return _without_mark(json_lines)


def _without_mark(reader: Callable[[IO[bytes]], Iterator[RawRow]]) -> Callable[[IO[bytes]], Iterator[RawRow]]:
    """Pass over the byte order mark some programs put before UTF-8."""

    def read(file: IO[bytes]) -> Iterator[RawRow]:
        if isinstance(file, io.BufferedReader) and file.peek(3).startswith(_UTF8_MARK):
            file.read(3)
        return reader(file)

    return read


class _GzipGuard:
    """Rows of a gzip file; a damaged one is refused as a whole, with the place where it breaks."""

    def __init__(self, file: IO[bytes], name: str, size: int) -> None:
        self._file, self._name, self._size = file, name, size

    def rows(self) -> Iterator[RawRow]:
        number = 0
        try:
            plain = gzip.GzipFile(fileobj=self._file)
            for row in _text_rows(_buffered(plain), self._name):
                number = row.number
                yield row
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            where = f"after row {number:,}, before byte {self._file.tell():,} of {self._size:,}"
            raise JobError(
                f"The gzip data of “{self._name}” breaks off {where}; nothing was imported. Upload a whole file."
            ) from error
