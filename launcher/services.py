"""The servers the application stands on, and the environment its processes are given."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from launcher.console import StepError, step
from launcher.layout import VENV, DataFolder


class Server(Protocol):
    """What the embedded servers have in common."""

    @property
    def pid(self) -> int | None: ...
    @property
    def url(self) -> str: ...
    def start(self) -> str: ...
    def stop(self) -> None: ...
    def is_running(self) -> bool: ...


@dataclass
class Services:
    """Embedded servers by name (none where the environment names other ones) and their URLs."""

    database_url: str
    broker_url: str
    embedded: dict[str, Server] = field(default_factory=dict)

    def stop(self) -> None:
        """Stop the embedded servers, the broker before the database."""
        for name in reversed(list(self.embedded)):
            self.embedded[name].stop()


def start_services(data: DataFolder) -> Services:
    """Start PostgreSQL and Valkey below the data folder unless DATABASE_URL or CELERY_BROKER_URL are set.

    Raises StepError with the end of a server's log when it does not come up.
    """
    from webapp.devservices.postgres import PostgresServer
    from webapp.devservices.processes import ServiceError
    from webapp.devservices.valkey import ValkeyServer

    database_url = os.environ.get("DATABASE_URL", "")
    broker_url = os.environ.get("CELERY_BROKER_URL", "")
    embedded: dict[str, Server] = {}
    try:
        if not database_url:
            with step("Starting PostgreSQL"):
                embedded["postgres"] = PostgresServer(data.postgres)
                database_url = embedded["postgres"].start()
        if not broker_url:
            with step("Starting Valkey"):
                embedded["valkey"] = ValkeyServer(data.valkey)
                broker_url = embedded["valkey"].start()
    except ServiceError as error:
        Services(database_url, broker_url, embedded).stop()
        raise StepError(str(error)) from error
    return Services(database_url, broker_url, embedded)


def process_environment(data: DataFolder, services: Services) -> dict[str, str]:
    """Return the environment of every process of the application."""
    return {
        **os.environ,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "webapp.settings.dev"),
        "DATABASE_URL": services.database_url,
        "CELERY_BROKER_URL": services.broker_url,
        "PLUMBLINE_DATA_DIR": str(data.path),
        "PLUMBLINE_SECRET_KEY": secret_key(data),
        "PLUMBLINE_LOG_FORMAT": os.environ.get("PLUMBLINE_LOG_FORMAT", "logfmt"),
        "PYTHONUNBUFFERED": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def secret_key(data: DataFolder) -> str:
    """Return the key of this installation, made once and readable by its owner only."""
    if given := os.environ.get("PLUMBLINE_SECRET_KEY"):
        return given
    if not data.secret_key.exists():
        # Created with its final mode: there is no moment at which others could read it.
        handle = os.open(data.secret_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return data.secret_key.read_text().strip()
