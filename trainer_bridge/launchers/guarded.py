"""`python -m trainer_bridge.launchers.guarded FD MODULE ARGUMENTS…`: run a module for as long as its starter lives.

The starter holds the other end of the pipe FD and never writes to it. When the starter dies, however it dies, the
kernel closes that end, the read here ends, and this process stops itself: an orphan would train on beside its
successor. A pipe works from any thread and on every Unix, which a parent-death signal does not.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

# Long enough to finish a step and save a checkpoint, shorter than the lease after which a successor starts.
GRACE_SECONDS = float(os.environ.get("PLUMBLINE_ORPHAN_GRACE", "30"))


def _stop_when_orphaned(descriptor: int) -> None:
    try:
        os.read(descriptor, 1)
    except OSError:
        return
    sys.stderr.write("The worker that started this process is gone; stopping.\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    descriptor, module = int(sys.argv[1]), sys.argv[2]
    threading.Thread(target=_stop_when_orphaned, args=[descriptor], name="starter-watch", daemon=True).start()
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
