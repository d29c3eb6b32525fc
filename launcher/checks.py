"""`./run lint` and `./run test`: every check, a summary at the end, one exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launcher.browser import ensure_chromium
from launcher.console import StepError, say
from launcher.frontend import ensure_frontend, ensure_node_modules, find_npm, npm_environment
from launcher.layout import FRONTEND, ROOT, VENV

PYTHON = str(VENV / "bin" / "python")
# Files of tests are shared among two processes; `tests/conftest.py` says what stays together.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
BYTECODE = VENV / ".plumbline" / "bytecode"
SCHEMA = ROOT / "webapp" / "api" / "openapi.yaml"
# Where what a check prints is kept back; the terminal when that is None.
_kept_back: ContextVar[IO[str] | None] = ContextVar("kept_back", default=None)


@dataclass(frozen=True)
class Check:
    """One check: a name and what decides it."""

    name: str
    run: Callable[[dict[str, str]], bool]


@dataclass(frozen=True)
class Outcome:
    """How one check went."""

    name: str
    passed: bool
    seconds: float


def run_lint() -> int:
    """Run the static checks and return the exit code."""
    ensure_node_modules(find_npm())
    with throw_away_services() as environment:
        return report(run_checks(static_checks(), environment))


def run_all(pytest_arguments: list[str]) -> int:
    """Set up what the tests need, run every check and return the exit code."""
    chromium = ensure_chromium()
    ensure_frontend()
    with throw_away_services() as environment:
        environment["PLUMBLINE_CHROMIUM"] = chromium
        # It keeps all cores busy and its tests have seconds, so it runs alone.
        vitest = run_checks([Check("vitest", _npm("test"))], environment)
        pytest = Check("pytest", _command(PYTHON, "-m", "pytest", *SIDE_BY_SIDE, *pytest_arguments))
        return report([*vitest, *run_beside(static_checks(), [pytest], environment)])


def static_checks() -> list[Check]:
    """Return the checks that read code and do not run it."""
    return [
        Check("ruff check", _command("ruff", "check", ".")),
        Check("ruff format", _command("ruff", "format", "--check", "--quiet", ".")),
        Check("mypy", _command("mypy")),
        Check("import-linter", _command("lint-imports")),
        Check("migrations", _command(PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")),
        Check("openapi snapshot", schema_is_current),
        Check("frontend types", _npm("run", "--silent", "types", "--", "--check")),
        Check("biome", _npm("run", "lint")),
        Check("tsc", _npm("run", "typecheck")),
    ]


def run_checks(checks: list[Check], environment: dict[str, str]) -> list[Outcome]:
    """Run all checks, also after one has failed: a person wants the whole list at once."""
    return [_run_check(check, environment) for check in checks]


def run_beside(quiet: list[Check], shown: list[Check], environment: dict[str, str]) -> list[Outcome]:
    """Run both lists at once: tests wait for browsers and workers, and leave the processor to who reads code.

    What a quiet check prints comes in one piece when it has ended; the others print as they go.
    """
    interrupted = threading.Event()

    def run_quietly() -> list[Outcome]:
        outcomes = []
        for check in quiet:
            if interrupted.is_set():
                break
            with tempfile.TemporaryFile("w+") as output:
                _kept_back.set(output)
                outcomes.append(_run_check(check, environment))
                output.seek(0)
                print(f"\n{output.read()}", end="", file=sys.stderr, flush=True)
        return outcomes

    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(run_quietly)
        try:
            outcomes = run_checks(shown, environment)
        except KeyboardInterrupt:
            interrupted.set()
            raise
        return [*reading.result(), *outcomes]


def _run_check(check: Check, environment: dict[str, str]) -> Outcome:
    _say(f"── {check.name}")
    began = time.monotonic()
    try:
        passed = check.run(environment)
    except StepError as error:
        _say(str(error))
        passed = False
    outcome = Outcome(check.name, passed, time.monotonic() - began)
    if not passed:
        _say(f"── {check.name} FAILED")
    return outcome


def report(outcomes: list[Outcome]) -> int:
    """Print one line a check and return 0 when all passed, 1 otherwise."""
    print(file=sys.stderr)
    for outcome in outcomes:
        print(
            f"  {'ok    ' if outcome.passed else 'FAILED'}  {outcome.name:<18} {outcome.seconds:7.1f} s",
            file=sys.stderr,
        )
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    say(f"{len(failed)} of {len(outcomes)} checks failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def schema_is_current(environment: dict[str, str]) -> bool:
    """Compare the OpenAPI schema of the code with the one in the repository."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        argv = [PYTHON, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(fresh)]
        if not _run(argv, environment, ROOT):
            return False
        if SCHEMA.exists() and SCHEMA.read_text() == fresh.read_text():
            return True
        shown = subprocess.run(
            ["diff", "-u", str(SCHEMA), str(fresh)], capture_output=True, text=True, check=False
        ).stdout
    _say("\n".join(shown.splitlines()[:60]))
    _say(
        "The API changed and its snapshot did not. Write it anew, then the front end's types: "
        "`.venv/bin/python manage.py spectacular --file webapp/api/openapi.yaml` and `npm run types` in frontend/."
    )
    return False


@contextmanager
def throw_away_services() -> Iterator[dict[str, str]]:
    """Give the checks a database and a broker of their own; pytest finds their URLs and uses them too."""
    from webapp.devservices.postgres import PostgresServer
    from webapp.devservices.valkey import ValkeyServer

    folder = Path(tempfile.mkdtemp(prefix=f"plumbline-test-{os.getpid()}-"))
    folder.chmod(0o755)
    # Tests start dozens of programs, and half of a start is compiling, unless what was compiled is kept.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    postgres = PostgresServer(folder / "postgres", durable=False)
    valkey = ValkeyServer(folder / "valkey", durable=False)
    try:
        yield {
            **inherited,
            "PYTHONPYCACHEPREFIX": str(BYTECODE),
            "DATABASE_URL": postgres.start(),
            "CELERY_BROKER_URL": valkey.start(),
            "DJANGO_SETTINGS_MODULE": "webapp.settings.test",
            "PLUMBLINE_DATA_DIR": str(folder / "data"),
            "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
    finally:
        valkey.destroy()
        postgres.destroy()
        shutil.rmtree(folder, ignore_errors=True)


def _command(*argv: str) -> Callable[[dict[str, str]], bool]:
    return lambda environment: _run(list(argv), environment, ROOT)


def _npm(*words: str) -> Callable[[dict[str, str]], bool]:
    def run(environment: dict[str, str]) -> bool:
        npm = find_npm()
        return _run([*npm, *words], {**environment, "PATH": npm_environment(npm)["PATH"], "CI": "1"}, FRONTEND)

    return run


def _run(argv: list[str], environment: dict[str, str], folder: Path) -> bool:
    program = shutil.which(argv[0], path=environment["PATH"]) or argv[0]
    output = _kept_back.get()
    done = subprocess.run([program, *argv[1:]], cwd=folder, env=environment, stdout=output, stderr=output, check=False)
    return done.returncode == 0


def _say(message: str) -> None:
    output = _kept_back.get()
    if output is None:
        say(message)
    else:
        print(message, file=output, flush=True)
