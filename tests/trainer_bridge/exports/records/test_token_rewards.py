"""Rewards laid over the tokens of a named tokenizer, as they stand in a rendered conversation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trainer_bridge.exports.records.conftest import ExportAs, Frozen
from tests.trainer_bridge.exports.records.saying import mark, marks, record, said, voted
from trainer_bridge.ml.response_tokens import response_tokens
from trainer_bridge.ml.tokenizer import load_tokenizer

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "The tree 🌳 is tall, and so on. Ask an expert nearby."


def test_every_reward_is_some_tokens(frozen: Frozen, export_as: ExportAs, tiny: str, models_folder: Path) -> None:
    made = voted(record("How tall is the tree?", [TEXT, "No."]), TEXT, "No.")
    said(made, "spans", marks(TEXT, mark(TEXT, "an expert nearby", "unverifiable")), by="annotator-1")

    exported = export_as(frozen([made]), "span_rewards", tokenizer=tiny)

    (row,) = exported.train
    tokenizer, _ = load_tokenizer(models_folder / "tiny")
    ids, offsets = response_tokens(tokenizer, row["prompt"], row["completion"])
    assert row["token_ids"] == ids
    # Together the tokens are the whole response, emoji included.
    assert tokenizer.decode(ids).strip() == TEXT
    assert {place for start, end in offsets for place in range(start, end)} >= {
        place for place, character in enumerate(TEXT) if character != " "
    }
    given = {place: reward for place, reward in enumerate(row["token_rewards"]) if reward}
    assert [TEXT[: offsets[place][1]] for place in given] == [TEXT[: reward["offset"]] for reward in row["rewards"]]
    assert list(given.values()) == pytest.approx([reward["reward"] for reward in row["rewards"]])
    assert exported.manifest["lengths"]["tokens"]["tokenizer"] == tiny
    assert {"token_ids", "token_rewards"} <= {column["name"] for column in exported.manifest["columns"]}
