"""A dataset folder of LLaMA-Factory 0.9: ShareGPT rows with `ranking`, and the `dataset_info.json` that names them.

Its converter (`SharegptDatasetConverter`) takes a system turn from a column of its own, skips rows whose turns do not
alternate human, gpt, … and end with human, and reads `chosen` and `rejected` as one message each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.exports.base import Column, Dropped, Pair, Row
from trainer_bridge.exports.options import Option, Options

_TURN = pa.struct([("from", pa.string()), ("value", pa.string())])
_SPEAKERS = ("human", "gpt")
_ROLES = {"user": "human", "assistant": "gpt"}


class LlamaFactory:
    key = "llamafactory"
    title = "LLaMA-Factory dataset folder"
    trainer = "LLaMA-Factory"
    description = "ShareGPT rows for LLaMA-Factory's stages dpo and rm; its dataset_info.json lies beside them."
    options: tuple[Option, ...] = (
        Option("name", "text", "plumbline", "the dataset's name in dataset_info.json; the test split's ends in _test"),
    )
    reads: Literal["pairs"] = "pairs"
    over_long = "LLaMA-Factory cuts prompt and answer in proportion where a row is longer than cutoff_len tokens."

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        name = options["name"]
        plain = name and name.replace("_", "").replace("-", "").isalnum() and name.isascii()
        return {} if plain else {"name": "Use letters, digits, - and _ alone."}

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("conversations", "turns up to the answer, from human and gpt in turn"),
            Column("chosen", "the better answer, from gpt"),
            Column("rejected", "the worse answer, from gpt"),
            Column("system", "the system turn, empty where there is none"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema(
            [("conversations", pa.list_(_TURN)), ("chosen", _TURN), ("rejected", _TURN), ("system", pa.string())]
        )

    def rows(self, unit: Pair, options: Options) -> Iterator[Row | Dropped]:
        turns, system = unit.prompt, ""
        if turns and turns[0]["role"] == "system":
            system, turns = turns[0]["content"], turns[1:]
        said = [{"from": _ROLES.get(turn["role"], turn["role"]), "value": turn["content"]} for turn in turns]
        if len(said) % 2 == 0 or any(turn["from"] != _SPEAKERS[place % 2] for place, turn in enumerate(said)):
            yield Dropped("turns_do_not_alternate", unit.split)
            return
        values = {
            "conversations": said,
            "chosen": {"from": "gpt", "value": unit.chosen},
            "rejected": {"from": "gpt", "value": unit.rejected},
            "system": system,
        }
        yield Row(values, unit.split)

    def texts(self, manifest: Mapping[str, Any], options: Options) -> dict[str, str]:
        """`dataset_info.json` with an entry for each split that has rows."""
        entry = {
            "ranking": True,
            "formatting": "sharegpt",
            "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected", "system": "system"},
        }
        names = {"train": options["name"], "test": f"{options['name']}_test"}
        info = {
            names[split]: {"file_name": f"{split}.jsonl", **entry} for split, count in manifest["rows"].items() if count
        }
        return {"dataset_info.json": json.dumps(info, indent=2, ensure_ascii=False) + "\n"}
