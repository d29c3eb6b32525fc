"""How an item was read, and which form was answered, as submit and revise take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from annotation.domain.reading import ReadingError, validate_reading
from annotation.models import Campaign, Feedback, FormVersion, Item, Lease, Vote
from tests.annotation.conftest import prefers
from webapp.accounts.models import User

READING = {"idle_ms": 0, "first_answer_ms": 1200, "seen": {"a" * 32: 1, "turn:0": 0.25}, "reached_end": ["a" * 32]}
WRONG = [
    ([], ""),
    ("read", ""),
    (5, ""),
    ({"scrolls": 4}, "scrolls"),
    ({"idle_ms": -1}, "idle_ms"),
    ({"idle_ms": 1.5}, "idle_ms"),
    ({"idle_ms": True}, "idle_ms"),
    ({"idle_ms": None}, "idle_ms"),
    ({"first_answer_ms": "1"}, "first_answer_ms"),
    ({"first_answer_ms": 10**12}, "first_answer_ms"),
    ({"seen": []}, "seen"),
    ({"seen": {"a": 1.01}}, "seen"),
    ({"seen": {"a": -0.01}}, "seen"),
    ({"seen": {"a": True}}, "seen"),
    ({"seen": {"": 1}}, "seen"),
    ({"seen": {"a" * 81: 1}}, "seen"),
    ({"seen": {"a\0": 1}}, "seen"),
    ({"seen": {f"turn:{n}": 1 for n in range(51)}}, "seen"),
    ({"reached_end": "turn:0"}, "reached_end"),
    ({"reached_end": [1]}, "reached_end"),
    ({"reached_end": ["turn:0"] * 51}, "reached_end"),
]


@pytest.mark.parametrize("reading", [None, {}, READING, {"seen": {}, "reached_end": []}])
def test_a_report_is_kept_as_it_came(reading: Any) -> None:
    assert validate_reading(reading) == reading


@pytest.mark.parametrize(("reading", "field"), WRONG)
def test_a_wrong_report_names_its_part(reading: Any, field: str) -> None:
    with pytest.raises(ReadingError) as refused:
        validate_reading(reading)

    assert refused.value.field == field


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["idle_ms", "first_answer_ms", "seen", "reached_end"]) | st.text(), inner)
        ),
    )
)
def test_anything_is_kept_or_refused(reading: Any) -> None:
    try:
        kept = validate_reading(reading)
    except ReadingError as error:
        assert str(error).endswith(".")  # noqa: PT017 - any value may be refused
    else:
        assert kept == reading
        assert set(kept or {}) <= set(READING)


@pytest.fixture
def held(campaign: Campaign, enqueue: Callable[..., Any], ann_client: APIClient) -> dict[str, Any]:
    """What `next` gave to Ann."""
    enqueue(campaign, 2)
    return ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()


def submit(client: APIClient, held: dict[str, Any], **extra: Any) -> Any:
    return client.post(f"/api/leases/{held['lease']['id']}/submit/", {"answers": prefers(held), **extra})


@pytest.mark.django_db
class TestSubmit:
    def test_it_is_stored_beside_the_answer_and_shown_to_reviewers(
        self,
        campaign: Campaign,
        held: dict[str, Any],
        ann_client: APIClient,
        make_member: Callable[..., User],
        client_of: Callable[..., APIClient],
    ) -> None:
        done = submit(ann_client, held, reading=READING, form_version=held["form"]["id"])
        assert done.status_code == 201
        revised = ann_client.post(
            f"/api/feedback/{done.json()['feedback']['id']}/revise/",
            {"answers": prefers(held, 1), "reading": {"idle_ms": 7}, "form_version": held["form"]["id"]},
        )

        assert revised.status_code == 201
        assert list(Feedback.objects.order_by("revision").values_list("reading", flat=True)) == [
            READING,
            {"idle_ms": 7},
        ]
        assert set(Feedback.objects.values_list("form_version", flat=True)) == {held["form"]["id"]}
        (row,) = client_of(make_member("reviewer")).get(f"/api/campaigns/{campaign.pk}/feedback/").json()["results"]
        assert (row["reading"], row["form_version"]) == ({"idle_ms": 7}, 1)

    def test_without_a_report_there_is_none(self, held: dict[str, Any], ann_client: APIClient) -> None:
        submit(ann_client, held)

        assert Feedback.objects.get().reading is None

    @pytest.mark.parametrize(
        ("extra", "status", "field"),
        [
            ({"reading": {"idle_ms": -1}}, 400, "reading.idle_ms"),
            ({"reading": []}, 400, "reading"),
            ({"form_version": "1"}, 400, "form_version"),
            ({"form_version": 1.5}, 400, "form_version"),
            ({"form_version": True}, 400, "form_version"),
            ({"form_version": [1]}, 400, "form_version"),
            ({"form_version": 2**63}, 400, "form_version"),
        ],
    )
    def test_wrong_circumstances_store_nothing(
        self, held: dict[str, Any], ann_client: APIClient, extra: dict[str, Any], status: int, field: str
    ) -> None:
        refused = submit(ann_client, held, **extra)

        assert refused.status_code == status
        assert refused.json()["fields"].keys() == {field}
        assert Feedback.objects.count() == Vote.objects.count() == 0
        assert Lease.objects.get().state == "active"


@pytest.mark.django_db
class TestFormVersion:
    def next_version(self, campaign: Campaign) -> FormVersion:
        """The campaign's form as a new version in which a reason is no longer asked."""
        old = campaign.form_version
        new = FormVersion.objects.create(form=old.form, version=2, questions=old.questions[:1])
        Campaign.objects.filter(pk=campaign.pk).update(form_version=new)
        return new

    def test_a_lease_keeps_the_form_it_was_given_with(
        self, campaign: Campaign, held: dict[str, Any], ann_client: APIClient
    ) -> None:
        new = self.next_version(campaign)

        again = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json()
        other = ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {"exclude": [held["lease"]["id"]]}).json()
        answers = {**prefers(held), "reason": "Asked in the first version alone."}
        done = ann_client.post(f"/api/leases/{held['lease']['id']}/submit/", {"answers": answers})

        assert again == held
        assert other["form"]["id"] == new.pk
        assert [question["name"] for question in other["form"]["questions"]] == ["preference"]
        assert done.status_code == 201
        assert Feedback.objects.get().form_version_id == held["form"]["id"]
        refused = ann_client.post(
            f"/api/leases/{other['lease']['id']}/submit/", {"answers": {**prefers(other), "reason": "No."}}
        )
        assert refused.status_code == 400
        assert refused.json()["fields"].keys() == {"answers.reason"}

    def test_answers_to_another_version_are_stale(
        self, campaign: Campaign, held: dict[str, Any], ann_client: APIClient
    ) -> None:
        new = self.next_version(campaign)

        refused = submit(ann_client, held, form_version=new.pk)

        assert (refused.status_code, refused.json()["type"]) == (409, "stale_form")
        assert Feedback.objects.count() == Vote.objects.count() == 0
        assert Lease.objects.get().state == "active"
        assert Item.objects.get(position=0).done_count == 0
        done = submit(ann_client, held, form_version=held["form"]["id"])
        url = f"/api/feedback/{done.json()['feedback']['id']}/revise/"
        stale = ann_client.post(url, {"answers": prefers(held, 1), "form_version": new.pk})
        assert (stale.status_code, stale.json()["type"]) == (409, "stale_form")
        assert Feedback.objects.count() == 1

    def test_revisions_keep_the_form_they_were_given_under(
        self, campaign: Campaign, held: dict[str, Any], ann_client: APIClient
    ) -> None:
        given = submit(ann_client, held).json()["feedback"]["id"]
        self.next_version(campaign)

        revised = ann_client.post(f"/api/feedback/{given}/revise/", {"answers": {**prefers(held), "reason": "Still."}})

        assert revised.status_code == 201
        assert set(Feedback.objects.values_list("form_version", flat=True)) == {held["form"]["id"]}

    def test_a_lease_from_before_versions_were_kept_has_the_campaigns(
        self, campaign: Campaign, held: dict[str, Any], ann_client: APIClient
    ) -> None:
        Lease.objects.update(form_version=None)

        assert ann_client.post(f"/api/campaigns/{campaign.pk}/next/", {}).json() == held
        assert submit(ann_client, held, form_version=held["form"]["id"]).status_code == 201
        assert Feedback.objects.get().form_version_id == campaign.form_version_id
