"""pytest plugin (`-p testsupport.services`): a real PostgreSQL and Valkey for every test run.

It is a plugin and not a conftest because pytest-django reads the settings, and they read DATABASE_URL,
before any conftest is imported. Under xdist the workers inherit the controller's environment and so
share its servers; each worker has its own database on them.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.devservices.postgres import PostgresServer
from webapp.devservices.processes import is_alive
from webapp.devservices.valkey import ValkeyServer

PREFIX = "plumbline-test-"
_servers: list[PostgresServer | ValkeyServer] = []
_folders: list[Path] = []
_started_by: list[int] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Set the environment before pytest-django looks at it: a wrapper runs ahead of plain hooks."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings.test"
    # Playwright's synchronous API runs an event loop in the test's thread; Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # pytest calls `pytest_unconfigure` only when its own set-up succeeded: broken settings must not leak servers.
    atexit.register(stop_services)
    keep_bytecode()
    start_missing_services()
    return (yield)


def keep_bytecode() -> None:
    """Where Python is told to write none, keep it in the environment's folder: half of a program's start is compiling.

    `./run test` does so for its checks; this is for pytest by itself and the programs that its tests start.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None) is None:
        return
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(Path(sys.prefix) / ".plumbline" / "bytecode")
    sys.dont_write_bytecode = False


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    stop_services()


def start_missing_services() -> None:
    """Start the servers whose URL the environment does not give, and put their URLs there."""
    missing = [name for name in ("DATABASE_URL", "CELERY_BROKER_URL") if not os.environ.get(name)]
    if not missing:
        return
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    # The database runs as another user when we are root, and must be able to walk through.
    folder.chmod(0o755)
    _folders.append(folder)
    _started_by[:] = [os.getpid()]
    if "DATABASE_URL" in missing:
        postgres = PostgresServer(folder / "postgres", durable=False)
        _servers.append(postgres)
        os.environ["DATABASE_URL"] = postgres.start()
    if "CELERY_BROKER_URL" in missing:
        valkey = ValkeyServer(folder / "valkey", durable=False)
        _servers.append(valkey)
        os.environ["CELERY_BROKER_URL"] = valkey.start()


def stop_services() -> None:
    """Stop the servers this process started and delete their files; a fork of it leaves them alone."""
    if _started_by and _started_by[0] != os.getpid():
        return
    while _servers:
        _servers.pop().destroy()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def _remove_leftovers() -> None:
    """Stop servers of test runs that were killed before they could stop them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not owner.isdigit() or is_alive(int(owner)):
            continue
        # Another user's leftovers are not ours to touch.
        with contextlib.suppress(OSError):
            PostgresServer(folder / "postgres", durable=False).destroy()
            ValkeyServer(folder / "valkey", durable=False).destroy()
            shutil.rmtree(folder, ignore_errors=True)
