"""Fine-Grained RLHF's feedback comes in as spans, omissions, edits and votes, and goes out as it came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.domain.items import ItemView
from annotation.domain.questions import edit as edit_type
from annotation.domain.questions import spans as spans_type
from annotation.domain.templates import templates
from annotation.models import Campaign, Item
from annotation.services.campaigns import campaign_create
from curation.datasets.importers import IMPORTERS, RowError, detect
from curation.models import DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl, pair, records
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record, response_id_of

pytestmark = pytest.mark.django_db(transaction=True)

FILE = Path(__file__).parent / "fine_grained.json"
REAL = Path(__file__).parents[4] / "shared/data/fine-grained/dev_feedback.json"
ROWS: list[dict[str, Any]] = json.loads(FILE.read_text())


def download(client: APIClient, version: DatasetVersion, format: str | None = None) -> bytes:
    answer: Any = client.get(f"/api/dataset-versions/{version.pk}/download/", {"format": format} if format else {})
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def annotation(record: Record, kind: str) -> Any:
    return next((json.loads(each.body) for each in record.annotations if each.kind == kind), None)


@pytest.fixture
def version(upload: Upload) -> DatasetVersion:
    imported = upload(FILE.read_bytes(), "feedback.json")
    assert imported.counts == (3, 3, 0, 0)
    assert imported.taken.format == "fine_grained"
    return imported.version


def test_a_row_becomes_a_record_with_marks_omissions_and_a_correction(version: DatasetVersion) -> None:
    record = records(version)[0]
    first = response_id_of(ROWS[0]["prediction 1"])

    assert [message.content for message in record.prompt] == [ROWS[0]["question"]]
    assert {r.content for r in record.responses} == {ROWS[0][f"prediction {n}"] for n in range(1, 5)}
    assert record.metadata["reference"] == "It froze over in 1947, for nine weeks."
    assert record.metadata["passages"][1] == {
        "title": "Harbours 😀",
        "sentences": ["Most harbours in the north freeze once in a decade."],
    }
    spans = annotation(record, "spans")
    assert [(m["start"], m["quote"], m["category"], m["evidence"]) for m in spans["marks"]] == [
        (14, "froze over in 1949.", "wrong_grounding", {"kind": "passage", "passage": 0, "sentences": [1]}),
        (34, "Ships are pretty, are they not?", "irrelevant", None),
        (
            66,
            "The harbour 😀 froze over.",
            "redundant",
            {"kind": "earlier_span", "start": 0, "end": 24, "quote": "The harbour 😀 froze over"},
        ),
        (92, "It is near the sea, some say.", "unverifiable", None),
    ]
    assert [(o["category"], o["evidence"]) for o in spans["omissions"]] == [
        ("missing_answer", {"kind": "passage", "passage": 0, "sentences": [1]}),
        ("missing_minor_auxiliary", {"kind": "passage", "passage": 0, "sentences": [2]}),
        ("missing_major_auxiliary", None),
    ]
    assert {each["target"] for each in (*spans["marks"], *spans["omissions"])} == {first}
    assert (spans["no_error"], [a.target for a in record.annotations]) == ([], [first, first])
    (edit,) = annotation(record, "edit")["edits"]
    assert (edit["response"], edit["text"]) == (first, "The harbour 😀 froze over in 1947, for nine weeks.")


def test_the_six_votes_name_the_better_prediction(version: DatasetVersion) -> None:
    record = records(version)[0]
    texts = {r.response_id: r.content for r in record.responses}
    names = {ROWS[0][f"prediction {n}"]: n for n in range(1, 5)}

    votes = [
        (
            {names[texts[label.a]], names[texts[label.b]]},
            label.outcome,
            names[texts[label.b if (label.value or 0) > 0 else label.a]],
        )
        for label in record.labels
    ]

    assert [(pair, outcome, better if outcome == "preference" else None) for pair, outcome, better in votes] == [
        ({1, 2}, "preference", 2),
        ({1, 3}, "preference", 3),
        ({1, 4}, "preference", 1),
        ({2, 3}, "preference", 3),
        ({2, 4}, "preference", 2),
        ({3, 4}, "tie", None),
    ]


def test_a_prediction_without_fault_says_so(version: DatasetVersion) -> None:
    record = records(version)[1]

    assert annotation(record, "spans") == {
        "sha256": {},
        "marks": [],
        "omissions": [],
        "no_error": [response_id_of("The ferry is green.")],
        "original": [],
    }
    assert annotation(record, "edit") is None


def test_what_was_imported_is_an_answer_to_the_template_of_the_same_name(version: DatasetVersion) -> None:
    """But for explanations that point nowhere, people could have given it here."""
    questions = {question["name"]: question for question in templates()["fine_grained"].questions}
    record = records(version)[0]
    item = ItemView(
        [{"response_id": r.response_id, "content": r.content} for r in record.responses],
        [{"role": m.role, "content": m.content} for m in record.prompt],
        record.metadata,
    )
    spans, edit = annotation(record, "spans"), annotation(record, "edit")
    del spans["original"]
    question = {**questions["errors"], "required": False}

    checked = spans_type.validate_answer(question, spans, item)

    assert checked["marks"] == spans["marks"]
    assert edit_type.validate_answer(questions["correction"], edit, item) == edit


def test_the_file_comes_back_as_it_went_in(version: DatasetVersion, admin_client: APIClient) -> None:
    assert json.loads(download(admin_client, version, "fine_grained")) == ROWS


def test_counts_stand_in_the_versions_facts(version: DatasetVersion, admin_client: APIClient) -> None:
    facts = admin_client.get(f"/api/dataset-versions/{version.pk}/").json()["stats"]["annotation_counts"]

    assert facts == {
        "kinds": {"edit": 2, "spans": 3},
        "span_categories": {
            "incoherent": 1,
            "irrelevant": 1,
            "redundant": 2,
            "unverifiable": 1,
            "wrong_grounding": 2,
        },
        "omission_categories": {
            "missing_answer": 1,
            "missing_major_auxiliary": 1,
            "missing_minor_auxiliary": 1,
        },
    }


def test_json_lines_can_be_imported_again(
    version: DatasetVersion, upload: Upload, admin_client: APIClient, project: Project, admin: User
) -> None:
    from curation.datasets.services import dataset_create

    lines = download(admin_client, version)
    elsewhere = dataset_create(project=project, created_by=admin, name="Elsewhere")

    again = upload(lines, into=elsewhere)

    assert again.counts == (3, 3, 0, 0)
    assert again.version.content_hash == version.content_hash
    assert json.loads(download(admin_client, again.version, "fine_grained")) == ROWS
    first = json.loads(lines.splitlines()[0])
    assert set(first) == {"record_id", "prompt", "responses", "labels", "annotations", "context", "metadata"}
    assert download(admin_client, version, "jsonl") == lines


def test_rows_of_other_formats_are_not_in_the_file(
    version: DatasetVersion, upload: Upload, admin_client: APIClient
) -> None:
    mine = {"prompt": "Q?", "responses": ["x", "y"], "metadata": {"fine_grained": "mine"}}
    more = upload(jsonl(mine, {"prompt": "P?", "responses": ["x", "y"]})).version

    assert more.rows == 5
    assert json.loads(download(admin_client, more, "fine_grained")) == ROWS


def test_a_version_without_such_rows_or_a_format_there_is_not_is_refused(
    upload: Upload, admin_client: APIClient
) -> None:
    plain = upload(jsonl(pair(1))).version
    address = f"/api/dataset-versions/{plain.pk}/download/"

    refused = admin_client.get(address, {"format": "fine_grained"})
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "No row of this version was imported as Fine-Grained RLHF feedback; download it as jsonl instead.",
    )
    assert admin_client.get(address, {"format": "xml"}).status_code == 400
    assert admin_client.get("/api/dataset-versions/0/download/").status_code == 404


def test_annotators_do_not_download(
    version: DatasetVersion, client_of: Callable[..., APIClient], make_member: Callable[..., User]
) -> None:
    address = f"/api/dataset-versions/{version.pk}/download/"

    assert client_of(make_member("annotator")).get(address).status_code == 403
    assert client_of(make_member("reviewer", "rev@example.org")).get(address).status_code == 200


def test_rows_can_be_queued_with_their_passages(
    version: DatasetVersion, admin_client: APIClient, project: Project, admin: User, work: Callable[[int], Job]
) -> None:
    campaign: Campaign = campaign_create(
        project=project, created_by=admin, name="Marks", template="fine_grained", seed=1
    )

    job = work(admin_client.post(f"/api/campaigns/{campaign.pk}/queue/", {"dataset_version": version.pk}).json()["id"])

    assert job.message.startswith("3 items added to the queue.")
    item = Item.objects.order_by("position")[0]
    assert item.materials == {
        "passages": records(version)[0].metadata["passages"],
        "reference": "It froze over in 1947, for nine weeks.",
    }
    assert "fine_grained" not in json.dumps(item.materials)


def changed(**parts: Any) -> dict[str, Any]:
    return {**ROWS[0], **parts}


def fed(**parts: Any) -> dict[str, Any]:
    return changed(feedback={**ROWS[0]["feedback"], **parts})


ERROR = {"error type": "Irrelevant", "explanation": "", "start": 0, "end": 3}
OMISSION = {"error type": "Missing-Answer", "passage_id": 1, "sentence_id": [1]}
WRONG: list[tuple[dict[str, Any], str]] = [
    (changed(question=None), "missing_field"),
    (changed(passages="x"), "wrong_type"),
    (changed(passages=[[]]), "wrong_type"),
    (changed(passages=[["t", 7]]), "wrong_type"),
    (changed(gold=None), "missing_field"),
    (changed(**{"prediction 3": 7}), "wrong_type"),
    (changed(preference=[1, 2]), "bad_label"),
    (changed(preference=[3, 0, 0, 0, 0, 0]), "bad_label"),
    (changed(preference=[True, 0, 0, 0, 0, 0]), "bad_label"),
    (changed(feedback=[]), "wrong_type"),
    (fed(errors=None), "missing_field"),
    (fed(errors=[7]), "wrong_type"),
    (fed(errors=[{**ERROR, "end": 123}]), "bad_span"),
    (fed(errors=[{**ERROR, "start": 3}]), "bad_span"),
    (fed(errors=[{**ERROR, "start": "0"}]), "bad_span"),
    (fed(errors=[{**ERROR, "error type": "Boring"}]), "bad_span"),
    (fed(errors=[{**ERROR, "explanation": None}]), "missing_field"),
    (fed(errors=[{**ERROR, "severity": 3}]), "wrong_type"),
    (fed(**{"missing-info": [{**OMISSION, "error type": "Irrelevant"}]}), "bad_span"),
    (fed(**{"missing-info": [{"error type": "Missing-Answer", "passage_id": 1}]}), "missing_field"),
    (fed(**{"corrected-prediction": None}), "missing_field"),
    (fed(mood="good"), "wrong_type"),
]


@pytest.mark.parametrize(("row", "reason"), WRONG)
def test_a_row_that_could_not_be_given_back_is_refused(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowError) as refused:
        IMPORTERS["fine_grained"].draft(row)

    assert refused.value.reason == reason
    assert refused.value.message.endswith(".")


def test_its_rows_are_recognised() -> None:
    assert all(detect([row]) is IMPORTERS["fine_grained"] for row in ROWS)
    assert (
        detect([{"prompt": "p", "chosen": "a", "rejected": "b", "feedback": {"errors": []}}])
        is not IMPORTERS["fine_grained"]
    )


@pytest.mark.skipif(not REAL.exists(), reason="the published file is not on this machine")
def test_the_published_file_comes_back_object_by_object(upload: Upload, admin_client: APIClient) -> None:
    imported = upload(REAL.read_bytes(), "dev_feedback.json")

    assert imported.counts == (500, 500, 0, 0)
    assert json.loads(download(admin_client, imported.version, "fine_grained")) == json.loads(REAL.read_text())
    stats = imported.version.stats
    assert stats["span_categories"] == {
        "incoherent": 16,
        "irrelevant": 909,
        "redundant": 133,
        "unverifiable": 152,
        "wrong_grounding": 163,
    }
    assert stats["omission_categories"] == {
        "missing_answer": 240,
        "missing_major_auxiliary": 283,
        "missing_minor_auxiliary": 319,
    }
    assert stats["annotation_kinds"] == {"edit": 487, "spans": 500}
    assert Counter(stats["outcomes"]) == Counter(preference=2616, tie=384)
