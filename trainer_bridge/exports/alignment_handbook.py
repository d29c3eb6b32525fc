"""A dataset folder of alignment-handbook: whole conversations, as UltraFeedback's binarised set has them.

Version 0.3 takes the prompt from `chosen[:-1]` (`apply_chat_template`, tasks dpo and rm); version 0.4 hands the columns
to TRL, which finds the prompt that both conversations share. Both read no other column of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.exports.base import MESSAGES, Column, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options

_SETTINGS = """# alignment-handbook: merge into a recipe's config_dpo.yaml.
# Version 0.4 and later:
dataset_mixture:
  datasets:
    - id: {folder}
      config: default
      split: train
      columns: [chosen, rejected]
      weight: 1.0
# Version 0.3:
# dataset_mixer:
#   {folder}: 1.0
# dataset_splits: [{splits}]
"""


class AlignmentHandbook:
    key = "alignment_handbook"
    title = "alignment-handbook dataset folder"
    trainer = "alignment-handbook"
    description = "Whole conversations with a better and a worse end, and the lines a recipe needs to read them."
    options: tuple[Option, ...] = (
        Option("folder", "text", "./data", "where the files will lie, for the settings written beside them"),
    )
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "Its DPO goes by TRL: rows longer than max_length tokens are cut, and left out where the prompt alone fills it."
    )

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("chosen", "the conversation with the better answer at its end"),
            Column("rejected", "the conversation with the worse answer at its end"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([("chosen", MESSAGES), ("rejected", MESSAGES)])

    def rows(self, unit: Pair, options: Options) -> Iterator[Row]:
        values = {"chosen": unit.prompt + assistant(unit.chosen), "rejected": unit.prompt + assistant(unit.rejected)}
        yield Row(values, unit.split)

    def texts(self, manifest: Mapping[str, Any], options: Options) -> dict[str, str]:
        """Settings to merge into a recipe."""
        splits = ", ".join(split for split, count in manifest["rows"].items() if count)
        return {"recipe.yaml": _SETTINGS.format(folder=options["folder"], splits=splits)}
