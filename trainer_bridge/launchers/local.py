"""Training on this machine, in a process group of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings

from trainer_bridge.launchers.base import Alive, Description, Ended, Handle, Lost, Outcome, Task
from trainer_bridge.launchers.commands import environment_without_keys, trainer_module

_GUARD = "trainer_bridge.launchers.guarded"


class LocalProcess:
    """A child process and the pipe end that keeps it alive."""

    def __init__(self, child: subprocess.Popen[bytes], lifeline: int) -> None:
        self._child = child
        self._lifeline: int | None = lifeline

    @property
    def pid(self) -> int:
        return self._child.pid

    def poll(self) -> int | None:
        code = self._child.poll()
        if code is not None:
            self._let_go()
        return code

    def stop(self, *, grace_seconds: float) -> int:
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(signal.SIGTERM)
        try:
            code = self._child.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            code = self._child.wait()
        self._let_go()
        return code

    def _let_go(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None


# Programs of this process by their handle's key. Another process cannot find them, and need not: they end with it.
_CHILDREN: dict[str, LocalProcess] = {}


class LocalLauncher:
    """Training on all GPUs this process sees. Programs end with the process that started them."""

    holds_worker = True
    shares_disk = True

    def describe(self) -> Description:
        devices = len(list(Path("/dev").glob("nvidia[0-9]*")))
        return Description(True, "On the machine of the train worker, one run at a time.", devices or None)

    def submit(self, task: Task) -> Handle:
        module, arguments = trainer_module(task.folder, gpus=task.gpus)
        key = uuid.uuid4().hex
        process = self.start(module, arguments, log=task.folder / "train.log", environment=task.environment)
        _CHILDREN[key] = process
        return {"key": key, "pid": process.pid}

    def poll(self, handle: Handle) -> Outcome:
        process = _CHILDREN.get(handle["key"])
        if process is None:
            return Lost("The worker that started this run is gone.")
        code = process.poll()
        return Alive() if code is None else Ended(code)

    def stop(self, handle: Handle, *, grace_seconds: float) -> None:
        process = _CHILDREN.get(handle["key"])
        if process is not None:
            process.stop(grace_seconds=grace_seconds)

    def start(
        self, module: str, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> LocalProcess:
        """Start `python -m module arguments…`, its output added to `log`.

        The program does not outlive this process: when it dies, the program gets SIGTERM, and SIGKILL a little later.
        """
        watched, lifeline = os.pipe()
        try:
            with log.open("ab") as output:
                child = subprocess.Popen(
                    [sys.executable, "-m", _GUARD, str(watched), module, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=settings.BASE_DIR,
                    env={**_environment(), **(environment or {})},
                    pass_fds=[watched],
                    start_new_session=True,
                )
        except BaseException:
            os.close(lifeline)
            raise
        finally:
            os.close(watched)
        return LocalProcess(child, lifeline)


def _environment() -> dict[str, str]:
    return {
        **environment_without_keys(),
        "PYTHONUNBUFFERED": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
