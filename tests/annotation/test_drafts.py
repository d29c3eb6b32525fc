"""What a judge drafted reaches the people of campaigns that ask for it, checked against the form, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.domain.drafts import Draft, drafts_for, is_withheld
from annotation.domain.forms import validate_questions
from annotation.domain.items import ItemView
from annotation.domain.reading import ReadingError, validate_reading
from annotation.domain.text_offsets import sha256_of
from annotation.models import Campaign, Feedback, Item
from annotation.services.campaigns import annotators_add, campaign_update
from annotation.services.leasing import lease_next
from annotation.services.queueing import items_enqueue
from curation.datasets.parts import part_write
from curation.datasets.services import campaign_queue
from tests.annotation.conftest import item_row
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.store.canonical import make_annotation

JUDGE = "judge:Marks v1"
SPANS = {
    "name": "errors",
    "type": "spans",
    "title": "What is wrong?",
    "categories": [{"name": "wrong", "title": "Wrong"}, {"name": "odd", "title": "Odd"}],
    "omissions": [{"name": "missing", "title": "Missing"}],
}
RATIONALE = {"name": "why", "type": "rationale", "title": "Why?", "reasons": [{"value": "true", "label": "True"}]}
FORM = [SPANS, RATIONALE]


def mark(target: str, text: str, quote: str, category: str = "wrong", **parts: Any) -> dict[str, Any]:
    start = text.index(quote)
    return {
        "target": target,
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "category": category,
        "severity": None,
        "note": "",
        "evidence": None,
        **parts,
    }


def spans(*marks: dict[str, Any], omissions: Any = ()) -> dict[str, Any]:
    return {"sha256": {}, "marks": list(marks), "omissions": list(omissions), "no_error": []}


@pytest.fixture
def item() -> ItemView:
    return ItemView([{"response_id": "a", "content": "one two three"}, {"response_id": "b", "content": "four"}], [], {})


@pytest.fixture
def form() -> list[dict[str, Any]]:
    return validate_questions(FORM)


def test_drafts_are_kept_as_far_as_a_person_could_have_given_them(item: ItemView, form: list[dict[str, Any]]) -> None:
    text = "one two three"
    good, other = mark("a", text, "two"), mark("b", "four", "four", "odd", note="Really?")
    omission = {"target": "b", "category": "missing", "note": "", "evidence": None}
    bad = [
        {**good, "quote": "tow"},
        {**good, "category": "unknown"},
        {**good, "target": "c"},
        # Overlaps the first.
        mark("a", text, "two three"),
        mark("a", text, "ne two"),
    ]
    given = [Draft("spans", "marks", spans(good, *bad)), Draft("spans", "marks", spans(other, omissions=[omission]))]

    found = drafts_for(form, item, given, whole=True)

    assert found == {
        "errors": {
            "sha256": {"a": sha256_of(text), "b": sha256_of("four")},
            "marks": [good, other],
            "omissions": [omission],
            "no_error": [],
        }
    }


def test_a_draft_is_of_the_question_of_its_name_or_the_only_one_of_its_kind(item: ItemView) -> None:
    two = validate_questions([SPANS, {**SPANS, "name": "style"}])
    draft = Draft("spans", "style", spans(mark("b", "four", "four")))

    assert list(drafts_for(two, item, [draft], whole=True)) == ["style"]
    assert drafts_for(two, item, [draft._replace(question="other")], whole=True) == {}
    assert list(drafts_for(two[:1], item, [draft._replace(question="other")], whole=True)) == ["errors"]


def test_a_rationale_is_offered_only_where_it_is_clear_what_it_compares(
    item: ItemView, form: list[dict[str, Any]]
) -> None:
    body = {"text": "It is true.", "reasons": ["true", "kind"], "links": [], "checks": {"recovered": True}}
    draft = Draft("rationale", "rationale", body)

    assert drafts_for(form, item, [draft], whole=True) == {
        "why": {"text": "It is true.", "reasons": ["true"], "links": []}
    }
    assert drafts_for(form, item, [draft], whole=False) == {}
    assert drafts_for(form, item, [draft, draft], whole=True) == {}


def test_a_text_is_offered_to_the_question_of_its_name_alone(item: ItemView) -> None:
    rubric = {"name": "rubric", "type": "text", "title": "R"}
    comment = {**rubric, "name": "comment"}
    draft = Draft("text", "rubric", "One point\nAnother point")

    def found(*questions: dict[str, Any], given: Any = (draft,), whole: bool = True) -> dict[str, Any]:
        return drafts_for(validate_questions(list(questions)), item, given, whole=whole)

    assert found(rubric, comment) == {"rubric": "One point\nAnother point"}
    assert found(rubric, whole=False) == {"rubric": "One point\nAnother point"}
    assert found(comment) == {}
    assert found({**rubric, "per": "response"}) == {}
    assert found(rubric, given=(draft, draft)) == {}
    assert found(rubric, given=(draft._replace(body={"a": "About one response"}),)) == {}


def test_texts_are_never_cut_to_a_questions_limits(item: ItemView) -> None:
    short = {"name": "rubric", "type": "text", "title": "R", "max_chars": 5}
    why = {**RATIONALE, "min_chars": 40, "max_chars": 60}
    given = [
        Draft("text", "rubric", "Nine letters"),
        Draft("rationale", "rationale", {"text": "Too short", "reasons": [], "links": []}),
    ]

    assert drafts_for(validate_questions([short, why]), item, given, whole=True) == {
        "rubric": "Nine letters",
        "why": {"text": "Too short", "reasons": [], "links": []},
    }


def test_a_fifth_of_the_items_show_none() -> None:
    lots = [is_withheld(3, f"{number:032x}", "") for number in range(5000)]

    assert sum(lots) == 978
    assert lots == [is_withheld(3, f"{number:032x}", "") for number in range(5000)]
    assert lots != [is_withheld(4, f"{number:032x}", "") for number in range(5000)]


def test_what_became_of_drafts_is_counted_beside_the_answer() -> None:
    counts = {"offered": 3, "accepted": 2, "corrected": 1, "rejected": 1}

    assert validate_reading({"drafts": counts}) == {"drafts": counts}
    for wrong in ({"taken": 1}, {"offered": -1}, {"offered": True}, {"offered": 1.5}, [3]):
        with pytest.raises(ReadingError):
            validate_reading({"drafts": wrong})


def drafted(campaign: Campaign, count: int = 30) -> dict[str, dict[str, Any]]:
    """Queue items with one drafted mark each; the answers by record id."""
    rows, answers = [], {}
    for number in range(count):
        row = item_row(number)
        response = row.responses[1]
        one = mark(response["response_id"], response["content"], "long")
        rows.append(row._replace(drafts=[Draft("spans", "errors", spans(one))]))
        sha = {response["response_id"]: sha256_of(response["content"])}
        answers[row.record_id] = {"errors": {**spans(one), "sha256": sha}}
    items_enqueue(campaign_id=campaign.pk, rows=rows, source_version_id=None)
    return answers


@pytest.fixture
def asking(make_campaign: Callable[..., Campaign]) -> Campaign:
    return make_campaign(questions=FORM, drafts={"judge": JUDGE, "show": "after_first_pass"})


@pytest.fixture
def next_of(make_member: Callable[..., User], admin: User) -> Callable[[Campaign], Callable[[], Any]]:
    """The items of a new person of a campaign, one after the other."""

    def people(campaign: Campaign) -> Callable[[], Any]:
        person = make_member("annotator", f"ann-{campaign.pk}@example.org")
        annotators_add(campaign_id=campaign.pk, emails=[person.email], added_by=admin)
        held: list[int] = []

        def take() -> Any:
            given = lease_next(campaign_id=campaign.pk, annotator_id=person.pk, exclude=held)
            held.append(given["lease"]["id"] if given else 0)
            return given

        return take

    return people


@pytest.mark.django_db
def test_next_brings_drafts_but_not_to_every_item(asking: Campaign, next_of: Any) -> None:
    answers = drafted(asking)
    records = {item.pk: item for item in Item.objects.all()}
    take = next_of(asking)

    given = [take() for _ in range(5)]

    assert {item.drafts["by"] for item in records.values()} == {JUDGE}
    assert [item.drafts["shown"] for item in records.values()] == [
        not is_withheld(asking.seed, item.record_id, "") for item in records.values()
    ]
    assert len({item.drafts["shown"] for item in records.values()}) == 2
    for each in given:
        item = records[each["item"]["id"]]
        assert item.drafts["answers"] == answers[item.record_id]
        assert each["drafts"] == (answers[item.record_id] if item.drafts["shown"] else {})
        assert "drafts" not in each["item"]
        assert JUDGE not in str(each)


@pytest.mark.django_db
def test_without_the_campaign_asking_nobody_sees_any(
    make_campaign: Callable[..., Campaign], asking: Campaign, next_of: Any
) -> None:
    plain = make_campaign(questions=FORM)
    drafted(plain, 3)
    drafted(asking, 3)
    campaign_update(campaign_id=asking.pk, drafts=None)

    assert set(Item.objects.filter(campaign=plain).values_list("drafts", flat=True)) == {None}
    for campaign in (plain, asking):
        take = next_of(campaign)
        assert [take()["drafts"] for _ in range(3)] == [{}] * 3


@pytest.mark.django_db
def test_drafts_of_a_judge_the_campaign_no_longer_names_stay_hidden(asking: Campaign, next_of: Any) -> None:
    drafted(asking, 3)
    campaign_update(campaign_id=asking.pk, drafts={"judge": "judge:Other v1", "show": "after_first_pass"})
    take = next_of(asking)

    assert [take()["drafts"] for _ in range(3)] == [{}] * 3


@pytest.mark.django_db
def test_drafts_that_are_left_alone_are_not_stored(
    asking: Campaign, next_of: Any, client_of: Callable[..., APIClient]
) -> None:
    drafted(asking, 3)
    take = next_of(asking)
    given = take()
    client = client_of(User.objects.get(email=f"ann-{asking.pk}@example.org"))
    clean = {"marks": [], "omissions": [], "sha256": {}}
    clean["no_error"] = [response["response_id"] for response in given["item"]["responses"]]

    stored = client.post(
        f"/api/leases/{given['lease']['id']}/submit/",
        {"answers": {"errors": clean}, "reading": {"drafts": {"offered": 1, "rejected": 1}}},
    )

    assert stored.status_code == 201, stored.json()
    feedback = Feedback.objects.get()
    assert feedback.answers["errors"]["marks"] == []
    assert feedback.reading == {"drafts": {"offered": 1, "rejected": 1}}
    # What is read of it later shows no drafts either.
    read = client.get(f"/api/feedback/{feedback.pk}/")
    assert read.status_code == 200, read.json()
    assert JUDGE not in str(read.json())


@pytest.mark.django_db
def test_the_api_of_campaigns(project: Any, admin: User, client_of: Callable[..., APIClient]) -> None:
    client = client_of(admin)
    body = {"name": "Marked", "questions": FORM, "drafts": {"judge": JUDGE}}

    made = client.post(f"/api/projects/{project.pk}/campaigns/", body)

    assert made.status_code == 201, made.json()
    url = f"/api/campaigns/{made.json()['id']}/"
    assert made.json()["drafts"] == {"judge": JUDGE, "show": "after_first_pass"}
    assert client.patch(url, {"name": "Other"}).json()["drafts"] == made.json()["drafts"]
    assert client.patch(url, {"drafts": None}).json()["drafts"] is None
    assert client.patch(url, {"drafts": {"judge": JUDGE, "show": "at_once"}}).status_code == 400
    assert client.post(f"/api/projects/{project.pk}/campaigns/", {**body, "drafts": None}).json()["drafts"] is None


@pytest.mark.django_db(transaction=True)
def test_queueing_a_version_brings_the_annotations_of_that_judge(
    asking: Campaign, admin: User, project: Any, work: Callable[[int], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)
    record = make_record("What?", ["it is long", "it is short"])
    target = next(each.response_id for each in record.responses if "long" in each.content)
    by_judges = [
        make_annotation("spans", "errors", spans(mark(target, "it is long", quote)), source=source, annotator=name)
        for quote, source, name in (
            ("long", "judge", JUDGE),
            ("it", "judge", "judge:Marks v2"),
            ("is", "human", JUDGE),
        )
    ]
    record.annotations = by_judges
    version = make_version(project, admin, [])
    version.parts = [part_write("drafted/part.parquet", [record])]
    version.save()

    job = work(campaign_queue(campaign=asking, version=version, created_by=admin).pk)

    assert job.state == "succeeded", job.message
    answers = Item.objects.get().drafts["answers"]
    assert [each["quote"] for each in answers["errors"]["marks"]] == ["long"]
