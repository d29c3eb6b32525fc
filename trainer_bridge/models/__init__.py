"""Tables of the trainer bridge."""

from __future__ import annotations

from trainer_bridge.models.exports import Export
from trainer_bridge.models.registry import ModelVersion
from trainer_bridge.models.runs import Run, RunMetric

__all__ = ["Export", "ModelVersion", "Run", "RunMetric"]
