"""Ready-made forms and the check of one's own, over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.domain.templates import NAMES
from annotation.models import FormVersion
from webapp.accounts.models import User
from webapp.projects.models import Project


@pytest.fixture
def curator_client(make_member: Callable[..., User], client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(make_member("curator"))


def test_every_template_is_listed_and_makes_a_campaign(curator_client: APIClient, project: Project) -> None:
    listed = curator_client.get("/api/form-templates/").json()["results"]
    assert [template["name"] for template in listed] == list(NAMES)

    for template in listed:
        made = curator_client.post(
            f"/api/projects/{project.pk}/campaigns/", {"name": template["title"], "template": template["name"]}
        )
        assert made.status_code == 201
        assert made.json()["form"]["questions"] == template["questions"]


def test_questions_come_back_with_their_defaults(curator_client: APIClient, project: Project) -> None:
    sent = [{"name": "thumb", "type": "thumbs"}]

    response = curator_client.post(f"/api/projects/{project.pk}/forms/validate/", {"questions": sent})

    assert response.status_code == 200
    assert response.json()["questions"] == [
        {
            "name": "thumb",
            "type": "thumbs",
            "title": "thumb",
            "description": "",
            "required": True,
            "show_if": [],
            "required_if": [],
            "per": "response",
        }
    ]
    assert FormVersion.objects.count() == 0


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"type": "ratings", "aspects": []}, "aspects"),
        ({"type": "ratings", "aspects": [{"name": "A b"}]}, "aspects.0.name"),
        (
            {"type": "ratings", "aspects": [{"name": "a", "criteria": [{"name": "b", "anchors": 3}]}]},
            "aspects.0.criteria.0.anchors",
        ),
        ({"type": "ratings", "low": 5, "high": 5, "aspects": [{"name": "a"}]}, "high"),
        ({"type": "spans", "categories": []}, "categories"),
        ({"type": "spans", "categories": [{"name": "a"}, {"name": "a"}]}, "categories"),
        ({"type": "spans", "categories": [{"name": "a", "density": "page"}]}, "categories.0.density"),
        ({"type": "choice", "options": [{"value": "a"}, {"value": "B"}]}, "options.1.value"),
        ({"type": "ranking", "top_k": 0}, "top_k"),
        ({"type": "rationale", "min_chars": 50, "max_chars": 10}, "min_chars"),
        ({"type": "edit", "marks_into": "nowhere"}, "marks_into"),
        ({"type": "thumbs", "per": "word"}, "per"),
        ({"type": "steps", "split": "comma"}, "split"),
        ({"type": "text", "show_if": [{"question": "q"}]}, "show_if.0.question"),
        (
            {"type": "text", "show_if": [{"question": "q", "fact": "characters", "test": "is", "value": 1}]},
            "show_if.0.question",
        ),
        ({"type": "text", "description": 3}, "description"),
    ],
)  # fmt: skip
def test_each_fault_is_named_by_its_path(
    curator_client: APIClient, project: Project, question: dict[str, Any], field: str
) -> None:
    body = {"questions": [{"name": "q", **question}]}

    response = curator_client.post(f"/api/projects/{project.pk}/forms/validate/", body)

    assert response.status_code == 400
    assert list(response.json()["fields"]) == [f"questions.0.{field}"]


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ({"question": "later", "fact": "answered", "test": "is", "value": True}, "question"),
        ({"question": "first", "fact": "taste", "test": "is", "value": True}, "fact"),
        ({"question": "first", "fact": "strength", "test": "includes", "value": 1}, "test"),
        ({"question": "first", "fact": "strength", "test": "at_least", "value": "1"}, "value"),
        ({"question": "first", "fact": "strength", "test": "at_least", "value": True}, "value"),
        ({"question": "first", "fact": "answered", "test": "is", "value": 1}, "value"),
        ({"question": "first", "fact": "better", "test": "differs_from", "value": "later"}, "value"),
        ({"question": "first", "fact": "outcome", "test": "is", "value": []}, "value"),
    ],
)
def test_conditions_look_only_at_what_comes_before(
    curator_client: APIClient, project: Project, condition: dict[str, Any], part: str
) -> None:
    questions = [
        {"name": "first", "type": "pairwise"},
        {"name": "second", "type": "text", "show_if": [condition]},
        {"name": "later", "type": "pairwise"},
    ]

    response = curator_client.post(f"/api/projects/{project.pk}/forms/validate/", {"questions": questions})

    assert response.status_code == 400
    assert list(response.json()["fields"]) == [f"questions.1.show_if.0.{part}"]
