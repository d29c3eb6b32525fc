"""Exports on the Hub: the files as they are, and one clear sentence where that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import huggingface_hub.constants
import pytest
from rest_framework.test import APIClient

from tests.trainer_bridge.exports.hub import GOOD, READER, FakeHub, fake_hub
from trainer_bridge.models import Export
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with fake_hub() as found:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", found.url)
        monkeypatch.setenv("HF_TOKEN", GOOD)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        yield found


def push(client: APIClient, export: Export, work: Callable[[int], Job], repo: str = "acme/round-1") -> Job:
    accepted = client.post(f"/api/exports/{export.pk}/push/", {"repo": repo, "private": True})
    assert accepted.status_code == 202, accepted.json()
    return work(accepted.json()["id"])


def test_every_file_of_an_export_is_pushed_as_it_is(
    client_of: ClientOf, admin: User, make_export: Callable[..., Export], work: Callable[[int], Job], hub: FakeHub
) -> None:
    client, export = client_of(admin), make_export("trl_reward")

    ended = push(client, export, work)

    assert ended.state == "succeeded", ended.message
    assert ended.result == {
        "export": export.pk,
        "repo": "acme/round-1",
        "url": f"{hub.url}/datasets/acme/round-1",
        "commit": "c0ffee",
        "files": len(export.files),
    }
    assert ended.message == f"6 files are at {hub.url}/datasets/acme/round-1."
    (repo,), (commit,) = hub.repos, hub.commits
    assert repo == {"organization": "acme", "name": "round-1", "type": "dataset", "visibility": "private"}
    assert commit == {entry["name"]: store().open(f"{export.folder}/{entry['name']}").read() for entry in export.files}
    header = commit["README.md"].decode().split("---")[1]
    assert "split: train\n    path: train.parquet" in header
    assert "n<1K" in header
    listed = client.get(f"/api/exports/{export.pk}/push/").json()["results"]
    assert [job["result"]["url"] for job in listed] == [ended.result["url"]]


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("", "The worker has no HF_TOKEN, so nothing can be pushed; set it in the worker's environment"),
        ("hf_old", "The Hub does not accept the worker's HF_TOKEN; set a valid token with write access."),
        (READER, "The worker's HF_TOKEN may not write to acme/round-1; use a token with write access there."),
    ],
)
def test_a_token_that_will_not_do_is_said_so(
    client_of: ClientOf,
    admin: User,
    make_export: Callable[..., Export],
    work: Callable[[int], Job],
    hub: FakeHub,
    monkeypatch: pytest.MonkeyPatch,
    token: str,
    sentence: str,
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)

    ended = push(client_of(admin), make_export(), work)

    assert (ended.state, ended.message[: len(sentence)]) == ("failed", sentence)
    assert hub.commits == []


def test_a_worker_without_the_network_says_so(
    client_of: ClientOf,
    admin: User,
    make_export: Callable[..., Export],
    work: Callable[[int], Job],
    hub: FakeHub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export, client = make_export(), client_of(admin)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    offline = push(client, export, work)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    unreachable = push(client, export, work)

    assert offline.message.startswith("This installation is set to offline (HF_HUB_OFFLINE)")
    assert unreachable.message.startswith("The Hub cannot be reached from the worker")


@pytest.mark.parametrize("repo", ["acme", "a/b/c", "acme/", "../x", "acme/a--b", "acme/..", "a b/c", "https://x/y"])
def test_names_the_hub_cannot_have_are_refused(
    client_of: ClientOf, admin: User, make_export: Callable[..., Export], repo: str
) -> None:
    answer = client_of(admin).post(f"/api/exports/{make_export().pk}/push/", {"repo": repo})

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"repo"})


def test_an_unfinished_export_is_not_pushed(
    client_of: ClientOf, admin: User, make_snapshot: Callable[..., object]
) -> None:
    client = client_of(admin)
    client.post(f"/api/snapshots/{make_snapshot().pk}/exports/", {"format": "trl_reward"})  # type: ignore[attr-defined]

    answer = client.post(f"/api/exports/{Export.objects.get().pk}/push/", {"repo": "acme/round-1"})

    assert answer.status_code == 409
