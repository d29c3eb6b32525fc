"""The canonical record: names by content, labels by response id, and Parquet that gives back what went in."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.store.canonical import (
    RECORD_SCHEMA,
    Annotation,
    Label,
    Message,
    Record,
    RecordWriter,
    Response,
    make_annotation,
    make_label,
    read_records,
    record_id_of,
    records_to_table,
    response_id_of,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
IMAGES = st.none() | st.lists(TEXT, min_size=1, max_size=2)
MESSAGES = st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXT, IMAGES), max_size=3)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
RESPONSES = st.lists(
    st.builds(
        Response,
        response_id=TEXT,
        content=TEXT,
        generator=st.none() | TEXT,
        generated_at=st.none() | TEXT,
        logprob=st.none() | FINITE,
        scores=st.none() | st.dictionaries(TEXT, FINITE, min_size=1, max_size=3),
        images=IMAGES,
    ),
    max_size=3,
)
LABELS = st.lists(
    st.builds(
        Label,
        a=TEXT,
        b=TEXT,
        value=st.none() | st.integers(-3, 3),
        outcome=st.sampled_from(["preference", "tie", "both_bad"]),
        source=st.sampled_from(["human", "imported"]),
        strength=st.none() | FINITE,
        aspect=st.none() | TEXT,
        annotator=st.none() | TEXT,
        origin=st.none() | TEXT,
    ),
    max_size=3,
)
METADATA: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    TEXT, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT | st.lists(TEXT, max_size=2), max_size=3
)
ANNOTATIONS = st.lists(
    st.builds(
        Annotation,
        kind=st.sampled_from(["spans", "edit", "text"]),
        question=TEXT,
        target=st.none() | TEXT,
        annotator=st.none() | TEXT,
        source=st.sampled_from(["human", "imported"]),
        origin=st.none() | TEXT,
        body=TEXT,
    ),
    max_size=2,
)
RECORDS = st.builds(
    Record,
    record_id=TEXT,
    prompt=MESSAGES,
    responses=RESPONSES,
    labels=LABELS,
    context=st.none() | TEXT,
    metadata=METADATA,
    annotations=ANNOTATIONS,
)
QUESTION = [Message("user", "2+2?")]


def test_names_never_change() -> None:
    four, five = response_id_of("4"), response_id_of("5")

    assert four == "2cf8cf225e7db982ddcce67dbd661ce8"
    assert record_id_of(QUESTION, [four, five]) == "b2fb45c8b4e07c77fcdbe85c801e4b36"
    assert record_id_of(QUESTION, [four, five], "brevity") == "0a3323e30e1f3551bbfc4704e0f9721b"


def test_a_record_is_named_by_its_content_not_by_the_order_of_its_responses() -> None:
    a, b = response_id_of("4"), response_id_of("5")

    assert record_id_of(QUESTION, [a, b]) == record_id_of(QUESTION, [b, a])
    different = [
        record_id_of(QUESTION, [a, b]),
        record_id_of(QUESTION, [a]),
        record_id_of([Message("system", "2+2?")], [a, b]),
        record_id_of([Message("user", "2+2?", ["cat.png"])], [a, b]),
        record_id_of([Message("user", "2+2"), Message("user", "?")], [a, b]),
        record_id_of(QUESTION, [a, b], ""),
        record_id_of(QUESTION, [a, b], "brevity"),
    ]
    assert len(set(different)) == len(different)


def test_images_take_part_in_a_responses_name() -> None:
    assert len({response_id_of("x"), response_id_of("x", ["a"]), response_id_of("x", ["a", "b"])}) == 3
    assert response_id_of("x", []) == response_id_of("x")


def test_text_that_is_not_valid_unicode_still_has_a_name() -> None:
    assert response_id_of("\ud800") != response_id_of("\ud801")


@given(first=TEXT, second=TEXT, value=st.none() | st.integers(-3, 3))
def test_a_label_says_the_same_whichever_response_is_named_first(first: str, second: str, value: int | None) -> None:
    if first == second:
        with pytest.raises(ValueError, match="two different"):
            make_label(first, second, value)
        return

    label = make_label(first, second, value, source="human")
    mirrored = make_label(second, first, None if value is None else -value, source="human")

    assert label == mirrored
    assert label.a < label.b
    if value:
        assert (label.b if (label.value or 0) > 0 else label.a) == (second if value > 0 else first)


@pytest.mark.parametrize(
    ("value", "outcome", "strength"),
    [(None, "both_bad", None), (0, "tie", 0.0), (2, "preference", 2.0), (-3, "preference", 3.0)],
)
def test_a_label_names_its_outcome_and_size(value: int | None, outcome: str, strength: float | None) -> None:
    label = make_label("a", "b", value, source="human")

    assert (label.outcome, label.strength) == (outcome, strength)


@pytest.mark.parametrize("value", [-4, 4])
def test_a_label_has_a_scale(value: int) -> None:
    with pytest.raises(ValueError, match="between -3 and 3"):
        make_label("a", "b", value, source="human")


@settings(max_examples=60, deadline=None)
@given(given_records=st.lists(RECORDS, max_size=7), rows_per_group=st.integers(1, 4), characters=st.integers(1, 200))
def test_parquet_gives_back_what_went_in(given_records: list[Record], rows_per_group: int, characters: int) -> None:
    file = io.BytesIO()
    with RecordWriter(file, rows_per_group=rows_per_group, characters_per_group=characters) as writer:
        for record in given_records:
            writer.append(record)

    assert writer.rows == len(given_records)
    assert list(read_records(file)) == given_records
    assert pq.read_schema(file).equals(RECORD_SCHEMA)


def test_long_records_make_small_groups() -> None:
    file = io.BytesIO()
    with RecordWriter(file, rows_per_group=100, characters_per_group=1000) as writer:
        for number in range(10):
            writer.append(Record(str(number), QUESTION, [Response(str(number), "x" * 300)]))

    groups = pq.ParquetFile(file).metadata
    assert [groups.row_group(index).num_rows for index in range(groups.num_row_groups)] == [4, 4, 2]


def test_a_writer_that_fails_does_not_add_its_last_group() -> None:
    file = io.BytesIO()
    writer = RecordWriter(file)
    with contextlib.suppress(ZeroDivisionError), writer:
        writer.append(Record("1", QUESTION, []))
        raise ZeroDivisionError

    assert list(read_records(file)) == []


def test_a_file_from_before_there_were_annotations_is_read_with_none() -> None:
    file = io.BytesIO()
    record = Record("1", QUESTION, [Response("1", "4")], annotations=[])
    older = records_to_table([record]).drop_columns(["annotations"])
    pq.write_table(older, file)

    assert list(read_records(file)) == [record]


def test_an_annotation_says_the_same_whatever_the_order_of_its_keys() -> None:
    first = make_annotation("thumbs", "good", {"b": "up", "a": "down"}, source="human")

    assert first == make_annotation("thumbs", "good", {"a": "down", "b": "up"}, source="human")
    assert first.body == '{"a":"down","b":"up"}'
    with pytest.raises(ValueError, match="is one of spans, ratings"):
        make_annotation("votes", "good", {}, source="human")
