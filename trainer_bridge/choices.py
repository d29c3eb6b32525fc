"""States, formats and kinds of the trainer bridge."""

from __future__ import annotations

from django.db import models


class ExportFormat(models.TextChoices):
    TRL_PREFERENCE = "trl_preference", "TRL preference pairs"
    TRL_UNPAIRED = "trl_unpaired", "TRL unpaired responses (KTO)"
    TRL_REWARD = "trl_reward", "TRL reward pairs with margins"
    TRL_STEPWISE = "trl_stepwise", "TRL stepwise supervision"
    TRL_SFT = "trl_sft", "TRL supervised rows of chosen responses"
    TRL_REFERENCE = "trl_reference", "Triples with a reference response (TPO)"
    SCORE_CONDITIONED = "score_conditioned", "Score-conditioned pairs (2N rows)"
    RANKING_LISTS = "ranking_lists", "Ranked lists (PRO, IRPO)"
    RATIONALE_PAIRS = "rationale_pairs", "Pairs with rationales"
    JUDGMENT_ROWS = "judgment_rows", "Judgments of single responses (CUT)"
    ASPECT_PAIRS = "aspect_pairs", "Pairs by aspect with weights (MODPO)"
    SPAN_REWARDS = "span_rewards", "Rewards of spans and tokens"
    ANNOTATOR_PAIRS = "annotator_pairs", "Pairs by annotator (PAL, VPL, FSPO)"
    CONTEXT_PAIRS = "context_pairs", "Pairs under a context (Janus)"
    LLAMAFACTORY = "llamafactory", "LLaMA-Factory dataset folder"
    OPENRLHF = "openrlhf", "OpenRLHF preference rows"
    AXOLOTL = "axolotl", "Axolotl preference rows"
    ALIGNMENT_HANDBOOK = "alignment_handbook", "alignment-handbook dataset folder"


class ExportState(models.TextChoices):
    BUILDING = "building", "Building"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# At most one export of a snapshot in a format is in one of these.
CURRENT_EXPORT_STATES = (ExportState.BUILDING, ExportState.READY)


class RunKind(models.TextChoices):
    DPO = "dpo", "DPO"
    KTO = "kto", "KTO"
    CPO = "cpo", "CPO and SimPO"
    ORPO = "orpo", "ORPO"
    TPO = "tpo", "TPO"
    SFT = "sft", "Supervised fine-tuning"
    REWARD = "reward", "Reward model"


class LauncherName(models.TextChoices):
    LOCAL = "local", "This machine"
    SLURM = "slurm", "Slurm"
    KUBERNETES = "kubernetes", "Kubernetes"
    RAY = "ray", "Ray Jobs"
    MANUAL = "manual", "By hand"


class RunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ModelKind(models.TextChoices):
    POLICY = "policy", "Policy"
    REWARD = "reward", "Reward model"


class ModelOrigin(models.TextChoices):
    RUN = "run", "Trained here"
    IMPORT = "import", "Imported folder"
    HUB = "hub", "Hugging Face Hub"


class ModelStage(models.TextChoices):
    CANDIDATE = "candidate", "Candidate"
    STAGING = "staging", "Staging"
    PRODUCTION = "production", "Production"
    ARCHIVED = "archived", "Archived"


# What a kind of run makes.
MODEL_KIND_OF_RUN = {kind: ModelKind.REWARD if kind == RunKind.REWARD else ModelKind.POLICY for kind in RunKind}


class EvaluationLayout(models.TextChoices):
    """What the rows of an evaluation set looked like where they came from, and so which numbers they give."""

    REWARDBENCH = "rewardbench", "RewardBench"
    REWARDBENCH_2 = "rewardbench_2", "RewardBench 2"
    RM_BENCH = "rm_bench", "RM-Bench"
    RMB_PAIRWISE = "rmb_pairwise", "RMB pairs"
    RMB_BEST_OF_N = "rmb_best_of_n", "RMB best of n"
    PREFERENCES = "preferences", "Preference pairs"
    SNAPSHOT = "snapshot", "Test split of a snapshot"


class EvaluationSetState(models.TextChoices):
    BUILDING = "building", "Building"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# At most one set of a project has a name, and at most one reads a snapshot, while in one of these.
CURRENT_SET_STATES = (EvaluationSetState.BUILDING, EvaluationSetState.READY)


class EvaluationKind(models.TextChoices):
    REWARD_ACCURACY = "reward_accuracy", "Reward model accuracy"
    INVARIANCE = "invariance", "Length and style invariance"
    IMPLICIT_REWARD = "implicit_reward", "Implicit reward of a policy"
    JUDGE_WIN_RATE = "judge_win_rate", "Win rate by a judge"
    SIDE_BY_SIDE = "side_by_side", "Side by side with people"


class EvaluationState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# Asking again for an evaluation in one of these answers with it.
CURRENT_EVALUATION_STATES = (EvaluationState.QUEUED, EvaluationState.RUNNING, EvaluationState.SUCCEEDED)
