"""What a local judge costs: reading a verdict against generating one, and both orders of a pair against one.

Every arm asks the same backend about the same pairs in the same process, in turns; a figure is the median of its
ratios. The model is a random Llama of 25 million weights under the tiny model's tokenizer. Lengths are those of HH
pairs: about 200 tokens of instructions, 150 of request, 80 of each response. Processor time of one thread is counted,
not the clock, and a waiting second thread would count as well: whoever else uses the machine slows both arms alike.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.output import emit

PAIRS = 16
RUBRIC_WORDS, REQUEST_WORDS, RESPONSE_WORDS = 170, 125, 67
VERDICT_TOKENS = 128
GENERATION_BUDGETS = (1024, 16384)
RUNS, GENERATION_RUNS = 5, 3


def build_language_model(folder: Path) -> None:
    """A random Llama of 25 million weights that never ends a reply, and the tokenizer of the tiny model."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from trainer_bridge.ml import tiny_model

    tiny_model.build(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=512, intermediate_size=1408, num_hidden_layers=8, num_attention_heads=8,
        num_key_value_heads=4, max_position_embeddings=2048, pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)


def questions(**asked: Any) -> list[tuple[Any, Any]]:
    """Both orders of every pair."""
    from curation.ml.judging.calls import Call
    from trainer_bridge.ml.tiny_model import own_text

    words = " ".join(own_text()).split()

    def text(at: int, length: int) -> str:
        # A third shorter to a third longer, as requests and responses are.
        varied = length + (at * 29) % 41 * length // 60 - length // 3
        return " ".join(words[(at * 37 + step) % len(words)] for step in range(varied))

    rubric = " ".join(words[-RUBRIC_WORDS:])

    def question(number: int, first: str, second: str) -> Call:
        shown = f"{text(number, REQUEST_WORDS)}\n\nA: {first}\n\nB: {second}"
        return Call((("system", rubric), ("user", shown)), **asked)

    pairs = []
    for number in range(PAIRS):
        one, two = text(200 + 2 * number, RESPONSE_WORDS), text(201 + 2 * number, RESPONSE_WORDS)
        pairs.append((question(number, one, two), question(number, two, one)))
    return pairs


def seconds(backend: Any, calls: list[Any]) -> tuple[float, list[Any]]:
    """Processor time of answering ``calls``, and the answers."""
    began = time.process_time()
    answers = list(backend.answer(enumerate(calls)))
    taken = time.process_time() - began
    assert len(answers) == len(calls)
    assert all(answer.reason is None for _, answer in answers)
    return taken, [answer for _, answer in answers]


def loaded(folder: Path, **options: Any) -> Any:
    from curation.ml.judging.local import LocalBackend, LocalOptions

    return LocalBackend(str(folder), options=LocalOptions(device="cpu", precision="float32", **options))


def both_orders(folder: Path) -> None:
    """Both orders of all pairs against one order of them; either arm shares what its window has in common."""
    pairs = questions(options=("A", "B"))
    one, both = [first for first, _ in pairs], [call for pair in pairs for call in pair]
    backend = loaded(folder)
    seconds(backend, both)
    single, double = [], []
    for _ in range(RUNS):
        # Every run begins like a new job: no rubric is known from the run before.
        backend._reader.forget()
        single.append(seconds(backend, one)[0])
        backend._reader.forget()
        taken, answers = seconds(backend, both)
        double.append(taken)
    ratios = [two / one for one, two in zip(single, double, strict=True)]
    emit(
        "judge_both_orders_cost_ratio",
        median(ratios),
        "x",
        runs=[round(each, 2) for each in ratios],
        pairs=PAIRS,
        tokens_per_call=round(sum(answer.prompt_tokens for answer in answers) / len(answers)),
        cached_per_call=round(sum(answer.cached_tokens for answer in answers) / len(answers)),
        pairs_per_cpu_s=round(PAIRS / median(double), 2),
    )


def reading_against_generating(folder: Path) -> None:
    """Verdicts of one order by log-probabilities, against written ones at the batch size that suits generation best."""
    from curation.ml.judging.calls import Sampling

    read = [first for first, _ in questions(options=("A", "B"))]
    written = [first for first, _ in questions(sampling=Sampling(max_tokens=VERDICT_TOKENS))]
    reader = loaded(folder)
    arms = {budget: loaded(folder, generation_budget=budget) for budget in GENERATION_BUDGETS}
    seconds(reader, read)
    fast = []
    slow_by_budget: dict[int, list[float]] = {budget: [] for budget in arms}
    for _ in range(GENERATION_RUNS):
        reader._reader.forget()
        fast.append(seconds(reader, read)[0])
        for budget, arm in arms.items():
            taken, answers = seconds(arm, written)
            assert all(answer.completion_tokens == VERDICT_TOKENS for answer in answers)
            slow_by_budget[budget].append(taken)
    best = min(arms, key=lambda budget: median(slow_by_budget[budget]))
    slow = slow_by_budget[best]
    ratios = [two / one for one, two in zip(fast, slow, strict=True)]
    emit(
        "judge_prefill_speedup_vs_generate",
        median(ratios),
        "x",
        runs=[round(each, 2) for each in ratios],
        pairs=PAIRS,
        generation_budget=best,
        read_pairs_per_cpu_s=round(PAIRS / median(fast), 2),
        generated_pairs_per_cpu_s={str(each): round(PAIRS / median(slow_by_budget[each]), 2) for each in arms},
    )


def main() -> None:
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        build_language_model(Path(name))
        both_orders(Path(name))
        reading_against_generating(Path(name))


if __name__ == "__main__":
    main()
