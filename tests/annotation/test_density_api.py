"""`GET /api/feedback/{id}/density/`."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign, Feedback
from annotation.services.feedback import feedback_submit
from annotation.services.leasing import lease_next
from annotation.services.queueing import items_enqueue
from tests.annotation.conftest import item_row
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db
TEXT = "It sold very well around the world. It came out in August."
QUESTIONS = [{"name": "errors", "type": "spans", "categories": [{"name": "wrong", "density": "sentence"}]}]


def test_marks_are_shown_by_part_sentence_and_response(
    make_campaign: Callable[..., Campaign],
    make_member: Callable[..., User],
    client_of: Callable[[User], APIClient],
    assign: Callable[..., Any],
) -> None:
    campaign = make_campaign(questions=QUESTIONS, template=None)
    person = make_member("annotator")
    assign(campaign, person)
    items_enqueue(campaign_id=campaign.pk, rows=[item_row(1, responses=[TEXT])], source_version_id=None)
    lease = lease_next(campaign_id=campaign.pk, annotator_id=person.pk)
    assert lease
    target = lease["item"]["responses"][0]["response_id"]
    start = TEXT.index("August")
    mark = {"target": target, "start": start, "end": start + 6, "quote": "August", "category": "wrong"}
    answer = {"sha256": {target: sha256(TEXT.encode()).hexdigest()}, "marks": [mark], "omissions": [], "no_error": []}
    feedback_submit(lease_id=lease["lease"]["id"], annotator_id=person.pk, answers={"errors": answer})

    body = client_of(person).get(f"/api/feedback/{Feedback.objects.get().pk}/density/").json()

    assert body["splitter"].startswith("pysbd ")
    found = body["questions"]["errors"][target]
    assert [(TEXT[each["start"] : each["end"]], each["label"]) for each in found["sentence"]] == [
        ("It sold very well around the world.", "O"),
        ("It came out in August.", "F-ERR"),
    ]
    assert [each["label"] for each in found["sub_sentence"]] == ["O", "O"]
    assert found["per_100_tokens"] == {"wrong": pytest.approx(100 / 12)}
    stranger = client_of(make_member("annotator", "other@example.org"))
    assert stranger.get(f"/api/feedback/{Feedback.objects.get().pk}/density/").status_code == 404
