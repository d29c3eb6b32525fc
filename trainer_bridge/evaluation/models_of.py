"""The models of an evaluation: what is evaluated, and the reference a policy is measured from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from curation.signals.model_readings import ModelScorer
from trainer_bridge.choices import RunKind
from trainer_bridge.evaluation.readings import Reader
from trainer_bridge.ml import base_models
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.models import Evaluation
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.runs.folder import local_models_folder
from trainer_bridge.selectors.registry import model_resolve
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError


def reward_reader(evaluation: Evaluation) -> Reader:
    """Scores of the evaluated reward model."""

    def load() -> ModelScorer[Any]:
        from curation.ml.reward_scoring import RewardScorer

        found = model_resolve(evaluation.project_id, evaluation.model_id)
        with _called(found.name, found.path):
            return RewardScorer(found.path, revision=found.revision, head=evaluation.params["head"])

    return Reader("model", load)


def policy_reader(evaluation: Evaluation) -> Reader:
    """Log-likelihoods of the evaluated policy."""

    def load() -> ModelScorer[Any]:
        found = model_resolve(evaluation.project_id, evaluation.model_id)
        return _likelihoods(found.name, found.path, found.revision)

    return Reader("model", load)


def reference_reader(evaluation: Evaluation) -> Reader:
    """Log-likelihoods of the reference: the registered model chosen, or what the policy's training started from."""

    def load() -> ModelScorer[Any]:
        if evaluation.against_id is not None:
            found = model_resolve(evaluation.project_id, evaluation.against_id)
            return _likelihoods(found.name, found.path, found.revision)
        return _likelihoods(evaluation.model.base_model, base_folder(evaluation), None)

    return Reader("reference", load)


def reference_name(evaluation: Evaluation) -> str:
    return str(evaluation.against) if evaluation.against is not None else evaluation.model.base_model


def _likelihoods(name: str, path: str, revision: str | None) -> ModelScorer[Any]:
    from curation.ml.log_likelihood import LikelihoodScorer

    with _called(name, path):
        return LikelihoodScorer(path, revision=revision)


@contextmanager
def _called(name: str, path: str) -> Iterator[None]:
    """What cannot be loaded is told by the model's name, not by where its files are."""
    from curation.ml.model_folder import ScoringError

    try:
        yield
    except ScoringError as error:
        raise ScoringError(str(error).replace(path, name)) from error


def base_folder(evaluation: Evaluation) -> str:
    """The folder of the base model, prepared when it is not there yet. Raises JobError with one sentence."""
    key = evaluation.model.base_model
    try:
        found = source_of(key, project_id=evaluation.project_id, kind=RunKind.DPO)
        if found.folder is not None:
            return str(found.folder)
        return base_models.prepare(str(found.prepare), local_models_folder() / str(found.prepared_as)).path
    except (ApplicationError, RefusedError) as error:
        raise JobError(f"The reference {key} cannot be loaded: {error}") from error
