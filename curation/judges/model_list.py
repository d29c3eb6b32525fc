"""The models a project's judges may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from curation.judges.choices import ModelSource
from curation.judges.endpoints import endpoints_all
from curation.judges.models_of import PACKAGED_TITLE, packaged_revision
from curation.signals.model_resolution import models_listed
from webapp.api.errors import UnprocessableError


@dataclass(frozen=True)
class JudgeModel:
    """`model` is what a judge is made with."""

    source: str
    model: dict[str, Any]
    title: str
    description: str
    available: bool = True


def judge_models_of(project_id: int) -> list[JudgeModel]:
    """The packaged model, the project's registered policy models, and the endpoints of this installation."""
    registered = [
        JudgeModel(ModelSource.REGISTERED, {"id": model.id}, model.name, "A registered model of this project.")
        for model in models_listed(project_id=project_id, kind="policy")
    ]
    endpoints = [
        JudgeModel(ModelSource.ENDPOINT, {"endpoint": each.name}, each.name, each.url)
        for each in endpoints_all().values()
    ]
    return [_packaged(), *registered, *endpoints]


def _packaged() -> JudgeModel:
    sentence = "Small, comes with the application, and follows the place of a response more than what it says."
    try:
        packaged_revision()
    except UnprocessableError as error:
        return JudgeModel(ModelSource.PACKAGED, {}, PACKAGED_TITLE, str(error), available=False)
    return JudgeModel(ModelSource.PACKAGED, {}, PACKAGED_TITLE, sentence)
