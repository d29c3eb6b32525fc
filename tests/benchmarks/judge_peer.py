"""Ratings of the four UltraFeedback aspects, beside distilabel's own task with the same model and the same rows.

For each row and aspect distilabel sends one conversation that holds all responses and lets the model write, here up to
its own default of 128 tokens; its transformers pipeline takes one conversation after the other. We read the grade of
each response and aspect by itself from the probabilities, 16 reads a row, nothing written. Each runs in a process of
its own with one thread; processor time is counted. distilabel is installed into a venv under ~/.cache/plumbline.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from launcher.environment import find_links
from tests.benchmarks.judge_backend import loaded, seconds
from tests.benchmarks.judge_rows import calls, records
from tests.benchmarks.output import emit

PEER = "distilabel 1.5.3"
ROWS, RESPONSES = 2, 4
NEW_TOKENS = 128
FOLDER = Path.home() / ".cache" / "plumbline" / PEER.replace(" ", "-")

THEIRS = """
import json, sys, time
from distilabel.models import TransformersLLM
from distilabel.steps.tasks import UltraFeedback
given = json.load(sys.stdin)
llm = TransformersLLM(
    model=given["model"], device="cpu", torch_dtype="float32",
    generation_kwargs={"max_new_tokens": given["new_tokens"], "do_sample": False},
)
tasks = [UltraFeedback(llm=llm, aspect=aspect) for aspect in
         ("helpfulness", "honesty", "instruction-following", "truthfulness")]
for task in tasks:
    task.load()
taken, rated, tokens = 0.0, 0, 0
for task in tasks:
    began = time.process_time()
    rows = next(task.process([dict(row) for row in given["rows"]]))
    taken += time.process_time() - began
    # A reply that says nothing is a list of nothing.
    rated += sum(any(each is not None for each in row.get("ratings") or ()) for row in rows)
    told = [facts for row in rows for name, facts in row["distilabel_metadata"].items() if "statistics" in name]
    tokens += sum(facts["output_tokens"] for facts in told)
print("PEER", json.dumps({"seconds": taken, "rated": rated, "tokens": tokens}))
"""


def main() -> None:
    python = installed()
    rows = list(records(ROWS, 1, RESPONSES))
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        folder = Path(name) / "judge"
        backend = loaded(folder)
        seconds(backend, calls(records(1, 0, RESPONSES), "rubric_grades"))
        ours = seconds(backend, calls(iter(rows), "rubric_grades"))[0]
        given = [
            {"instruction": row.prompt[-1].content, "generations": [each.content for each in row.responses]}
            for row in rows
        ]
        theirs = peer(python, {"model": str(folder), "rows": given, "new_tokens": NEW_TOKENS})
    emit(
        "judge_speedup_vs_distilabel",
        theirs["seconds"] / ours,
        "x",
        peer=PEER,
        rows=ROWS,
        responses=RESPONSES,
        aspects=4,
        rows_per_cpu_s=round(ROWS / ours, 3),
        peer_rows_per_cpu_s=round(ROWS / theirs["seconds"], 3),
        peer_calls=4 * ROWS,
        peer_calls_with_ratings=theirs["rated"],
        peer_tokens_written=theirs["tokens"],
    )


def installed() -> Path:
    """The interpreter of a venv with distilabel and the model libraries of the versions that we have."""
    import torch
    import transformers

    python = FOLDER / "bin" / "python"
    if not (FOLDER / "complete").exists():
        uv = [str(Path(sys.executable).parent / "uv")]
        wanted = [
            f"distilabel[hf-transformers]=={PEER.split()[1]}",
            f"torch=={torch.__version__}",
            f"transformers=={transformers.__version__}",
            # distilabel imports it without naming it.
            "requests",
        ]
        places = [word for place in find_links() for word in ("--find-links", place)]
        subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(FOLDER)], check=True, stdout=sys.stderr)
        command = [*uv, "pip", "install", "--python", str(python), *places, *wanted]
        subprocess.run(command, check=True, stdout=sys.stderr)
        (FOLDER / "complete").touch()
    return python


def peer(python: Path, given: dict[str, Any]) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [str(python), "-c", THEIRS],
        input=json.dumps(given),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.rpartition("PEER ")[2])
    return found
