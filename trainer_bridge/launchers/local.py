"""Training on this machine, in a process group of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

# A trainer runs model code and needs none of the application's keys.
_SECRETS = ("DATABASE_URL", "CELERY_BROKER_URL", "PLUMBLINE_SECRET_KEY")
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


class LocalLauncher:
    def start(self, module: str, arguments: Sequence[str], *, log: Path) -> LocalProcess:
        watched, lifeline = os.pipe()
        try:
            with log.open("ab") as output:
                child = subprocess.Popen(
                    [sys.executable, "-m", _GUARD, str(watched), module, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=settings.BASE_DIR,
                    env=_environment(),
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
    inherited = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    return {
        **inherited,
        "PYTHONUNBUFFERED": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
