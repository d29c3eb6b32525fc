"""Pairs become files that the trainers' own loaders read, whatever the format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import datasets
import orjson
import pyarrow.parquet as pq
import pytest

from trainer_bridge.domain.margins import margin_of
from trainer_bridge.exports.base import Pair
from trainer_bridge.exports.manifest import manifest_of, readme_of
from trainer_bridge.exports.options import Options, options_complete
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.writing import ROWS_PER_BATCH, ExportFacts, units_write
from webapp.store.files import Store

STRENGTHS = (1.0, 2.0, 3.0, None)


def pairs(count: int, *, test_every: int = 10) -> Iterator[Pair]:
    for number in range(count):
        yield Pair(
            prompt=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": f"Question {number} é?\n"}],
            chosen=f"Good {number}",
            rejected="x" * number,
            strength=STRENGTHS[number % 4],
            split="test" if test_every and number % test_every == 0 else "train",
        )


def chosen(key: str, **given: Any) -> Options:
    return Options(options_complete(format_for(key).options, given))


def write(folder: Path, key: str, given: Iterator[Pair]) -> tuple[Store, ExportFacts, list[int]]:
    store, counted = Store(f"file://{folder}"), []
    facts = units_write(
        given, entry=format_for(key), options=chosen(key), store=store, folder="exports/1", on_units=counted.append
    )
    return store, facts, counted


@pytest.mark.parametrize("key", ["trl_preference", "trl_reward"])
def test_both_file_types_hold_the_same_rows_and_true_facts(tmp_path: Path, key: str) -> None:
    count = ROWS_PER_BATCH * 2 + 50
    expected = {"train": [], "test": []}
    for pair in pairs(count):
        expected[pair.split] += [row.values for row in format_for(key).rows(pair, chosen(key))]

    _, facts, counted = write(tmp_path, key, pairs(count))

    folder = tmp_path / "exports" / "1"
    for split, rows in expected.items():
        assert pq.read_table(folder / f"{split}.parquet").to_pylist() == rows
        lines = (folder / f"{split}.jsonl").read_bytes().splitlines()
        assert [orjson.loads(line) for line in lines] == rows
    assert sum(counted) == count
    assert facts.rows == {"train": len(expected["train"]), "test": len(expected["test"])}
    assert [file.name for file in facts.files] == ["train.parquet", "train.jsonl", "test.parquet", "test.jsonl"]
    for file in facts.files:
        data = (folder / file.name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size_bytes, file.sha256)
        assert file.rows == len(expected[file.name.partition(".")[0]])


@pytest.mark.parametrize("key", ["trl_preference", "trl_reward"])
def test_datasets_opens_the_files_and_the_folder(tmp_path: Path, key: str) -> None:
    _, facts, _ = write(tmp_path, key, pairs(40))
    folder = tmp_path / "exports" / "1"
    manifest = manifest_of(
        entry=format_for(key),
        options=chosen(key),
        facts=facts,
        snapshot={"id": 1, "name": "S", "content_hash": "h"},
        app_version="1",
    )
    (folder / "README.md").write_text(
        readme_of(entry=format_for(key), options=chosen(key), manifest=manifest, snapshot_card="")
    )
    cache = str(tmp_path / "cache")

    columns = list(format_for(key).schema(chosen(key)).names)
    for kind, ending in (("parquet", "parquet"), ("json", "jsonl")):
        files = {split: str(folder / f"{split}.{ending}") for split in ("train", "test")}
        loaded = datasets.load_dataset(kind, data_files=files, cache_dir=cache)
        assert (loaded["train"].num_rows, loaded["test"].num_rows) == (36, 4)
        assert loaded["train"].column_names == columns
    whole = datasets.load_dataset(str(folder), cache_dir=cache)
    assert (whole["train"].num_rows, whole["test"].num_rows) == (36, 4)
    assert whole["train"][0]["chosen"] == [{"role": "assistant", "content": "Good 1"}]


def test_every_reward_row_has_a_finite_margin(tmp_path: Path) -> None:
    write(tmp_path, "trl_reward", pairs(40, test_every=0))

    column = pq.read_table(tmp_path / "exports" / "1" / "train.parquet").column("margin")

    assert column.null_count == 0
    assert column.to_pylist()[:4] == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0, 0.0]


@pytest.mark.parametrize(
    ("strength", "margin"), [(None, 0.0), (0.0, 0.0), (1.5, 0.5), (-3.0, 1.0), (9.0, 1.0), (float("nan"), 0.0)]
)
def test_margin_of_a_strength(strength: float | None, margin: float) -> None:
    assert margin_of(strength) == pytest.approx(margin)


def test_a_split_without_rows_gets_no_files_and_a_warning(tmp_path: Path) -> None:
    store, facts, _ = write(tmp_path, "trl_preference", pairs(5, test_every=0))

    manifest = manifest_of(
        entry=format_for("trl_preference"),
        options=chosen("trl_preference"),
        facts=facts,
        snapshot={"id": 1, "name": "S", "content_hash": "h"},
        app_version="1",
    )

    assert store.list("exports/1") == ["exports/1/train.jsonl", "exports/1/train.parquet"]
    assert any("no test rows" in warning for warning in manifest["warnings"])
    assert "margin" not in manifest


def test_the_manifest_says_what_the_files_are(tmp_path: Path) -> None:
    _, facts, _ = write(tmp_path, "trl_reward", pairs(40))

    manifest = manifest_of(
        entry=format_for("trl_reward"),
        options=chosen("trl_reward"),
        facts=facts,
        snapshot={"id": 7, "name": "S", "content_hash": "abc"},
        app_version="1.0",
    )

    assert manifest["files"] == [asdict(file) for file in facts.files]
    assert {column["name"]: column["read_by"] for column in manifest["columns"]} == dict.fromkeys(
        ("prompt", "chosen", "rejected", "margin"), "trl.RewardTrainer"
    )
    assert manifest["margin"]["rows_without_strength"] == 10
    assert manifest["lengths"]["unit"] == "characters"
    assert manifest["lengths"]["rejected"]["max"] == 39
    assert (manifest["rows"], manifest["created_by"]) == ({"train": 36, "test": 4}, "Plumbline 1.0")
    assert any("RewardTrainer leaves out" in warning for warning in manifest["warnings"])


def test_a_failing_stream_leaves_no_files(tmp_path: Path) -> None:
    def broken() -> Iterator[Pair]:
        yield from pairs(5)
        raise RuntimeError("the snapshot broke off")

    with pytest.raises(RuntimeError, match="broke off"):
        write(tmp_path, "trl_reward", broken())

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
