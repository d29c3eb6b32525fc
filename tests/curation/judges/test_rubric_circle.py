"""A rubric goes round: a judge drafts it, somebody edits it in a campaign, and another judge asks what they wrote."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.domain.drafts import is_withheld
from annotation.models import Campaign
from curation.datasets.reading import iter_version_records
from curation.ml.judging.calls import Answer, Call
from curation.models import DatasetVersion
from tests.curation.judges.test_labels import whole_version
from tests.curation.making import make_record
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
CRITERIA = [
    {"title": "Right", "description": "The sum is right.", "weight": 5},
    {"title": "Shown", "description": "The steps are shown.", "weight": 3},
    {"title": "Short", "description": "It has one sentence.", "weight": 1},
]
DRAFT = "\n".join(f"{each['title']}: {each['description']} (weight {each['weight']})" for each in CRITERIA)
EDITED = "Is the sum right?\nDoes it say how sure it is?"
RUBRIC = {"name": "rubric", "type": "text", "title": "What makes a good answer?"}
# So that of the two rows the first shows its draft and the second, one of the fifth that do not, shows none.
SHOWN, WITHHELD = "What is 2 + 2?", "What is 9 + 2?"


@dataclass
class WritingBackend:
    """Writes the same rubric for every request."""

    identity: Mapping[str, Any] = field(default_factory=lambda: {"backend": "writing", "model": "m", "revision": "1"})
    provenance: Mapping[str, Any] = field(default_factory=lambda: {"device": "none"})

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        for each in calls:
            if each is not None:
                yield each[0], Answer(json.dumps({"criteria": CRITERIA}), prompt_tokens=10, completion_tokens=10)


@pytest.fixture
def version(project: Project, admin: User, work: Callable[[int], Job]) -> DatasetVersion:
    rows = [make_record(prompt, [f"Four, to “{prompt}”.", f"Five, to “{prompt}”."]) for prompt in (SHOWN, WITHHELD)]
    return whole_version(project, admin, rows, rows_per_part=1)


def points_asked(client: APIClient, judge: Any, version: int, record_id: str) -> str:
    """What the judge would be sent about the first response of a row."""
    asked = {"dataset_version": version, "record_id": record_id}
    answer = client.post(f"/api/judges/{judge.pk}/rendering/", asked, format="json")
    assert answer.status_code == 200, answer.json()
    return "\n".join(message["content"] for message in answer.json()["calls"][0]["messages"])


def test_a_drafted_rubric_is_edited_by_people_and_read_by_another_judge(
    project: Project,
    client: APIClient,
    client_of: Callable[..., APIClient],
    make_member: Callable[..., User],
    make_judge: Callable[..., Any],
    answering: Callable[..., Any],
    work: Callable[[int], Job],
    version: DatasetVersion,
) -> None:
    answering(WritingBackend())
    drafter = make_judge("rubric_draft", name="Rubrics")
    reader = make_judge("checklist", name="Checks", options={"checklist_from": "rubric"})
    ids = {record.prompt[0].content: record.record_id for record in iter_version_records(version)}

    def done(url: str, body: Any = None) -> dict[str, Any]:
        answer = client.post(url, body or {}, format="json")
        assert answer.status_code == 202, answer.json()
        given = answer.json()
        job = work(given["job"]["id"] if "job" in given else given["id"])
        assert job.state == "succeeded", job.message
        return job.result or {}

    # The judge drafts, and its run comes home as a version of the dataset.
    done(f"/api/judges/{drafter.pk}/runs/", {"dataset_version": version.pk, "pairs": "all"})
    run = client.get(f"/api/judges/{drafter.pk}/runs/").json()["results"][0]
    drafted = done(f"/api/judge-runs/{run['id']}/labels/")["versions"][0]
    assert "Shown: The steps are shown. (weight 3)" in points_asked(client, reader, drafted, ids[SHOWN])

    # A campaign with a question of that name asks people, and offers them the draft.
    seed = next(n for n in range(1000) if not is_withheld(n, ids[SHOWN], "") and is_withheld(n, ids[WITHHELD], ""))
    body = {"name": "Rubrics", "questions": [RUBRIC], "drafts": {"judge": "judge:Rubrics v1"}}
    made = client.post(f"/api/projects/{project.pk}/campaigns/", body, format="json").json()
    Campaign.objects.filter(pk=made["id"]).update(seed=seed)
    url = f"/api/campaigns/{made['id']}"
    done(f"{url}/queue/", {"dataset_version": drafted})
    person = client_of(make_member("annotator", "ann@example.org"))
    client.post(f"{url}/annotators/", {"emails": ["ann@example.org"]}, format="json")

    offered = {}
    for _ in ids:
        given = person.post(f"{url}/next/").json()
        prompt = given["item"]["prompt"][0]["content"]
        offered[prompt] = given["drafts"]
        if prompt == SHOWN:
            sent = {"answers": {"rubric": EDITED}, "reading": {"drafts": {"offered": 1, "corrected": 1}}}
            assert person.post(f"/api/leases/{given['lease']['id']}/submit/", sent, format="json").status_code == 201
        else:
            assert person.post(f"/api/leases/{given['lease']['id']}/skip/", {}, format="json").status_code < 300
    assert offered == {SHOWN: {"rubric": DRAFT}, WITHHELD: {}}

    # What they wrote comes home beside the draft, and the other judge asks that and nothing else.
    folded = done(f"{url}/labels/")["versions"][0]
    row = next(
        each for each in iter_version_records(DatasetVersion.objects.get(pk=folded)) if each.record_id == ids[SHOWN]
    )
    texts = {(each.source, json.loads(each.body)) for each in row.annotations if each.kind == "text"}
    assert texts == {("judge", DRAFT), ("human", EDITED)}
    asked = points_asked(client, reader, folded, ids[SHOWN])
    assert all(point in asked for point in EDITED.splitlines())
    assert not any(point in asked for point in DRAFT.splitlines())
    # Where nobody has edited, the draft still stands.
    assert DRAFT.splitlines()[0] in points_asked(client, reader, folded, ids[WITHHELD])
