"""One vocabulary for the numbers that different trainers log under different names."""

from __future__ import annotations

from collections.abc import Mapping

# Reward training logs `margin` as the reward gap and DPO `rewards/margins`; both are the same quantity to a reader.
_NAMES = {
    "loss": "loss",
    "rewards/chosen": "chosen_reward",
    "rewards/rejected": "rejected_reward",
    "rewards/margins": "reward_margin",
    "rewards/accuracies": "accuracy",
    "chosen_reward": "chosen_reward",
    "rejected_reward": "rejected_reward",
    "margin": "reward_margin",
    "accuracy": "accuracy",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "num_tokens": "tokens",
    "kl": "kl",
    "chosen_length": "chosen_length",
    "rejected_length": "rejected_length",
    "f1": "f1",
    "nu": "nu",
    "mean_token_accuracy": "token_accuracy",
    "runtime": "runtime_s",
}
# Of a model with several outputs: the same for one of them, whose name follows.
_BY_HEAD = ("accuracy/", "f1/")


def normalise(logs: Mapping[str, float]) -> dict[str, float]:
    """Trainer log entries under the normalised names; evaluation entries keep the ``eval_`` prefix, others go."""
    values: dict[str, float] = {}
    for name, value in logs.items():
        prefix, bare = ("eval_", name.removeprefix("eval_")) if name.startswith("eval_") else ("", name)
        target = bare if bare.startswith(_BY_HEAD) else _NAMES.get(bare)
        # The learning rate and the token count are facts of training; an evaluation repeats them without meaning.
        if target is None or (prefix and target in ("tokens", "learning_rate", "grad_norm")):
            continue
        values[prefix + target] = float(value)
    return values
