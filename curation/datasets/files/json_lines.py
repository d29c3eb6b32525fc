"""JSON lines: one row a line, at most one line in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from curation.datasets.files.rows import MAX_ROW_BYTES, RawRow, decoded, too_long

_SKIPPED_AT_ONCE = 1 << 20


def json_lines(file: IO[bytes]) -> Iterator[RawRow]:
    """Rows numbered by their line, from 1. Blank lines are passed over but counted in the numbers."""
    number = 0
    readline = file.readline
    while line := readline(MAX_ROW_BYTES + 1):
        number += 1
        whole = line.endswith(b"\n")
        if len(line) > MAX_ROW_BYTES and not whole:
            head = line[: 1 << 14]
            del line
            while (rest := readline(_SKIPPED_AT_ONCE)) and not rest.endswith(b"\n"):
                pass
            yield RawRow(number, too_long(), head)
        elif not line.isspace():
            yield RawRow(number, decoded(line, at_end=not whole), line)
