"""`POST /api/campaigns/{id}/labels/`: what was asked under a context makes rows of its own."""

from __future__ import annotations

import pytest

from curation.models import Dataset, DatasetVersion
from tests.curation.datasets.conftest import records
from tests.curation.datasets.folding.conftest import Room, correct, latest, marked, preferences, texts
from webapp.store.canonical import record_id_of

pytestmark = pytest.mark.django_db(transaction=True)


SAFE = "Which is safer?"


def test_items_under_a_context_become_rows_of_their_own(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1, contexts=[SAFE, "Which is kinder?"])
    room.answer(marked)

    job = room.fold()

    assert job.message == "Chats has version 2, with 1 vote and 3 annotations on 1 row, and 1 new row."
    base, *_, made = records(latest(dataset))
    assert [label.source for label in base.labels] == ["imported"]
    assert base.annotations == []
    assert (made.context, made.prompt, made.responses, made.metadata) == (
        SAFE,
        base.prompt,
        base.responses,
        base.metadata,
    )
    assert made.record_id == record_id_of(base.prompt, texts(base), SAFE)
    assert preferences(made) == {("Good answer 0.", "Bad answer 0.", 2, 2.0, "annotator-1")}
    assert [a.kind for a in made.annotations] == ["spans", "rationale", "thumbs"]

    again = room.fold()
    assert again.message.startswith("All of this campaign's votes (1) and other answers (3) are in the newest version")
    room.answer(lambda ids: {"preference": {"better": ids["Bad"], "strength": 1}}, person=1)
    assert room.fold().message == "Chats has version 3, with 2 votes and 3 annotations on 1 row."
    assert len(preferences(records(latest(dataset))[-1])) == 2


def test_edits_under_a_context_keep_it(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1, contexts=[SAFE])
    room.answer(correct("Good", "Good", "The safest."))

    room.fold()

    assert latest(dataset).rows == 6
    made = next(record for record in records(latest(dataset)) if "edited_from" in record.metadata)
    under = next(record for record in records(latest(dataset)) if record.context and record is not made)
    assert (made.context, made.metadata["base_record_id"]) == (SAFE, under.record_id)
    assert len(preferences(made)) == 3
    assert room.versions_made() == []
