"""`POST /api/datasets/{id}/imports/`: rows that are set aside with a reason, and files that are refused as a whole."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from curation.models import Dataset, DatasetVersion, Import
from tests.curation.datasets.conftest import Upload, gzipped, jsonl, pair, quarantined, reasons
from webapp.jobs.models import Job
from webapp.store.files import Store, store

pytestmark = pytest.mark.django_db(transaction=True)


BAD_ROWS = [
    ('{"prompt": "p", "chosen": "a", "rejected": "a"}', "identical_responses"),
    ('{"prompt": "p", "chosen": "a", "rejected": " "}', "empty_response"),
    ('{"prompt": " ", "chosen": "a", "rejected": "b"}', "empty_prompt"),
    ('{"prompt": [], "chosen": "a", "rejected": "b"}', "empty_prompt"),
    ('{"prompt": "p", "chosen": "a"}', "missing_field"),
    ('{"prompt": "p", "chosen": "a", "rejected": null}', "missing_field"),
    ('{"prompt": 7, "chosen": "a", "rejected": "b"}', "wrong_type"),
    ('{"prompt": "p", "chosen": "a", "rejected": 7}', "wrong_type"),
    ('{"prompt": [{"role": "alien", "content": "p"}], "chosen": "a", "rejected": "b"}', "unknown_role"),
    ('{"prompt": "p", "chosen": "a", "rejected": "b", "strength": 0}', "bad_strength"),
    ('{"prompt": "p", "chosen": "a\\u0000", "rejected": "b"}', "null_character"),
    ('{"chosen": "a", "rejected": "b"}', "no_shared_prompt"),
    ("[1, 2]", "wrong_type"),
    ("7", "wrong_type"),
    ('{"prompt": "p", "chosen": NaN}', "invalid_json"),
    ("not json", "invalid_json"),
    ("[" * 3000, "invalid_json"),
]


def test_bad_rows_are_set_aside_with_their_number_and_reason(upload: Upload, admin_client: APIClient) -> None:
    lines = [json.dumps(pair(1)), *(line for line, _ in BAD_ROWS), json.dumps(pair(2))]
    content = "\n".join(lines).encode() + b'\n{"prompt": "\xff\xfe", "chosen": "a", "rejected": "b"}\n\n{"prompt": "tru'

    imported = upload(content)

    n = len(BAD_ROWS)
    assert imported.counts == (n + 4, 2, 0, n + 2)
    found = quarantined(admin_client, imported.taken)
    expected = [(number, reason) for number, (_, reason) in enumerate(BAD_ROWS, start=2)]
    assert reasons(found) == [*expected, (n + 3, "invalid_utf8"), (n + 5, "truncated_json")]
    assert all(line["message"].endswith(".") and line["raw"] for line in found)
    assert found[0]["raw"] == BAD_ROWS[0][0]
    assert imported.job.message == f"Version 1 has 2 new rows. Of {n + 4} rows, {n + 2} could not be imported."
    body = admin_client.get(f"/api/jobs/{imported.job.pk}/").json()
    assert body["failures"] == imported.taken.rejected_by_reason == _counted(reasons(found))
    assert (body["done"], body["total"], body["failed"]) == (n + 4, n + 4, n + 2)


def _counted(found: list[tuple[int, str]]) -> dict[str, int]:
    names = [reason for _, reason in found]
    return {name: names.count(name) for name in names}


def test_bad_elements_of_an_array_are_set_aside_too(upload: Upload, admin_client: APIClient) -> None:
    content = f'[{json.dumps(pair(1))}, {{"prompt": tru}}, 7, {json.dumps(pair(2))}, {{"prompt": "cut'.encode()

    imported = upload(content, "rows.json")

    assert imported.counts == (5, 2, 0, 3)
    assert reasons(quarantined(admin_client, imported.taken)) == [
        (2, "invalid_json"),
        (3, "wrong_type"),
        (5, "truncated_json"),
    ]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
def test_a_row_of_a_hundred_megabytes_is_skipped_not_loaded(upload: Upload, admin_client: APIClient, name: str) -> None:
    long = b'{"prompt": "' + b"x\\\\" * (34 << 20) + b'", "chosen": "a", "rejected": "b"}'
    rows = [json.dumps(pair(1)).encode(), long, json.dumps(pair(2)).encode()]
    content = gzipped(b"\n".join(rows) if name.endswith("l") else b"[" + b",".join(rows) + b"]")

    imported = upload(content, f"{name}.gz")

    assert imported.counts == (3, 2, 0, 1)
    (line,) = quarantined(admin_client, imported.taken)
    assert (line["row"], line["reason"], len(line["raw"])) == (2, "row_too_long", 2000)


REFUSED = [
    ("image.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(50), "“image.jsonl” is a PNG image."),
    ("rows.zip", b"PK\x03\x04" + bytes(50), "“rows.zip” is a zip archive or an Excel or Word file."),
    ("rows.xlsx", b"PK\x03\x04" + bytes(50), "“rows.xlsx” is a zip archive or an Excel or Word file."),
    ("rows.csv", b"prompt,chosen,rejected\na,b,c\n", "“rows.csv” is neither JSON lines, a JSON array nor Parquet."),
    ("rows.jsonl", "{}".encode("utf-16"), "“rows.jsonl” is text in UTF-16."),
    ("rows.jsonl", b"{\x00\x01\x02", "“rows.jsonl” is not a text file."),
    ("rows.json", b'{\n "data": []\n}', "“rows.json” holds one JSON object; put its rows into an array"),
    ("rows.json", b"[]", "“rows.json” holds no rows."),
    ("rows.jsonl", b"\n \n", "“rows.jsonl” holds no rows."),
    ("rows.jsonl.gz", gzipped(b""), "“rows.jsonl.gz” is empty."),
    ("rows.parquet", b"PAR1" + bytes(50), "“rows.parquet” is damaged at its beginning"),
    ("rows.jsonl", jsonl({"messages": [], "label": True}), "fit none of the formats Plumbline imports: their fields"),
    ("rows.jsonl", jsonl(pair(1, chosen="Bad 1."), pair(2, chosen="")), "None of the 2 rows of “rows.jsonl” could be"),
    (
        "rows.jsonl",
        b"nonsense\nmore\n",
        "None of the 2 rows of “rows.jsonl” could be imported (2 of them: invalid json)",
    ),
]


@pytest.mark.parametrize(("name", "content", "sentence"), REFUSED)
def test_a_file_without_one_good_row_makes_no_version(
    upload: Upload, dataset: Dataset, name: str, content: bytes, sentence: str
) -> None:
    imported = upload(content, name)

    assert (imported.job.state, imported.taken.state) == ("failed", "failed")
    assert sentence in imported.job.message
    assert imported.taken.message == imported.job.message
    assert imported.taken.version is None
    assert DatasetVersion.objects.count() == 0
    assert not [key for key in store().list(f"datasets/{dataset.pk}") if key.endswith(".parquet")]


def test_a_failed_import_keeps_its_rejected_rows(upload: Upload, admin_client: APIClient) -> None:
    imported = upload(jsonl(pair(1, chosen="Bad 1."), pair(2, chosen="")))

    assert imported.counts == (2, 0, 0, 2)
    assert reasons(quarantined(admin_client, imported.taken)) == [(1, "identical_responses"), (2, "empty_response")]


def test_a_broken_gzip_is_refused_as_a_whole(upload: Upload, dataset: Dataset) -> None:
    whole = gzipped(jsonl(*(pair(number, noise=hashlib.sha256(bytes([number])).hexdigest()) for number in range(200))))

    cut = upload(whole[: len(whole) // 2], "rows.jsonl.gz")
    flipped = upload(whole[:-8] + b"\x00" * 8, "rows.jsonl.gz")

    for imported in (cut, flipped):
        assert imported.job.state == "failed"
        assert imported.job.message.startswith("The gzip data of “rows.jsonl.gz” breaks off after row ")
        assert imported.job.message.endswith("; nothing was imported. Upload a whole file.")
        assert f" of {imported.taken.size_bytes:,}" in imported.job.message
    assert DatasetVersion.objects.count() == 0
    assert all("/uploads/" in key for key in store().list(f"datasets/{dataset.pk}"))


def test_an_empty_upload_is_refused_at_once(admin_client: APIClient, dataset: Dataset, store_folder: Store) -> None:
    file = SimpleUploadedFile("rows.jsonl", b"")

    answer = admin_client.post(f"/api/datasets/{dataset.pk}/imports/", {"file": file}, format="multipart")

    assert (answer.status_code, answer.json()["message"]) == (422, "“rows.jsonl” is empty.")
    assert (Import.objects.count(), Job.objects.count(), store().list("datasets")) == (0, 0, [])


@pytest.mark.parametrize("limit", [10, 1000])
def test_an_upload_past_the_limit_is_refused(
    admin_client: APIClient, dataset: Dataset, store_folder: Store, settings: Any, limit: int
) -> None:
    settings.MAX_UPLOAD_BYTES = limit
    file = SimpleUploadedFile("rows.jsonl", b"x" * 1001)

    answer = admin_client.post(f"/api/datasets/{dataset.pk}/imports/", {"file": file}, format="multipart")

    assert (answer.status_code, answer.json()["type"]) == (413, "too_large")
    assert (Import.objects.count(), store().list("datasets")) == (0, [])
