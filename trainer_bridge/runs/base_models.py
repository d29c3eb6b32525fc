"""Base models a run may start from: packaged ones, the Hub, folders of this machine, and models trained here.

Keys: a name of the catalogue (`tiny-llama`), `hub:owner/name`, `local:folder` below PLUMBLINE_MODELS_DIR, or
`model:<id>` for a registered model of the same project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from trainer_bridge.choices import ModelKind, RunKind
from trainer_bridge.ml import base_models as packaged
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.models import ModelVersion
from webapp.api.errors import ApplicationError
from webapp.store.files import store

_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}(@[\w.-]{1,80})?")


@dataclass(frozen=True)
class BaseModel:
    """A line of the list people choose from; `kind` is packaged, local, or trained: a registered model."""

    key: str
    title: str
    description: str
    kind: str
    available: bool


@dataclass(frozen=True)
class Source:
    """Where the weights come from: a finished folder, or a key that has to be prepared under `prepared_as`."""

    folder: Path | None = None
    prepare: str | None = None
    prepared_as: str | None = None


def base_models_of(*, project_id: int, with_local: bool) -> list[BaseModel]:
    """What a run of this project may start from; folders of the machine only for those who may start runs."""
    found = [BaseModel(e.key, e.title, e.description, "packaged", e.available) for e in packaged.catalogue()]
    if with_local:
        found += [
            BaseModel(f"local:{folder.name}", folder.name, "A folder of this machine.", "local", _usable(folder))
            for folder in _local_folders()
        ]
    trained = ModelVersion.objects.filter(project=project_id).order_by("-id")[:200]
    found += [BaseModel(f"model:{model.pk}", str(model), _origin(model), "trained", True) for model in trained]
    return found


def source_of(key: str, *, project_id: int, kind: str) -> Source:
    """Where a base model comes from. Raises ApplicationError that says what to choose instead."""
    if key.startswith("local:"):
        return Source(folder=_local_folder(key.removeprefix("local:")))
    if key.startswith("model:"):
        return Source(folder=_trained_folder(key.removeprefix("model:"), project_id=project_id, kind=kind))
    if key.startswith("hub:"):
        name = key.removeprefix("hub:")
        if not _HUB_ID.fullmatch(name) or ".." in name:
            raise _refused("A model of the Hub is written hub:owner/name, or hub:owner/name@revision.")
        return Source(prepare=name, prepared_as="hub--" + re.sub(r"[/@]", "--", name))
    for entry in packaged.catalogue():
        if entry.key == key:
            if not entry.available:
                raise _refused(f"{entry.title} is not installed here; install its package or choose another.")
            return Source(prepare=key, prepared_as=key)
    raise _refused(f"There is no base model {key!r}; choose one of the list, hub:owner/name or model:<id>.")


def _origin(model: ModelVersion) -> str:
    return f"{'Trained here' if model.run_id else 'Registered'} from {model.base_model}."


def _root() -> Path | None:
    return Path(settings.MODELS_DIR).resolve() if settings.MODELS_DIR else None


def _local_folders() -> list[Path]:
    root = _root()
    if root is None or not root.is_dir():
        return []
    return sorted(entry for entry in root.iterdir() if entry.is_dir() and _FOLDER_NAME.fullmatch(entry.name))


def _local_folder(name: str) -> Path:
    root = _root()
    if root is None:
        raise _refused("This installation has no folder of local models; set PLUMBLINE_MODELS_DIR.")
    if not _FOLDER_NAME.fullmatch(name) or ".." in name:
        raise _refused("A local model is written local:folder, a folder directly below PLUMBLINE_MODELS_DIR.")
    folder = (root / name).resolve()
    if not folder.is_relative_to(root) or not folder.is_dir():
        raise _refused(f"There is no folder {name!r} below PLUMBLINE_MODELS_DIR.")
    try:
        packaged.check_folder(folder, named=name)
    except RefusedError as error:
        raise _refused(str(error)) from None
    return folder


def _usable(folder: Path) -> bool:
    try:
        packaged.check_folder(folder)
    except RefusedError:
        return False
    return True


def _trained_folder(number: str, *, project_id: int, kind: str) -> Path:
    model = ModelVersion.objects.filter(pk=int(number), project=project_id).first() if _is_id(number) else None
    if model is None:
        raise _refused(f"This project has no model {number!r}; give model:<id> of its list of models.")
    if kind != RunKind.REWARD and model.kind == ModelKind.REWARD:
        raise _refused(f"{model} is a reward model; a {RunKind(kind).label} run needs a policy as its base.")
    if not store().is_local:
        raise _refused("Models of this project are in a store that is not a local disk; choose another base model.")
    return store().local_path(model.path)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


def _refused(sentence: str) -> ApplicationError:
    return ApplicationError(f"base_model: {sentence}", fields={"base_model": [sentence]})
