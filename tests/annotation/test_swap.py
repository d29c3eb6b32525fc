"""Two people judge the same by content while they see the responses in opposite orders: nothing stored may differ."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from msgspec.structs import replace
from rest_framework.test import APIClient

from annotation.domain.presentation import presentation_order
from annotation.domain.questions.registry import QUESTION_TYPES
from annotation.models import Campaign, CampaignAnnotator, Feedback, Item, Vote
from annotation.selectors.answers import current_answers
from annotation.selectors.votes import current_votes, feedback_high_mark, label_of
from annotation.services.queueing import ItemRow, items_enqueue
from webapp.accounts.models import User
from webapp.store.canonical import Message, record_id_of, response_id_of

pytestmark = pytest.mark.django_db

ITEMS = 2
# Best first; every text has two steps and the word “Tides”.
TEXTS = ("Tides follow the moon 🌕.\n\nMostly.", "Tides follow it.\n\nAlways.", "Tides, tides!\n\nNo.")
OPTIONS = [{"value": "x"}, {"value": "y"}, {"value": "z"}]

# What a person answers who knows the ids of the texts, best first, and the order in which they are shown.
Answer = Callable[[list[str], list[str], list[str]], Any]


class Kind(NamedTuple):
    """A question, an answer by content, and how many of the texts are shown."""

    parts: dict[str, Any]
    answer: Answer
    responses: int = 3


def told(ids: list[str], shown: list[str], *values: Any) -> dict[str, Any]:
    """The value for each text, written down in the order the texts are shown."""
    by_id = dict(zip(ids, values, strict=False))
    return {each: by_id[each] for each in shown}


def marks(ids: list[str], shown: list[str], texts: list[str]) -> dict[str, Any]:
    """A mark on every text but the best, listed as somebody comes upon them."""
    wrong = [each for each in shown if each != ids[0]]
    return {
        "sha256": {each: hashlib.sha256(texts[ids.index(each)].encode()).hexdigest() for each in wrong},
        "marks": [
            {"target": each, "start": start, "end": start + 5, "quote": "Tides", "category": "odd"}
            for each in wrong
            for start in (texts[ids.index(each)].index("Tides"),)
        ],
        "omissions": [{"target": each, "category": "gone", "note": "Why?"} for each in wrong],
        "no_error": [ids[0]],
    }


KINDS: dict[str, Kind] = {
    "pairwise": Kind({"steps": 7}, lambda ids, shown, texts: {"better": ids[0], "strength": 2}, responses=2),
    "ranking": Kind({}, lambda ids, shown, texts: {"ranks": told(ids, shown, 4, 9, 9)}),
    "ratings": Kind(
        {"aspects": [{"name": "a"}, {"name": "b"}]},
        lambda ids, shown, texts: told(ids, shown, {"b": 5, "a": 5}, {"a": 3, "b": "na"}, {"b": 1, "a": 1}),
    ),
    "spans": Kind({"categories": [{"name": "odd"}], "omissions": [{"name": "gone"}]}, marks),
    "rationale": Kind(
        {"reasons": OPTIONS},
        lambda ids, shown, texts: {
            "text": "It says so twice.",
            "reasons": ["y", "x"],
            "links": [{"start": 0, "end": 2, "target": ids[2], "from": 0, "to": 5, "quote": "Tides"}],
        },
    ),
    "edit": Kind(
        {},
        lambda ids, shown, texts: {
            "edits": [{"response": each, "text": f"{texts[ids.index(each)]} So."} for each in shown if each != ids[1]]
        },
    ),
    "thumbs": Kind({}, lambda ids, shown, texts: told(ids, shown, "up", "up", "down")),
    "steps": Kind(
        {},
        lambda ids, shown, texts: told(
            ids,
            shown,
            {"labels": ["good", "good"], "first_error": "none"},
            {"labels": ["good", "bad"], "first_error": 1},
            {"labels": ["bad", None], "first_error": 0},
        ),
    ),
    "choice": Kind(
        {"options": OPTIONS, "per": "response", "multiple": True},
        lambda ids, shown, texts: told(ids, shown, ["x"], ["z", "y"], ["y"]),
    ),
    "text": Kind({"per": "response"}, lambda ids, shown, texts: told(ids, shown, "Good.", "Fair.", "Bad.")),
}
assert KINDS.keys() == QUESTION_TYPES.keys()


def contents(number: int, count: int) -> list[str]:
    """The texts of an item, best first."""
    return [f"{text} ({number})" for text in TEXTS[:count]]


def rows(count: int) -> Iterator[ItemRow]:
    for number in range(ITEMS):
        texts = contents(number, count)
        ids = [response_id_of(text) for text in texts]
        question = f"What are tides, {number}?"
        yield ItemRow(
            record_id=record_id_of([Message("user", question)], ids),
            prompt=[{"role": "user", "content": question}],
            responses=[{"response_id": each, "content": text} for each, text in zip(ids, texts, strict=True)],
        )


def seed_for(campaign: Campaign, people: list[User], wanted: Callable[[list[str], int], list[str]]) -> int:
    """The first campaign seed under which each person sees every item in the order they are wanted to."""
    items = list(Item.objects.filter(campaign=campaign).order_by("position"))
    keys = [(item, place) for item in items for place in range(len(people))]
    names = [f"{item.pk}:{people[place].pk}" for item, place in keys]
    columns = ", ".join(["hashtextextended(%s, seed)"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seed, {columns} FROM generate_series(1, 30000) seed", names)
        found = cursor.fetchall()
    for seed, *hashes in found:
        for (item, place), number in zip(keys, hashes, strict=True):
            ids = [response["response_id"] for response in item.responses]
            if presentation_order(ids, number) != wanted(ids, place):
                break
        else:
            return int(seed)
    raise AssertionError("No seed shows these orders; search further.")


Round = Callable[[str, bool], Campaign]


@pytest.fixture
def people(make_member: Callable[..., User]) -> list[User]:
    return [make_member("annotator", f"{name}@example.org") for name in ("ann", "bob")]


@pytest.fixture
def judged(make_campaign: Callable[..., Campaign], people: list[User], client_of: Callable[[User], APIClient]) -> Round:
    """A campaign in which both people answered every item alike, shown to them in opposite orders or both as stored."""

    def run(kind: str, swapped: bool) -> Campaign:
        parts, answer, count = KINDS[kind]
        campaign = make_campaign(questions=[{"name": "q", "type": kind, **parts}], overlap=len(people))
        for user in people:
            CampaignAnnotator.objects.create(campaign=campaign, user=user)
        assert items_enqueue(campaign_id=campaign.pk, rows=rows(count), source_version_id=None).added == ITEMS
        seed = seed_for(campaign, people, lambda ids, place: ids[::-1] if swapped and place else ids)
        Campaign.objects.filter(pk=campaign.pk).update(seed=seed)
        for user in people:
            for number in range(ITEMS):
                _answer_next(client_of(user), campaign, answer, contents(number, count))
        return campaign

    return run


def _answer_next(client: APIClient, campaign: Campaign, answer: Answer, texts: list[str]) -> None:
    held = client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
    shown = held["item"]["responses"]
    assert sorted(response["content"] for response in shown) == sorted(texts)
    ids = {response["content"]: response["response_id"] for response in shown}
    given = answer([ids[text] for text in texts], [response["response_id"] for response in shown], texts)
    done = client.post(
        f"/api/leases/{held['lease']['id']}/submit/", {"answers": {"q": given}, "duration_ms": 900, "active_ms": 800}
    )
    assert done.status_code == 201, done.json()


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def feedback_of(campaign: Campaign, user: User) -> list[dict[str, Any]]:
    """All columns of a person's feedback and votes, but for who gave them, when, and what order was shown."""
    given = Feedback.objects.filter(campaign=campaign, annotator=user).order_by("item__position")
    own = {"id", "annotator_id", "lease_id", "created_at", "shown_order"}
    kept = []
    for feedback in given.values():
        votes = Vote.objects.filter(feedback=feedback["id"]).order_by("id").values()
        kept.append(
            {
                **{name: value for name, value in feedback.items() if name not in own},
                "votes": [
                    {name: value for name, value in vote.items() if name not in ("id", "feedback_id", "annotator_id")}
                    for vote in votes
                ],
            }
        )
    return kept


def without_ids(feedback: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can be compared between campaigns: answers and votes, without the database's numbers."""
    numbers = {"item_id", "campaign_id", "form_version_id"}
    return [
        {
            "answers": each["answers"],
            "votes": [{name: value for name, value in vote.items() if name not in numbers} for vote in each["votes"]],
        }
        for each in feedback
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_sides_change_nothing_that_is_stored(kind: str, judged: Round, people: list[User]) -> None:
    ann, bob = people

    swapped, plain = judged(kind, True), judged(kind, False)

    orders = {
        user: list(Feedback.objects.filter(campaign=swapped, annotator=user).values_list("shown_order", flat=True))
        for user in people
    }
    assert [order[::-1] for order in orders[ann]] == orders[bob]
    first, second = feedback_of(swapped, ann), feedback_of(swapped, bob)
    assert len(first) == ITEMS
    assert canonical(first) == canonical(second)
    for user in people:
        assert canonical(without_ids(feedback_of(plain, user))) == canonical(without_ids(first))
    stored = Feedback.objects.filter(campaign=swapped).values_list(Cast("answers", TextField()), flat=True)
    assert len(set(stored)) == len({canonical(each["answers"]) for each in first})
    votes = {"pairwise": 1, "ranking": 3}.get(kind, 0)
    assert Vote.objects.filter(campaign=swapped).count() == votes * ITEMS * len(people)


@pytest.mark.parametrize("kind", KINDS)
def test_sides_change_nothing_that_is_folded_back(kind: str, judged: Round, people: list[User]) -> None:
    folded = []
    for campaign in (judged(kind, True), judged(kind, False)):
        labels = [label_of(vote, campaign_id=0) for vote in current_votes(campaign_id=campaign.pk)]
        records = list(Item.objects.filter(campaign=campaign).values_list("record_id", flat=True))
        answers = current_answers(campaign_id=campaign.pk, record_ids=records, up_to=feedback_high_mark(campaign.pk))
        folded.append((labels, canonical([(each.record_id, each.annotator_id, each.answers) for each in answers])))

    assert folded[0] == folded[1]
    labels, stored = folded[0]
    assert len(json.loads(stored)) == ITEMS * len(people)
    by_person = [
        [replace(label, annotator=None) for label in labels if label.annotator == f"user:{user.pk}"] for user in people
    ]
    assert by_person[0] == by_person[1]
    assert len(by_person[0]) == {"pairwise": 1, "ranking": 3}.get(kind, 0) * ITEMS


@pytest.mark.parametrize("kind", KINDS)
def test_sides_change_no_figure_but_those_about_sides(
    kind: str, judged: Round, make_member: Callable[..., User], client_of: Callable[..., APIClient]
) -> None:
    """The histogram and the bias are of what was seen on the screen: swapping mirrors them, and changes no strength."""
    reader = client_of(make_member("reviewer"))
    swapped, plain = (reader.get(f"/api/campaigns/{judged(kind, each).pk}/quality/").json() for each in (True, False))

    for body in (swapped, plain):
        body["strengths"] = Counter[int]()
        for entry in body["strength_histogram"]:
            body["strengths"][abs(entry["value"])] += entry["count"]
    histograms = [
        {entry["value"]: entry["count"] for entry in body.pop("strength_histogram") if entry["count"]}
        for body in (swapped, plain)
    ]
    biases = [body.pop("side_bias")["first_rate"] for body in (swapped, plain)]
    sides = [[person.pop("first_rate") for person in body["annotators"]] for body in (swapped, plain)]
    assert swapped == plain
    assert swapped["feedback"] == ITEMS * 2
    if kind == "pairwise":
        assert histograms == [{-2: ITEMS, 2: ITEMS}, {-2: ITEMS * 2}]
        assert biases == [0.5, 1.0]
        assert sides == [[1.0, 0.0], [1.0, 1.0]]
        assert swapped["agreement"]["rate"] == 1.0
        assert swapped["agreement"]["pairs"] == ITEMS
    else:
        assert histograms == [{}, {}]
