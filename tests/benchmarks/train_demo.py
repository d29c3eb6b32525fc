"""The whole circle with a real small model: the demo's votes, a snapshot, a reward model, the pool scored again.

Simulated people vote on everything in the demo's queue, by the quality that its authors gave each response and with
their stated reliabilities. A reward model with SmolLM2 as its base learns from three prompts in four; the evaluation
that every run asks for tells how often it agrees with the votes on the others, and then the model scores every
response there is. `value` is a share, `low` and `high` the evaluation's own interval, by prompts; `longer_answer` is
what always choosing the longer answer would reach. A model whose interval reaches down to chance fails. Skipped where
the package of the small model is not installed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from curation.ml.judging import packaged
from tests.benchmarks.output import emit
from tests.support.house import House

BASE_MODEL = "smollm2-135m-instruct"
VOTED_ITEMS = 700
"""More than the demo's queue holds: everything is voted on."""
STEPS = 40
CONFIG = {
    "max_steps": STEPS,
    "batch_size": 2,
    "gradient_accumulation": 2,
    "max_length": 256,
    "learning_rate": 1e-3,
    "warmup_ratio": 0.1,
    # A step takes half as long as in fp32 on processors with AVX-512 BF16.
    "precision": "bf16",
    "eval_steps": STEPS,
    "save_steps": STEPS,
    "eval_max_rows": 16,
}
TOLD = "CIRCLE "
ASKED = """
import dataclasses, json
from tests.benchmarks.demo_circle import circle
told = circle(**json.loads({arguments!r}))
print({mark!r} + json.dumps(dataclasses.asdict(told)))
"""


def main() -> None:
    if not packaged.is_available():
        print("The package of SmolLM2 is not installed, so the demo's circle is skipped.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as folder:
        house = House(Path(folder))
        try:
            measured(house)
        finally:
            house.stop()


def measured(house: House) -> None:
    """Go round once, print both lines, and raise when the model is not surely better than chance."""
    arguments = json.dumps({"base_model": BASE_MODEL, "config": CONFIG, "voted_items": VOTED_ITEMS})
    printed = house.manage("shell", "--no-imports", "-c", ASKED.format(arguments=arguments, mark=TOLD))
    told: dict[str, Any] = json.loads(printed.rpartition(TOLD)[2].splitlines()[0])
    report, leak, seconds = told["evaluation"], told["leak"], told["seconds"]
    overall = report["overall"]
    emit(
        "demo_reward_accuracy",
        overall["value"],
        "share",
        low=round(overall["low"], 3),
        high=round(overall["high"], 3),
        n=overall["n"],
        chance=report["chance"],
        longer_answer=round(report["length"]["share_right_longer"]["value"], 3),
        leak=leak["sentence"],
        base_model=BASE_MODEL,
        training_pairs=told["splits"]["train"],
        steps=STEPS,
        seconds=seconds,
    )
    emit("demo_pool_rescored", told["signal"]["rows_ok"], "rows", failed=told["signal"]["rows_failed"])
    if overall["low"] <= report["chance"]:
        raise RuntimeError("The model is not surely better than chance on the votes held out.")


if __name__ == "__main__":
    main()
