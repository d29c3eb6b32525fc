"""What the library's CPO and ORPO trainers lack: tokens as every other trainer has them, row counts, lengths, tokens.

Their own tokenisation puts a start-of-text token before a chat template that has none, and a second end of text after
it, so a policy would be trained on texts that it never meets when it writes. Rows whose prompt alone fills the length
would have responses of no tokens, whose mean log-probability is not a number; here they are left out and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from trl.data_utils import common_prefix_length

from trainer_bridge.ml.methods.watching import Watched

_IGNORED = -100


class PolicyPairs(Watched):
    """Mixed into a trainer that has ``tokenize_row`` and ``get_batch_loss_metrics``."""

    train_dataset: Any
    eval_dataset: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._total_train_tokens = 0
        super().__init__(*args, **kwargs)
        self.train_dataset = self._kept("train", self.train_dataset)
        if self.eval_dataset is not None:
            self.eval_dataset = self._kept("eval", self.eval_dataset)

    def tokenize_row(self, feature: Mapping[str, str], model: Any = None) -> dict[str, list[int]]:
        """Tokens of a pair rendered by the chat template; ``labels`` leave the prompt out."""
        prompt = self._ids(feature["prompt"])
        sides = {side: self._ids(feature["prompt"] + feature[side]) for side in ("chosen", "rejected")}
        # A tokenizer may merge the end of the prompt with what follows; the response begins where they part.
        begin = min(common_prefix_length(prompt, ids) for ids in sides.values())
        row = {"prompt_ids": prompt[:begin]}
        for side, ids in sides.items():
            row[f"{side}_ids"] = ids[begin:]
            cut = ids[: self.max_length]  # type: ignore[attr-defined]
            row[f"{side}_input_ids"] = cut
            row[f"{side}_attention_mask"] = [1] * len(cut)
            row[f"{side}_labels"] = [_IGNORED] * begin + cut[begin:]
        return row

    def _ids(self, text: str) -> list[int]:
        return list(self.processing_class(text, add_special_tokens=False)["input_ids"])  # type: ignore[attr-defined]

    def _kept(self, split: str, rows: Any) -> Any:
        longest: int = self.max_length  # type: ignore[attr-defined]
        kept = rows.filter(_leaves_room, fn_kwargs={"max_length": longest})
        self.count_rows(split, given=len(rows), prepared=kept, max_length=longest)
        batched = ("_input_ids", "_attention_mask", "_labels")
        return kept.select_columns([name for name in kept.column_names if name.endswith(batched)])

    def used_columns(self) -> set[str]:
        """These trainers hand every column of the prepared rows to the batch."""
        return set(self.train_dataset.column_names)

    def get_batch_loss_metrics(
        self, model: Any, batch: Mapping[str, torch.Tensor], train_eval: str = "train"
    ) -> tuple[torch.Tensor, dict[str, float]]:
        loss, metrics = super().get_batch_loss_metrics(model, batch, train_eval)  # type: ignore[misc]
        for side in ("chosen", "rejected"):
            lengths = (batch[f"{side}_labels"] != _IGNORED).sum(1).float()
            name = f"{side}_length" if train_eval == "train" else f"eval_{side}_length"
            metrics[name] = self.accelerator.gather(lengths).mean().item()  # type: ignore[attr-defined]
            if train_eval == "train":
                read = self.accelerator.gather(batch[f"{side}_attention_mask"].sum())  # type: ignore[attr-defined]
                self._total_train_tokens += int(read.sum().item())
        return loss, metrics

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            logs["num_tokens"] = self._total_train_tokens
        super().log(logs, start_time)  # type: ignore[misc]


def _leaves_room(row: Mapping[str, Any], max_length: int) -> bool:
    return len(row["prompt_ids"]) < max_length
