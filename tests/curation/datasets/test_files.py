"""Rows out of files, whatever the chunks they are read in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.datasets.files import json_array as array_module
from curation.datasets.files import json_lines as lines_module
from curation.datasets.files.json_array import json_array
from curation.datasets.files.json_lines import json_lines
from curation.datasets.importers import RowError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('a"\\,[]{}é', max_size=4), inner, max_size=4),
    max_leaves=12,
)


def outcomes(rows: Iterator[Any]) -> list[tuple[int, Any]]:
    return [(row.number, row.value.reason if isinstance(row.value, RowError) else row.value) for row in rows]


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(JSON, max_size=6), chunk=st.integers(1, 40), indent=st.sampled_from([None, 2]), ascii=st.booleans()
)
def test_an_array_gives_what_json_gives(values: list[Any], chunk: int, indent: int | None, ascii: bool) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii).encode()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_module, "_CHUNK", chunk)
        found = outcomes(json_array(io.BytesIO(b" \n" * chunk + text + b"\n")))

    assert found == list(enumerate(values, start=1))


@settings(max_examples=100, deadline=None)
@given(
    before=JSON,
    long=st.lists(st.text('a\\"[]{},', min_size=20, max_size=60), min_size=4, max_size=6),
    after=JSON,
    chunk=st.integers(1, 50),
)
def test_a_long_element_is_passed_over_and_the_next_is_whole(
    before: Any, long: list[str], after: Any, chunk: int
) -> None:
    short = [value if len(json.dumps(value)) <= 60 else 0 for value in (before, after)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_module, "_CHUNK", chunk)
        patch.setattr(array_module, "MAX_ROW_BYTES", 64)
        found = outcomes(json_array(io.BytesIO(json.dumps([short[0], long, short[1]]).encode())))

    assert found == [(1, short[0]), (2, "row_too_long"), (3, short[1])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[]", []),
        (b"[ ]", []),
        (b"[1, 2] ", [(1, 1), (2, 2)]),
        (b"[1,,2]", [(1, 1), (2, "invalid_json"), (3, 2)]),
        (b"[1,]", [(1, 1)]),
        (b"[1, 2", [(1, 1), (2, "truncated_json")]),
        (b'[1, "2', [(1, 1), (2, "truncated_json")]),
        (b"[1] x", [(1, 1), (2, "invalid_json")]),
        (b"[1}", [(1, 1), (2, "invalid_json")]),
        (b"[", [(1, "truncated_json")]),
    ],
)
def test_arrays_that_are_not_quite_right(text: bytes, expected: list[Any]) -> None:
    assert outcomes(json_array(io.BytesIO(text))) == expected


def test_a_long_line_is_passed_over_and_the_next_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_ROW_BYTES", 10)
    monkeypatch.setattr(lines_module, "_SKIPPED_AT_ONCE", 3)

    found = outcomes(json_lines(io.BytesIO(b'1\n"' + b"x" * 50 + b'"\n2\n' + b"y" * 50)))

    assert found == [(1, 1), (2, "row_too_long"), (3, 2), (4, "row_too_long")]
