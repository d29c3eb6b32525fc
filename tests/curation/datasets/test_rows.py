"""`GET /api/dataset-versions/{id}/rows/`: pages and filters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.datasets import ingest, rows
from curation.datasets.predicates import SqlParams, predicate_parse, predicate_sql
from curation.models import DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl, pair, records
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [
    {
        "prompt": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi"},
            {"role": "user", "content": "What is 100% of five?"},
        ],
        "responses": ["Five.", "Six."],
        "labels": [{"chosen": 0, "rejected": 1}, {"a": 0, "b": 1, "outcome": "tie"}],
        "metadata": {"topic": "maths", "score": 0.5, "a.b": "dotted", "deep": {"er": 3}, "flag": True},
    },
    {"prompt": "Write a poem", "responses": ["Roses", "Violets", "Prose"], "context": "Which rhymes?"},
    {"prompt": "It's a 'quoted' \"thing\"; DROP TABLE", "responses": ["ÄPFEL"], "metadata": {"score": 7, "topic": "7"}},
]


@pytest.fixture
def version(upload: Upload) -> DatasetVersion:
    return upload(jsonl(*ROWS)).version


@pytest.fixture
def many(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> DatasetVersion:
    """253 rows in 26 parts."""
    plain = ingest.PartsWriter
    monkeypatch.setattr(ingest, "ROWS_PER_PART", 10)
    monkeypatch.setattr(ingest, "PartsWriter", lambda folder: plain(folder, rows_per_part=10))
    version = upload(jsonl(*(pair(number, number=number) for number in range(253)))).version
    assert len(version.parts) == 26
    return version


def get(client: APIClient, version: DatasetVersion, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/dataset-versions/{version.pk}/rows/", query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def walk(client: APIClient, version: DatasetVersion, **query: Any) -> list[int]:
    """The `number` of every row on every page."""
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        body = get(client, version, **query, cursor=cursor)
        found += [row["metadata"]["number"] for row in body["results"]]
        cursor = body["next"]
    return found


def test_a_row_shows_everything_it_holds(admin_client: APIClient, version: DatasetVersion) -> None:
    (first, *_) = get(admin_client, version)["results"]

    (record, *_) = records(version)
    assert first == {
        "record_id": record.record_id,
        "prompt": ROWS[0]["prompt"],
        "responses": [
            {"response_id": r.response_id, "content": r.content, "generator": None} for r in record.responses
        ],
        "labels": [{name: getattr(label, name) for name in label.__struct_fields__} for label in record.labels],
        "annotations": [],
        "context": None,
        "metadata": ROWS[0]["metadata"],
        "signals": {},
    }
    assert admin_client.get(f"/api/dataset-versions/{version.pk}/rows/{record.record_id}/").json() == first


def test_pages_hold_every_row_once_in_order(admin_client: APIClient, many: DatasetVersion) -> None:
    assert walk(admin_client, many, limit=7) == list(range(253))
    assert walk(admin_client, many, limit=200) == list(range(253))


def test_filtered_pages_hold_every_match_once_in_order(admin_client: APIClient, many: DatasetVersion) -> None:
    wanted = json.dumps(
        {
            "or": [
                {"field": "metadata.number", "op": "ge", "value": 250},
                {"field": "metadata.number", "op": "in", "value": [3, 9, 10, 117]},
            ]
        }
    )

    assert walk(admin_client, many, limit=2, filter=wanted) == [3, 9, 10, 117, 250, 251, 252]


def test_a_page_looks_at_no_more_parts_than_it_needs(many: DatasetVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    plain = rows._matching

    def counted(first: int, parts: list[Any], *rest: Any) -> Any:
        seen.extend(range(first // 10, first // 10 + len(parts)))
        return plain(first, parts, *rest)

    monkeypatch.setattr(rows, "_matching", counted)
    page = rows.rows_page(many, start=195, limit=8)

    assert [row["metadata"]["number"] for row in page.rows] == list(range(195, 203))
    assert (page.following, seen) == (203, [19, 20])


FILTERS: list[tuple[Any, list[int]]] = [
    ({"field": "text", "op": "contains", "value": "hello"}, [0]),
    ({"field": "text", "op": "contains", "value": "VIOLETS"}, [1]),
    ({"field": "text", "op": "contains", "value": "100%"}, [0]),
    ({"field": "text", "op": "contains", "value": "_"}, []),
    ({"field": "prompt", "op": "contains", "value": "violets"}, []),
    ({"field": "prompt", "op": "contains", "value": "'quoted' \"thing\"; drop"}, [2]),
    ({"field": "response", "op": "contains", "value": "äpfel"}, [2]),
    ({"field": "response", "op": "eq", "value": "Prose"}, [1]),
    ({"field": "response", "op": "in", "value": ["Six.", "ÄPFEL"]}, [0, 2]),
    ({"field": "response", "op": "ne", "value": "Prose"}, [0, 2]),
    ({"field": "n_responses", "op": "ge", "value": 2}, [0, 1]),
    ({"field": "n_responses", "op": "in", "value": [1, 3]}, [1, 2]),
    ({"field": "n_labels", "op": "eq", "value": 0}, [1, 2]),
    ({"field": "n_labels", "op": "gt", "value": 1.5}, [0]),
    ({"field": "turns", "op": "lt", "value": 2}, [1, 2]),
    ({"field": "outcome", "op": "eq", "value": "tie"}, [0]),
    ({"field": "outcome", "op": "ne", "value": "tie"}, [1, 2]),
    ({"field": "source", "op": "eq", "value": "imported"}, [0]),
    ({"field": "context", "op": "contains", "value": "rhymes"}, [1]),
    ({"field": "context", "op": "ne", "value": "Which rhymes?"}, [0, 2]),
    ({"field": "metadata.topic", "op": "eq", "value": "maths"}, [0]),
    ({"field": "metadata.topic", "op": "eq", "value": 7}, [2]),
    ({"field": "metadata.topic", "op": "in", "value": ["maths", "7"]}, [0, 2]),
    ({"field": "metadata.topic", "op": "contains", "value": "MATH"}, [0]),
    ({"field": "metadata.score", "op": "le", "value": 0.5}, [0]),
    ({"field": "metadata.a.b", "op": "eq", "value": "dotted"}, [0]),
    ({"field": "metadata.deep.er", "op": "gt", "value": 2}, [0]),
    ({"field": "metadata.flag", "op": "eq", "value": True}, [0]),
    ({"field": "metadata.none", "op": "ne", "value": 1}, [0, 1, 2]),
    ({"field": "metadata.x\"]'); DROP", "op": "eq", "value": "y"}, []),
    ({"and": [{"field": "n_responses", "op": "gt", "value": 1}, {"field": "turns", "op": "eq", "value": 1}]}, [1]),
    ({"or": [{"field": "turns", "op": "eq", "value": 2}, {"field": "n_responses", "op": "eq", "value": 1}]}, [0, 2]),
]


@pytest.mark.parametrize(("filter", "expected"), FILTERS)
def test_filters_and_their_opposites(
    admin_client: APIClient, version: DatasetVersion, filter: dict[str, Any], expected: list[int]
) -> None:
    ids = [record.record_id for record in records(version)]

    def matching(given: Any) -> list[int]:
        return [ids.index(row["record_id"]) for row in get(admin_client, version, filter=json.dumps(given))["results"]]

    assert matching(filter) == expected
    assert matching({"not": filter}) == [index for index in range(3) if index not in expected]


def test_a_filter_by_record_id(admin_client: APIClient, version: DatasetVersion) -> None:
    wanted = records(version)[1].record_id

    body = get(admin_client, version, filter=json.dumps({"field": "record_id", "op": "eq", "value": wanted}))

    assert [row["record_id"] for row in body["results"]] == [wanted]


BAD_FILTERS = [
    ("{", "filter: this is not valid JSON."),
    ("[]", "filter: expected an object such as {field, op, value}."),
    ('{"and": []}', "filter.and: expected a list with at least one part."),
    ('{"xor": [1]}', "filter: expected {and}, {or}, {not} or {field, op, value}."),
    ('{"not": {"field": "colour", "op": "eq", "value": 1}}', "filter.not.field: choose one of text, prompt, response"),
    ('{"field": "metadata.", "op": "eq", "value": 1}', "filter.field: choose one of"),
    ('{"field": "text", "op": "gt", "value": "a"}', "filter.op: “text” can be compared by eq, ne, in, contains."),
    ('{"field": "turns", "op": "contains", "value": "a"}', "filter.op: “turns” can be compared by"),
    ('{"field": "turns", "op": "eq", "value": "2"}', "filter.value: expected a number or a number."),
    ('{"field": "turns", "op": "eq", "value": true}', "filter.value: expected a number"),
    ('{"field": "text", "op": "eq", "value": null}', "filter.value: expected text."),
    ('{"field": "text", "op": "in", "value": []}', "filter.value: “in” wants a list of 1 to 1000 values."),
    ('{"field": "metadata.a", "op": "lt", "value": "b"}', "filter.value: expected a number"),
    ('{"field": "text", "op": "eq", "value": "a", "also": 1}', "filter: expected {and}"),
    ('{"field": "text", "op": "eq", "value": "a\\u0000"}', "filter.value: texts have at most 10,000 characters"),
    ('{"and": [' + ",".join(['{"not": {"field": "turns", "op": "eq", "value": 1}}'] * 60) + "]}", "at most 100 parts"),
    ('{"not":' * 20 + "1" + "}" * 20, "nested 10 deep"),
]


@pytest.mark.parametrize(("filter", "sentence"), BAD_FILTERS)
def test_a_filter_that_makes_no_sense_says_where(
    admin_client: APIClient, version: DatasetVersion, filter: str, sentence: str
) -> None:
    answer = admin_client.get(f"/api/dataset-versions/{version.pk}/rows/", {"filter": filter})

    assert answer.status_code == 400
    assert sentence in answer.json()["message"]
    assert "filter" in answer.json()["fields"]


def test_no_value_becomes_part_of_the_statement() -> None:
    params = SqlParams()

    sql = predicate_sql(predicate_parse({"field": "metadata.k'ey", "op": "eq", "value": "v'alue"}), params)

    assert "'ey" not in sql
    assert "alue" not in sql
    assert params.values == {"f0": '$."k\'ey"', "f1": "v'alue"}


def test_numbers_too_large_are_refused() -> None:
    with pytest.raises(ApplicationError, match="too large"):
        predicate_parse({"field": "turns", "op": "eq", "value": 2**70})


@pytest.mark.parametrize("cursor", ["zzz", "WyJhIl0", "Wy0xXQ", "WzEsMl0"])
def test_a_strange_cursor_is_refused(admin_client: APIClient, version: DatasetVersion, cursor: str) -> None:
    assert admin_client.get(f"/api/dataset-versions/{version.pk}/rows/", {"cursor": cursor}).status_code == 400


def test_an_unknown_row_is_not_found(admin_client: APIClient, version: DatasetVersion) -> None:
    assert admin_client.get(f"/api/dataset-versions/{version.pk}/rows/{'0' * 32}/").status_code == 404


def test_rows_are_for_reviewers_and_up_of_the_project(
    client_of: Callable[..., APIClient],
    make_member: Callable[..., User],
    make_user: Callable[..., User],
    version: DatasetVersion,
) -> None:
    for user, status in (
        (make_member("reviewer"), 200),
        (make_member("annotator"), 403),
        (make_user("stranger@example.org"), 404),
    ):
        assert client_of(user).get(f"/api/dataset-versions/{version.pk}/rows/").status_code == status
