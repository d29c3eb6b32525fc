"""Which signals a registered model computed."""

from __future__ import annotations

from typing import Any

from curation.models import Signal
from curation.signals.registry import signal_kind


def signals_of_model(*, project_id: int, model_id: int) -> list[Signal]:
    """The project's signals that were asked for with a registered model, the newest first."""
    found = Signal.objects.filter(dataset_version__dataset__project=project_id).order_by("-id")
    return [signal for signal in found if model_id in models_of(signal)]


def models_of(signal: Signal) -> set[int]:
    """The ids of the registered models that a signal's parameters name, one by one or in lists."""
    properties: dict[str, Any] = signal_kind(signal.kind).params_schema.get("properties", {})
    named: set[int] = set()
    for name, about in properties.items():
        given = signal.params.get(name)
        if about.get("format") == "model" and given is not None:
            named.add(given)
        elif about.get("items", {}).get("format") == "model":
            named.update(given or ())
    return named
