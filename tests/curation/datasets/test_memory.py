"""Importing five times as many rows takes no more memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# A process of its own: the peak of this one has seen other tests.
SCRIPT = """
import os, resource, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings.test"
os.environ["PLUMBLINE_STORE_URL"] = "file://" + sys.argv[2]
import django
django.setup()
from django.conf import settings
settings.STORE_URL = "file://" + sys.argv[2]
from pathlib import Path
from curation.datasets.files import open_source
from curation.datasets.ingest import Ingest, Quarantine
from curation.datasets.versions import NoProgress

path = Path(sys.argv[1])
with path.open("rb") as file, Quarantine("q.jsonl") as quarantine:
    source = open_source(file, name=path.name, size=path.stat().st_size)
    ingest = Ingest(parent=[], folder="parts", quarantine=quarantine, origin="import:1", progress=NoProgress())
    outcome = ingest.run([(path.name, source)], format=None, name_files=False)
print(outcome.new, len(outcome.parts), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def import_peak(folder: Path, rows: int) -> int:
    """Peak resident memory, in KiB, of a process that imports `rows` pairs of 1.7 KB."""
    path = folder / f"{rows}.jsonl"
    filler = "the quick brown fox jumps over the lazy dog " * 18
    with path.open("w") as file:
        for number in range(rows):
            text = f"{number} {filler}"
            file.write(json.dumps({"prompt": f"Question {number}?", "chosen": text, "rejected": text[::-1]}) + "\n")
    command = [sys.executable, "-c", SCRIPT, str(path), str(folder / f"store-{rows}")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    new, parts, peak = map(int, done.stdout.split())
    assert (new, parts) == (rows, -(-rows // 25_000))
    return peak


@pytest.mark.slow
def test_memory_is_flat_however_many_rows(tmp_path: Path) -> None:
    few, many = import_peak(tmp_path, 20_000), import_peak(tmp_path, 100_000)

    assert many - few < 24 << 10, f"{few >> 10} MiB for 20,000 rows, {many >> 10} MiB for 100,000"
