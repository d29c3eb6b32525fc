"""Images of prompts and responses: which are taken in, and where they end up."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.importers import RowError, detect, record_of
from curation.datasets.importers.images import MAX_IMAGE_BYTES, image_of
from tests.curation.datasets.conftest import Upload, jsonl, quarantined, reasons
from webapp.store.canonical import Record, response_id_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
DATA = "data:image/png;base64," + base64.b64encode(PNG).decode()
CAT, DOG = "https://images.example.org/cat.png", "http://images.example.org/dog.png?size=2"


def read(row: dict[str, Any]) -> Record:
    importer = detect([row])
    assert importer is not None
    return record_of(importer.draft(row), origin="import:1")


def shown(record: Record) -> tuple[list[list[str] | None], list[tuple[str, list[str] | None]]]:
    return [m.images for m in record.prompt], sorted((r.content, r.images) for r in record.responses)


def user(content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": content, **more}


def answer(content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


FORMATS: list[tuple[dict[str, Any], Any]] = [
    (
        {"prompt": [user("Which?", images=[CAT])], "responses": [{"content": "x"}, {"content": "y", "images": [DATA]}]},
        ([[CAT]], [("x", None), ("y", [DATA])]),
    ),
    (
        {"prompt": [user("Draw.")], "responses": [{"images": [CAT]}, {"content": "", "images": [DOG]}]},
        ([None], [("", [DOG]), ("", [CAT])]),
    ),
    (
        {
            "prompt": [user([{"type": "image_url", "image_url": {"url": CAT}}, {"type": "text", "text": "Which?"}])],
            "chosen": [answer([{"type": "image", "image": DATA}])],
            "rejected": [answer([{"type": "text", "text": "No."}])],
        },
        ([[CAT]], [("", [DATA]), ("No.", None)]),
    ),
    (
        {"prompt": "Which?", "chosen": "x", "rejected": "y", "images": [CAT, DOG]},
        ([[CAT, DOG]], [("x", None), ("y", None)]),
    ),
    (
        {
            "conversations": [
                {"from": "human", "value": "<image>First?"},
                {"from": "gpt", "value": "Yes."},
                {"from": "human", "value": "And <image>?"},
            ],
            "chosen": {"from": "gpt", "value": "x"},
            "rejected": {"from": "gpt", "value": "y"},
            "images": [CAT, DOG],
        },
        ([[CAT], None, [DOG]], [("x", None), ("y", None)]),
    ),
    (
        {"prompt": "Which?", "chosen": "x", "rejected": "y", "images": [{"bytes": PNG, "path": None}]},
        ([[DATA]], [("x", None), ("y", None)]),
    ),
]


@pytest.mark.parametrize(("row", "images"), FORMATS)
def test_images_stay_with_the_texts_they_belong_to(row: dict[str, Any], images: Any) -> None:
    record = read(row)

    assert shown(record) == images
    assert "images" not in record.metadata
    assert all(r.response_id == response_id_of(r.content, r.images) for r in record.responses)


REFUSED = [
    "cat.png",
    "/home/me/cat.png",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "//images.example.org/cat.png",
    "https://",
    "https://user:word@example.org/cat.png",
    "https://example.org/a b.png",
    "https://example.org/" + "x" * 5000,
    "data:image/svg+xml;base64,AAAA",
    "data:text/html;base64,AAAA",
    "data:image/png,AAAA",
    "data:image/png;base64,AAA",
    "data:image/png;base64,AA A",
    "data:image/png;base64," + "A" * (4 * ((MAX_IMAGE_BYTES + 3) // 3 + 1)),
    b"MZ not an image",
    PNG + b"\0" * MAX_IMAGE_BYTES,
    {"path": "cat.png"},
    7,
    None,
]


@pytest.mark.parametrize("image", REFUSED)
def test_an_image_nobody_could_be_shown_is_refused(image: Any) -> None:
    with pytest.raises(RowError) as refused:
        image_of(image, "images[0]")

    assert refused.value.reason == "bad_image"
    assert refused.value.message.startswith("The image “images[0]” must be an http or https address, or a PNG")


def test_an_image_of_just_two_megabytes_is_taken() -> None:
    whole = PNG + b"\0" * (MAX_IMAGE_BYTES - len(PNG))

    address = image_of(whole, "image")

    assert image_of(address, "image") == address


@given(st.one_of(st.text(max_size=40), st.binary(max_size=40), st.none(), st.dictionaries(st.text(), st.text())))
def test_anything_else_is_refused_with_its_reason(given_image: Any) -> None:
    reasons_given = []
    try:
        kept = image_of(given_image, "image")
    except RowError as error:
        reasons_given, kept = [error.reason], None

    assert reasons_given == ["bad_image"] or str(kept).startswith(("http://", "https://", "data:image/"))


def test_a_row_with_a_bad_image_is_set_aside_and_the_others_go_on(upload: Upload, admin_client: Any) -> None:
    rows = [
        {"prompt": "Which?", "chosen": "x", "rejected": "y", "images": [CAT]},
        {"prompt": "Which?", "chosen": "x", "rejected": "y", "images": ["cat.png"]},
        {"prompt": "Which?", "chosen": "x", "rejected": "y", "images": "cat.png"},
    ]

    imported = upload(jsonl(*rows))

    assert imported.counts == (3, 1, 0, 2)
    assert reasons(quarantined(admin_client, imported.taken)) == [(2, "bad_image"), (3, "wrong_type")]


def test_rows_show_the_images_of_their_texts_and_nothing_where_there_are_none(
    upload: Upload, admin_client: Any
) -> None:
    version = upload(
        jsonl({"prompt": [user("Which?", images=[CAT])], "responses": [{"content": "x"}, {"images": [DATA, DOG]}]})
    ).version

    row = admin_client.get(f"/api/dataset-versions/{version.pk}/rows/").json()["results"][0]

    assert [message.get("images") for message in row["prompt"]] == [[CAT]]
    assert [(r["content"], r.get("images")) for r in sorted(row["responses"], key=lambda each: each["content"])] == [
        ("", [DATA, DOG]),
        ("x", None),
    ]
    assert admin_client.get(f"/api/dataset-versions/{version.pk}/rows/{row['record_id']}/").json() == {
        name: value for name, value in row.items() if name != "position"
    }
