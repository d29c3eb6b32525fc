"""Supervised fine-tuning: a policy learns to write the completions, and nothing of the prompts."""

from __future__ import annotations

from copy import copy
from typing import Any

from trl import SFTConfig, SFTTrainer

from trainer_bridge.ml.methods.setup import TrainerSetup
from trainer_bridge.ml.methods.watching import Watched


class WatchedSFTTrainer(Watched, SFTTrainer):
    """SFT, watched."""

    def _prepare_dataset(  # type: ignore[override]
        self, dataset: Any, processing_class: Any, args: Any, packing: bool, formatting_func: Any, dataset_name: str
    ) -> Any:
        prepare = SFTTrainer._prepare_dataset
        # Tokenised whole first, because afterwards nothing says which rows were cut.
        whole = copy(args)
        whole.max_length = None
        tokenised = prepare(self, dataset, processing_class, whole, packing, formatting_func, dataset_name)
        prepared = prepare(self, tokenised, processing_class, args, packing, formatting_func, dataset_name)
        longer = _count_longer(tokenised, args.max_length)
        # Rows that are left out had nothing of their response within the length, so they are among the longer ones.
        truncated = longer - (len(tokenised) - len(prepared))
        self.count_rows(
            dataset_name, given=len(dataset), prepared=prepared, max_length=args.max_length, truncated=truncated
        )
        return prepared

    def used_columns(self) -> set[str]:
        """Prompt and completion are one text by now, and the labels say which is which."""
        return {"completion"} if "labels" in self.train_dataset.column_names else set()


def build(setup: TrainerSetup) -> WatchedSFTTrainer:
    arguments = SFTConfig(
        **setup.arguments(accuracy=None),
        completion_only_loss=True,
        packing=False,
        pad_to_multiple_of=setup.padded_to,
    )
    return WatchedSFTTrainer(**setup.given(arguments))


def _count_longer(tokenised: Any, max_length: int) -> int:
    import pyarrow.compute as pc

    table = tokenised.with_format("arrow")
    parts = (table[start : start + 4096]["input_ids"] for start in range(0, len(tokenised), 4096))
    return sum(pc.sum(pc.greater(pc.list_value_length(part), max_length)).as_py() or 0 for part in parts)
