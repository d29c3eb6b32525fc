"""PostgreSQL refuses to run as root: who runs it instead, and what that user can reach."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.devservices.processes import ServiceError

# Where root keeps what the server's user must reach and a private home folder would hide.
# Not /var/tmp: system cleaners empty that after a month.
SHARED_ROOT = Path("/var/lib/plumbline")


@dataclass(frozen=True)
class ServerUser:
    """The account a server runs under; `switch` is True when that is not the present one."""

    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> dict[str, Any]:
        """Return the keyword arguments that make `subprocess` run a command as this user."""
        if not self.switch:
            return {}
        # HOME and friends of root would only lead the server to files it may not read.
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path, mode: int) -> None:
        """Create a folder that only this user may enter."""
        path.mkdir(parents=True, exist_ok=True)
        if self.switch:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def can_reach(self, path: Path) -> bool:
        """Tell whether this user may walk down to `path` (the part of it that exists)."""
        if not self.switch:
            return True
        for parent in path.absolute().resolve().parents:
            if parent.exists() and not self._may_enter(parent):
                return False
        return True

    def _may_enter(self, folder: Path) -> bool:
        state = folder.stat()
        if state.st_uid == self.uid:
            return bool(state.st_mode & stat.S_IXUSR)
        if state.st_gid == self.gid:
            return bool(state.st_mode & stat.S_IXGRP)
        return bool(state.st_mode & stat.S_IXOTH)


def server_user() -> ServerUser:
    """Choose who runs PostgreSQL: the present user, or `postgres`, or `nobody` when that one is root."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), switch=False)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid, switch=True)
    raise ServiceError(
        "PostgreSQL cannot run as root and this machine has neither a `postgres` nor a `nobody` user. "
        "Run as another user, or set DATABASE_URL."
    )


def reachable_copy(user: ServerUser, folder: Path, siblings: tuple[Path, ...] = ()) -> Path:
    """Return `folder`, or a copy of it and its siblings that `user` can reach.

    The siblings go along because a wheel's libraries lie beside its package and are found by a relative path.
    """
    if user.can_reach(folder / "x"):
        return folder
    mark = hashlib.sha1(f"{folder}:{folder.stat().st_mtime_ns}".encode(), usedforsecurity=False).hexdigest()[:12]
    target = SHARED_ROOT / f"server-{mark}"
    if not target.is_dir():
        SHARED_ROOT.mkdir(parents=True, exist_ok=True)
        SHARED_ROOT.chmod(0o755)
        scratch = Path(tempfile.mkdtemp(prefix="copy-", dir=SHARED_ROOT))
        for source in (folder, *siblings):
            shutil.copytree(source, scratch / source.name, symlinks=True)
        scratch.chmod(0o755)
        try:
            scratch.rename(target)
        except OSError:
            # Another start finished the same copy first.
            shutil.rmtree(scratch, ignore_errors=True)
    return target / folder.name


def reachable_data(user: ServerUser, folder: Path) -> Path:
    """Return where a cluster meant for `folder` can live: there, or in a place `user` can reach."""
    if user.can_reach(folder / "x"):
        return folder
    mark = hashlib.sha1(str(folder.absolute()).encode(), usedforsecurity=False).hexdigest()[:12]
    SHARED_ROOT.mkdir(parents=True, exist_ok=True)
    SHARED_ROOT.chmod(0o755)
    return SHARED_ROOT / f"cluster-{mark}"
