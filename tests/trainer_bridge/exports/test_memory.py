"""Exporting five times as many pairs, their tokens counted, takes no more memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# A process of its own: the peak of this one has seen other tests.
SCRIPT = """
import os, resource, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings.test"
import django
django.setup()
from pathlib import Path
from tests.trainer_bridge.exports.test_files import chosen
from trainer_bridge.exports.base import Pair
from trainer_bridge.exports.measuring import TokenMeasure
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.writing import units_write
from trainer_bridge.ml import text_pieces, tiny_model
from trainer_bridge.ml.tokenizer import load_tokenizer
from webapp.store.files import Store

# What is learned of words stays within this, which is less than both exports have.
text_pieces.MOST_KEPT = 10_000
folder = Path(sys.argv[1])
tiny_model.build(folder / "model")
measure = TokenMeasure(load_tokenizer(folder / "model")[0], named="tiny", trainers=("trl.DPOTrainer",), max_length=64)
filler = "the quick brown fox jumps over the lazy dog " * 18
for rows in map(int, sys.argv[2:]):
    pairs = (
        Pair([{"role": "user", "content": f"Question {n}?"}], f"{n} {filler}", f"{filler} {n}", 1.0, "train")
        for n in range(rows)
    )
    facts = units_write(
        pairs, entry=format_for("trl_preference"), options=chosen("trl_preference"),
        store=Store(f"file://{folder}"), folder=f"exports/{rows}", on_units=lambda count: None, measure=measure,
    )
    print(facts.rows["train"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(measure.summary()["trainers"]["trl.DPOTrainer"]["train"]["given"])
"""


@pytest.mark.slow
def test_memory_is_flat_however_many_pairs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), "6000", "30000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    few_rows, few, many_rows, many, given = map(int, done.stdout.split())
    assert (few_rows, many_rows, given) == (6_000, 30_000, 36_000)
    assert many - few < 24 << 10, f"{few >> 10} MiB for 6,000 pairs, {many >> 10} MiB for 30,000"
