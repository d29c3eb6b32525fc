"""States of imports and dataset versions."""

from __future__ import annotations

from django.db import models


class VersionState(models.TextChoices):
    BUILDING = "building", "Building"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class VersionOrigin(models.TextChoices):
    IMPORT = "import", "Import"
    FOLD = "fold", "Folded votes"
    JUDGE = "judge", "AI feedback"
    GENERATED = "generated", "Written by models"


class ImportState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ImportFormat(models.TextChoices):
    """What a row looks like; the file around it (JSON lines, JSON array, Parquet, gzip) is found by its content."""

    HH_TRANSCRIPTS = "hh_transcripts", "Human/Assistant transcripts"
    TRL_PREFERENCE = "trl_preference", "TRL preference"
    CANONICAL_ROWS = "canonical_rows", "Plumbline rows"
    SHAREGPT = "sharegpt", "ShareGPT conversations"
    FINE_GRAINED = "fine_grained", "Fine-Grained RLHF feedback"
    PAIRED_INSTRUCTION = "paired_instruction", "Instruction with two responses"


class QueueOrder(models.TextChoices):
    ORIGINAL = "original", "As in the dataset"
    SHUFFLE = "shuffle", "Shuffled"
