"""A JSON file that is one array: its elements one by one, at most one in memory.

Element borders are found by a scan over brackets, commas and whole strings; each element is then decoded by itself,
so a bad one is one bad row and the rest go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from curation.datasets.files.rows import MAX_ROW_BYTES, RawRow, RowError, decoded, too_long

_CHUNK = 1 << 20
# A whole string, or one structural character; a lone quote is a string whose end is not read yet.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_STRING_END = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_KEPT_OF_LONG = 1 << 14


def json_array(file: IO[bytes]) -> Iterator[RawRow]:
    """Elements numbered from 1. The file's first character must be `[` (after white space)."""
    return _Scan(file).elements()


class _Scan:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._buffer = b""
        self._position = 0  # scanned up to here
        self._depth = 0
        self._ended = False
        self._number = 0
        self._long: bytes | None = None  # the beginning of an element that is too long to keep

    def elements(self) -> Iterator[RawRow]:
        while b"[" not in self._buffer and self._more():
            pass
        start = self._position = self._buffer.index(b"[") + 1
        self._depth = 1
        while True:
            match = _TOKEN.search(self._buffer, self._position)
            token = match[0] if match else b'"'
            if match is None or token == b'"':
                # Nothing, or an unfinished string: read on from the element's beginning.
                self._position = match.start() if match else len(self._buffer)
                start, passed = self._forget(start)
                if not passed and not self._more():
                    yield from self._unfinished(start)
                    return
                continue
            self._position = match.end()
            if token in (b"[", b"{"):
                self._depth += 1
            elif token in (b"]", b"}"):
                self._depth -= 1
                if self._depth == 0:
                    yield from self._last(start, match.start(), closed=token == b"]")
                    return
            elif token == b"," and self._depth == 1:
                yield self._element(start, match.start())
                start = self._position

    def _more(self) -> bool:
        chunk = self._file.read(_CHUNK)
        self._buffer += chunk
        return bool(chunk)

    def _forget(self, start: int) -> tuple[int, bool]:
        """Drop what was scanned before the current element, and the element itself once it is too long.

        Returns where the element begins now, and whether a string of it was passed over to its end.
        """
        if self._long is None and len(self._buffer) - start > MAX_ROW_BYTES:
            self._long = self._buffer[start : start + _KEPT_OF_LONG]
        if self._long is not None:
            self._buffer, self._position = self._buffer[self._position :], 0
            passed = self._skip_string()
            return self._position, passed
        self._buffer, self._position = self._buffer[start:], self._position - start
        return 0, False

    def _skip_string(self) -> bool:
        """Inside an element that is dropped: pass over a string without keeping it. False at the file's end."""
        if not self._buffer.startswith(b'"'):
            return False
        self._buffer = self._buffer[1:]
        while (match := _STRING_END.match(self._buffer)) is None:
            # A backslash at the end belongs to a character not read yet.
            open_escape = (len(self._buffer) - len(self._buffer.rstrip(b"\\"))) % 2
            self._buffer = b"\\" if open_escape else b""
            if not self._more():
                return False
        self._position = match.end()
        return True

    def _element(self, start: int, end: int, *, at_end: bool = False) -> RawRow:
        self._number += 1
        if self._long is not None or end - start > MAX_ROW_BYTES:
            head, self._long = self._long or self._buffer[start : start + _KEPT_OF_LONG], None
            return RawRow(self._number, too_long(), head)
        raw = self._buffer[start:end]
        return RawRow(self._number, decoded(raw, at_end=at_end), raw)

    def _unfinished(self, start: int) -> Iterator[RawRow]:
        """The file ended inside the array."""
        self._number += 1
        raw = self._long or self._buffer[start : start + _KEPT_OF_LONG]
        yield RawRow(self._number, RowError("truncated_json", "The file ends in the middle of the array."), raw)

    def _last(self, start: int, end: int, *, closed: bool) -> Iterator[RawRow]:
        if self._long is not None or self._buffer[start:end].strip():
            yield self._element(start, end)
        tail = self._buffer[end + 1 :]
        if closed and not tail.strip() and not self._rest_has_text():
            return
        self._number += 1
        message = "Text follows the end of the array." if closed else "The array is closed by “}”."
        yield RawRow(self._number, RowError("invalid_json", message), tail[:_KEPT_OF_LONG])

    def _rest_has_text(self) -> bool:
        while chunk := self._file.read(_CHUNK):
            if chunk.strip():
                return True
        return False
