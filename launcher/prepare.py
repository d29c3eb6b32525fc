"""Run inside the application's environment: migrations, static files and demo content in one Django start.

`python -m launcher.prepare [--demo]`. One process for three commands saves two starts of Django.
"""

from __future__ import annotations

import sys
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
        from django.core.management import call_command

        with step("Demo content"):
            call_command("seed_demo")


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


if __name__ == "__main__":
    main()
