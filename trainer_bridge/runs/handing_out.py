"""A run's folder for people who train it elsewhere: data, settings, code and base model in one archive.

Nothing in it needs this application: `PYTHONPATH=code python -m trainer_bridge.ml.train . --resume` trains it.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import yaml
from django.conf import settings

from trainer_bridge.choices import ExportState
from trainer_bridge.models import Run
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.runs.folder import TEST_FILE, TRAIN_FILE, config_values, local_models_folder
from webapp.api.errors import ConflictError
from webapp.store.files import store

COMMAND = "PYTHONPATH=code python -m trainer_bridge.ml.train . --resume"
# What the trainer imports of this application: no Django, no database.
_CODE = (
    "curation/__init__.py",
    "curation/ml",
    "trainer_bridge/__init__.py",
    "trainer_bridge/domain",
    "trainer_bridge/ml",
)
_REQUIREMENTS = ("accelerate", "datasets", "peft", "pyyaml", "safetensors", "sentencepiece", "tokenizers", "torch",
                 "transformers", "trl")  # fmt: skip
_BASE_MODEL = "base-model"
_COPY_BYTES = 1 << 20


def config_yaml(run: Run) -> str:
    """`config.yaml` as the archive holds it: every path inside the folder. Raises ConflictError, ApplicationError."""
    values = config_values(run, data=_data_names(run), base_model=_base_model(run)[0])
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def readme_text(run: Run) -> str:
    """What to do with a downloaded folder."""
    gpus = max(run.gpus, 1)
    several = (
        f"\nOn {gpus} GPUs of one machine:\n\n"
        f"    PYTHONPATH=code torchrun --standalone --nproc-per-node={gpus} -m trainer_bridge.ml.train . --resume\n"
    )
    return (
        f"{run.name}: a {run.get_kind_display()} run of {run.base_model}\n\n"
        "Python 3.11 or newer with these packages (requirements.txt names the versions this was tested with):\n\n"
        "    pip install -r requirements.txt\n\n"
        "Then, in this folder:\n\n"
        f"    {COMMAND}\n"
        f"{several if gpus > 1 else ''}"
        "\nStop it with Ctrl-C: it saves a checkpoint, and the same command goes on from there.\n"
        "The finished model is in model/.\n"
        "\nSet PLUMBLINE_REPORT_URL and PLUMBLINE_REPORT_TOKEN to what the run's page shows, and curves, log\n"
        "and model are sent there while it trains.\n"
    )


def folder_zip(run: Run) -> Iterator[bytes]:
    """The archive, made while it is read. Raises ConflictError before the first byte when something is missing."""
    config = config_yaml(run)
    base_model = _base_model(run)[1]
    texts = {"config.yaml": config, "README.txt": readme_text(run), "requirements.txt": requirements_text()}
    return _zipped(run, texts, base_model)


def _zipped(run: Run, texts: dict[str, str], base_model: Path | None) -> Iterator[bytes]:
    buffer = _Buffer()
    top = f"run-{run.pk}"
    with zipfile.ZipFile(cast("IO[bytes]", buffer), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{top}/{name}", text)
            yield buffer.take()
        for name, path in code_files():
            archive.write(path, f"{top}/code/{name}")
            yield buffer.take()
        for name in filter(None, _data_names(run).values()):
            with store().open(f"{run.export.folder}/{Path(name).name}") as source:
                yield from _added(archive, f"{top}/{name}", source, buffer)
        for inside, path in _files_below(base_model):
            with path.open("rb") as source:
                yield from _added(archive, f"{top}/{_BASE_MODEL}/{inside}", source, buffer)
    yield buffer.take()


def _added(archive: zipfile.ZipFile, name: str, source: IO[bytes], buffer: _Buffer) -> Iterator[bytes]:
    """One large file, stored as it is: Parquet and weights do not get smaller."""
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
        while piece := source.read(_COPY_BYTES):
            target.write(piece)
            yield buffer.take()


def code_files() -> list[tuple[str, Path]]:
    """The trainer's own code as names below `code/` and files of this installation."""
    root = Path(settings.BASE_DIR)
    found: list[Path] = []
    for name in _CODE:
        path = root / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [(path.relative_to(root).as_posix(), path) for path in found]


def code_place(folder: Path) -> None:
    """Copy the trainer's code into a run folder, so that a cluster's machines need only the folder."""
    target = folder / "code"
    shutil.rmtree(target, ignore_errors=True)
    for name, path in code_files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)


def requirements_text() -> str:
    """Packages the trainer imports, in the versions this installation pins."""
    pinned = {}
    for line in (Path(settings.BASE_DIR) / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        # A build for processors alone is not what other machines want.
        pinned[name.strip().lower()] = version.partition(";")[0].partition("+")[0].strip()
    return "".join(f"{name}=={pinned[name]}\n" if pinned.get(name) else f"{name}\n" for name in _REQUIREMENTS)


def _data_names(run: Run) -> dict[str, str | None]:
    if run.export.state != ExportState.READY:
        raise ConflictError(f"The export of this run is {run.export.state}; the folder is there when it is ready.")
    have = {entry["name"] for entry in run.export.files}
    return {"train": f"data/{TRAIN_FILE}", "eval": f"data/{TEST_FILE}" if TEST_FILE in have else None}


def _base_model(run: Run) -> tuple[dict[str, Any], Path | None]:
    """How the archive's settings name the base model, and the folder to put into it, if any."""
    source = source_of(run.base_model, project_id=run.project_id, kind=run.kind)
    if source.folder is not None:
        return {"path": _BASE_MODEL}, source.folder
    if run.base_model.startswith("hub:"):
        name, _, revision = str(source.prepare).partition("@")
        return {"hub_id": name, **({"revision": revision} if revision else {})}, None
    prepared = local_models_folder() / str(source.prepared_as)
    if not (prepared / "base_model.json").exists():
        raise ConflictError("The base model of this run is still being prepared; the folder is there when it is.")
    return {"path": _BASE_MODEL}, prepared


def _files_below(folder: Path | None) -> list[tuple[str, Path]]:
    if folder is None:
        return []
    return [(path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*")) if path.is_file()]


class _Buffer:
    """What an archive is written into: bytes wait here until they are taken, so it can be of any size."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing to do: what was written is taken."""

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken
