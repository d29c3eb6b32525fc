"""The kinds of signals by name; one module each in `kinds/`."""

from __future__ import annotations

from curation.signals.kinds.base import SignalKind
from curation.signals.kinds.contamination import ContaminationSignal
from curation.signals.kinds.dawid_skene import DawidSkeneSignal
from curation.signals.kinds.density_ratio import DensityRatioSignal
from curation.signals.kinds.duplicates import DuplicatesSignal
from curation.signals.kinds.human_strength import HumanStrengthSignal
from curation.signals.kinds.implicit_margin import ImplicitMarginSignal
from curation.signals.kinds.length import LengthSignal
from curation.signals.kinds.prompt_map import PromptMapSignal
from curation.signals.kinds.quick_ensemble import QuickEnsembleSignal
from curation.signals.kinds.reward_score import RewardScoreSignal
from webapp.api.errors import ApplicationError

_ALL: tuple[SignalKind, ...] = (
    RewardScoreSignal(),
    QuickEnsembleSignal(),
    ImplicitMarginSignal(),
    DensityRatioSignal(),
    HumanStrengthSignal(),
    DawidSkeneSignal(),
    LengthSignal(),
    DuplicatesSignal(),
    PromptMapSignal(),
    ContaminationSignal(),
)
KINDS: dict[str, SignalKind] = {kind.kind: kind for kind in _ALL}


def signal_kind(name: str) -> SignalKind:
    """The kind with this name. Raises ApplicationError that lists the known ones."""
    if name not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise ApplicationError(f"kind: there is no signal {name!r}; choose one of {known}.", fields={"kind": [known]})
    return KINDS[name]
