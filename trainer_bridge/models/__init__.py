"""Tables of the trainer bridge."""

from __future__ import annotations

from trainer_bridge.models.evaluation import Evaluation, EvaluationSet
from trainer_bridge.models.exports import Export
from trainer_bridge.models.registry import ModelVersion
from trainer_bridge.models.runs import Run, RunMetric

__all__ = ["Evaluation", "EvaluationSet", "Export", "ModelVersion", "Run", "RunMetric"]
