"""GET /api/campaigns/{id}/quality/ against figures worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.domain.agreement import wilson_rate
from annotation.models import Campaign
from annotation.services.feedback import feedback_revise, feedback_submit
from annotation.services.leasing import lease_next
from tests.annotation.conftest import prefers
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make_campaign: Callable[..., Campaign], enqueue: Callable[..., Any]) -> Campaign:
    """Four items for two people each."""
    campaign = make_campaign(overlap=2)
    enqueue(campaign, 4)
    return campaign


def say(campaign: Campaign, user: User, answers: Callable[[dict[str, Any]], Any], active_ms: int) -> dict[str, Any]:
    payload = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
    assert payload is not None
    return feedback_submit(
        lease_id=payload["lease"]["id"], annotator_id=user.pk, answers=answers(payload), active_ms=active_ms
    )


def for_id(which: int, strength: int = 1) -> Callable[[dict[str, Any]], Any]:
    """Prefer the response whose id sorts first (0) or second (1), wherever it is shown."""

    def answers(payload: dict[str, Any]) -> Any:
        ids = sorted(response["response_id"] for response in payload["item"]["responses"])
        return {"preference": {"better": ids[which], "strength": strength}}

    return answers


def test_figures(
    pair: Campaign,
    make_member: Callable[..., User],
    assign: Callable[..., Any],
    client_of: Callable[..., APIClient],
) -> None:
    ann = make_member("annotator", "ann@example.org")
    robot = make_member("annotator", "robot@example.org")
    User.objects.filter(pk=robot.pk).update(is_simulated=True)
    for user in (ann, robot):
        assign(pair, user)
    # Three items judged by both: they agree (with different strengths), agree on a tie, and disagree.
    say(pair, ann, for_id(1, 3), 1000)
    say(pair, ann, lambda _: {"preference": {"outcome": "tie"}}, 2000)
    say(pair, ann, for_id(0), 3000)
    say(pair, ann, lambda _: {"preference": {"outcome": "both_bad"}}, 4000)
    say(pair, robot, for_id(1, 1), 100)
    say(pair, robot, lambda _: {"preference": {"outcome": "tie"}}, 100)
    say(pair, robot, for_id(1), 100)

    body = client_of(make_member("reviewer")).get(f"/api/campaigns/{pair.pk}/quality/").json()

    assert (body["question"], body["feedback"], body["items_done"]) == ("preference", 7, 3)
    assert body["outcomes"] == {"preference": 4, "tie": 2, "both_bad": 1}
    assert body["median_active_ms"] == 1000
    expected = wilson_rate(2, 3)
    assert body["agreement"] == {"pairs": 3, "rate": expected.rate, "low": expected.low, "high": expected.high}
    assert [entry["value"] for entry in body["strength_histogram"]] == [-3, -2, -1, 0, 1, 2, 3]
    counts = {entry["value"]: entry["count"] for entry in body["strength_histogram"]}
    assert counts[0] == 2
    assert counts[3] + counts[-3] == 1
    assert counts[1] + counts[-1] == 3
    rows = {row["user"]["email"]: row for row in body["annotators"]}
    assert (rows["ann@example.org"]["feedback"], rows["ann@example.org"]["median_active_ms"]) == (4, 2500)
    assert rows["ann@example.org"]["agreement"] == rows["robot@example.org"]["agreement"] == pytest.approx(2 / 3)
    assert (rows["ann@example.org"]["is_simulated"], rows["robot@example.org"]["is_simulated"]) == (False, True)


def test_someone_who_always_takes_the_first_side_shows(
    campaign: Campaign,
    enqueue: Callable[..., Any],
    ann: User,
    ann_client: APIClient,
    answer: Callable[..., Any],
    make_member: Callable[..., User],
    client_of: Callable[..., APIClient],
) -> None:
    enqueue(campaign, 12)
    for _ in range(10):
        answer(ann_client, campaign, index=0)
    answer(ann_client, campaign, index=1)
    last = lease_next(campaign_id=campaign.pk, annotator_id=ann.pk)
    assert last is not None
    given = feedback_submit(lease_id=last["lease"]["id"], annotator_id=ann.pk, answers=prefers(last, 0))
    feedback_revise(feedback_id=given["id"], annotator_id=ann.pk, answers=prefers(last, 1))

    body = client_of(make_member("reviewer")).get(f"/api/campaigns/{campaign.pk}/quality/").json()

    expected = wilson_rate(10, 12)
    assert body["side_bias"] == {"first_rate": expected.rate, "low": expected.low, "high": expected.high, "n": 12}
    assert body["annotators"][0]["first_rate"] == pytest.approx(10 / 12)
    counts = {entry["value"]: entry["count"] for entry in body["strength_histogram"] if entry["count"]}
    assert counts == {-2: 10, 2: 2}
    assert body["feedback"] == 12
    assert body["agreement"] == {"pairs": 0, "rate": None, "low": None, "high": None}


def test_an_empty_campaign_has_no_rates(
    campaign: Campaign, make_member: Callable[..., User], client_of: Callable[..., APIClient]
) -> None:
    body = client_of(make_member("reviewer")).get(f"/api/campaigns/{campaign.pk}/quality/").json()

    assert (body["feedback"], body["items_done"], body["median_active_ms"]) == (0, 0, None)
    assert body["side_bias"] == {"first_rate": None, "low": None, "high": None, "n": 0}
    assert body["annotators"] == []
