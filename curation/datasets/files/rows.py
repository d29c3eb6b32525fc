"""One row as it was found in a file."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from curation.datasets.importers.base import RowError

# Longer rows are skipped while streaming, so that one of them cannot fill the memory.
MAX_ROW_BYTES = 16 << 20
RAW_CHARACTERS = 2000
_decode = msgspec.json.Decoder().decode


class RawRow(NamedTuple):
    """`value` is the decoded row or the error it met; `raw` is its text, or for Parquet the row itself."""

    number: int
    value: Any
    raw: Any

    def excerpt(self) -> str:
        """The row's first 2,000 characters, for a person to recognise it by."""
        raw = self.raw
        if not isinstance(raw, bytes):
            raw = msgspec.json.encode(raw, enc_hook=str)
        return bytes(raw[: 4 * RAW_CHARACTERS]).decode("utf-8", "replace").strip()[:RAW_CHARACTERS]


def too_long() -> RowError:
    return RowError("row_too_long", f"The row is longer than {MAX_ROW_BYTES >> 20} MB.")


def decoded(raw: bytes, *, at_end: bool) -> Any:
    """The JSON value of a row, or a RowError (returned, not raised). `at_end`: the file ends within this row."""
    try:
        return _decode(raw)
    except UnicodeDecodeError:
        return RowError("invalid_utf8", "The row is not valid UTF-8.")
    except RecursionError:
        return RowError("invalid_json", "The row is nested too deeply.")
    except msgspec.DecodeError as error:
        if at_end and "truncated" in str(error):
            return RowError("truncated_json", "The file ends in the middle of this row.")
        return RowError("invalid_json", f"The row is not valid JSON: {_plain(str(error))}.")


def _plain(message: str) -> str:
    text = message.removeprefix("JSON is malformed: ").removesuffix(".")
    return text[:1].lower() + text[1:]
