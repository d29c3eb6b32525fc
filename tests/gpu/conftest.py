"""Checks that need a GPU; anywhere else they are skipped, with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder `gpu`, and skips it where torch sees no CUDA device."""
    ours = [item for item in items if item.path.is_relative_to(FOLDER)]
    if not ours:
        return
    missing = _missing()
    for item in ours:
        item.add_marker(pytest.mark.gpu)
        if missing:
            item.add_marker(pytest.mark.skip(reason=missing))


def _missing() -> str | None:
    try:
        import torch
    except ImportError:
        return "torch is not installed"
    return None if torch.cuda.is_available() else "torch sees no CUDA device"


@pytest.fixture(scope="session")
def reward_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random Llama of 25 million weights that the benchmark of shared prefixes scores with."""
    from tests.benchmarks.curation_scoring import build_reward_model

    folder = tmp_path_factory.mktemp("reward")
    build_reward_model(folder)
    return folder
