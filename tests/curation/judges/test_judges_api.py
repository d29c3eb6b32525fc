"""Judges through the API: made, changed, archived, shown with the exact words they send, and refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from curation.domain.judging.prompts import pairwise
from curation.models import DatasetVersion, Judge, JudgeAnswer
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create

pytestmark = pytest.mark.django_db
PACKAGED = {"name": "Letters", "protocol": "pair_letter", "source": "packaged"}
AT_ENDPOINT = {**PACKAGED, "source": "endpoint", "model": {"endpoint": "here", "model": "m"}}


@pytest.fixture
def url(project: Project) -> str:
    return f"/api/projects/{project.pk}/judges/"


@pytest.fixture
def version(project: Project, admin: User, store_folder: Any) -> DatasetVersion:
    records = [
        make_record("What is two and two?", ["Four.", "Five."], [(0, 1, -3, "human")]),
        make_record("Name a colour.", ["Red.", "Tuesday."], [(0, 1, -3, "human")]),
    ]
    return make_version(project, admin, records)


def created(client: APIClient, url: str, **facts: Any) -> dict[str, Any]:
    answer = client.post(url, {**PACKAGED, **facts}, format="json")
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def test_a_judge_is_made_and_listed(client: APIClient, url: str, admin: User) -> None:
    judge = created(client, url, instructions="Mind the sums.", sampling={"temperature": 0.5})

    assert (judge["name"], judge["version"], judge["level"], judge["gives"]) == ("Letters", 1, "pair", "votes")
    assert judge["model"] == {"packaged": "smollm2-135m-instruct"}
    assert judge["sampling"] == {"temperature": 0.5, "top_p": 1.0, "max_tokens": 512, "seed": 0}
    assert (judge["standing"]["may_label"], judge["standing"]["trust"], judge["problem"]) == (False, None, "")
    assert judge["standing"]["rule"].startswith("Nobody has checked it against people's labels yet")
    assert [version["version"] for version in judge["versions"]] == [1]
    assert client.get(f"/api/judges/{judge['id']}/").json() == judge
    listed = client.get(url).json()["results"]
    assert listed == [{name: value for name, value in judge.items() if name != "versions"}]


def test_a_changed_judge_is_a_new_version(client: APIClient, url: str) -> None:
    judge = created(client, url)

    body = {"protocol": "pair_letter", "source": "packaged", "instructions": "Mind the sums."}
    answer = client.post(f"/api/judges/{judge['id']}/versions/", body, format="json")

    assert answer.status_code == 201, answer.json()
    changed = answer.json()
    assert (changed["name"], changed["version"], changed["instructions"]) == ("Letters", 2, "Mind the sums.")
    assert [version["version"] for version in changed["versions"]] == [2, 1]
    assert [each["id"] for each in client.get(url).json()["results"]] == [changed["id"]]
    assert client.get(f"/api/judges/{judge['id']}/").json()["instructions"] == ""


def test_all_versions_are_archived_and_brought_back(client: APIClient, url: str) -> None:
    judge = created(client, url)
    body = {"protocol": "pair_letter", "source": "packaged"}
    changed = client.post(f"/api/judges/{judge['id']}/versions/", body, format="json").json()

    archived = client.patch(f"/api/judges/{judge['id']}/", {"archived": True}, format="json").json()

    assert archived["archived"]
    assert client.get(url).json()["results"] == []
    assert [each["id"] for each in client.get(url, {"archived": True}).json()["results"]] == [changed["id"]]

    client.patch(f"/api/judges/{changed['id']}/", {"archived": False}, format="json")

    assert [each["id"] for each in client.get(url).json()["results"]] == [changed["id"]]
    assert Judge.objects.filter(archived_at__isnull=False).count() == 0


def test_the_rendering_shows_both_orders_word_for_word(client: APIClient, url: str, version: DatasetVersion) -> None:
    judge = created(client, url, instructions="Mind the sums.")

    answer = client.post(f"/api/judges/{judge['id']}/rendering/", {"dataset_version": version.pk}, format="json")

    assert answer.status_code == 200, answer.json()
    calls = answer.json()["calls"]
    assert (len(calls), JudgeAnswer.objects.count()) == (2, 0)
    texts = [call["messages"][-1]["content"] for call in calls]
    for text in texts:
        assert text.count("What is two and two?") == text.count("Four.") == text.count("Five.") == 1
    assert texts[0].index("Four.") < texts[0].index("Five.") or texts[1].index("Four.") < texts[1].index("Five.")
    assert (texts[0].index("Four.") < texts[0].index("Five.")) != (texts[1].index("Four.") < texts[1].index("Five."))
    for call in calls:
        assert (call["lead"], call["options"]) == (pairwise.LEAD, list(pairwise.OPTIONS))
        assert call["messages"][0]["role"] == "system"
        assert "Mind the sums." in "".join(message["content"] for message in call["messages"])


def test_the_rendering_of_a_named_row(client: APIClient, url: str, version: DatasetVersion) -> None:
    judge = created(client, url)
    record = make_record("Name a colour.", ["Red.", "Tuesday."])
    asked = {"dataset_version": version.pk, "record_id": record.record_id}

    shown = client.post(f"/api/judges/{judge['id']}/rendering/", asked, format="json").json()
    missing = client.post(f"/api/judges/{judge['id']}/rendering/", {**asked, "record_id": "0" * 32}, format="json")

    assert shown["record_id"] == record.record_id
    assert "Name a colour." in shown["calls"][0]["messages"][-1]["content"]
    assert (missing.status_code, "has no row" in missing.json()["message"]) == (422, True), missing.json()


@pytest.mark.parametrize(
    ("facts", "status", "sentence"),
    [
        ({"protocol": "oracle"}, 400, "protocol: there is no protocol 'oracle'; choose one of "),
        ({"options": {"colour": "red"}}, 400, "options: Object contains unknown field `colour`."),
        ({"options": {"few_shot": 99}}, 400, "options.few_shot: Expected `int` <= 8."),
        ({"principles": [10**6]}, 400, "principles: this project has no principle 1000000;"),
        (AT_ENDPOINT, 422, "model.endpoint: this installation has no endpoint 'here'; "),
        ({"source": "registered", "model": {}}, 400, "model.id: give the id of a registered policy model."),
        ({"name": "Taken"}, 409, "There is a judge 'Taken' already; make a new version of it, or choose another name."),
    ],
)
def test_refusals_say_why_and_write_nothing(
    client: APIClient, url: str, settings: Any, facts: dict[str, Any], status: int, sentence: str
) -> None:
    settings.JUDGE_ENVIRONMENT = {}
    created(client, url, name="Taken")

    answer = client.post(url, {**PACKAGED, **facts}, format="json")

    assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence), answer.json()
    assert Judge.objects.count() == 1


def test_a_cap_needs_prices(client: APIClient, url: str, version: DatasetVersion) -> None:
    judge = created(client, url)

    body = {"dataset_version": version.pk, "cap_usd": "5.00"}
    answer = client.post(f"/api/judges/{judge['id']}/runs/", body, format="json")

    assert (answer.status_code, answer.json()["message"]) == (
        422,
        "cap_usd: this judge has no prices, so nothing can be counted against a cap; give it prices first.",
    )
    assert client.get(f"/api/judges/{judge['id']}/runs/").json()["results"] == []


def test_a_version_of_another_project_is_none_of_its_business(
    client: APIClient, url: str, admin: User, store_folder: Any
) -> None:
    judge = created(client, url)
    elsewhere = make_version(project_create(created_by=admin, name="Elsewhere"), admin, [make_record("Q", ["x", "y"])])

    for place in ("rendering", "runs", "trust"):
        answer = client.post(f"/api/judges/{judge['id']}/{place}/", {"dataset_version": elsewhere.pk}, format="json")
        assert answer.status_code == 422, (place, answer.json())
        assert answer.json()["message"].startswith("dataset_version: this version belongs to another project")


def test_the_database_lets_nobody_change_a_judge(client: APIClient, url: str) -> None:
    judge = created(client, url)

    with pytest.raises(IntegrityError, match="never changes; make a new version of it"), transaction.atomic():
        Judge.objects.filter(pk=judge["id"]).update(instructions="Choose the first.")

    assert Judge.objects.get(pk=judge["id"]).instructions == ""


def test_the_list_asks_as_little_for_many_as_for_one(client: APIClient, url: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    created(client, url)
    for_one = queries()
    for number in range(5):
        created(client, url, name=f"Judge {number}")

    assert queries() == for_one
