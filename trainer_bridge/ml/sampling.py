"""What a model says, or how it scores, as it learns: ``samples.jsonl`` of a run folder.

A policy continues held-out prompts greedily; a reward model scores both sides of held-out pairs. One line a step:
``{"step", "at", "samples": [{"prompt", "text"}]}``, or in place of ``text`` ``scores``: ``{"chosen", "rejected"}``.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import TrainerCallback

from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.run_folder import RunFolder

MOST_NEW_TOKENS = 64


def sampler(config: RunConfig, folder: RunFolder, evaluation: Any | None, tokenizer: Any) -> Sampler | None:
    """The callback that writes samples, or None when none are wanted."""
    if not config.sample_prompts:
        return None
    if evaluation is None:
        raise RefusedError(
            "sample_prompts shows held-out prompts, and this run has no test rows; set it to 0, or export a snapshot "
            "with a test split."
        )
    if config.kind == "reward" and "chosen" not in evaluation.column_names:
        raise RefusedError("sample_prompts shows scores of pairs, and these rows are single responses; set it to 0.")
    rows = list(evaluation.select(range(min(config.sample_prompts, len(evaluation)))))
    return Sampler(folder, rows, tokenizer, scores=config.kind == "reward", max_length=config.max_length)


class Sampler(TrainerCallback):
    """Samples before the first step, at every evaluation and after the last step, once a step."""

    def __init__(
        self, folder: RunFolder, rows: list[dict[str, Any]], tokenizer: Any, *, scores: bool, max_length: int
    ) -> None:
        self._folder = folder
        self._rows = rows
        self._tokenizer = tokenizer
        self._read = self._scores if scores else self._continuation
        self._max_length = max_length
        self._sampled_at: int | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """What the base model says."""
        if state.global_step == 0:
            self._sample(state.global_step, kwargs["model"], args)

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """What it says by now."""
        self._sample(state.global_step, kwargs["model"], args)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """What it says in the end; with early stopping this is the model of the best checkpoint."""
        if args.load_best_model_at_end:
            self._sampled_at = None
        self._sample(state.global_step, kwargs["model"], args)

    def _sample(self, step: int, model: Any, args: Any) -> None:
        if self._sampled_at == step or not self._folder.writes:
            return
        self._sampled_at = step
        training = model.training
        model.eval()
        with torch.no_grad(), torch.autocast(model.device.type, torch.bfloat16, enabled=args.bf16):
            samples = [{"prompt": _as_text(row["prompt"]), **self._read(model, row)} for row in self._rows]
        model.train(training)
        self._folder.append_samples(step, samples)

    def _continuation(self, model: Any, row: dict[str, Any]) -> dict[str, Any]:
        ids = self._ids(model, row["prompt"], add_generation_prompt=True)
        said = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=MOST_NEW_TOKENS,
            do_sample=False,
            pad_token_id=self._tokenizer.pad_token_id,
        )
        return {"text": self._tokenizer.decode(said[0, ids.shape[1] :], skip_special_tokens=True)}

    def _scores(self, model: Any, row: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for side in ("chosen", "rejected"):
            ids = self._ids(model, row["prompt"] + row[side])
            values = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0].float().tolist()
            # A model with several heads has a score of each.
            found[side] = values[0] if len(values) == 1 else values
        return {"scores": found}

    def _ids(self, model: Any, messages: list[dict[str, str]], **options: Any) -> torch.Tensor:
        """Token ids of shape (1, tokens), the last `max_length` of them."""
        ids = self._tokenizer.apply_chat_template(messages, return_tensors="pt", return_dict=True, **options)[
            "input_ids"
        ]
        return ids[:, -self._max_length :].to(model.device)


def _as_text(messages: list[dict[str, str]]) -> str:
    """A conversation as a person reads it; a single message is its text alone."""
    if len(messages) == 1:
        return messages[0]["content"]
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)
