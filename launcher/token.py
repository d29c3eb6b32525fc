"""`./run token EMAIL`: a fresh API token on standard output, everything else on standard error."""

from __future__ import annotations

import subprocess

from launcher.layout import ROOT, VENV_PYTHON, DataFolder
from launcher.services import process_environment, start_services


def print_token(data: DataFolder, email: str) -> int:
    """Print a token of a local account; starts the database for the moment when nothing runs."""
    data.prepare()
    from webapp.devservices.postgres import PostgresServer

    was_running = PostgresServer(data.postgres).is_running()
    services = start_services(data)
    try:
        argv = [str(VENV_PYTHON), "manage.py", "api_token", email]
        return subprocess.run(argv, cwd=ROOT, env=process_environment(data, services), check=False).returncode
    finally:
        if not was_running:
            services.stop()
