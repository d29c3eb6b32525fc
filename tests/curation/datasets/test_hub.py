"""Imports from the Hugging Face Hub, with a Hub that lives in this test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from rest_framework.test import APIClient

from curation.datasets import hub
from curation.datasets.hub import data_files
from curation.models import Dataset, Import
from tests.curation.datasets.conftest import gzipped, jsonl, pair, quarantined, reasons, records
from webapp.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
Hub = Callable[..., Import]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the Hub's dataset `team/pairs`."""
    folder = tmp_path / "repository"
    folder.mkdir()

    def names(self: Any, repository: str, *, repo_type: str) -> list[str]:
        assert (repository, repo_type) == ("team/pairs", "dataset")
        return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]

    def download(repository: str, name: str, *, repo_type: str, local_dir: Path) -> str:
        target = local_dir / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, target)
        return str(target)

    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_files", names)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return folder


@pytest.fixture
def take(admin_client: APIClient, dataset: Dataset, work: Callable[[int], Job]) -> Hub:
    def send(**body: Any) -> Import:
        answer = admin_client.post(f"/api/datasets/{dataset.pk}/imports/", {"hub": "team/pairs", **body})
        assert answer.status_code == 202, answer.content
        work(answer.json()["id"])
        return Import.objects.select_related("version").get(pk=answer.json()["subject"]["id"])

    return send


def test_every_data_file_of_a_split_is_imported(repository: Path, take: Hub, admin_client: APIClient) -> None:
    (repository / "data").mkdir()
    (repository / "data" / "train-00000.jsonl").write_bytes(jsonl(pair(1), pair(2)))
    (repository / "data" / "train-00001.jsonl.gz").write_bytes(gzipped(jsonl(pair(3), {"prompt": "p"})))
    (repository / "data" / "test-00000.jsonl").write_bytes(jsonl(pair(4)))
    (repository / "README.md").write_text("pairs")

    taken = take(split="train")

    assert (taken.state, taken.filename, taken.rows_new, taken.rows_rejected) == ("succeeded", "team/pairs", 3, 1)
    assert taken.version is not None
    assert [record.prompt[0].content for record in records(taken.version)] == [f"Question {n}?" for n in (1, 2, 3)]
    (line,) = quarantined(admin_client, taken)
    assert (line["row"], line["file"]) == (2, "data/train-00001.jsonl.gz")
    assert reasons([line]) == [(2, "missing_field")]


@pytest.mark.parametrize(
    ("names", "split", "expected"),
    [
        (["b.jsonl", "a.json", "dataset_infos.json", ".gitattributes", "x.csv"], None, ["a.json", "b.jsonl"]),
        (["data/train-0.parquet", "raw/train.jsonl"], None, ["data/train-0.parquet"]),
        (["train.jsonl.gz", "pretrain.jsonl", "test.jsonl"], "train", ["train.jsonl.gz"]),
        (["harmless/test.jsonl", "harmless/train.jsonl"], "test", ["harmless/test.jsonl"]),
        (["train.csv"], "train", []),
    ],
)
def test_which_files_hold_rows(names: list[str], split: str | None, expected: list[str]) -> None:
    assert data_files(names, split) == expected


def test_a_dataset_without_data_files_fails_with_a_sentence(repository: Path, take: Hub) -> None:
    (repository / "README.md").write_text("pairs")

    taken = take(split="train")

    assert taken.state == "failed"
    assert taken.message == "The dataset team/pairs has no .jsonl, .json or .parquet files of a split “train”."


def test_a_hub_out_of_reach_fails_with_a_sentence(take: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("no route")

    monkeypatch.setattr(huggingface_hub.HfApi, "list_repo_files", unreachable)

    taken = take()

    assert taken.state == "failed"
    assert taken.message.startswith("The Hugging Face Hub could not be reached (ConnectionError);")


def test_without_the_client_the_import_is_refused(
    admin_client: APIClient, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "find_spec", lambda name: None)

    answer = admin_client.post(f"/api/datasets/{dataset.pk}/imports/", {"hub": "team/pairs"})

    assert answer.status_code == 422
    assert "install Plumbline with its ml extra" in answer.json()["message"]
    assert Import.objects.count() == 0


@pytest.mark.parametrize("name", ["../etc", "a/b/c", "", "https://hub/x", "a b/c"])
def test_a_name_that_cannot_be_one_is_refused(admin_client: APIClient, dataset: Dataset, name: str) -> None:
    answer = admin_client.post(f"/api/datasets/{dataset.pk}/imports/", {"hub": name})

    assert (answer.status_code, "hub" in answer.json()["fields"]) == (400, True)
    assert Import.objects.count() == 0
