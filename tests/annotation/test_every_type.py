"""A form of every type of question, from the API to the table and back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign, Feedback, Item, Vote
from annotation.services.queueing import items_enqueue
from tests.annotation.conftest import item_row

pytestmark = pytest.mark.django_db

# As deep as the parser takes it.
DEEP = "[" * 1000 + "]" * 1000
GOOD, BAD = "Tides follow the moon 👩‍👩‍👧.\n\nMostly.", "Tides tides follow it."
QUESTIONS: list[dict[str, Any]] = [
    {"name": "pair", "type": "pairwise", "steps": 5},
    {"name": "rank", "type": "ranking"},
    {"name": "rate", "type": "ratings", "aspects": [{"name": "a"}, {"name": "b", "criteria": [{"name": "c"}]}]},
    {
        "name": "marks",
        "type": "spans",
        "categories": [{"name": "twice", "evidence": "earlier_span", "evidence_required": True}],
        "omissions": [{"name": "gone"}],
    },
    {
        "name": "why",
        "type": "rationale",
        "reasons": [{"value": "facts"}],
        "required_if": [{"question": "pair", "fact": "strength", "test": "at_least", "value": 2}],
    },
    {"name": "fix", "type": "edit", "marks_into": "marks"},
    {"name": "thumb", "type": "thumbs"},
    {"name": "chain", "type": "steps"},
    {"name": "kind", "type": "choice", "options": [{"value": "x"}, {"value": "y"}], "multiple": True},
    {
        "name": "note",
        "type": "text",
        "show_if": [{"question": "thumb", "fact": "down", "test": "at_least", "value": 1}],
    },
]


def answers_to(item: dict[str, Any]) -> dict[str, Any]:
    """The same judgement of the two texts, whichever is shown first; written in the order they are shown."""
    ids = {response["content"]: response["response_id"] for response in item["responses"]}
    good, bad = ids[GOOD], ids[BAD]
    shown = list(ids.values())
    chains = {
        good: {"labels": ["good", "neutral"], "first_error": "none"},
        bad: {"labels": ["bad"], "first_error": 0},
    }
    return {
        "pair": {"better": good, "strength": 2},
        "rank": {"ranks": {each: {good: 3, bad: 7}[each] for each in shown}},
        "rate": {each: {"b/c": 1, "a": {good: 5, bad: "na"}[each]} for each in shown},
        "marks": {
            "sha256": {bad: hashlib.sha256(BAD.encode()).hexdigest()},
            "marks": [
                {
                    "target": bad,
                    "start": 6,
                    "end": 11,
                    "quote": "tides",
                    "category": "twice",
                    "evidence": {"kind": "earlier_span", "start": 0, "end": 5, "quote": "Tides"},
                }
            ],
            "omissions": [{"target": bad, "category": "gone", "note": "What is it?"}],
            "no_error": [good],
        },
        "why": {
            "text": "Says it twice.",
            "links": [{"start": 8, "end": 13, "target": bad, "from": 6, "to": 11, "quote": "tides"}],
        },
        "fix": {"edits": [{"response": each, "text": "Tides follow the moon."} for each in shown]},
        "thumb": {each: {good: "up", bad: "down"}[each] for each in shown},
        "chain": {each: chains[each] for each in shown},
        "kind": ["y", "x"],
        "note": "Reads badly.",
    }


@pytest.fixture
def campaign(make_campaign: Callable[..., Campaign]) -> Campaign:
    """Three items that two people are asked about."""
    made = make_campaign(questions=QUESTIONS, overlap=2)
    rows = [item_row(number, responses=[GOOD, BAD]) for number in range(3)]
    assert items_enqueue(campaign_id=made.pk, rows=rows, source_version_id=None).added == 3
    return made


def take(client: APIClient, campaign: Campaign) -> dict[str, Any]:
    return client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()


def submit(client: APIClient, held: dict[str, Any], answers: Any) -> Any:
    return client.post(f"/api/leases/{held['lease']['id']}/submit/", {"answers": answers})


def test_every_type_is_stored_with_what_the_server_adds(campaign: Campaign, ann_client: APIClient) -> None:
    held = take(ann_client, campaign)
    given = answers_to(held["item"])
    good, bad = given["marks"]["no_error"][0], given["marks"]["marks"][0]["target"]

    done = submit(ann_client, held, given)

    assert done.status_code == 201, done.json()
    stored = Feedback.objects.get().answers
    assert stored == {
        **given,
        "rank": {"ranks": {good: 1, bad: 2}},
        "marks": {
            **given["marks"],
            "marks": [{**given["marks"]["marks"][0], "severity": None, "note": ""}],
            "omissions": [{**given["marks"]["omissions"][0], "evidence": None}],
        },
        "why": {**given["why"], "reasons": []},
        "fix": {"edits": [{**edit, **measures(edit, good)} for edit in sorted_edits(given)]},
        "kind": ["x", "y"],
    }
    assert {vote.question: vote.strength for vote in Vote.objects.all()} == {"pair": 2, "rank": 1}
    read = ann_client.get(f"/api/feedback/{done.json()['feedback']['id']}/").json()
    assert read["answers"] == stored


def sorted_edits(given: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(given["fix"]["edits"], key=lambda edit: str(edit["response"]))


def measures(edit: dict[str, Any], good: str) -> dict[str, Any]:
    """Worked out by hand: what was cut from the good text, and what was changed in the bad one."""
    if edit["response"] == good:
        # " 👩‍👩‍👧" is six code points, "\n\nMostly." nine; "moon" becomes "moon." and two words go.
        return {"sha256": hashlib.sha256(GOOD.encode()).hexdigest(), "characters": 15, "words": 3}
    # "tides " goes, "it" becomes "the moon".
    return {"sha256": hashlib.sha256(BAD.encode()).hexdigest(), "characters": 14, "words": 3}


def test_sides_leave_no_trace(campaign: Campaign, ann_client: APIClient, bob_client: APIClient) -> None:
    """Two people who judge alike, some items with their sides reversed, store the same but for the order shown."""
    # Sides are drawn by lot: of so many items some are reversed, but for one time in millions.
    more = [item_row(number, responses=[GOOD, BAD]) for number in range(3, 24)]
    assert items_enqueue(campaign_id=campaign.pk, rows=more, source_version_id=None).added == 21
    for client in (ann_client, bob_client):
        for _ in range(24):
            held = take(client, campaign)
            assert submit(client, held, answers_to(held["item"])).status_code == 201

    feedback = Feedback.objects.order_by("annotator_id", "item_id")
    orders = [tuple(each.shown_order) for each in feedback]
    assert len(set(orders)) == 2
    assert orders[:24] != orders[24:]
    assert [each.answers for each in feedback[:24]] == [each.answers for each in feedback[24:]]
    votes = Vote.objects.values_list("item", "question", "aspect", "a", "b", "outcome", "value", "strength", "steps")
    by_item = sorted(votes.order_by("item", "question", "annotator_id"))
    assert len(by_item) == 96
    assert by_item[::2] == by_item[1::2]


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("pair", {"better": "f" * 32, "strength": 1}),
        ("rank", {"ranks": {"f" * 32: 1}}),
        ("rate", [5]),
        ("marks", {"marks": [], "no_error": []}),
        ("why", {"text": "x\u0000"}),
        ("why", None),
        ("fix", {"edits": []}),
        ("thumb", "up"),
        ("chain", {"labels": []}),
        ("kind", "x"),
        ("note", 10**18),
    ],
)
def test_one_wrong_answer_refuses_all(campaign: Campaign, ann_client: APIClient, question: str, wrong: Any) -> None:
    held = take(ann_client, campaign)

    done = submit(ann_client, held, {**answers_to(held["item"]), question: wrong})

    assert done.status_code == 400
    assert done.json()["fields"].keys() == {f"answers.{question}"}
    assert Feedback.objects.count() == Vote.objects.count() == 0
    assert set(Item.objects.values_list("done_count", flat=True)) == {0}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("start", 7),
        ("end", 12),
        ("end", 10_000),
        ("start", -1),
        ("quote", "Tides"),
        ("target", "turn:0"),
        ("category", "gone"),
        ("severity", "major"),
        ("evidence", None),
        ("evidence", {"kind": "earlier_span", "start": 5, "end": 8, "quote": " ti"}),
    ],
)
def test_a_mark_that_is_not_in_the_text_refuses_all(
    campaign: Campaign, ann_client: APIClient, part: str, value: Any
) -> None:
    held = take(ann_client, campaign)
    answers = answers_to(held["item"])
    answers["marks"]["marks"][0][part] = value

    done = submit(ann_client, held, answers)

    assert done.status_code == 400
    assert done.json()["fields"].keys() == {"answers.marks"}
    assert Feedback.objects.count() == 0


def test_what_is_not_asked_is_refused(campaign: Campaign, ann_client: APIClient) -> None:
    held = take(ann_client, campaign)
    answers = answers_to(held["item"])
    answers["thumb"] = dict.fromkeys(answers["thumb"], "up")

    refused = submit(ann_client, held, answers)
    del answers["note"]

    assert refused.status_code == 400
    assert refused.json()["fields"] == {"answers.note": ["After the answers before it, this question is not asked."]}
    assert Feedback.objects.count() == 0
    assert submit(ann_client, held, answers).status_code == 201


@pytest.mark.parametrize(
    "answers", [f"{DEEP}", f'{{"pair": {DEEP}}}', '{"\\u0000": 1}', '{"pair": NaN}', '{"a": "\\ud800"}', "1"]
)
def test_hostile_bodies_are_refused_in_words(campaign: Campaign, ann_client: APIClient, answers: str) -> None:
    held = take(ann_client, campaign)
    url = f"/api/leases/{held['lease']['id']}/submit/"

    done = ann_client.generic("POST", url, f'{{"answers": {answers}}}', content_type="application/json")

    assert done.status_code == 400
    assert done.json()["message"]
    assert Feedback.objects.count() == 0
