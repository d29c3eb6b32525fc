"""Every way to evaluate, by name."""

from __future__ import annotations

from trainer_bridge.evaluation.kinds.base import Kind
from trainer_bridge.evaluation.kinds.implicit_reward import ImplicitReward
from trainer_bridge.evaluation.kinds.invariance import Invariance
from trainer_bridge.evaluation.kinds.reward_accuracy import RewardAccuracy
from trainer_bridge.evaluation.kinds.side_by_side import JudgeWinRate, SideBySide
from webapp.api.errors import ApplicationError

_ALL: tuple[Kind, ...] = (RewardAccuracy(), Invariance(), ImplicitReward(), JudgeWinRate(), SideBySide())
KINDS = {kind.key: kind for kind in _ALL}


def kind_named(key: str) -> Kind:
    """Raises ApplicationError that says what there is."""
    try:
        return KINDS[key]
    except KeyError:
        sentence = f"Choose one of {', '.join(KINDS)}."
        raise ApplicationError(f"kind: {sentence}", fields={"kind": [sentence]}) from None
