"""DPO with losses, and with row weights, that the library's trainer does not have (METHODS §6, §10.2, §10.3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from trl import DPOTrainer

from trainer_bridge.ml.columns import NUMBERS
from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.losses import beta_dpo
from trainer_bridge.ml.losses import dpo as losses
from trainer_bridge.ml.losses.reward import weighted_mean
from trainer_bridge.ml.methods.dpo_rows import RATIONALE_IDS, rationale_tokens
from trainer_bridge.ml.methods.watching import Watched, probe

_LOSS_STATE = "loss_state.json"
_OF_A_PAIR = ("input_ids", "attention_mask", "completion_mask", "ref_chosen_logps", "ref_rejected_logps")
# What is overridden here, and with which arguments: the library may change any of it in a release.
_OVERRIDDEN = {
    "_compute_loss": ("model", "inputs", "return_outputs"),
    "compute_ref_log_probs": ("model", "inputs"),
    "_prepare_dataset": ("dataset", "processing_class", "args", "dataset_name"),
    "_precompute_ref_logps": ("dataset", "name", "batch_size"),
    "_set_signature_columns_if_needed": (),
    "_save_checkpoint": ("model", "trial"),
    "_load_from_checkpoint": ("resume_from_checkpoint", "model"),
}


class OwnLossDPOTrainer(Watched, DPOTrainer):
    """Computes the loss of every row itself. Rewards are β times log-ratios, without offsets, whatever the loss."""

    _signature_columns: list[str] | None

    def __init__(self, *args: Any, run: RunConfig, columns: tuple[str, ...], **kwargs: Any) -> None:
        probe(DPOTrainer, _OVERRIDDEN)
        self._run = run
        self._numbers = tuple(name for name in columns if name in NUMBERS)
        self._rationales = "rationale" in columns
        self.gap_averages = beta_dpo.GapAverages()
        super().__init__(*args, **kwargs)

    def _prepare_dataset(self, dataset: Any, processing_class: Any, args: Any, dataset_name: str) -> Any:
        prepared = super()._prepare_dataset(dataset, processing_class, args, dataset_name)
        if not self._rationales:
            return prepared
        tokens = {"tokenizer": processing_class, "max_length": args.max_length}
        return prepared.map(rationale_tokens, fn_kwargs=tokens, remove_columns=["rationale", "rationale_prompt"])

    def _set_signature_columns_if_needed(self) -> None:
        if self._signature_columns is None:
            super()._set_signature_columns_if_needed()
            own = (*self._numbers, *(RATIONALE_IDS if self._rationales else ()))
            self._signature_columns = [*(self._signature_columns or ()), *own]

    def compute_ref_log_probs(self, model: Any, inputs: Any) -> Any:
        # The library hands every key it does not know to the model.
        return super().compute_ref_log_probs(model, {name: inputs[name] for name in _OF_A_PAIR if name in inputs})

    def _compute_loss(self, model: Any, inputs: Any, return_outputs: bool) -> Any:
        mask = inputs["completion_mask"][:, 1:]
        outputs = self._forward(model, inputs["input_ids"], inputs["attention_mask"], inputs["completion_mask"])
        per_token = outputs.log_probs[:, -mask.size(1) :]
        pairs = self._pairs(losses.sequence_logps(per_token, mask, self.ld_alpha), inputs, mask)
        rows = self._row_losses(pairs, inputs)
        if self._rationales:
            rows = rows + self._rationale_losses(model, inputs)
        if self._run.sft_weight:
            rows = rows + self._run.sft_weight * _likelihood_losses(per_token, mask)
        if self.use_weighting:
            rows = rows * _policy_weights(outputs.log_sum_sq_probs[:, -mask.size(1) :], per_token, mask)
        loss = weighted_mean(rows, inputs.get("weight"))
        if self.aux_loss_enabled:
            loss = loss + self.router_aux_loss_coef * outputs.aux_loss
        self._note(pairs, inputs)
        return (loss, outputs) if return_outputs else loss

    def _forward(self, model: Any, ids: torch.Tensor, attention: torch.Tensor, learned: torch.Tensor) -> Any:
        """The model's outputs with ``log_probs`` of the learned tokens, zero elsewhere, one place shorter than ids."""
        extra = {"output_router_logits": True} if self.aux_loss_enabled else {}
        labels = ids.masked_fill(learned == 0, -100)
        return model(
            input_ids=ids, attention_mask=attention, labels=labels, use_cache=False, fused_lm_head=True, **extra
        )

    def _pairs(self, log_probabilities: torch.Tensor, inputs: Any, mask: torch.Tensor) -> losses.Pairs:
        chosen, rejected = log_probabilities.chunk(2)
        if self.precompute_ref_logps:
            reference = inputs["ref_chosen_logps"], inputs["ref_rejected_logps"]
        else:
            reference = self.compute_ref_log_probs(self.ref_model or self.model, inputs)
        chosen, rejected = chosen - reference[0], rejected - reference[1]
        scores = [
            losses.score(ratio, self.f_divergence_type, self.f_alpha_divergence_coef) for ratio in (chosen, rejected)
        ]
        tokens = mask.sum(dim=1).chunk(2)
        return losses.Pairs(chosen, rejected, scores[0], scores[1], tokens[0], tokens[1])

    def _row_losses(self, pairs: losses.Pairs, inputs: Any) -> torch.Tensor:
        config = self._run
        if config.loss_type == "beta_dpo":
            return self._dynamic_beta(pairs.gap)
        columns = {name: inputs[name] for name in self._numbers}
        return losses.ROW_LOSSES[config.loss_type](pairs, self.beta, config.label_smoothing, columns)

    def _dynamic_beta(self, gap: torch.Tensor) -> torch.Tensor:
        """β-DPO; an evaluation looks at all rows with the β it started from, so that evaluations compare."""
        if not self.model.training:
            return losses.dpo(gap, self.beta)
        gaps, config = gap.detach().float(), self._run
        self.gap_averages.update(self.accelerator.gather(gaps), config.beta_dpo_momentum)
        kept = beta_dpo.kept_rows(self.gap_averages.usualness(gaps), config.beta_dpo_rho)
        beta = self.gap_averages.beta(gaps[kept], self.beta, config.beta_dpo_a)
        # The mean over all rows of this is the mean over those kept.
        share = torch.zeros_like(gaps).index_fill_(0, kept, len(gaps) / len(kept))
        self.note("beta", torch.tensor([beta], device=gap.device))
        return losses.dpo(gap, beta) * share

    def _rationale_losses(self, model: Any, inputs: Any) -> torch.Tensor:
        mask = inputs["rationale_mask"]
        outputs = self._forward(model, inputs["rationale_input_ids"], inputs["rationale_attention_mask"], mask)
        spoken = (outputs.log_probs[:, -(mask.size(1) - 1) :] * mask[:, 1:]).sum(dim=1)
        form = losses.rationale_paper if self._run.loss_type == "rationale_paper" else losses.rationale_code
        # A row without a rationale would add a constant to the code's form, and to its loss curve.
        return form(spoken, self._run.rationale_gamma) * (mask.sum(dim=1) > 0)

    def _note(self, pairs: losses.Pairs, inputs: Any) -> None:
        chosen, rejected = self.beta * pairs.chosen, self.beta * pairs.rejected
        self.note("rewards/chosen", chosen)
        self.note("rewards/rejected", rejected)
        self.note("rewards/accuracies", chosen > rejected)
        self.note("rewards/margins", chosen - rejected)
        if self.model.training:
            self._total_train_tokens += self.accelerator.gather(inputs["attention_mask"].sum()).sum().item()
        self._metrics["train" if self.model.training else "eval"]["num_tokens"] = [self._total_train_tokens]

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        if self._run.loss_type == "beta_dpo" and self.args.should_save:
            checkpoint = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
            (checkpoint / _LOSS_STATE).write_text(json.dumps(self.gap_averages.as_json()), encoding="utf-8")

    def _load_from_checkpoint(self, resume_from_checkpoint: Any, model: Any = None) -> None:
        super()._load_from_checkpoint(resume_from_checkpoint, model)
        kept = Path(resume_from_checkpoint) / _LOSS_STATE
        if kept.exists():
            self.gap_averages = beta_dpo.GapAverages(**json.loads(kept.read_text(encoding="utf-8")))


def _likelihood_losses(per_token: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """A share for each row whose mean is the loss a token of all chosen responses (RPO, 2404.19733)."""
    own, _ = mask.chunk(2)
    chosen, _ = per_token.chunk(2)
    return -(chosen * own).sum(dim=1) * len(own) / own.sum().clamp(min=1)


def _policy_weights(sum_of_squares: torch.Tensor, per_token: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """How likely the policy itself writes a pair's responses (WPO eq. 2, 2406.11827), without a gradient."""
    with torch.no_grad():
        aligned = ((per_token - sum_of_squares) * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
        chosen, rejected = aligned.exp().chunk(2)
        return chosen * rejected
