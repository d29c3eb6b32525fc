"""Where a registered model is at work: what would change its meaning if the model were another."""

from __future__ import annotations

from dataclasses import dataclass

from curation.judges.selectors import judges_of_model
from curation.signals.of_model import signals_of_model
from trainer_bridge.models import Evaluation, ModelVersion, Run

MOST_LISTED = 50


@dataclass(frozen=True)
class ModelUse:
    """One thing that uses a model. `kind` is judge, signal, run or evaluation; `id` is its own."""

    kind: str
    id: int
    name: str


def model_uses(model: ModelVersion) -> list[ModelUse]:
    """Judges that ask it, signals it computed, runs that started from it and evaluations beside it, newest first."""
    judges = judges_of_model(project_id=model.project_id, model_id=model.pk)[:MOST_LISTED]
    signals = signals_of_model(project_id=model.project_id, model_id=model.pk)[:MOST_LISTED]
    runs = Run.objects.filter(project=model.project_id, base_model=f"model:{model.pk}").order_by("-id")[:MOST_LISTED]
    beside = Evaluation.objects.filter(against=model).select_related("model").order_by("-id")[:MOST_LISTED]
    return [
        *(ModelUse("judge", judge.pk, str(judge)) for judge in judges),
        *(ModelUse("signal", signal.pk, signal.name) for signal in signals),
        *(ModelUse("run", run.pk, run.name) for run in runs),
        *(ModelUse("evaluation", each.pk, f"{each.get_kind_display()} of {each.model}") for each in beside),
    ]
