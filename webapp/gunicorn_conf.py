"""How gunicorn serves Plumbline, on one machine and in containers.

Threads with persistent database connections did best on the annotate loop; workers × threads is the
number of connections each replica holds. A client's connection stays with the worker that took it, so one
worker more than there are cores evens out an unlucky draw: measured 314 loops/s against 225.
"""

from __future__ import annotations

import gc
import os
from typing import Any

wsgi_app = "webapp.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("PLUMBLINE_WEB_WORKERS", "3"))
threads = int(os.environ.get("PLUMBLINE_WEB_THREADS", "3"))
timeout = 120
graceful_timeout = 8
# Longer than a load balancer's idle time, so that it is never we who close a connection in use.
keepalive = 75
# Load the application once, then fork: the workers share its memory.
preload_app = True
control_socket_disable = True
# A restarted worker frees what fragmentation took; the jitter keeps two from restarting together.
max_requests = 20_000
max_requests_jitter = 2_000


def when_ready(_server: Any) -> None:
    """Load what the first request would load, and keep the collector from touching it: forked workers share it."""
    from django.urls import get_resolver

    # Asking for the patterns imports every view and serializer.
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Tell Prometheus' shared files that a worker is gone, so its gauges stop counting."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
