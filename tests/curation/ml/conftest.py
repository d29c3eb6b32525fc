"""Small random models, made in seconds and shared by the tests of this folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
# Tiny models gain nothing from threads, and lose much where other work is waiting for the same cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from trainer_bridge.ml import tiny_model


@pytest.fixture(scope="package")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("language")
    tiny_model.build(folder)
    return folder


@pytest.fixture(scope="package")
def reward_model(language_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reward")
    torch.manual_seed(1)
    model = AutoModelForSequenceClassification.from_pretrained(language_model, num_labels=1)
    with torch.no_grad():
        model.score.weight *= 20  # spread the scores, so that a mixed-up order cannot hide behind rounding
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(language_model).save_pretrained(folder)
    return folder
