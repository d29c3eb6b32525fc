"""What every kind owes: a form that can be drawn, names that are its own, sentences a person can read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.signals.registry import KINDS
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import ask
from webapp.accounts.models import User
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db
# What the form of parameters has controls for; anything else would be written as JSON by hand.
FORMATS = {"signal", "signal_column", "model", "judge", "dataset", "dataset_version"}
TYPES = {"integer", "number", "boolean", "string"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def has_control(schema: dict[str, Any]) -> bool:
    if schema.get("format") in FORMATS or "enum" in schema or "oneOf" in schema:
        return True
    if schema.get("type") == "array":
        return has_control(schema["items"])
    named = schema.get("type")
    # A type or null is a field that may stay empty.
    return {*named} - {"null"} <= TYPES if isinstance(named, list) else named in TYPES


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_form_can_be_drawn_and_its_columns_told_apart(client: APIClient, name: str) -> None:
    kinds = {kind["kind"]: kind for kind in client.get("/api/signal-kinds/").json()["results"]}
    kind = kinds[name]
    schema = kind["params_schema"]

    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert all(has_control(each) for each in schema["properties"].values())
    assert set(schema.get("required", [])) <= set(schema["properties"])
    columns = [column["name"] for column in kind["columns"]]
    assert len(set(columns)) == len(columns) > 0
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in columns)
    assert len({column["title"] for column in kind["columns"]}) == len(columns)
    assert all(not column["signed"] or kind["level"] == "pair" for column in kind["columns"])
    assert kind["queue"] in ("default", "ml")
    assert kind["title"][0].isupper()
    assert kind["description"].endswith(".")
    assert len(name) <= 40


def test_the_manual_has_every_kind_with_its_columns() -> None:
    """docs/signals.md: one row a kind, its level and columns; ± marks the signed ones."""
    manual = (Path(__file__).parents[3] / "docs" / "signals.md").read_text()
    rows = dict(re.findall(r"(?m)^\| `([a-z0-9_]+)` \| (.+) \|$", manual))

    assert rows.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        level, _, columns, *_ = rows[name].split(" | ")
        # What stands in brackets explains a column.
        listed = re.sub(r" \([^)]*\)", "", columns).split(", ")
        assert (name, level, listed) == (
            name,
            kind.level,
            [f"{column.name}{' ±' if column.signed else ''}" for column in kind.columns],
        )


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_defaults_a_form_shows_are_taken(client: APIClient, project: Project, admin: User, name: str) -> None:
    """A kind that needs nothing takes its own defaults; one that needs something says what, and nothing is written."""
    version = make_version(project, admin, [make_record("Q", ["a", "b"])])
    schema = KINDS[name].params_schema
    defaults = {key: each["default"] for key, each in schema["properties"].items() if "default" in each}

    answer = ask(client, version, name, **defaults)
    unknown = ask(client, version, name, **defaults, surely_not_a_parameter=1)

    if schema.get("required"):
        assert 400 <= answer.status_code < 500
        assert answer.json()["message"].startswith("params")
    else:
        assert answer.status_code == 202, answer.json()
    assert unknown.status_code == 400
    assert unknown.json()["message"].startswith("params")
