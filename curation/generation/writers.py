"""The models that write responses: checked when asked for, loaded in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from curation.judges.choices import ModelSource
from curation.judges.models_of import PACKAGED_TITLE, backend_of, identity_of
from curation.judges.services import model_facts
from curation.ml.judging.calls import JudgeBackend
from curation.signals.model_resolution import resolve_model


class Writer(Protocol):
    """Whatever writes responses. `name` is written beside them as their generator."""

    @property
    def name(self) -> str: ...

    def backend(self) -> JudgeBackend:
        """In a worker: the model, loaded. Raises JobError."""
        ...


@dataclass(frozen=True)
class ModelWriter:
    """A model named as a judge names it."""

    project_id: int
    source: str
    model: Mapping[str, Any]
    name: str

    def backend(self) -> JudgeBackend:
        return backend_of(self, identity_of(self))

    def as_params(self) -> dict[str, Any]:
        return {"source": self.source, "model": dict(self.model), "name": self.name}


def writer_of(project_id: int, given: Mapping[str, Any]) -> ModelWriter:
    """A writer from `{"source", "model", "name"?}`. Raises ApplicationError where there is no such model."""
    source = given["source"]
    model = model_facts(source, given.get("model") or {})
    writer = ModelWriter(
        project_id, source, model, str(given.get("name") or "").strip() or _name(project_id, source, model)
    )
    identity_of(writer)
    return writer


def writer_from_params(project_id: int, params: Mapping[str, Any]) -> ModelWriter:
    """The writer that `as_params` told of, in a worker."""
    return ModelWriter(project_id, params["source"], params["model"], params["name"])


def _name(project_id: int, source: str, model: Mapping[str, Any]) -> str:
    if source == ModelSource.REGISTERED:
        return resolve_model(project_id=project_id, model_id=model["id"], kind="policy", name="model").name
    return PACKAGED_TITLE if source == ModelSource.PACKAGED else str(model["model"])
