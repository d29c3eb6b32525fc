"""A form that changes while people take and answer items, on real connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from annotation.domain.form_changes import fulfils
from annotation.domain.items import ItemView
from annotation.models import Campaign, Feedback, FormVersion, Item, Lease, Vote
from annotation.selectors.campaigns import campaign_progress
from annotation.services.campaigns import annotator_remove
from annotation.services.feedback import feedback_revise, feedback_submit
from annotation.services.form_versions import form_change
from annotation.services.leasing import lease_next, lease_release, lease_skip
from tests.annotation.conftest import prefers
from tests.annotation.test_concurrency import in_parallel, people
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError

pytestmark = pytest.mark.django_db(transaction=True)

PREFERENCE = {"name": "preference", "type": "pairwise"}


def asking(*names: str) -> list[dict[str, Any]]:
    """The preference, and yes or no to each name."""
    options = [{"value": "yes"}, {"value": "no"}]
    return [PREFERENCE, *({"name": name, "type": "choice", "options": options} for name in names)]


def answers_to(payload: dict[str, Any]) -> dict[str, Any]:
    choices = {q["name"]: "yes" for q in payload["form"]["questions"] if q["type"] == "choice"}
    return {**prefers(payload), **choices, **payload["answers"]}


def answer_once(payload: dict[str, Any], user: User) -> bool:
    """Whether the answers were stored; refused ones are for a form that is no longer asked."""
    try:
        feedback_submit(
            lease_id=payload["lease"]["id"],
            annotator_id=user.pk,
            answers=answers_to(payload),
            form_version=payload["form"]["id"],
        )
    except ConflictError as error:
        assert error.type == "stale_form"  # noqa: PT017 - half of the calls succeed
        return False
    return True


def work_off(campaign: Campaign, user: User) -> Callable[[], int]:
    """Take and answer items until nothing is left; returns how many answers were stored."""

    def run() -> int:
        stored = 0
        while (payload := lease_next(campaign_id=campaign.pk, annotator_id=user.pk)) is not None:
            stored += answer_once(payload, user)
        return stored

    return run


def changer(campaign: Campaign, *forms: list[dict[str, Any]]) -> Callable[[], None]:
    """Change the form again and again, each time while others have given some more answers."""

    def run() -> None:
        pause = Event()
        for questions in forms:
            pause.wait(0.05)
            form_change(campaign_id=campaign.pk, questions=questions, reopen=True)

    return run


def assert_balanced(campaign: Campaign) -> None:
    """Every slot of every item is open, held or answered, and nothing that is answered leaves a question open."""
    campaign.refresh_from_db()
    taken = Counter(Lease.objects.filter(state__in=("active", "submitted")).values_list("item", flat=True))
    done = Counter(Lease.objects.filter(state="submitted").values_list("item", flat=True))
    for item in Item.objects.all():
        assert item.open_slots + taken[item.pk] == campaign.overlap
        assert item.done_count == done[item.pk]
    numbers = dict(FormVersion.objects.values_list("pk", "version"))
    steps = dict(FormVersion.objects.values_list("version", "carries_over"))
    for lease in Lease.objects.filter(state="submitted").select_related("item"):
        newest = Feedback.objects.filter(item=lease.item, annotator=lease.annotator).latest("revision")
        assert newest.lease_id == lease.pk
        later = [names for number, names in steps.items() if number > numbers[newest.form_version_id]]
        kept = {name: said for name, said in newest.answers.items() if all(name in names for names in later)}
        view = ItemView(lease.item.responses, lease.item.prompt, {})
        assert fulfils(campaign.form_version.questions, kept, view)
    assert set(Lease.objects.filter(state="active").values_list("form_version", flat=True)) <= {
        campaign.form_version_id
    }


def test_no_answer_is_lost_while_the_form_changes(
    make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]
) -> None:
    campaign = make_campaign(questions=asking(), overlap=2)
    enqueue(campaign, 60)
    users = people(campaign, 6)
    forms = [asking("kind"), asking("kind", "true"), asking("true"), asking("true", "short")]

    stored = in_parallel([*(work_off(campaign, user) for user in users), changer(campaign, *forms)])

    assert stored.pop() is None
    assert all(isinstance(count, int) for count in stored), stored
    assert_balanced(campaign)
    rest = in_parallel([work_off(campaign, user) for user in users])
    assert sum(stored) + sum(rest) == Feedback.objects.count() == Vote.objects.count()
    assert_balanced(campaign)
    assert Item.objects.filter(open_slots=0, done_count=2).count() == 60
    assert campaign_progress([campaign.pk])[campaign.pk]["completed_items"] == 60
    assert FormVersion.objects.count() == 5
    for item, annotator in Feedback.objects.values_list("item", "annotator").distinct():
        revisions = Feedback.objects.filter(item=item, annotator=annotator).order_by("revision")
        assert [given.revision for given in revisions] == list(range(1, len(revisions) + 1))


def test_what_is_taken_or_answered_during_a_change_is_asked_about_in_the_new_form(
    make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]
) -> None:
    campaign = make_campaign(questions=asking(), overlap=6)
    enqueue(campaign, 8)
    users = people(campaign, 6)

    def take(user: User) -> Callable[[], Any]:
        return lambda: lease_next(campaign_id=campaign.pk, annotator_id=user.pk)

    def ask(*names: str) -> Callable[[], Any]:
        return lambda: form_change(campaign_id=campaign.pk, questions=asking(*names), reopen=True)

    for turn in range(8):
        payloads = in_parallel([*(take(user) for user in users), ask(f"turn_{turn}")])

        assert isinstance(payloads.pop(), tuple)
        assert_balanced(campaign)
        assert Lease.objects.filter(state="active").count() == 6
        held = list(zip(in_parallel([take(user) for user in users]), users, strict=True))
        answers = [lambda payload=payload, user=user: answer_once(payload, user) for payload, user in held]
        stored = in_parallel([*answers, ask(f"turn_{turn}", "again")])

        assert isinstance(stored.pop(), tuple)
        assert_balanced(campaign)
        for number, user in enumerate(users):
            assert stored[number] or answer_once(take(user)(), user)
        assert_balanced(campaign)


def test_people_who_come_go_and_give_back_do_not_block_a_change(
    make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]
) -> None:
    campaign = make_campaign(questions=asking(), overlap=3)
    enqueue(campaign, 30)
    *users, leaver = people(campaign, 6)

    def fickle(user: User) -> Callable[[], None]:
        def run() -> None:
            for turn in range(25):
                payload = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
                if payload is None:
                    return
                end = {0: lease_release, 1: lease_skip}.get(turn % 5)
                if end is None:
                    answer_once(payload, user)
                else:
                    end(lease_id=payload["lease"]["id"], annotator_id=user.pk)

        return run

    def leave() -> None:
        for exclude in ([], list(Lease.objects.filter(annotator=leaver).values_list("pk", flat=True))):
            lease_next(campaign_id=campaign.pk, annotator_id=leaver.pk, exclude=exclude)
        annotator_remove(campaign_id=campaign.pk, user_id=leaver.pk)

    changes = changer(campaign, asking("kind"), asking("true"), asking("kind", "true"))

    results = in_parallel([*(fickle(user) for user in users), leave, changes])

    assert results == [None] * 7
    assert_balanced(campaign)


def test_a_revision_and_a_new_answer_at_once_are_both_kept(
    make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]
) -> None:
    campaign = make_campaign(questions=asking())
    enqueue(campaign, 12)
    (user,) = people(campaign, 1)
    given = {}
    while (payload := lease_next(campaign_id=campaign.pk, annotator_id=user.pk)) is not None:
        given[payload["item"]["id"]] = feedback_submit(
            lease_id=payload["lease"]["id"], annotator_id=user.pk, answers=answers_to(payload)
        )["id"]
    form_change(campaign_id=campaign.pk, questions=asking("kind"), reopen=True)
    while (payload := lease_next(campaign_id=campaign.pk, annotator_id=user.pk)) is not None:

        def revise(payload: Any = payload) -> Any:
            tie = {"preference": {"outcome": "tie"}}
            return feedback_revise(feedback_id=given[payload["item"]["id"]], annotator_id=user.pk, answers=tie)

        def submit(payload: Any = payload) -> Any:
            return feedback_submit(lease_id=payload["lease"]["id"], annotator_id=user.pk, answers=answers_to(payload))

        revised, submitted = in_parallel([revise, submit])

        assert isinstance(submitted, dict), submitted
        assert isinstance(revised, dict | ApplicationError)
        newest = Feedback.objects.filter(item=payload["item"]["id"]).latest("revision")
        assert newest.revision == 2 + isinstance(revised, dict)
    assert Item.objects.filter(open_slots=0, done_count=1).count() == 12
