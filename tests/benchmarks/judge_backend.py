"""What a local judge costs: reading a verdict against generating one, and both orders of a pair against one.

Every arm asks one backend about the same pairs in the same process, in turns; a figure is the median of its ratios.
The model is the judge that comes as a package, the prompts are those of the protocols. Processor time of one thread is
counted, not the clock: whoever else uses the machine slows both arms alike. Rounds are like the middle of a job: the
instructions, which all calls share, were read before.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.judge_rows import calls, records
from tests.benchmarks.output import emit

PAIRS = 6
VERDICT_TOKENS = 128
ROUNDS = 3


def loaded(folder: Path, *, budget: int | None = None, endless: bool = False) -> Any:
    """The packaged judge; an `endless` one never closes its turn, so that a reply is as long as it may be."""
    from transformers import GenerationConfig

    from curation.ml.judging.local import LocalBackend, LocalOptions
    from curation.ml.judging.packaged import packaged_judge

    options = LocalOptions(device="cpu", generation_budget=budget)
    backend = LocalBackend(str(packaged_judge(folder)), revision="bench", options=options)
    if endless:
        generator = backend._generator
        generator._ends = set()
        generator._model.generation_config = GenerationConfig(pad_token_id=generator._pad)
    return backend


def seconds(backend: Any, asked: list[Any]) -> tuple[float, list[Any]]:
    """Processor time of answering, and the answers."""
    began = time.process_time()
    answers = [answer for _, answer in backend.answer(enumerate(asked))]
    taken = time.process_time() - began
    assert len(answers) == len(asked)
    assert all(answer.reason is None for answer in answers)
    return taken, answers


def measure(backend: Any) -> None:
    """One order, both orders, and both orders written, of new pairs in each round."""
    seconds(backend, calls(records(2, 0), "pair_letter"))
    one, both, written = [], [], []
    for seed in range(1, ROUNDS + 1):
        asked = calls(records(PAIRS, seed), "pair_letter")
        one.append(seconds(backend, asked[::2])[0])
        taken, read = seconds(backend, asked)
        both.append(taken)
        verdicts = calls(records(PAIRS, seed), "pair_reasons", max_tokens=VERDICT_TOKENS)
        taken, replies = seconds(backend, verdicts)
        assert all(reply.completion_tokens == VERDICT_TOKENS for reply in replies)
        written.append(taken)
        print(f"Round {seed}: {one[-1]:.1f}, {both[-1]:.1f} and {taken:.1f} s", file=sys.stderr, flush=True)
    speedups = [slow / fast for slow, fast in zip(written, both, strict=True)]
    emit(
        "judge_prefill_speedup_vs_generate",
        median(speedups),
        "x",
        runs=[round(each, 2) for each in speedups],
        pairs=PAIRS,
        precision=backend.identity["precision"],
        read_pairs_per_cpu_s=round(PAIRS / median(both), 2),
        written_pairs_per_cpu_s=round(PAIRS / median(written), 3),
        read_prompt_tokens=_mean(read, "prompt_tokens"),
        written_prompt_tokens=_mean(replies, "prompt_tokens"),
    )
    costs = [two / single for two, single in zip(both, one, strict=True)]
    emit(
        "judge_both_orders_cost_ratio",
        median(costs),
        "x",
        runs=[round(each, 2) for each in costs],
        pairs=PAIRS,
        tokens_per_call=_mean(read, "prompt_tokens"),
        cached_per_call=_mean(read, "cached_tokens"),
    )


def _mean(answers: list[Any], name: str) -> int:
    return round(sum(getattr(answer, name) for answer in answers) / len(answers))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        # All verdicts of a round fit one batch, which suits generation best.
        measure(loaded(Path(name) / "judge", budget=16384, endless=True))
