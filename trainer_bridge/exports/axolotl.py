"""Preference rows of Axolotl 0.9 and later: `messages` with one `chosen` and one `rejected` message.

Its strategy `chat_template.default` (prompt_strategies/dpo) renders `messages` with the generation prompt and each
answer by the model's template; user, assistant, system and tool are the roles it knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.exports.base import MESSAGES, Column, Dropped, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options

_MESSAGE = MESSAGES.value_type
_ROLES = frozenset({"user", "assistant", "system", "tool"})
_SETTINGS = """# Axolotl: merge into your own configuration, which names base_model and output_dir.
rl: dpo
chat_template: tokenizer_default
datasets:
  - path: {folder}
    data_files: [train.jsonl]
    ds_type: json
    split: train
    type: chat_template.default
    field_messages: messages
    field_chosen: chosen
    field_rejected: rejected
{test}"""
_TEST = """test_datasets:
  - path: {folder}
    data_files: [test.jsonl]
    ds_type: json
    split: train
    type: chat_template.default
    field_messages: messages
    field_chosen: chosen
    field_rejected: rejected
"""


class Axolotl:
    key = "axolotl"
    title = "Axolotl preference rows"
    trainer = "Axolotl"
    description = "Messages with a better and a worse next one, for Axolotl's DPO and its relatives."
    options: tuple[Option, ...] = (
        Option("folder", "text", "./data", "where the files will lie, for the settings written beside them"),
    )
    reads: Literal["pairs"] = "pairs"
    over_long = "Axolotl leaves out rows whose prompt and answer are longer than sequence_len tokens."

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("messages", "turns up to the answer, the system turn included"),
            Column("chosen", "the better answer, as a message"),
            Column("rejected", "the worse answer, as a message"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([("messages", MESSAGES), ("chosen", _MESSAGE), ("rejected", _MESSAGE)])

    def rows(self, unit: Pair, options: Options) -> Iterator[Row | Dropped]:
        if not all(turn["role"] in _ROLES for turn in unit.prompt):
            yield Dropped("unknown_role", unit.split)
            return
        (chosen,), (rejected,) = assistant(unit.chosen), assistant(unit.rejected)
        yield Row({"messages": unit.prompt, "chosen": chosen, "rejected": rejected}, unit.split)

    def texts(self, manifest: Mapping[str, Any], options: Options) -> dict[str, str]:
        """Settings to merge into one's own."""
        folder = options["folder"]
        test = _TEST.format(folder=folder) if manifest["rows"]["test"] else ""
        return {"axolotl.yaml": _SETTINGS.format(folder=folder, test=test)}
