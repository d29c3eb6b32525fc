"""Recipes and snapshots through the API: exact counts, the same bytes twice, and nothing half-written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Recipe, Snapshot
from curation.snapshots.selectors import iter_snapshot_pairs, snapshot_get
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]
Work = Callable[[int], Job]
CLEAR = [{"type": "strength", "min_strength": 1, "drop_ties": True, "drop_both_bad": True}]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def version(project: Project, admin: User, work: Work) -> DatasetVersion:
    """40 clear pairs, 3 ties, 2 both bad, 1 weak (two people who nearly cancel out), 1 record without labels."""
    records = [
        make_record(f"Question {n}", [f"good {n}", f"bad {n}"], [(0, 1, -2 if n % 2 else -1, "human")])
        for n in range(40)
    ]
    records += [make_record(f"Tie {n}", [f"a {n}", f"b {n}"], [(0, 1, 0, "human")]) for n in range(3)]
    records += [make_record(f"Bad {n}", [f"c {n}", f"d {n}"], [(0, 1, None, "human")]) for n in range(2)]
    records += [make_record("Weak", ["e", "f"], [(0, 1, 2, "human"), (0, 1, -1, "human")])]
    records += [make_record("Unlabelled", ["g", "h"])]
    return make_version(project, admin, records, rows_per_part=17)


@pytest.fixture
def client(client_of: ClientOf, admin: User) -> APIClient:
    return client_of(admin)


def freeze(client: APIClient, work: Work, project: Project, version: DatasetVersion, **params: Any) -> Snapshot:
    made = client.post(f"/api/projects/{project.pk}/recipes/", {"name": "Clear", "steps": params.pop("steps", CLEAR)})
    body = {"dataset_version": version.pk, **params}
    accepted = client.post(f"/api/recipes/{made.json()['id']}/snapshots/", body)
    assert accepted.status_code == 202, accepted.json()
    work(accepted.json()["id"])
    return snapshot_get(accepted.json()["subject"]["id"])


def test_a_snapshot_counts_every_pair(client: APIClient, work: Work, project: Project, version: DatasetVersion) -> None:
    snapshot = freeze(client, work, project, version, test_fraction=0.25, seed=3)

    body = client.get(f"/api/snapshots/{snapshot.pk}/").json()

    assert body["state"] == "ready"
    assert body["counts"] == {"in": 46, "kept": 40, "dropped": 6, "review": 0}
    assert [(s["type"], s["in"], s["kept"], s["dropped"]) for s in body["funnel"]] == [
        ("labels", 46, 46, 0),
        ("strength", 46, 40, 6),
    ]
    assert body["funnel"][1]["reasons"] == {"both_bad": 2, "tie": 3, "too_weak": 1}
    assert body["splits"]["train"] + body["splits"]["test"] == 40
    assert 2 <= body["splits"]["test"] <= 20


def test_freezing_twice_gives_the_same_bytes(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    one = freeze(client, work, project, version, seed=5)
    two = freeze(client, work, project, version, seed=5)
    other = freeze(client, work, project, version, seed=6)

    def digest(key: str) -> str:
        with store().open(key) as file:
            return hashlib.sha256(file.read()).hexdigest()

    assert one.content_hash == two.content_hash != other.content_hash
    assert digest(one.pairs_key) == digest(two.pairs_key)
    assert digest(one.decisions_key) == digest(two.decisions_key)


def test_the_chosen_side_is_the_one_people_preferred(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    snapshot = freeze(client, work, project, version)

    pairs = list(iter_snapshot_pairs(snapshot))

    assert len(pairs) == 40
    assert all(pair["chosen"]["content"].startswith("good") for pair in pairs)
    assert all(pair["rejected"]["content"].startswith("bad") for pair in pairs)
    assert [pair["pair_id"] for pair in pairs] == sorted(pair["pair_id"] for pair in pairs)
    assert sorted({pair["strength"] for pair in pairs}) == [1.0, 2.0]
    assert sum(1 for _ in iter_snapshot_pairs(snapshot, split="train")) == snapshot.splits["train"]


def test_no_prompt_is_in_both_splits(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records = [make_record(f"Prompt {n % 20}", [f"yes {n}", f"no {n}"], [(0, 1, -1, "human")]) for n in range(60)]
    snapshot = freeze(client, work, project, make_version(project, admin, records), test_fraction=0.4)

    sides: dict[str, set[str]] = {}
    for pair in iter_snapshot_pairs(snapshot):
        sides.setdefault(pair["prompt"][0]["content"], set()).add(pair["split"])

    assert len(sides) == 20
    assert all(len(each) == 1 for each in sides.values())
    assert set().union(*sides.values()) == {"train", "test"}


def test_no_group_is_in_both_splits(client: APIClient, work: Work, project: Project, admin: User) -> None:
    """Forty prompts in ten groups; each group's prompts differ in one word of thirty."""
    words = [f"word{number}" for number in range(16)]
    records = [
        make_record(
            " ".join([f"topic{n % 10}{word}" for word in words * 2] + [f"ending{n}"]),
            ["yes", "no"],
            [(0, 1, -2, "human")],
        )
        for n in range(40)
    ]
    version = make_version(project, admin, records)
    job = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": "duplicates"}).json()
    work(job["id"])
    group = {"signal": job["subject"]["id"], "column": "prompt_group"}
    steps = [{"type": "strength"}, {"type": "split", "group": group}]

    snapshot = freeze(client, work, project, version, steps=steps, test_fraction=0.4)

    sides: dict[str, set[str]] = {}
    for pair in iter_snapshot_pairs(snapshot):
        sides.setdefault(pair["prompt"][0]["content"].split()[0], set()).add(pair["split"])
    assert snapshot.counts["kept"] == 40
    assert len(sides) == 10
    assert all(len(each) == 1 for each in sides.values())
    assert set().union(*sides.values()) == {"train", "test"}


def test_the_split_does_not_depend_on_other_rows(
    client: APIClient, work: Work, project: Project, admin: User, version: DatasetVersion
) -> None:
    fewer = make_version(
        project, admin, [make_record(f"Question {n}", [f"good {n}", "else"], [(0, 1, -2, "human")]) for n in range(20)]
    )

    def split_by_prompt(of: DatasetVersion, **params: Any) -> dict[str, str]:
        snapshot = freeze(client, work, project, of, **params)
        return {pair["prompt"][0]["content"]: pair["split"] for pair in iter_snapshot_pairs(snapshot)}

    all_of_them = split_by_prompt(version, seed=1, test_fraction=0.5)
    some = split_by_prompt(fewer, seed=1, test_fraction=0.5)

    assert len(some) == 20
    assert some == {prompt: all_of_them[prompt] for prompt in some}
    assert split_by_prompt(fewer, seed=2, test_fraction=0.5) != some
    assert set(split_by_prompt(fewer, test_fraction=0.0).values()) == {"train"}


def test_rows_are_read_by_decision_and_page(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    url = f"/api/snapshots/{freeze(client, work, project, version).pk}/rows/"

    first = client.get(url, {"limit": 25}).json()
    second = client.get(url, {"limit": 25, "cursor": first["next"]}).json()
    dropped = client.get(url, {"decision": "drop"}).json()["results"]

    kept = first["results"] + second["results"]
    assert (len(first["results"]), len(second["results"]), second["next"]) == (25, 15, None)
    assert len({row["pair_id"] for row in kept}) == 40
    assert {row["split"] for row in kept} <= {"train", "test"}
    assert sorted(row["reason"] for row in dropped) == ["both_bad", "both_bad", "tie", "tie", "tie", "too_weak"]
    assert client.get(url, {"decision": "maybe"}).status_code == 400


def test_pairs_stand_in_the_order_a_step_says(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    order = {"type": "order", "by": {"fact": "strength"}}

    plain = freeze(client, work, project, version, seed=5)
    ordered = freeze(client, work, project, version, seed=5, steps=[*CLEAR, order])

    pairs = list(iter_snapshot_pairs(ordered))
    assert [pair["strength"] for pair in pairs] == [2.0] * 20 + [1.0] * 20
    assert [pair["pair_id"] for pair in pairs[:20]] == sorted(pair["pair_id"] for pair in pairs[:20])
    # Nothing else differs, so the difference of the two is empty and their hashes are not the same.
    assert {pair["pair_id"]: pair for pair in pairs} == {pair["pair_id"]: pair for pair in iter_snapshot_pairs(plain)}
    assert ordered.content_hash != plain.content_hash


def test_a_split_may_go_by_a_fact(client: APIClient, work: Work, project: Project, version: DatasetVersion) -> None:
    split = {"type": "split", "group": {"fact": "source"}}

    snapshot = freeze(client, work, project, version, seed=5, test_fraction=0.5, steps=[*CLEAR, split])

    # All labels are people's, so all pairs are one group.
    assert sorted(snapshot.splits.values()) == [0, 40]


def test_the_card_says_where_it_comes_from(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    snapshot = freeze(client, work, project, version, name="Round 1")

    answer = client.get(f"/api/snapshots/{snapshot.pk}/card/")

    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.startswith("# Round 1\n")
    assert snapshot.content_hash in text
    assert version.content_hash in text
    assert "Of 46 labelled pairs 40 were kept, 6 dropped" in text
    assert "| Labels the kept pairs rest on | 40 human |" in text
    assert "| Licences stated in the rows | none stated |" in text
    assert "Near-duplicates and overlap with test sets were not looked for" in text
    assert "They were not looked for: compute these signals and freeze again." in text


def test_the_card_names_licences_copies_and_test_sets(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = [make_record(f"Question {n}", ["good", "bad"], [(0, 1, -2, "human")] * 2) for n in range(4)]
    records[3].metadata = {"license": "CC-BY-4.0"}
    records[0].prompt[0].content += " from ann@example.org"
    version = make_version(project, admin, records)
    tests = make_version(project, admin, [make_record("Question 2 good bad and more", ["x", "y"])])
    asked = (
        ("duplicates", {}),
        ("semantic_duplicates", {"threshold": 1}),
        ("contamination", {"dataset_version": tests.pk}),
        ("semantic_contamination", {"dataset_version": tests.pk, "threshold": 1}),
        ("personal_data", {}),
    )
    for kind, params in asked:
        body = {"kind": kind, "params": params}
        work(client.post(f"/api/dataset-versions/{version.pk}/signals/", body).json()["id"])

    snapshot = freeze(client, work, project, version)
    text = client.get(f"/api/snapshots/{snapshot.pk}/card/").content.decode()

    assert "| Licences stated in the rows | CC-BY-4.0 (1) |" in text
    assert "0 rows share a near-duplicate prompt with another, 0 are copies" in text
    assert "0 prompts mean the same as another, by a cosine above 1." in text
    assert text.count("0 matches in 4 rows, 0.0% of the test items.") == 2
    assert "nothing in responses; 1 email in prompts. Names of people are not recognised." in text
    assert "| Agreement with the mean vote, pairs with several | 100% (4 pairs) |" in text


def test_a_difference_names_what_came_and_went(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    old = freeze(client, work, project, version, seed=1)
    new = freeze(client, work, project, version, seed=1, steps=[{"type": "strength", "min_strength": 2}])

    diff = client.get(f"/api/snapshots/{new.pk}/diff/", {"against": old.pk}).json()

    shift = {each["name"]: each for each in diff.pop("shift")}
    assert {change: entry["count"] for change, entry in diff.items()} == {
        "added": 0,
        "removed": 20,
        "flipped": 0,
        "reweighted": 0,
        "moved": 0,
    }
    assert len(diff["removed"]["pair_ids"]) == 20
    assert shift["strength"]["before"][4:9] == [20, 0, 0, 0, 20]
    assert shift["strength"]["after"][4:9] == [0, 0, 0, 0, 20]
    assert (shift["votes"]["before"][0], shift["votes"]["after"][0]) == (40, 20)
    # "good 1" is one character longer than "bad 1".
    assert (shift["length"]["before"][10], shift["length"]["edges"][10]) == (40, 0)
    assert client.get(f"/api/snapshots/{new.pk}/diff/", {"against": "x"}).status_code == 400


def test_a_recipe_that_keeps_nothing_fails_with_a_sentence(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    snapshot = freeze(client, work, project, version, steps=[{"type": "strength", "min_strength": 3}])

    assert snapshot.state == "failed"
    assert snapshot.job is not None
    assert snapshot.job.message == ("The recipe keeps none of the 46 labelled pairs; loosen a step and freeze again.")
    assert store().list(snapshot.folder) == []
    assert client.get(f"/api/snapshots/{snapshot.pk}/rows/").status_code == 409


def test_a_ready_snapshot_cannot_change(
    client: APIClient, work: Work, project: Project, version: DatasetVersion
) -> None:
    snapshot = freeze(client, work, project, version)

    with pytest.raises(IntegrityError, match="can no longer change"), transaction.atomic():
        Snapshot.objects.filter(pk=snapshot.pk).update(name="Other")

    Recipe.objects.filter(pk=snapshot.recipe_id).update(steps=[])
    assert snapshot_get(snapshot.pk).steps[1]["type"] == "strength"


def test_the_preview_shows_what_freezing_will_do(client: APIClient, version: DatasetVersion) -> None:
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": CLEAR}).json()

    assert (body["pairs_in"], body["kept"], body["dropped"], body["review"]) == (46, 40, 6, 0)
    (histogram,) = body["histograms"]
    assert (histogram["name"], sum(histogram["counts"])) == ("strength", 44)
    assert len(body["samples"]["kept"]) == 4
    assert {row["reason"] for row in body["samples"]["dropped"]} <= {"both_bad", "tie", "too_weak"}
    assert body["samples"]["kept"][0]["chosen"]["content"].startswith("good")


def test_ties_that_are_not_dropped_still_cannot_be_trained_on(client: APIClient, version: DatasetVersion) -> None:
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": []}).json()

    assert body["funnel"][-1]["type"] == "direction"
    assert body["funnel"][-1]["reasons"] == {"no_better_side": 5}
    assert body["kept"] == 41


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"steps": CLEAR}, 400, "dataset_version: give the id"),
        ({"dataset_version": 0, "steps": CLEAR}, 404, "There is nothing at this address"),
        ({"steps": [{"type": "magic"}]}, 422, "Step 1: Invalid value 'magic'"),
        (
            {"steps": [{"type": "strength"}, {"type": "items", "where": {"field": "size", "op": "eq", "value": 1}}]},
            422,
            "Step 2: filter.field: choose one of text,",
        ),
        ({"steps": [{"type": "signal_margin", "signal": 99}]}, 422, "Step 1: this version has no signal 99."),
        ({"steps": "all"}, 400, 'steps: Expected a list of items but got type "str".'),
    ],
)
def test_a_bad_preview_is_refused(
    client: APIClient, version: DatasetVersion, body: dict[str, Any], status: int, message: str
) -> None:
    if "dataset_version" not in body and body["steps"] is not CLEAR:
        body = {"dataset_version": version.pk, **body}

    answer = client.post("/api/recipes/preview/", body)

    assert (answer.status_code, answer.json()["message"][: len(message)]) == (status, message)


def test_a_bad_recipe_is_not_stored(client: APIClient, project: Project) -> None:
    answer = client.post(f"/api/projects/{project.pk}/recipes/", {"name": "Bad", "steps": [{"type": "magic"}]})

    assert answer.status_code == 422
    assert Recipe.objects.count() == 0


def test_a_version_of_another_project_cannot_be_frozen(
    client: APIClient, project: Project, version: DatasetVersion, admin: User
) -> None:
    from webapp.projects.services.projects import project_create

    other = project_create(created_by=admin, name="Other")
    recipe = client.post(f"/api/projects/{other.pk}/recipes/", {"name": "R", "steps": CLEAR}).json()

    answer = client.post(f"/api/recipes/{recipe['id']}/snapshots/", {"dataset_version": version.pk})

    assert answer.status_code == 422
    assert Snapshot.objects.count() == 0
