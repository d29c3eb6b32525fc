"""Start and stop a PostgreSQL server from binaries that a wheel (or the system) brought along.

Only the binaries are used, never a wheel's own Python wrapper: those create system users and open
up parent folders, and if a wheel is abandoned only one path changes here.
"""

from __future__ import annotations

import hashlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from webapp.devservices.postgres_binaries import Binaries, find_binaries
from webapp.devservices.processes import ServiceError, command_line, is_alive, send, wait_gone
from webapp.devservices.unprivileged import ServerUser, reachable_data, server_user

DATABASE = "plumbline"
ROLE = "plumbline"
LOG_LIMIT_BYTES = 20 << 20

_COMMON = {
    # Only a socket in a folder that nobody else may enter; so local connections need no password.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
}
# Measured: with synchronous_commit off, killing the server lost 50,000 committed rows.
_DURABLE = {"synchronous_commit": "on"}
_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
}


class PostgresServer:
    """One cluster in `folder`. `durable=False` gives up safety for speed: tests only.

    The server runs in its own session, so Ctrl-C in a terminal does not reach it before its clients.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.user: ServerUser = server_user()
        self.folder = reachable_data(self.user, folder.absolute())
        self.cluster = self.folder / "cluster"
        self.log = self.folder / "postgres.log"
        mark = hashlib.sha1(str(self.cluster).encode(), usedforsecurity=False).hexdigest()[:12]
        # A socket path may hold 103 bytes only, so it never lies inside a deep data folder.
        self.socket_folder = Path(f"/tmp/pg-{mark}")  # noqa: S108
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._binaries: Binaries | None = None

    @property
    def url(self) -> str:
        """Return the DATABASE_URL of the running server."""
        return f"postgres://{ROLE}@/{DATABASE}?host={self.socket_folder}"

    @property
    def pid(self) -> int | None:
        """Return the process id of the server when it runs, also when an earlier start left it behind."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        # After a reboot the number may belong to anything; the command line must name this cluster.
        return pid if is_alive(pid) and str(self.cluster) in command_line(pid) else None

    def is_running(self) -> bool:
        """Tell whether the server process is there; collects it when it was our child and has ended."""
        if self._process is not None:
            self._process.poll()
        return self.pid is not None

    def start(self, *, seconds: float = 90.0) -> str:
        """Create the cluster if needed, start the server (or adopt the running one) and return its URL.

        Raises ServiceError with the end of the server's log when it does not come up.
        """
        self._binaries = find_binaries(self.user)
        self._prepare_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise(self._binaries)
        self._check_version(self._binaries)
        deadline = time.monotonic() + seconds
        while True:
            # One that is found running may be dying at this moment; then the next turn starts another.
            spawned = not self.is_running()
            if spawned:
                self._forget_stale_pid_file()
                self._spawn(self._binaries)
            if self._wait_ready(deadline):
                return self.url
            if time.monotonic() > deadline or (spawned and not self._is_waiting_for_old_children()):
                raise ServiceError(f"PostgreSQL did not start in {self.cluster}. Its log ends:\n{self._log_tail()}")
            time.sleep(0.2)

    def stop(self, *, seconds: float = 30.0) -> None:
        """Stop the server in order: roll back open transactions, write a checkpoint, remove its socket."""
        pid = self.pid
        if pid is not None:
            send(pid, signal.SIGINT)
            if not self._wait_gone(pid, seconds):
                send(pid, signal.SIGQUIT)
                self._wait_gone(pid, 5.0)
        if self._process is not None:
            self._process.poll()
            self._process = None
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    def destroy(self) -> None:
        """Stop a throw-away server without a checkpoint and delete its files."""
        pid = self.pid
        if pid is not None:
            send(pid, signal.SIGQUIT)
            self._wait_gone(pid, 5.0)
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- steps -----------------------------------------------------------------------------------

    def _prepare_folders(self) -> None:
        self.user.own(self.folder, 0o700)
        if self.socket_folder.is_symlink():
            raise ServiceError(f"{self.socket_folder} is a symbolic link; remove it and start again.")
        if self.socket_folder.exists() and self.socket_folder.stat().st_uid != self.user.uid:
            raise ServiceError(f"{self.socket_folder} belongs to another user; remove it and start again.")
        self.user.own(self.socket_folder, 0o700)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _initialise(self, binaries: Binaries) -> None:
        """Build the cluster under another name and rename it, so that a broken attempt is never used."""
        scratch = self.folder / "cluster.new"
        shutil.rmtree(scratch, ignore_errors=True)
        locale = (
            # The same order of strings on every system, without ICU.
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if binaries.major >= 17
            else ["--locale=C"]
        )
        command = [
            *(str(binaries.folder / "initdb"), "--pgdata", str(scratch), "--username", ROLE, "--auth", "trust"),
            *("--encoding", "UTF8", *locale, "--no-instructions"),
            *([] if self.durable else ["--no-sync"]),
        ]
        self._run(command)
        create = f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n"
        single = [str(binaries.folder / "postgres"), "--single", "-D", str(scratch), "postgres"]
        self._run(single, stdin=create)
        scratch.rename(self.cluster)

    def _check_version(self, binaries: Binaries) -> None:
        written = (self.cluster / "PG_VERSION").read_text().strip()
        if written != str(binaries.major):
            raise ServiceError(
                f"{self.cluster} was written by PostgreSQL {written}, but the server found is version "
                f"{binaries.major} ({binaries.folder}). Dump the data with version {written}, "
                "or start with another data folder."
            )

    def _spawn(self, binaries: Binaries) -> None:
        settings = {**_COMMON, **(_DURABLE if self.durable else _THROW_AWAY)}
        settings["unix_socket_directories"] = str(self.socket_folder)
        if sys.platform == "linux" and self.durable:
            # After a crash, flush the file system once rather than thousands of files one by one.
            settings["recovery_init_sync_method"] = "syncfs"
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(binaries.folder / "postgres"), "-D", str(self.cluster), *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.user.popen_arguments(),
            )

    def _wait_ready(self, deadline: float) -> bool:
        """Wait for the word `ready` in the server's pid file and an open socket; False when it ended instead."""
        while time.monotonic() < deadline:
            lines = self._pid_file_lines()
            if len(lines) >= 8 and lines[7].strip() == "ready" and self.pid is not None and _accepts(*lines[3:5]):
                return True
            ended = self.pid is None if self._process is None else self._process.poll() is not None
            if ended:
                return False
            time.sleep(0.02)
        return False

    def _forget_stale_pid_file(self) -> None:
        """Remove a pid file whose number now belongs to another program; the server would refuse to start."""
        lines = self._pid_file_lines()
        if lines and lines[0].strip().isdigit() and is_alive(int(lines[0])) and self.pid is None:
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _is_waiting_for_old_children(self) -> bool:
        """Tell whether the start failed because a killed server's children have not noticed yet."""
        tail = self._log_tail(lines=6)
        return "pre-existing shared memory block" in tail or "is another postmaster" in tail.lower()

    def _wait_gone(self, pid: int, seconds: float) -> bool:
        if self._process is not None and self._process.pid == pid:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
            return True
        return wait_gone(pid, seconds)

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _run(self, command: list[str], stdin: str = "") -> None:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **self.user.popen_arguments(),
        )
        if done.returncode != 0:
            raise ServiceError(f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()}")

    def _log_tail(self, lines: int = 15) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return "(no log)"


def _accepts(port: str, socket_folder: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(f"{socket_folder.strip()}/.s.PGSQL.{port.strip()}") == 0
