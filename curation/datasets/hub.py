"""Datasets of the Hugging Face Hub: their data files, downloaded and then imported like uploads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from webapp.api.errors import ApplicationError, UnprocessableError
from webapp.jobs.handlers import JobError

_NAME = re.compile(r"[\w][\w.-]{0,95}(/[\w][\w.-]{0,95})?\Z")
_DATA = (".jsonl", ".ndjson", ".json", ".parquet", ".jsonl.gz", ".ndjson.gz", ".json.gz")
# Descriptions of a dataset that are JSON, but not its rows.
_NOT_DATA = ("dataset_infos.json", "dataset_info.json", "state.json", "metadata.json", "croissant.json")


def hub_repository_check(repository: str) -> None:
    """Raise when the name cannot be one of the Hub, or when this installation has no client for it."""
    if not _NAME.match(repository):
        raise ApplicationError(
            f"hub: “{repository[:80]}” is not the name of a dataset; write it as owner/name.",
            fields={"hub": ["Write it as owner/name."]},
        )
    if find_spec("huggingface_hub") is None:
        raise UnprocessableError(
            "This installation cannot reach the Hugging Face Hub: install Plumbline with its ml extra, "
            "or download the file and upload it here."
        )


def data_files(names: list[str], split: str | None) -> list[str]:
    """Of a repository's files those that hold rows (of one split), in name order; one format where several are kept.

    A file belongs to a split when the split's name stands in its path between separators: `data/train-00000.parquet`.
    """
    found = [
        name
        for name in sorted(names)
        if name.lower().endswith(_DATA) and Path(name).name.lower() not in _NOT_DATA and not name.startswith(".")
    ]
    if split is not None:
        word = re.compile(rf"(?:\A|[/_.-]){re.escape(split)}(?:[/_.-]|\Z)")
        found = [name for name in found if word.search(name)]
    parquet = [name for name in found if name.lower().endswith(".parquet")]
    return parquet or found


@contextmanager
def hub_download(repository: str, split: str | None) -> Iterator[Iterator[tuple[str, Path]]]:
    """Download the data files one after another; each is removed when the next is asked for.

    Raises JobError when the Hub cannot be reached, or has no such dataset or no file with rows.
    """
    with TemporaryDirectory(prefix="plumbline-hub-") as folder:
        yield _download(repository, split, Path(folder))


def _download(repository: str, split: str | None, folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        from huggingface_hub import HfApi, hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ImportError as error:
        raise JobError("The Hugging Face client is missing on this worker: install Plumbline's ml extra.") from error
    try:
        names = data_files(HfApi().list_repo_files(repository, repo_type="dataset"), split)
        if not names:
            wanted = f" of a split “{split}”" if split else ""
            raise JobError(f"The dataset {repository} has no .jsonl, .json or .parquet files{wanted}.")
        for name in names:
            path = Path(hf_hub_download(repository, name, repo_type="dataset", local_dir=folder))
            yield name, path
            path.unlink(missing_ok=True)
    except HFValidationError as error:
        raise JobError(f"“{repository}” is not the name of a dataset of the Hugging Face Hub.") from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", None)
        if status in (401, 403, 404):
            raise JobError(
                f"The Hugging Face Hub has no dataset {repository} that this server may read; check its name, "
                "and set HF_TOKEN when it is private or gated."
            ) from error
        raise JobError(f"The Hugging Face Hub refused the download of {repository} (HTTP {status}).") from error
    except OSError as error:
        raise JobError(
            f"The Hugging Face Hub could not be reached ({type(error).__name__}); check this server's network, "
            "or download the file and upload it here."
        ) from error
