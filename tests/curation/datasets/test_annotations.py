"""Annotations in dataset versions: imported, counted, merged, and absent from files of before."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.datasets.importers import IMPORTERS, RowError
from curation.models import Dataset, DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl, pair, records
from webapp.jobs.models import Job
from webapp.store.canonical import response_id_of
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)

SPANS = {"marks": [{"target": "x", "start": 0, "end": 1, "quote": "G", "category": "irrelevant"}], "omissions": []}


def annotated(number: int, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {
        "prompt": f"Question {number}?",
        "responses": [f"Good {number}.", f"Bad {number}."],
        "annotations": list(annotations),
    }


def note(text: str, **more: Any) -> dict[str, Any]:
    return {"kind": "text", "question": "why", "body": text, **more}


def as_written_before(version: DatasetVersion) -> None:
    """Make the version's files what they would be had they been written before there were annotations."""
    for part in version.parts:
        with store().open(part["key"]) as file:
            table = pq.read_table(file).drop_columns(["annotations"])
        with store().writer(part["key"]) as file:
            pq.write_table(table, file)
        for name in ("annotation_kinds", "span_categories", "omission_categories"):
            del part["stats"][name]
    version.save(update_fields=["parts"])


def rows(client: APIClient, version: DatasetVersion, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/dataset-versions/{version.pk}/rows/", query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_annotations_are_kept_counted_and_shown(upload: Upload, admin_client: APIClient) -> None:
    good = response_id_of("Good 1.")
    imported = upload(
        jsonl(
            annotated(
                1,
                note("Because.", annotator="ann"),
                {"kind": "spans", "question": "errors", "body": SPANS, "target": good},
            )
        )
    )

    assert imported.job.message == "Version 1 has 1 new row."
    (row,) = rows(admin_client, imported.version)
    assert row["annotations"] == [
        {
            "kind": "text",
            "question": "why",
            "target": None,
            "annotator": "ann",
            "source": "imported",
            "origin": f"import:{imported.taken.pk}",
            "body": "Because.",
        },
        {
            "kind": "spans",
            "question": "errors",
            "target": good,
            "annotator": None,
            "source": "imported",
            "origin": f"import:{imported.taken.pk}",
            "body": SPANS,
        },
    ]
    counts = admin_client.get(f"/api/dataset-versions/{imported.version.pk}/").json()["stats"]["annotation_counts"]
    assert counts == {
        "kinds": {"spans": 1, "text": 1},
        "span_categories": {"irrelevant": 1},
        "omission_categories": {},
    }


def test_a_known_row_gains_the_annotations_it_does_not_have(upload: Upload) -> None:
    upload(jsonl(annotated(1, note("One.")), annotated(2)))

    again = upload(jsonl(annotated(1, note("One."), note("Two.")), annotated(2, note("Three."))))

    assert again.counts == (2, 0, 2, 0)
    assert "gave 0 new labels and 2 new annotations." in again.job.message
    found = records(again.version)
    assert [[a.body for a in record.annotations] for record in found] == [['"One."', '"Two."'], ['"Three."']]
    assert again.version.stats["annotation_kinds"] == {"text": 3}


def test_the_same_annotations_once_more_change_nothing(upload: Upload, dataset: Dataset) -> None:
    first = upload(jsonl(annotated(1, note("One."))))

    again = upload(jsonl(annotated(1, note("One."))))

    assert again.job.message == "All 1 row are already in version 1."
    assert DatasetVersion.objects.filter(dataset=dataset).count() == 1
    assert first.version.content_hash == again.version.content_hash


def test_repetitions_inside_one_file_are_merged(upload: Upload) -> None:
    imported = upload(jsonl(annotated(1, note("One.")), annotated(1, note("Two.")), annotated(1, note("One."))))

    assert imported.counts == (3, 1, 2, 0)
    assert [a.body for a in records(imported.version)[0].annotations] == ['"One."', '"Two."']


def test_rows_without_annotations_keep_their_digest(upload: Upload) -> None:
    imported = upload(jsonl(pair(1), pair(2)))

    assert imported.version.content_hash == "37eb6637c24abf7125057974c78b7323d265ee0aa4ff92179430e94be54a79af", (
        "the hash from before annotations"
    )


def test_files_of_before_go_on_working(upload: Upload, admin_client: APIClient, work: Callable[[int], Job]) -> None:
    before = upload(jsonl(annotated(1), annotated(2))).version
    as_written_before(before)

    assert [row["annotations"] for row in rows(admin_client, before)] == [[], []]
    assert [record.annotations for record in records(before)] == [[], []]
    detail = admin_client.get(f"/api/dataset-versions/{before.pk}/").json()
    assert detail["stats"]["annotation_counts"] == {"kinds": {}, "span_categories": {}, "omission_categories": {}}

    mixed = upload(jsonl(annotated(3, note("New.")))).version
    assert len(mixed.parts) == 2
    by_filter = {"filter": json.dumps({"field": "prompt", "op": "contains", "value": "question"})}
    assert [len(row["annotations"]) for row in rows(admin_client, mixed, **by_filter)] == [0, 0, 1]
    for row in rows(admin_client, mixed):
        assert admin_client.get(f"/api/dataset-versions/{mixed.pk}/rows/{row['record_id']}/").json() == row

    onto_old = upload(jsonl(annotated(1, note("Late.")))).version
    assert [len(record.annotations) for record in records(onto_old)] == [1, 0, 1]
    assert onto_old.stats["annotation_kinds"] == {"text": 2}


REFUSED = [
    ({"kind": "text", "question": "why"}, "missing_field"),
    ({"kind": "votes", "question": "why", "body": 1}, "bad_annotation"),
    ({"kind": "spans", "question": "why", "body": {"marks": [{"start": 1}]}}, "bad_annotation"),
    ({"kind": "spans", "question": "why", "body": [1]}, "bad_annotation"),
    ({"kind": "text", "body": "x"}, "missing_field"),
    ({"kind": "text", "question": "why", "body": "x", "target": "nobody"}, "unknown_response"),
    ({"kind": "text", "question": "why", "body": "x", "target": 0}, "wrong_type"),
    ("text", "wrong_type"),
]


@pytest.mark.parametrize(("annotation", "reason"), REFUSED)
def test_an_annotation_that_makes_no_sense_is_refused(annotation: Any, reason: str) -> None:
    with pytest.raises(RowError) as refused:
        IMPORTERS["canonical_rows"].draft(annotated(1, annotation))

    assert refused.value.reason == reason
    assert refused.value.message.endswith(".")
