"""States, formats and kinds of the trainer bridge."""

from __future__ import annotations

from django.db import models


class ExportFormat(models.TextChoices):
    TRL_PREFERENCE = "trl_preference", "TRL preference pairs (DPO)"
    TRL_REWARD = "trl_reward", "TRL reward pairs with margins"


class ExportState(models.TextChoices):
    BUILDING = "building", "Building"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# At most one export of a snapshot in a format is in one of these.
CURRENT_EXPORT_STATES = (ExportState.BUILDING, ExportState.READY)


class RunKind(models.TextChoices):
    DPO = "dpo", "DPO"
    REWARD = "reward", "Reward model"


class RunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ModelKind(models.TextChoices):
    POLICY = "policy", "Policy"
    REWARD = "reward", "Reward model"


# What a kind of run reads, and what it makes. One format each: a trainer drops columns it does not know in silence.
FORMAT_OF_KIND = {RunKind.DPO: ExportFormat.TRL_PREFERENCE, RunKind.REWARD: ExportFormat.TRL_REWARD}
MODEL_KIND_OF_RUN = {RunKind.DPO: ModelKind.POLICY, RunKind.REWARD: ModelKind.REWARD}
