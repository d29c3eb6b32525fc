"""Reward scoring with a shared prompt read once, against the loop that everyone writes first.

48 rows are 12 prompts of about 620 tokens with 4 responses of about 110. Both ways score the same rows with the
same random Llama in the same process, in turns; the figure is the ratio, the median of three runs. On a machine whose
cores are taken by others even the ratio wanders: the two ways lose different shares of their threads.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median, pstdev
from typing import Any

from tests.benchmarks.output import emit

PROMPTS, RESPONSES = 12, 4
PROMPT_WORDS, RESPONSE_WORDS = 520, 84
RUNS = 3


def build_reward_model(folder: Path) -> None:
    """A random Llama of 25 million weights with one output, and the tokenizer of the tiny model."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForSequenceClassification

    from trainer_bridge.ml import tiny_model

    tiny_model.build(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=512, intermediate_size=1408, num_hidden_layers=8, num_attention_heads=8,
        num_key_value_heads=4, max_position_embeddings=2048, num_labels=1, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    LlamaForSequenceClassification(config).save_pretrained(folder)


def rows() -> list[Any]:
    from curation.ml.reward_scoring import ScoringItem
    from trainer_bridge.ml.tiny_model import own_text

    words = " ".join(own_text()).split()

    def text(at: int, length: int) -> str:
        return " ".join(words[(at * 37 + step) % len(words)] for step in range(length))

    return [
        ScoringItem(
            f"record{number}",
            [{"role": "user", "content": text(number, PROMPT_WORDS)}],
            [(f"r{at}", text(100 + number * RESPONSES + at, RESPONSE_WORDS + 5 * at)) for at in range(RESPONSES)],
        )
        for number in range(PROMPTS)
    ]


def naive(scorer: Any, items: list[Any]) -> list[float]:
    """Render, tokenise and score one response after the other."""
    import torch

    scores = []
    for item in items:
        for _, content in item.responses:
            messages = [*item.prompt, {"role": "assistant", "content": content}]
            ids = scorer._tokenizer.apply_chat_template(messages, return_tensors="pt", return_dict=True)
            with torch.inference_mode():
                scores.append(scorer._model(**ids).logits.item())
    return scores


def measure(folder: Path, precision: str) -> None:
    from curation.ml.reward_scoring import RewardScorer, ScoringOptions

    scorer = RewardScorer(str(folder), options=ScoringOptions(device="cpu", precision=precision))  # type: ignore[arg-type]
    items = rows()
    tokens = [len(scorer._encode(item, *response).ids) for item in items for response in item.responses]
    naive(scorer, items[:1])
    slow, fast, ratios = [], [], []
    for _ in range(RUNS):
        expected, scores = [], []
        seconds = [0.0, 0.0]
        # Prompt by prompt in turns: whatever else runs on the machine meanwhile slows both ways.
        for item in items:
            began = time.perf_counter()
            expected += naive(scorer, [item])
            middle = time.perf_counter()
            scores += [entry.score for entry in scorer.score([item])]
            seconds[0] += middle - began
            seconds[1] += time.perf_counter() - middle
        slow.append(seconds[0])
        fast.append(seconds[1])
        ratios.append(seconds[0] / seconds[1])
    emit(
        "rm_prefix_speedup_vs_naive" + ("" if precision == "float32" else "_bf16"),
        median(ratios),
        "x",
        runs=[round(each, 2) for each in ratios],
        rows=len(expected),
        tokens_per_row=round(sum(tokens) / len(tokens)),
        rows_per_s=round(len(expected) / median(fast), 2),
        naive_rows_per_s=round(len(expected) / median(slow), 2),
        max_difference=max(abs(a - b) for a, b in zip(scores, expected, strict=True)),
        score_std=round(pstdev(expected), 4),
    )


def main() -> None:
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        build_reward_model(Path(name))
        for precision in ("float32", "bfloat16"):
            measure(Path(name), precision)


if __name__ == "__main__":
    main()
