"""POST /api/campaigns/{id}/form/: forms that change after people have begun to answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotation.models import Campaign, CampaignAnnotator, Feedback, FormVersion, Item, Lease, Vote
from annotation.services.campaigns import campaign_update
from annotation.services.queueing import items_enqueue
from tests.annotation.conftest import item_row, prefers
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db

PREFERENCE = {"name": "preference", "type": "pairwise", "title": "Which is better?"}
REASON = {"name": "reason", "type": "text", "title": "Why?"}
LANGUAGE = {"name": "language", "type": "choice", "options": [{"value": "good"}, {"value": "poor"}]}


@pytest.fixture
def asked(make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]) -> Campaign:
    """Which is better, and why, of four items."""
    campaign = make_campaign(questions=[PREFERENCE, REASON])
    enqueue(campaign, 4)
    return campaign


@pytest.fixture
def curator(make_member: Callable[..., User], client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(make_member("curator"))


@pytest.fixture
def cat(
    asked: Campaign, make_member: Callable[..., User], assign: Callable[..., Any], client_of: Callable[..., APIClient]
) -> APIClient:
    user = make_member("annotator", "cat@example.org")
    assign(asked, user)
    return client_of(user)


@pytest.fixture
def dan(
    asked: Campaign, make_member: Callable[..., User], assign: Callable[..., Any], client_of: Callable[..., APIClient]
) -> APIClient:
    user = make_member("annotator", "dan@example.org")
    assign(asked, user)
    return client_of(user)


def change(client: APIClient, campaign: Campaign, questions: list[dict[str, Any]], **body: Any) -> Any:
    return client.post(f"/api/campaigns/{campaign.pk}/form/", {"questions": questions, **body})


def take(client: APIClient, campaign: Campaign, *exclude: int) -> dict[str, Any]:
    return client.post(f"/api/campaigns/{campaign.pk}/next/", {"exclude": exclude}).json()


def submit(client: APIClient, payload: dict[str, Any], **extra: Any) -> Any:
    answers = {**prefers(payload), **extra}
    body = {"answers": answers, "form_version": payload["form"]["id"]}
    return client.post(f"/api/leases/{payload['lease']['id']}/submit/", body)


def balanced(campaign: Campaign) -> bool:
    """Every slot of every item is open, held or answered."""
    campaign.refresh_from_db()
    leases = Counter(Lease.objects.filter(state__in=("active", "submitted")).values_list("item", flat=True))
    done = Counter(Lease.objects.filter(state="submitted").values_list("item", flat=True))
    items = Item.objects.filter(campaign=campaign)
    return all(
        item.open_slots + leases[item.pk] == campaign.overlap and item.done_count == done[item.pk] for item in items
    )


class TestChange:
    def test_makes_the_next_version(self, asked: Campaign, curator: APIClient, cat: APIClient) -> None:
        submit(cat, take(cat, asked), reason="Kind.")
        first = asked.form_version

        made = change(curator, asked, [PREFERENCE, REASON, LANGUAGE], note="Language counts, too.")

        assert made.status_code == 201
        body = made.json()
        version = FormVersion.objects.get(version=2)
        assert body == {
            "form": {
                "id": version.pk,
                "version": 2,
                "questions": version.questions,
                "carries_over": ["preference", "reason"],
                "note": "Language counts, too.",
                "created_at": body["form"]["created_at"],
                "feedback": 0,
            },
            "reopened": 0,
        }
        asked.refresh_from_db()
        assert asked.form_version_id == version.pk
        assert version.form_id == first.form_id
        assert Feedback.objects.get().form_version_id == first.pk
        assert Lease.objects.get().state == "submitted"
        assert take(cat, asked)["form"]["version"] == 2
        assert curator.get(f"/api/campaigns/{asked.pk}/").json()["form"]["version"] == 2
        assert balanced(asked)

    def test_versions_are_listed(self, asked: Campaign, curator: APIClient, cat: APIClient) -> None:
        given = submit(cat, take(cat, asked)).json()["feedback"]["id"]
        url = f"/api/campaigns/{asked.pk}/form-versions/"
        with CaptureQueriesContext(connection) as few:
            assert len(curator.get(url).json()["results"]) == 1
        change(curator, asked, [PREFERENCE], note="Shorter.")
        change(curator, asked, [PREFERENCE, LANGUAGE], carry_over=[])
        submit(cat, take(cat, asked), language="good")
        submit(cat, take(cat, asked), language="poor")
        cat.post(f"/api/feedback/{given}/revise/", {"answers": {"preference": {"outcome": "tie"}}})

        with CaptureQueriesContext(connection) as many:
            rows = curator.get(url).json()["results"]

        assert [(row["version"], row["note"], row["carries_over"], row["feedback"]) for row in rows] == [
            (3, "", [], 2),
            (2, "Shorter.", ["preference"], 0),
            (1, "", [], 1),
        ]
        assert [question["name"] for question in rows[1]["questions"]] == ["preference"]
        assert len(many) == len(few) <= 6

    def test_a_dry_run_says_what_would_happen(self, asked: Campaign, curator: APIClient) -> None:
        url = f"/api/campaigns/{asked.pk}/form/check/"

        done = curator.post(url, {"questions": [{**PREFERENCE, "steps": 5}, LANGUAGE]})

        assert done.status_code == 200
        assert done.json() == {
            "carries": [],
            "asked_again": [{"name": "preference", "reason": "“steps” has changed"}],
            "added": ["language"],
            "removed": ["reason"],
        }
        assert curator.post(url, {"questions": [PREFERENCE, REASON]}).json() == {
            "carries": ["preference", "reason"],
            "asked_again": [],
            "added": [],
            "removed": [],
        }
        assert curator.post(url, {"questions": [{**PREFERENCE, "steps": 4}]}).status_code == 400
        assert FormVersion.objects.count() == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "questions"),
            ({"questions": []}, "questions"),
            ({"questions": [{**PREFERENCE, "steps": 4}]}, "questions.0.steps"),
            ({"questions": [PREFERENCE], "carry_over": ["reason"]}, "carry_over"),
            ({"questions": [PREFERENCE], "carry_over": ["colour"]}, "carry_over"),
            ({"questions": [{**PREFERENCE, "steps": 3}], "carry_over": ["preference"]}, "carry_over"),
            ({"questions": [PREFERENCE], "carry_over": "preference"}, "carry_over"),
            ({"questions": [PREFERENCE], "reopen": "perhaps"}, "reopen"),
            ({"questions": [PREFERENCE], "note": "x" * 501}, "note"),
        ],
    )
    def test_what_cannot_be_asked_or_kept_is_refused(
        self, asked: Campaign, curator: APIClient, body: dict[str, Any], field: str
    ) -> None:
        refused = curator.post(f"/api/campaigns/{asked.pk}/form/", body)

        assert refused.status_code == 400
        assert refused.json()["fields"].keys() == {field}
        assert FormVersion.objects.count() == 1

    def test_a_refused_name_says_why(self, asked: Campaign, curator: APIClient) -> None:
        refused = change(curator, asked, [{**PREFERENCE, "steps": 3}], carry_over=["preference"])

        assert refused.json()["message"] == (
            "carry_over: “preference” cannot carry over: “steps” has changed; leave it out."
        )

    def test_questions_that_do_not_fit_the_queue_are_refused(
        self, make_campaign: Callable[..., Campaign], curator: APIClient
    ) -> None:
        campaign = make_campaign(questions=[REASON])
        rows = [item_row(0), item_row(1, responses=["one"]), item_row(2, responses=["only"])]
        items_enqueue(campaign_id=campaign.pk, rows=rows, source_version_id=None)
        assert Item.objects.count() == 3

        refused = change(curator, campaign, [REASON, PREFERENCE])

        assert refused.status_code == 409
        assert "2 of the campaign's 3 items, the first of them number 2" in refused.json()["message"]
        assert FormVersion.objects.count() == 1
        assert change(curator, campaign, [{**REASON, "title": "And why?"}, LANGUAGE]).status_code == 201

    def test_a_finished_campaign_keeps_its_form(self, asked: Campaign, curator: APIClient) -> None:
        campaign_update(campaign_id=asked.pk, state="finished")

        assert change(curator, asked, [PREFERENCE]).status_code == 409
        assert FormVersion.objects.count() == 1

    def test_a_retry_makes_one_version(self, asked: Campaign, curator: APIClient) -> None:
        url, body = f"/api/campaigns/{asked.pk}/form/", {"questions": [PREFERENCE]}
        first = curator.post(url, body, headers={"Idempotency-Key": "k"})
        again = curator.post(url, body, headers={"Idempotency-Key": "k"})

        assert first.json() == again.json()
        assert FormVersion.objects.count() == 2

    def test_whoever_holds_an_item_answers_what_they_were_shown(
        self, asked: Campaign, curator: APIClient, cat: APIClient
    ) -> None:
        held = take(cat, asked)
        Lease.objects.update(form_version=None)  # as leases from before this was kept
        change(curator, asked, [PREFERENCE, LANGUAGE])

        assert take(cat, asked) == held
        assert submit(cat, held, reason="Shown.").status_code == 201
        assert Feedback.objects.get().form_version.version == 1
        assert take(cat, asked)["form"]["version"] == 2


class TestReopen:
    def test_what_leaves_a_required_question_open_is_asked_again(
        self, asked: Campaign, curator: APIClient, cat: APIClient
    ) -> None:
        given = take(cat, asked)
        submit(cat, given, reason="Kind.")
        submit(cat, take(cat, asked))
        before = list(Feedback.objects.order_by("id").values())

        made = change(curator, asked, [PREFERENCE, REASON, LANGUAGE], reopen=True)

        assert made.json()["reopened"] == 2
        assert sorted(Lease.objects.values_list("state", flat=True)) == ["reopened", "reopened"]
        assert balanced(asked)
        assert set(Item.objects.values_list("open_slots", "done_count")) == {(1, 0)}
        again = take(cat, asked)
        assert again["item"] == given["item"]
        assert again["form"]["version"] == 2
        assert again["answers"] == {**prefers(given), "reason": "Kind."}
        done = submit(cat, again, reason="Kind.", language="poor")
        assert done.status_code == 201
        assert done.json()["feedback"]["revision"] == 2
        new = Feedback.objects.get(revision=2)
        assert (new.form_version.version, new.lease_id) == (2, again["lease"]["id"])
        assert new.answers["language"] == "poor"
        assert Vote.objects.filter(feedback=new).count() == 1
        assert list(Feedback.objects.filter(revision=1).order_by("id").values()) == before
        assert balanced(asked)
        assert take(cat, asked)["item"]["position"] == 1

    def test_what_is_complete_stays(self, asked: Campaign, curator: APIClient, cat: APIClient) -> None:
        submit(cat, take(cat, asked), reason="Kind.")
        submit(cat, take(cat, asked))

        made = change(curator, asked, [PREFERENCE, {**REASON, "required": True}], reopen=True)

        assert made.json()["reopened"] == 1
        assert dict(Lease.objects.values_list("item__position", "state")) == {0: "submitted", 1: "reopened"}
        assert take(cat, asked)["item"]["position"] == 1
        assert balanced(asked)

    def test_only_what_every_version_since_carries_comes_back(
        self, asked: Campaign, curator: APIClient, cat: APIClient
    ) -> None:
        given = take(cat, asked)
        submit(cat, given, reason="Kind.")
        change(curator, asked, [PREFERENCE, REASON], carry_over=["preference"])
        change(curator, asked, [PREFERENCE, REASON, LANGUAGE], reopen=True)

        assert take(cat, asked)["answers"] == prefers(given)

    def test_dropping_everything_asks_everything_again(
        self, asked: Campaign, curator: APIClient, cat: APIClient
    ) -> None:
        submit(cat, take(cat, asked), reason="Kind.")

        assert change(curator, asked, [PREFERENCE, REASON], carry_over=[], reopen=True).json()["reopened"] == 1
        assert take(cat, asked)["answers"] == {}

    def test_somebody_else_may_take_it_over(
        self, asked: Campaign, curator: APIClient, cat: APIClient, dan: APIClient
    ) -> None:
        submit(cat, take(cat, asked), reason="Kind.")
        change(curator, asked, [PREFERENCE, LANGUAGE], reopen=True)

        taken = take(dan, asked)
        assert (taken["item"]["position"], taken["answers"]) == (0, {})
        assert submit(dan, taken, language="good").status_code == 201
        assert take(cat, asked)["item"]["position"] == 1
        assert Feedback.objects.filter(revision=1).count() == 2
        assert balanced(asked)

    def test_what_people_hold_moves_on_and_stale_answers_are_refused(
        self, asked: Campaign, curator: APIClient, cat: APIClient
    ) -> None:
        held = take(cat, asked)
        change(curator, asked, [PREFERENCE, LANGUAGE], reopen=True)

        stale = submit(cat, held, reason="Shown before.")

        assert (stale.status_code, stale.json()["type"]) == (409, "stale_form")
        assert Feedback.objects.count() == 0
        again = take(cat, asked)
        assert (again["lease"], again["item"]) == (held["lease"], held["item"])
        assert again["form"]["version"] == 2
        assert submit(cat, again, language="good").status_code == 201
        assert Feedback.objects.get().form_version.version == 2

    def test_the_old_lease_takes_no_more(self, asked: Campaign, curator: APIClient, cat: APIClient) -> None:
        given = take(cat, asked)
        submit(cat, given)
        change(curator, asked, [PREFERENCE, LANGUAGE], reopen=True)

        refused = submit(cat, given)

        assert refused.status_code == 409
        assert "form has changed" in refused.json()["message"]
        assert Feedback.objects.count() == 1

    def test_an_answer_given_before_can_still_be_changed_under_its_own_form(
        self, asked: Campaign, curator: APIClient, cat: APIClient
    ) -> None:
        given = submit(cat, take(cat, asked), reason="Kind.").json()["feedback"]["id"]
        change(curator, asked, [PREFERENCE, LANGUAGE], reopen=True)
        answers = {"preference": {"outcome": "tie"}, "reason": "Kinder."}

        revised = cat.post(f"/api/feedback/{given}/revise/", {"answers": answers})
        again = take(cat, asked)

        assert revised.status_code == 201
        assert Feedback.objects.get(revision=2).form_version.version == 1
        assert again["answers"] == {"preference": {"outcome": "tie"}}
        assert submit(cat, again, language="good").json()["feedback"]["revision"] == 3
        newest = cat.post(
            f"/api/feedback/{Feedback.objects.get(revision=3).pk}/revise/",
            {"answers": {"preference": {"outcome": "both_bad"}, "language": "poor"}},
        )
        assert newest.status_code == 201
        assert list(Feedback.objects.order_by("revision").values_list("form_version__version", flat=True)) == [
            1,
            1,
            2,
            2,
        ]

    def test_everybody_starts_from_the_beginning(
        self, asked: Campaign, curator: APIClient, cat: APIClient, dan: APIClient
    ) -> None:
        for _ in range(2):
            submit(cat, take(cat, asked))
            submit(dan, take(dan, asked))
        change(curator, asked, [PREFERENCE, LANGUAGE], reopen=True)

        assert CampaignAnnotator.objects.filter(campaign=asked, next_position__gte=0).count() == 0
        assert take(dan, asked)["item"]["position"] == 0

    def test_progress_counts_an_opened_item_as_not_done(
        self, asked: Campaign, curator: APIClient, cat: APIClient
    ) -> None:
        def figures() -> tuple[Any, ...]:
            progress = curator.get(f"/api/campaigns/{asked.pk}/").json()["progress"]
            mine = cat.get("/api/my/campaigns/").json()["results"][0]
            return (
                *(progress[name] for name in ("items", "completed_items", "feedback")),
                *(mine[name] for name in ("my_done", "my_today", "remaining_for_me", "items", "completed_items")),
            )

        submit(cat, take(cat, asked), reason="Kind.")
        submit(cat, take(cat, asked))
        assert figures() == (4, 2, 2, 2, 2, 2, 4, 2)
        change(curator, asked, [PREFERENCE, {**REASON, "required": True}], reopen=True)
        assert figures() == (4, 1, 2, 1, 2, 3, 4, 1)
        again = take(cat, asked)
        assert figures() == (4, 1, 2, 1, 2, 3, 4, 1)
        submit(cat, again, reason="Because.")
        assert figures() == (4, 2, 2, 2, 3, 2, 4, 2)
        change(curator, asked, [PREFERENCE, REASON, LANGUAGE], reopen=True)
        assert figures() == (4, 0, 2, 0, 3, 4, 4, 0)
