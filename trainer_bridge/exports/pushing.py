"""An export's files on the Hugging Face Hub: one commit with the files as they are and the README as the data card."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trainer_bridge.models import Export
from webapp.jobs.handlers import JobError, Progress
from webapp.store.files import store

REPO = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9])?/[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9])?")
_NOBODY = "The worker has no HF_TOKEN, so nothing can be pushed; set it in the worker's environment and retry the job."


def is_repo(name: str) -> bool:
    """Whether a name is one of the Hub's, `owner/name`."""
    return REPO.fullmatch(name) is not None and ".." not in name and "--" not in name


def export_push(export: Export, progress: Progress, *, repo: str, private: bool) -> dict[str, Any]:
    """Make the dataset repository if it is missing and commit the export's files to it.

    Returns `{"repo", "url", "commit", "files"}`. Doing it again commits what changed, so nothing. Raises JobError with
    one sentence. The token comes from HF_TOKEN of this process alone.
    """
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.errors import HfHubHTTPError, HTTPError, OfflineModeIsEnabled
    from huggingface_hub.utils import disable_progress_bars

    token = os.environ.get("HF_TOKEN", "").strip()
    if not token:
        raise JobError(_NOBODY)
    disable_progress_bars()
    progress.set_total(len(export.files))
    api = HfApi(token=token)
    names = [entry["name"] for entry in export.files]
    try:
        url = api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
        progress.log(f"Pushing {len(names)} files to {url}.")
        with TemporaryDirectory(prefix="plumbline-push-") as folder:
            operations = [CommitOperationAdd(name, _on_disk(export, name, Path(folder))) for name in names]
            progress.advance(0)
            commit = api.create_commit(
                repo, operations, repo_type="dataset", commit_message=f"Export {export.pk} of {export.snapshot.name}"
            )
    except OfflineModeIsEnabled:
        raise JobError(
            "This installation is set to offline (HF_HUB_OFFLINE), so nothing can be pushed; go online and retry."
        ) from None
    except HfHubHTTPError as error:
        raise JobError(_refusal(repo, error)) from error
    except (HTTPError, OSError) as error:
        raise JobError(f"The Hub cannot be reached from the worker ({type(error).__name__}); retry later.") from error
    progress.set_done(len(names))
    return {"repo": repo, "url": str(url), "commit": commit.oid, "files": len(names)}


def _on_disk(export: Export, name: str, folder: Path) -> Path:
    """A file of the export on this machine: where it lies, or a copy in `folder`."""
    key = f"{export.folder}/{name}"
    if store().is_local:
        return store().local_path(key)
    with store().open(key) as source, (folder / name).open("wb") as target:
        shutil.copyfileobj(source, target)
    return folder / name


def _refusal(repo: str, error: Any) -> str:
    """Why the Hub refused, and what to do."""
    status = getattr(error.response, "status_code", None)
    if status == 401:
        return "The Hub does not accept the worker's HF_TOKEN; set a valid token with write access."
    if status == 403:
        return f"The worker's HF_TOKEN may not write to {repo}; use a token with write access there."
    if status == 404:
        return f"The Hub has no {repo} and its owner cannot be found; check the name."
    if status == 429:
        return "The Hub asks to wait, there were too many requests; retry the job later."
    return f"The Hub refused the push to {repo} with status {status}; retry later."
