"""Where a registered model's files are, asked of the room that keeps the registry.

The registry lives above this room, which may not import it; it registers a resolver here when it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.api.errors import UnprocessableError


@dataclass(frozen=True)
class ResolvedModel:
    """A model this room may load. `path` is a local folder or a Hub id; `kind` is "reward" or "policy".

    `training_prompts` reads the texts (see `prompt_text`) of the prompts that it was trained on here. Nothing is known
    of what models from elsewhere have seen. `heads` are the names of a reward model's outputs where it has several.
    """

    id: int
    name: str
    path: str
    revision: str
    kind: str
    training_prompts: Callable[[], Iterable[str]] = field(default=tuple, compare=False)
    heads: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """What a signal's key and provenance say about the model."""
        return {"model_id": self.id, "model": self.name, "revision": self.revision}


@dataclass(frozen=True)
class ListedModel:
    """A registered model as lists show it."""

    id: int
    name: str
    kind: str


Resolver = Callable[[int, int], ResolvedModel]
Lister = Callable[[int], Iterable[ListedModel]]
_resolvers: list[Resolver] = []
_listers: list[Lister] = []


def register_resolver(resolver: Resolver) -> None:
    """`resolver(project_id, model_id)` returns the model or raises an ApplicationError."""
    _resolvers[:] = [resolver]


def register_lister(lister: Lister) -> None:
    """`lister(project_id)` gives the project's models, the newest first."""
    _listers[:] = [lister]


def models_listed(*, project_id: int, kind: str) -> list[ListedModel]:
    """The project's models of a kind, the newest first; none where there is no registry."""
    return [model for lister in _listers for model in lister(project_id) if model.kind == kind]


def resolve_model(
    *, project_id: int, model_id: int, kind: str, name: str = "model", with_heads: bool = False
) -> ResolvedModel:
    """The project's model with this id. Raises UnprocessableError when there is none of this kind.

    `name` is the parameter that holds the id, for messages. `with_heads` says that the caller can choose an output of
    a model that has several; for all others it is no model of the kind, because they need one number.
    """
    if not _resolvers:
        message = "This installation has no model registry."
        raise UnprocessableError(message, fields={f"params.{name}": ["No registry."]})
    model = _resolvers[0](project_id, model_id)
    if model.kind != kind:
        raise UnprocessableError(
            f"params.{name}: {model.name} is a {model.kind} model; this signal needs a {kind} model.",
            fields={f"params.{name}": [f"Choose a {kind} model."]},
        )
    if model.heads and not with_heads:
        raise UnprocessableError(
            f"params.{name}: {model.name} gives a number for each of {', '.join(model.heads)}; this needs one number.",
            fields={f"params.{name}": ["Choose a model with one output."]},
        )
    return model


def distinct_models(models: Sequence[ResolvedModel]) -> bool:
    """Whether no two of these are one model: registered once, or twice with the same files."""
    ids, revisions = {model.id for model in models}, [model.revision for model in models if model.revision]
    return len(ids) == len(models) and len(set(revisions)) == len(revisions)
