"""Questions about processes that survive their parent: is it alive, is it still the same one, stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path


class ServiceError(RuntimeError):
    """An embedded server could not be found or started; the message says what to do."""


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is not a zombie waiting for its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _proc_stat(pid)[:1] != ["Z"]


def start_time(pid: int) -> str | None:
    """Return an opaque mark of when this process began, or None when it is gone.

    A number alone proves nothing after a reboot or a long run: the system hands it out again.
    """
    fields = _proc_stat(pid)
    if fields[:1] == ["Z"]:
        # Dead, and only waiting for whoever inherited it to notice.
        return None
    if fields:
        # Ticks since boot, so the boot itself belongs to the mark.
        return f"{_boot_id()}/{fields[19]}"
    if Path("/proc/self/stat").exists():
        return None
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout.strip()
    return shown or None


def command_line(pid: int) -> str:
    """Return the command of a process in one line, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except FileNotFoundError:
        if Path("/proc/self/cmdline").exists():
            return ""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip()


def group_members(group: int) -> list[int]:
    """Return the ids of the living processes in a process group."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=False).stdout
    rows = (line.split() for line in shown.splitlines())
    return [int(row[0]) for row in rows if len(row) == 3 and row[1] == str(group) and not row[2].startswith("Z")]


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until a process that need not be our child has ended; False when it outlives the time."""
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def send(pid: int, number: int) -> None:
    """Send a signal to one process; one that is gone already is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the process group a process leads; a group that is gone is fine."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # macOS answers "not permitted" for a group of zombies only.
        return


def end_group(pid: int, *, polite: int = signal.SIGTERM, seconds: float = 10.0) -> bool:
    """Ask the leader of a group to stop, then kill what is left; True when it stopped by itself."""
    try:
        os.kill(pid, polite)
    except ProcessLookupError:
        signal_group(pid, signal.SIGKILL)
        return True
    ended = wait_gone(pid, seconds)
    signal_group(pid, signal.SIGKILL)
    if not ended:
        wait_gone(pid, 5.0)
    return ended


def _proc_stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the command name, empty where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    # The name sits in brackets and may hold spaces and brackets itself.
    return text.rpartition(")")[2].split()


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
