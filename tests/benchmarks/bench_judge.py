"""The judges' figures: `./run bench judge`, JSON lines on stdout; `--peer` measures distilabel beside them.

`python -m tests.benchmarks.bench_judge PART …` runs some of the parts.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

PARTS = ("backend", "job")
"""Modules `judge_<part>` beside this one; each has `main()`."""

# One thread: a second one that waits for others on the machine would count as work.
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
    "DJANGO_SETTINGS_MODULE": "webapp.settings.core",
    "PLUMBLINE_SECRET_KEY": "bench",
}


def stop(number: int, frame: object) -> None:
    """Told to stop, a benchmark leaves as if by an error: whoever started services stops them."""
    raise SystemExit(128 + number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", choices=(*PARTS, "peer"))
    parser.add_argument("--peer", action="store_true", help="install distilabel in a venv of its own and measure it")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    os.environ |= ENVIRONMENT
    import django

    django.setup()
    for part in [*(given.parts or PARTS), *(("peer",) if given.peer and "peer" not in given.parts else ())]:
        importlib.import_module(f"tests.benchmarks.judge_{part}").main()


if __name__ == "__main__":
    main()
