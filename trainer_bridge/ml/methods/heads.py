"""Score heads of reward models: how many outputs there are, what they are called, and where ν is while it is learned.

The library's reward trainer takes models of one output only and looks at the configuration to tell, so a model with
several says so before it is given to the trainer and what it has after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from trainer_bridge.domain.model_kind import HEADS_KEY, heads_of
from trainer_bridge.ml.errors import RefusedError

# Adam moves every weight by about the learning rate a step. Rates that suit a network's many weights would leave a
# single number where it began, so it is learned in units of this size.
_TIE_UNIT = 100.0


class TieHead(torch.nn.Linear):
    """A head of one output that carries log ν, so that it is trained, saved and resumed with the rest of the model.

    What it gives for a token is (score, log ν): training on several processes follows parameters through the model's
    output alone. "bias" in the parameter's name keeps weight decay off it, which would pull ν towards 1.
    """

    def __init__(self, head: torch.nn.Linear, log_nu: float) -> None:
        super().__init__(head.in_features, head.out_features, bias=False, device=head.weight.device)
        self.weight = head.weight
        self.tie_bias = torch.nn.Parameter(torch.tensor(log_nu / _TIE_UNIT, device=head.weight.device))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        score = super().forward(states)
        return torch.cat([score, (self.tie_bias * _TIE_UNIT).expand_as(score)], dim=-1)


def nu_in(model: Any) -> float:
    """ν as it is learned so far, from the model as the trainer holds it."""
    for name, parameter in model.named_parameters():
        # An adapter trains a copy of the head and keeps the original, frozen, beside it.
        if name.endswith("tie_bias") and parameter.requires_grad:
            return float(torch.exp(parameter.detach() * _TIE_UNIT))
    raise LookupError("The model has no head for ties.")


def give_tie_head(model: Any, log_nu: float) -> None:
    """Put log ν into the head of a model of one output."""
    model.score = TieHead(_head(model), log_nu)


def as_single(model: Any, names: Sequence[str]) -> None:
    """Let the model's configuration speak of one output, though its head is to have these.

    Raises RefusedError for a model that was trained to have others: its outputs would change their meaning.
    """
    earlier = heads_of(model.config.to_dict())
    if earlier and earlier != tuple(names):
        raise RefusedError(
            f"The base model's outputs are {', '.join(earlier)} and this run's {', '.join(names)}; start from another."
        )
    model.config.num_labels = 1


def name_heads(model: Any, what: str, names: Sequence[str]) -> Any:
    """The model, saying in its configuration what its outputs are: ``what`` is "aspects" or "categories"."""
    model.config.id2label = dict(enumerate(names))
    model.config.label2id = {name: number for number, name in enumerate(names)}
    setattr(model.config, HEADS_KEY, what)
    return model


def without_tie_head(model: Any, *, nu: float) -> Any:
    """The model with a plain head, whether or not log ν is in it, and ``davidson_nu`` in its configuration."""
    head = _head(model)
    plain = torch.nn.Linear(head.in_features, head.out_features, bias=False, device=head.weight.device)
    plain.weight = head.weight
    model.score = plain
    model.config.davidson_nu = nu
    return model


def _head(model: Any) -> torch.nn.Linear:
    head = getattr(model, "score", None)
    if not isinstance(head, torch.nn.Linear):
        raise RefusedError(
            f"{type(model).__name__} has no linear head called score, so it cannot learn how often pairs tie; "
            "choose another base model or another loss."
        )
    return head
