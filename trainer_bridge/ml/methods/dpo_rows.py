"""What the DPO trainer of this application needs of its rows: number columns in a batch, and rationales in tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.utils import pad

from trainer_bridge.ml.columns import NUMBERS

RATIONALE_IDS = ("rationale_prompt_ids", "rationale_ids")


@dataclass
class RowCollator(DataCollatorForPreference):
    """The library's batch, with number columns of shape (rows,) and rationales after what they continue.

    A rationale stands in ``rationale_input_ids`` with its prompt, ``rationale_attention_mask`` says what is no
    padding, and ``rationale_mask`` which tokens are the rationale's own; each of shape (rows, tokens).
    """

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = super().torch_call(examples)
        for name in NUMBERS:
            if name in examples[0]:
                batch[name] = torch.tensor([example[name] for example in examples], dtype=torch.float32)
        if RATIONALE_IDS[1] in examples[0]:
            batch |= self._rationales(examples)
        return batch

    def _rationales(self, examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        read = [(example["rationale_prompt_ids"], example["rationale_ids"]) for example in examples]
        columns = {
            "rationale_input_ids": ([before + own for before, own in read], self.pad_token_id),
            "rationale_attention_mask": ([[1] * (len(before) + len(own)) for before, own in read], 0),
            "rationale_mask": ([[0] * len(before) + [1] * len(own) for before, own in read], 0),
        }
        return {
            name: pad(
                [torch.tensor(row, dtype=torch.long) for row in rows],
                padding_value=filler,
                padding_side="right",
                pad_to_multiple_of=self.pad_to_multiple_of,
            )
            for name, (rows, filler) in columns.items()
        }


def rationale_tokens(row: dict[str, Any], tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Token ids of a row's rationale and of what it continues, `max_length` together at most.

    A prompt that is too long loses tokens at its start: at its end it says which response is preferred. A row without
    a rationale keeps one token, from which nothing is learned.
    """
    if not row["rationale"]:
        return {"rationale_prompt_ids": [tokenizer.eos_token_id], "rationale_ids": []}
    before = tokenizer.apply_chat_template(
        row["rationale_prompt"], tokenize=True, add_generation_prompt=True, return_dict=True
    )["input_ids"]
    whole = tokenizer.apply_chat_template(row["rationale_prompt"] + row["rationale"], tokenize=True, return_dict=True)[
        "input_ids"
    ]
    shared = next((at for at, (a, b) in enumerate(zip(before, whole, strict=False)) if a != b), len(before))
    own = whole[shared:][: max_length - 1]
    return {"rationale_prompt_ids": whole[:shared][-(max_length - len(own)) :], "rationale_ids": own}
