"""Real threads on real connections: nothing is given out or counted twice, and nothing is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotation.models import Campaign, CampaignAnnotator, Feedback, Item, ItemFlag, Lease, Vote
from annotation.services.discussion import flag_create, flag_resolve
from annotation.services.feedback import feedback_revise, feedback_submit
from annotation.services.leasing import lease_next, lease_release, leases_expire
from tests.annotation.conftest import prefers
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError, GoneError
from webapp.projects.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)


def in_parallel(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Run all tasks at the same moment, each on its own connection; an ApplicationError is a result."""
    start = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return task()
        except ApplicationError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def people(campaign: Campaign, count: int) -> list[User]:
    users = [User.objects.create_user(f"p{number}@example.org") for number in range(count)]
    for user in users:
        Membership.objects.create(project=campaign.project, user=user, role="annotator")
        CampaignAnnotator.objects.create(campaign=campaign, user=user)
    return users


def work_off(campaign: Campaign, user: User) -> Callable[[], int]:
    """Take and answer items until nothing is left; returns how many."""

    def run() -> int:
        done = 0
        while (payload := lease_next(campaign_id=campaign.pk, annotator_id=user.pk)) is not None:
            feedback_submit(lease_id=payload["lease"]["id"], annotator_id=user.pk, answers=prefers(payload))
            done += 1
        return done

    return run


def test_eight_people_at_overlap_one_answer_each_item_once(campaign: Campaign, enqueue: Callable[..., Any]) -> None:
    enqueue(campaign, 200)

    done = in_parallel([work_off(campaign, user) for user in people(campaign, 8)])

    assert sum(done) == 200
    assert Feedback.objects.count() == Vote.objects.count() == 200
    assert Feedback.objects.values("item").distinct().count() == 200
    assert Item.objects.filter(open_slots=0, done_count=1).count() == 200
    assert Lease.objects.filter(state="submitted").count() == 200


def test_eight_people_at_overlap_two_give_each_item_two_different_ones(
    make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]
) -> None:
    campaign = make_campaign(overlap=2)
    enqueue(campaign, 100)

    done = in_parallel([work_off(campaign, user) for user in people(campaign, 8)])

    assert sum(done) == 200
    pairs = Counter(Feedback.objects.values_list("item", flat=True))
    assert set(pairs.values()) == {2}
    assert Feedback.objects.values("item", "annotator").distinct().count() == 200
    assert Item.objects.filter(open_slots=0, done_count=2).count() == 100


def test_nothing_is_lost_when_items_come_back_at_random(
    make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]
) -> None:
    campaign = make_campaign(overlap=2)
    enqueue(campaign, 30)
    users = people(campaign, 6)

    def fickle(user: User) -> Callable[[], None]:
        def run() -> None:
            for turn in range(20):
                payload = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
                if payload is None:
                    return
                if turn % 3 == 0:
                    lease_release(lease_id=payload["lease"]["id"], annotator_id=user.pk)
                else:
                    feedback_submit(lease_id=payload["lease"]["id"], annotator_id=user.pk, answers=prefers(payload))

        return run

    in_parallel([fickle(user) for user in users])
    in_parallel([work_off(campaign, user) for user in users])

    assert Item.objects.filter(open_slots=0, done_count=2).count() == 30
    assert Feedback.objects.count() == 60


def test_one_person_asking_eight_times_at_once_holds_five(campaign: Campaign, enqueue: Callable[..., Any]) -> None:
    enqueue(campaign, 20)
    (user,) = people(campaign, 1)

    def ask() -> Any:
        held = list(Lease.objects.values_list("pk", flat=True))
        return lease_next(campaign_id=campaign.pk, annotator_id=user.pk, exclude=held)

    for _ in range(3):
        in_parallel([ask] * 8)

    assert Lease.objects.filter(state="active").count() <= 5
    assert Item.objects.filter(open_slots=0).count() == Lease.objects.filter(state="active").count()


def test_a_double_click_stores_one_feedback(campaign: Campaign, enqueue: Callable[..., Any]) -> None:
    enqueue(campaign, 1)
    (user,) = people(campaign, 1)
    payload = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
    assert payload is not None

    def submit() -> Any:
        return feedback_submit(lease_id=payload["lease"]["id"], annotator_id=user.pk, answers=prefers(payload))

    results = in_parallel([submit] * 8)

    assert sum(isinstance(result, dict) for result in results) == 1
    assert sum(isinstance(result, ConflictError) for result in results) == 7
    assert Feedback.objects.count() == Vote.objects.count() == 1
    assert Item.objects.get().done_count == 1


def test_two_revisions_at_once_store_one(campaign: Campaign, enqueue: Callable[..., Any]) -> None:
    enqueue(campaign, 1)
    (user,) = people(campaign, 1)
    payload = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
    assert payload is not None
    first = feedback_submit(lease_id=payload["lease"]["id"], annotator_id=user.pk, answers=prefers(payload))

    def revise() -> Any:
        return feedback_revise(feedback_id=first["id"], annotator_id=user.pk, answers=prefers(payload, 1))

    results = in_parallel([revise] * 6)

    assert sum(isinstance(result, dict) for result in results) == 1
    assert sum(isinstance(result, ConflictError) for result in results) == 5
    assert sorted(Feedback.objects.values_list("revision", flat=True)) == [1, 2]


def test_late_submit_and_takeover_at_once_never_both_win(campaign: Campaign, enqueue: Callable[..., Any]) -> None:
    enqueue(campaign, 10)
    late, other = people(campaign, 2)
    while (payload := lease_next(campaign_id=campaign.pk, annotator_id=late.pk)) is not None:
        Lease.objects.filter(state="active").update(expires_at=timezone.now() - timedelta(seconds=1))

        def submit(payload: Any = payload) -> Any:
            return feedback_submit(lease_id=payload["lease"]["id"], annotator_id=late.pk, answers=prefers(payload))

        def take_over() -> Any:
            leases_expire()
            taken = lease_next(campaign_id=campaign.pk, annotator_id=other.pk)
            return taken and feedback_submit(
                lease_id=taken["lease"]["id"], annotator_id=other.pk, answers=prefers(taken)
            )

        results = in_parallel([submit, take_over])

        assert isinstance(results[0], dict | GoneError)
    assert not Item.objects.filter(done_count__gt=1).exists()
    counts = Counter(Feedback.objects.values_list("item", flat=True))
    assert all(count == 1 for count in counts.values())
    assert all(item.open_slots + item.done_count == 1 for item in Item.objects.all())


def test_a_flag_set_eight_times_at_once_is_one(campaign: Campaign, enqueue: Callable[..., Any]) -> None:
    enqueue(campaign, 1)
    (user,) = people(campaign, 1)
    payload = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
    assert payload is not None

    def set_flag() -> Any:
        return flag_create(lease_id=payload["lease"]["id"], author=user, reason="broken")

    for turn in range(1, 4):
        results = in_parallel([set_flag] * 8)

        assert sum(new for _, new in results) == 1
        assert len({flag.pk for flag, _ in results}) == 1
        assert ItemFlag.objects.count() == turn
        resolved = in_parallel([lambda: flag_resolve(flag_id=results[0][0].pk, resolved_by=user)] * 4)  # noqa: B023
        assert sum(isinstance(result, ConflictError) for result in resolved) == 3
