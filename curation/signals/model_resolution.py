"""Where a registered model's files are, asked of the room that keeps the registry.

The registry lives above this room, which may not import it; it registers a resolver here when it starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webapp.api.errors import UnprocessableError


@dataclass(frozen=True)
class ResolvedModel:
    """A model this room may load. `path` is a local folder or a Hub id; `kind` is "reward" or "policy"."""

    id: int
    name: str
    path: str
    revision: str
    kind: str


Resolver = Callable[[int, int], ResolvedModel]
_resolvers: list[Resolver] = []


def register_resolver(resolver: Resolver) -> None:
    """`resolver(project_id, model_id)` returns the model or raises an ApplicationError."""
    _resolvers[:] = [resolver]


def resolve_model(*, project_id: int, model_id: int, kind: str) -> ResolvedModel:
    """The project's model with this id. Raises UnprocessableError when there is none of this kind."""
    if not _resolvers:
        raise UnprocessableError("This installation has no model registry.", fields={"params.model": ["No registry."]})
    model = _resolvers[0](project_id, model_id)
    if model.kind != kind:
        raise UnprocessableError(
            f"params.model: {model.name} is a {model.kind} model; this signal needs a {kind} model.",
            fields={"params.model": [f"Choose a {kind} model."]},
        )
    return model
