"""`POST /api/campaigns/{id}/labels/`: names that were masked when people answered are put back."""

from __future__ import annotations

import json

import pytest

from curation.models import Dataset
from tests.curation.datasets.conftest import Upload, jsonl, records
from tests.curation.datasets.folding.conftest import Room, latest, sha256, texts
from webapp.store.canonical import response_id_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_masks_are_undone(room: Room, upload: Upload, dataset: Dataset) -> None:
    version = upload(
        jsonl({"prompt": "Who?", "chosen": "Good day, I am ChatGPT, yes.", "rejected": "Bad luck."})
    ).version
    room.queue(version)
    hidden, original = "Good day, I am ███████, yes.", "Good day, I am ChatGPT, yes."
    good = response_id_of(original)
    room.answer(
        lambda ids: {
            "errors": {
                "sha256": {good: sha256(hidden)},
                "marks": [{"target": good, "start": 10, "end": 22, "quote": "I am ███████", "category": "irrelevant"}],
                "no_error": [ids["Bad"]],
            },
            "correction": {"edits": [{"response": ids["Good"], "text": "Hello, I am ███████, yes."}]},
            "why": {
                "text": "Because.",
                "links": [{"start": 0, "end": 7, "target": good, "from": 15, "to": 22, "quote": "███████"}],
            },
        }
    )

    room.fold()

    base, made = records(latest(dataset))
    spans, correction, why = (json.loads(a.body) for a in base.annotations)
    assert (spans["marks"][0]["quote"], spans["sha256"]) == ("I am ChatGPT", {good: sha256(original)})
    assert (
        correction["edits"][0] | {"text": "Hello, I am ChatGPT, yes.", "sha256": sha256(original)}
        == correction["edits"][0]
    )
    assert why["links"][0]["quote"] == "ChatGPT"
    assert set(texts(made).values()) == {original, "Bad luck.", "Hello, I am ChatGPT, yes."}
    assert room.versions_made() == []
