"""Run inside the application's environment: migrations, static files and demo content in one Django start.

`python -m launcher.prepare [--demo]`. One process for three commands saves two starts of Django.
"""

from __future__ import annotations

import io
import logging
import sys
from contextlib import redirect_stdout
from pathlib import Path

from launcher.console import step
from launcher.stamps import Stamp, digest_of


def main() -> None:
    """Bring database, static files and (with --demo) the demo project up to date."""
    import django

    django.setup()
    migrate()
    collect_static()
    if "--demo" in sys.argv:
        seed_demo()


def migrate() -> None:
    """Apply the migrations that are missing; costs one query when there are none."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if pending:
        with step(f"Applying {pending} database migrations"):
            call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Gather and compress static files, unless the built front end and the packages are the same as last time."""
    from django.conf import settings
    from django.core.management import call_command

    target = Path(settings.STATIC_ROOT)
    inputs = [Path(settings.FRONTEND_DIST), Path(settings.BASE_DIR) / "constraints.txt"]
    stamp = Stamp(target.parent / "run" / "static-stamp", digest_of(inputs))
    if stamp.is_current(target):
        return
    with step("Collecting static files"):
        stamp.forget()
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write()


def seed_demo() -> None:
    """Create the demo project if it is missing; keep what the command says for the lines shown at the end."""
    from django.conf import settings
    from django.core.management import CommandError, call_command

    # Its jobs run in this process; their log lines would stand between the steps shown.
    logging.getLogger("webapp.jobs").setLevel(logging.WARNING)
    heard = io.StringIO()
    try:
        with step("Demo content"), redirect_stdout(heard):
            call_command("seed_demo", stdout=heard)
    except CommandError as error:
        print(f"The demo project could not be created: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    finally:
        said = Path(settings.DATA_DIR) / "run" / "demo.txt"
        said.write_text(heard.getvalue())


if __name__ == "__main__":
    main()
