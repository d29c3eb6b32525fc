"""Every table of the room; one module per noun."""

from __future__ import annotations

from curation.models.datasets import AnnotatorPseudonym, Dataset, DatasetVersion, Import
from curation.models.judges import EndpointAllowance, Judge, JudgeAnswer, JudgeMeter, JudgeRun, JudgeTrust
from curation.models.lab import LabRun
from curation.models.recipes import Recipe
from curation.models.refreshes import SnapshotRefresh
from curation.models.signals import Signal
from curation.models.snapshots import Snapshot, SnapshotApproval

__all__ = [
    "AnnotatorPseudonym",
    "Dataset",
    "DatasetVersion",
    "EndpointAllowance",
    "Import",
    "Judge",
    "JudgeAnswer",
    "JudgeMeter",
    "JudgeRun",
    "JudgeTrust",
    "LabRun",
    "Recipe",
    "Signal",
    "Snapshot",
    "SnapshotApproval",
    "SnapshotRefresh",
]
