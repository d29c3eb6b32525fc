"""Training's and exports' figures: `./run bench train`, JSON lines on stdout.

`python -m tests.benchmarks.bench_train PART …` runs some of the parts; parts that are not there are skipped.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

PARTS = ("export", "latency", "overhead", "demo")
"""Modules `train_<part>` beside this one; each has `main()`."""


def main() -> None:
    for part in sys.argv[1:] or PARTS:
        name = f"tests.benchmarks.train_{part}"
        if find_spec(name) is None:
            print(f"{name} does not exist, skipped", file=sys.stderr)
            continue
        importlib.import_module(name).main()


if __name__ == "__main__":
    main()
