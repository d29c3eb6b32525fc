"""`./run`: bring everything up, print where it is, keep it running until told to stop."""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from launcher.console import StepError, say, step
from launcher.frontend import ensure_frontend
from launcher.layout import ROOT, VENV, VENV_PYTHON, DataFolder
from launcher.services import Services, process_environment, start_services
from launcher.supervisor import Child, Command, Embedded, Supervisor, end_orphans

READY_SECONDS = 120.0


@dataclass(frozen=True)
class Options:
    """What `./run` was asked for."""

    port: int
    data: DataFolder
    demo: bool
    ml: bool
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def serve(options: Options) -> int:
    """Run the application until Ctrl-C or SIGTERM; the exit code is 0 after an orderly stop.

    Raises StepError when a step fails; whatever was started until then is stopped again.
    """
    data = options.data
    data.prepare()
    # Until the supervisor takes over, a stop must unwind like Ctrl-C, so that started servers stop too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    lock = _lock(data)
    end_leftovers(data)
    _require_free_port(options)
    ensure_frontend()
    services = start_services(data)
    try:
        environment = process_environment(data, services)
        prepare(environment, demo=options.demo)
        supervisor = Supervisor(children(options, services, environment), data.run / "pids.json")
    except BaseException:
        services.stop()
        raise
    _on_signals(supervisor)
    try:
        with step("Starting web and workers"):
            supervisor.start()
            ready = supervisor.watch(until=lambda: is_ready(options), every=0.1)
        if ready:
            announce(options)
            supervisor.watch()
    finally:
        say("Stopping")
        supervisor.stop()
        say("Stopped")
        lock.close()
    return 0


def children(options: Options, services: Services, environment: dict[str, str]) -> list[Child]:
    """Return what is kept running, in the order of starting."""
    binaries, logs = VENV / "bin", options.data.logs
    metrics = options.data.run / "prometheus"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    celery = [str(binaries / "celery"), "-A", "webapp", "worker", "--loglevel", "info", "--without-mingle"]
    beat = ["-B", "--schedule", str(options.data.run / "beat-schedule")]
    bind = ["--bind", f"{options.host}:{options.port}"]

    def command(name: str, argv: list[str], **more: str) -> Command:
        return Command(name, argv, {**environment, **more}, ROOT, logs / f"{name}.log")

    found: list[Child] = [Embedded(name, server) for name, server in services.embedded.items()]
    found.append(
        command(
            "web",
            [str(binaries / "gunicorn"), "-c", "webapp/gunicorn_conf.py", *bind, "webapp.wsgi"],
            PROMETHEUS_MULTIPROC_DIR=str(metrics),
        )
    )
    found.append(command("worker", [*celery, "-n", "default@%h", "-Q", "default", "--concurrency", "2", *beat]))
    if options.ml:
        found.append(command("ml-worker", [*celery, "-n", "ml@%h", "-Q", "ml,train", "--concurrency", "1"]))
    return found


def prepare(environment: dict[str, str], *, demo: bool) -> None:
    """Bring the database, the static files and the demo project up to date."""
    argv = [str(VENV_PYTHON), "-m", "launcher.prepare", *(["--demo"] if demo else [])]
    with step("Preparing database and static files"):
        if subprocess.run(argv, cwd=ROOT, env=environment, check=False).returncode != 0:
            raise StepError("The database could not be prepared; the lines above say why.")


def is_ready(options: Options) -> bool:
    """Tell whether `/readyz` answers 200."""
    return readiness(options.url) is not None


def readiness(url: str) -> dict[str, Any] | None:
    """Return what `/readyz` says when it says ready, None otherwise."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except (urllib.error.URLError, OSError, ValueError):
        return None


def announce(options: Options) -> None:
    """Print the address and, with demo data, who can sign in."""
    say(f"Plumbline is ready at {options.url}  (logs in {options.data.logs}, Ctrl-C stops it)")
    if options.demo:
        said = options.data.run / "demo.txt"
        for line in said.read_text().splitlines() if said.exists() else []:
            # The sign-ins are the lines with an address; what was created is of no more interest now.
            if "@" in line:
                say(f"  {line.strip()}")
    if not options.ml:
        say("Started without the ml worker (--lite): scoring and training jobs wait in their queues.")


def end_leftovers(data: DataFolder) -> None:
    """End what a killed `./run` left running with this data folder."""
    names = end_orphans(data.run / "pids.json", str(VENV))
    if names:
        say(f"Ended what an earlier start left behind: {', '.join(names)}")


def _lock(data: DataFolder) -> IO[str]:
    """Hold the data folder for this process; the system lets go of it even after `kill -9`."""
    file = (data.run / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StepError(
            f"Plumbline is already running with the data folder {data.path}. "
            "Stop it first, or start another one with --data-dir and --port."
        ) from error
    return file


def _require_free_port(options: Options) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            raise StepError(
                f"Port {options.port} is taken by another program. Choose another one: ./run --port 8001"
            ) from error


def _on_signals(supervisor: Supervisor) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.request_stop)


def default_data_folder() -> Path:
    """Return the data folder used when none is named."""
    return ROOT / ".data"
