"""items_enqueue: COPY into the queue."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from annotation.models import Campaign, CampaignAnnotator, Item
from annotation.selectors.campaigns import campaign_source_versions, queue_next_position
from annotation.services import queueing
from annotation.services.campaigns import campaign_update
from annotation.services.queueing import Enqueued, ItemRow, items_enqueue
from tests.annotation.conftest import item_row
from webapp.api.errors import ConflictError, NotFoundError

pytestmark = pytest.mark.django_db


def test_items_wait_in_the_order_given(make_campaign: Callable[..., Campaign]) -> None:
    campaign = make_campaign(overlap=3)
    rows = [item_row(number, context="be brief" if number == 1 else None) for number in range(3)]

    assert items_enqueue(campaign_id=campaign.pk, rows=rows, source_version_id=8) == Enqueued(3, 0, 0)

    items = list(Item.objects.order_by("position"))
    assert [(item.position, item.record_id) for item in items] == [
        (number, row.record_id) for number, row in enumerate(rows)
    ]
    assert [(item.open_slots, item.done_count, item.source_version_id) for item in items] == [(3, 0, 8)] * 3
    assert items[0].prompt == [{"role": "user", "content": "What is 0?"}]
    assert [item.context for item in items] == [None, "be brief", None]


def test_queueing_twice_does_nothing(campaign: Campaign) -> None:
    items_enqueue(campaign_id=campaign.pk, rows=[item_row(0), item_row(1)], source_version_id=8)

    again = items_enqueue(campaign_id=campaign.pk, rows=[item_row(1), item_row(2), item_row(2)], source_version_id=9)

    assert again == Enqueued(added=1, known=2, unfit=0)
    assert list(Item.objects.order_by("position").values_list("source_version_id", flat=True)) == [8, 8, 9]
    assert campaign_source_versions(campaign.pk) == [8, 9]


def test_names_of_generators_are_left_out(campaign: Campaign) -> None:
    items_enqueue(campaign_id=campaign.pk, rows=[item_row(0)], source_version_id=None)

    assert all(response.keys() == {"response_id", "content"} for response in Item.objects.get().responses)


def test_rows_a_pair_cannot_be_made_of_are_counted_and_left_out(campaign: Campaign) -> None:
    rows = [
        item_row(0, responses=["same", "same"]),
        item_row(1, responses=["one"]),
        item_row(3, responses=["nul \0 inside", "two"]),
        item_row(4),
    ]

    assert items_enqueue(campaign_id=campaign.pk, rows=rows, source_version_id=1) == Enqueued(1, 0, 3)
    assert Item.objects.get().record_id == rows[3].record_id


def test_every_pair_of_a_longer_record_becomes_an_item(campaign: Campaign) -> None:
    row = item_row(0, responses=["one", "two", "three"])

    first = items_enqueue(campaign_id=campaign.pk, rows=[row], source_version_id=1)
    again = items_enqueue(campaign_id=campaign.pk, rows=[row], source_version_id=1)

    assert (first, again) == (Enqueued(3, 0, 0), Enqueued(0, 3, 0))
    shown = [{response["content"] for response in item.responses} for item in Item.objects.all()]
    assert sorted(map(sorted, shown)) == [["one", "three"], ["one", "two"], ["three", "two"]]


def test_a_form_without_pairs_takes_any_number_of_responses(make_campaign: Callable[..., Campaign]) -> None:
    campaign = make_campaign(questions=[{"name": "note", "type": "text", "required": True}])

    queued = items_enqueue(
        campaign_id=campaign.pk, rows=[item_row(0, responses=["one"]), item_row(1)], source_version_id=1
    )

    assert queued == Enqueued(2, 0, 0)


def test_positions_can_be_given(campaign: Campaign) -> None:
    items_enqueue(
        campaign_id=campaign.pk, rows=[item_row(0, position=70), item_row(1, position=3)], source_version_id=1
    )

    assert queue_next_position(campaign.pk) == 71
    items_enqueue(campaign_id=campaign.pk, rows=[item_row(2)], source_version_id=1)
    assert list(Item.objects.order_by("position").values_list("position", flat=True)) == [3, 70, 71]


def test_text_survives_as_it_is(campaign: Campaign) -> None:
    odd = "tab\t newline\n back\\slash \\N 'quote' \"double\" ☃ \\u0000 {}"
    row = ItemRow(
        "a" * 32,
        [{"role": "user", "content": odd}],
        [{"response_id": "b" * 32, "content": odd}, {"response_id": "c" * 32, "content": ""}],
        context=odd,
    )

    assert items_enqueue(campaign_id=campaign.pk, rows=[row], source_version_id=1).added == 1

    item = Item.objects.get()
    assert item.prompt[0]["content"] == item.responses[0]["content"] == item.context == odd


def test_an_error_while_reading_leaves_nothing(campaign: Campaign) -> None:
    def broken() -> object:
        yield item_row(0)
        raise OSError("the file ended early")

    with pytest.raises(OSError, match="ended early"):
        items_enqueue(campaign_id=campaign.pk, rows=broken(), source_version_id=1)  # type: ignore[arg-type]

    assert Item.objects.count() == 0
    assert items_enqueue(campaign_id=campaign.pk, rows=[item_row(0)], source_version_id=1).added == 1


def test_unknown_and_finished_campaigns_are_refused(campaign: Campaign) -> None:
    with pytest.raises(NotFoundError):
        items_enqueue(campaign_id=0, rows=[item_row(0)], source_version_id=1)
    campaign_update(campaign_id=campaign.pk, state="finished")
    with pytest.raises(ConflictError):
        items_enqueue(campaign_id=campaign.pk, rows=[item_row(0)], source_version_id=1)
    assert Item.objects.count() == 0


def test_a_queue_that_doubled_tells_the_planner(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    monkeypatch.setattr(queueing, "WORTH_ANALYZING", 50)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        items_enqueue(campaign_id=campaign.pk, rows=(item_row(n) for n in range(60)), source_version_id=1)

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'annotation_item'")
        assert cursor.fetchone()[0] >= 60


def test_raising_the_overlap_opens_every_item_again(campaign: Campaign) -> None:
    items_enqueue(campaign_id=campaign.pk, rows=[item_row(0), item_row(1)], source_version_id=1)

    campaign_update(campaign_id=campaign.pk, overlap=3)
    items_enqueue(campaign_id=campaign.pk, rows=[item_row(2)], source_version_id=1)

    assert list(Item.objects.values_list("open_slots", flat=True)) == [3, 3, 3]
    assert not CampaignAnnotator.objects.filter(next_position__gt=0).exists()
    with pytest.raises(ConflictError, match="raised, not lowered"):
        campaign_update(campaign_id=campaign.pk, overlap=2)
