"""Training of a model that finds faults: one head for each category of marks, asked at every token of a response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers.data.data_collator import DataCollatorMixin
from trl import RewardTrainer
from trl.trainer.utils import pad

from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.losses import reward
from trainer_bridge.ml.methods.heads import name_heads
from trainer_bridge.ml.methods.span_tokens import OUTSIDE, labelled_tokens
from trainer_bridge.ml.methods.watching import Watched


@dataclass
class SpanCollator(DataCollatorMixin):
    """Pads tokens and labels on the right. ``labels`` become (rows, tokens, categories), ``counted`` (rows, tokens)."""

    pad_token_id: int
    categories: int
    weighted: bool
    pad_to_multiple_of: int | None = None
    return_tensors: str = "pt"

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        ids = [torch.tensor(example["input_ids"]) for example in examples]
        labels = self._padded([torch.tensor(example["labels"]) for example in examples], OUTSIDE)
        bits = torch.arange(self.categories)
        batch = {
            "input_ids": self._padded(ids, self.pad_token_id),
            "attention_mask": self._padded([torch.ones_like(each) for each in ids], 0),
            "labels": (labels[..., None] >> bits) & 1,
            "counted": labels != OUTSIDE,
        }
        if self.weighted:
            batch["weight"] = torch.tensor([example["weight"] for example in examples], dtype=torch.float)
        return batch

    def _padded(self, rows: list[torch.Tensor], value: int) -> torch.Tensor:
        padded: torch.Tensor = pad(
            rows, padding_value=value, padding_side="right", pad_to_multiple_of=self.pad_to_multiple_of
        )
        return padded


class SpanTrainer(Watched, RewardTrainer):
    """Binary cross-entropy for each category at each token of the response, averaged in a row and then over rows.

    Logs the F1 of tokens for each category, ``f1/NAME``, and their mean ``f1``; a category that is neither marked nor
    found scores 1 (METHODS §5). ``accuracy`` is the share of answers, one for each token and category, that are right.
    """

    prepared_as = {"marks": ("labels",)}
    _signature_columns: list[str] | None

    def __init__(self, *args: Any, categories: tuple[str, ...], **kwargs: Any) -> None:
        self._categories = categories
        # (true positives, false positives, false negatives) by category since the last log, of all processes.
        self._counts: dict[str, torch.Tensor] = {}
        super().__init__(*args, **kwargs)

    def _prepare_dataset(self, dataset: Any, processing_class: Any, args: Any, dataset_name: str) -> Any:
        if not processing_class.is_fast:
            raise RefusedError("The tokenizer of the base model cannot say where its tokens lie; choose another base.")
        prepared = dataset.map(
            _tokenise,
            fn_kwargs={"tokenizer": processing_class, "categories": self._categories},
            remove_columns=[name for name in dataset.column_names if name != "weight"],
        )
        kept = prepared.filter(_usable, fn_kwargs={"max_length": args.max_length})
        self.count_rows(dataset_name, given=len(dataset), prepared=kept, max_length=args.max_length)
        return kept

    def _set_signature_columns_if_needed(self) -> None:
        if self._signature_columns is None:
            self._signature_columns = ["input_ids", "labels", "weight"]

    def used_columns(self) -> set[str]:
        """The texts and the marks on them are tokens and their labels by now."""
        return super().used_columns() | {"completion", "marks"}

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False)
        logits, labels = outputs.logits.float(), inputs["labels"].float()
        counted = inputs["counted"].float()
        each = binary_cross_entropy_with_logits(logits, labels, reduction="none").mean(-1)
        losses = (each * counted).sum(1) / counted.sum(1)
        loss = reward.weighted_mean(losses, inputs.get("weight"))
        self._record(logits.detach() > 0, labels > 0, inputs)
        return (loss, outputs) if return_outputs else loss

    def _record(self, found: torch.Tensor, marked: torch.Tensor, inputs: Mapping[str, torch.Tensor]) -> None:
        self.note_tokens(inputs["attention_mask"])
        mode = "train" if self.model.training else "eval"
        inside = inputs["counted"][..., None]
        outcomes = (found & marked, found & ~marked, ~found & marked, inside.expand_as(found))
        counts = torch.stack([(each & inside).sum((0, 1)) for each in outcomes])
        total = self.accelerator.gather(counts[None]).sum(0).cpu()
        self._counts[mode] = total + self._counts[mode] if mode in self._counts else total

    def finished(self, model: Any) -> Any:
        """The model, saying which category each of its outputs is for."""
        return name_heads(model, "categories", self._categories)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        mode = "train" if self.model.training else "eval"
        if mode in self._counts:
            hits, extra, missed, asked = self._counts.pop(mode).double()
            wrong = extra + missed
            scores = torch.where(hits + wrong > 0, 2 * hits / (2 * hits + wrong).clamp(min=1), 1.0).tolist()
            metrics = self._metrics[mode]
            metrics["f1"] = [sum(scores) / len(scores)]
            metrics["accuracy"] = [1 - float(wrong.sum() / asked.sum())]
            for name, score in zip(self._categories, scores, strict=True):
                metrics[f"f1/{name}"] = [score]
        super().log(logs, start_time)


def _tokenise(row: Mapping[str, Any], tokenizer: Any, categories: tuple[str, ...]) -> dict[str, list[int]]:
    ids, labels = labelled_tokens(tokenizer, row["prompt"], row["completion"], row["marks"], categories)
    return {"input_ids": ids, "labels": labels}


def _usable(row: Mapping[str, Any], max_length: int) -> bool:
    return len(row["input_ids"]) <= max_length and any(label != OUTSIDE for label in row["labels"])
