"""The kinds of signals by name; one module each in `kinds/`."""

from __future__ import annotations

from curation.signals.kinds.assistant_style import AssistantStyleSignal
from curation.signals.kinds.base import SignalKind
from curation.signals.kinds.contamination import ContaminationSignal
from curation.signals.kinds.curriculum import CurriculumSignal
from curation.signals.kinds.d_optimal import DOptimalSignal
from curation.signals.kinds.dawid_skene import DawidSkeneSignal
from curation.signals.kinds.density_ratio import DensityRatioSignal
from curation.signals.kinds.diverse_order import DiverseOrderSignal
from curation.signals.kinds.duplicates import DuplicatesSignal
from curation.signals.kinds.fifa import FifaSignal
from curation.signals.kinds.follow_up_likelihood import FollowUpLikelihoodSignal
from curation.signals.kinds.human_strength import HumanStrengthSignal
from curation.signals.kinds.implicit_margin import ImplicitMarginSignal
from curation.signals.kinds.judge_pairs import JudgePairsSignal
from curation.signals.kinds.judge_panel import JudgePanelSignal
from curation.signals.kinds.judge_records import JudgeRecordsSignal
from curation.signals.kinds.judge_responses import JudgeResponsesSignal
from curation.signals.kinds.label_noise import LabelNoiseSignal
from curation.signals.kinds.learning_difficulty import LearningDifficultySignal
from curation.signals.kinds.length import LengthSignal
from curation.signals.kinds.personal_data import PersonalDataSignal
from curation.signals.kinds.pooled_margin import PooledMarginSignal
from curation.signals.kinds.prompt_map import PromptMapSignal
from curation.signals.kinds.prompt_quality import PromptQualitySignal
from curation.signals.kinds.quick_ensemble import QuickEnsembleSignal
from curation.signals.kinds.r01 import R01Signal
from curation.signals.kinds.ranking_consistency import RankingConsistencySignal
from curation.signals.kinds.residual_margin import ResidualMarginSignal
from curation.signals.kinds.response_similarity import ResponseSimilaritySignal
from curation.signals.kinds.reward_ensemble import RewardEnsembleSignal
from curation.signals.kinds.reward_score import RewardScoreSignal
from curation.signals.kinds.reward_uncertainty import RewardUncertaintySignal
from curation.signals.kinds.safety_margin import SafetyMarginSignal
from curation.signals.kinds.self_consistency import SelfConsistencySignal
from curation.signals.kinds.semantic_contamination import SemanticContaminationSignal
from curation.signals.kinds.semantic_duplicates import SemanticDuplicatesSignal
from curation.signals.kinds.text_measures import TextMeasuresSignal
from curation.signals.kinds.toxicity import ToxicitySignal
from webapp.api.errors import ApplicationError

_ALL: tuple[SignalKind, ...] = (
    RewardScoreSignal(),
    RewardEnsembleSignal(),
    RewardUncertaintySignal(),
    R01Signal(),
    QuickEnsembleSignal(),
    LabelNoiseSignal(),
    JudgePairsSignal(),
    JudgeResponsesSignal(),
    JudgeRecordsSignal(),
    JudgePanelSignal(),
    SelfConsistencySignal(),
    RankingConsistencySignal(),
    ImplicitMarginSignal(),
    DensityRatioSignal(),
    FollowUpLikelihoodSignal(),
    LearningDifficultySignal(),
    PooledMarginSignal(),
    SafetyMarginSignal(),
    HumanStrengthSignal(),
    DawidSkeneSignal(),
    LengthSignal(),
    TextMeasuresSignal(),
    PersonalDataSignal(),
    AssistantStyleSignal(),
    ToxicitySignal(),
    PromptQualitySignal(),
    ResponseSimilaritySignal(),
    DuplicatesSignal(),
    SemanticDuplicatesSignal(),
    PromptMapSignal(),
    DiverseOrderSignal(),
    ContaminationSignal(),
    SemanticContaminationSignal(),
    ResidualMarginSignal(),
    FifaSignal(),
    DOptimalSignal(),
    CurriculumSignal(),
)
KINDS: dict[str, SignalKind] = {kind.kind: kind for kind in _ALL}


def signal_kind(name: str) -> SignalKind:
    """The kind with this name. Raises ApplicationError that lists the known ones."""
    if name not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise ApplicationError(f"kind: there is no signal {name!r}; choose one of {known}.", fields={"kind": [known]})
    return KINDS[name]
