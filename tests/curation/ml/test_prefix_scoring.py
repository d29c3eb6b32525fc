"""Sharing the prompt's keys and values changes no score, and is not tried where it would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    MistralConfig,
    MistralForSequenceClassification,
    Qwen2Config,
    Qwen2ForSequenceClassification,
)

from curation.ml import response_scoring
from curation.ml.prefix_scoring import SharedPrefix, group_rows
from curation.ml.reward_scoring import RewardScorer, ScoringItem, ScoringOptions
from curation.ml.token_rows import TokenRow, common_prefix

CPU = ScoringOptions(device="cpu", precision="float32")
LONG = "Please plan a garden with apples, pears and a small table in the shade. " * 12


def records(prompt: str = LONG, count: int = 4) -> list[ScoringItem]:
    return [
        ScoringItem(
            f"record{number}",
            [{"role": "user", "content": f"{number} {prompt}"}],
            [(f"r{at}", "yes " * (1 + (7 * at + number) % 13) + "and so on") for at in range(number % 3 + 2)],
        )
        for number in range(count)
    ]


def scores(folder: Path, items: list[ScoringItem], options: ScoringOptions) -> list[float | None]:
    return [entry.score for entry in RewardScorer(str(folder), options=options).score(items)]


def both_ways(
    folder: Path, items: list[ScoringItem], options: ScoringOptions = CPU
) -> tuple[list[float | None], list[float | None]]:
    return scores(folder, items, options), scores(folder, items, replace(options, shared_prefix=False))


def count_prefixes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    lengths: list[int] = []
    original = response_scoring.read_prefix

    def counted(model: object, ids: list[int], pad: int, device: str) -> SharedPrefix:
        lengths.append(len(ids))
        return original(model, ids, pad, device)

    monkeypatch.setattr(response_scoring, "read_prefix", counted)
    return lengths


def test_shared_scores_equal_plain_ones(reward_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = count_prefixes(monkeypatch)

    shared, plain = both_ways(reward_model, records(count=6))

    assert len(lengths) == 6
    assert min(lengths) > 100
    assert shared == pytest.approx(plain, abs=1e-5)
    assert max(plain) - min(plain) > 0.1


@pytest.mark.parametrize("options", [replace(CPU, token_budget=16), replace(CPU, window=3)])
def test_small_budgets_and_windows_change_no_score(reward_model: Path, options: ScoringOptions) -> None:
    shared, plain = both_ways(reward_model, records(), options)

    assert shared == pytest.approx(plain, abs=1e-5)


@pytest.mark.parametrize("window", [2, 3, 256])
@pytest.mark.parametrize("shared", [True, False])
def test_scores_do_not_depend_on_what_responses_are_called(reward_model: Path, window: int, shared: bool) -> None:
    """To the last bit: a margin then changes its sign, and nothing else, when sides change their names."""
    given = records("And now? " * 4, count=9)
    renamed = [replace(item, responses=list(reversed(item.responses))) for item in given]
    options = replace(CPU, window=window, shared_prefix=shared)

    found = RewardScorer(str(reward_model), options=options).score(given)
    other = RewardScorer(str(reward_model), options=options).score(renamed)

    one = {(entry.record_id, entry.response_id): entry.score for entry in found}
    assert one == {(entry.record_id, entry.response_id): entry.score for entry in other}
    assert len(one) == sum(len(item.responses) for item in given)


def test_a_response_that_begins_another_shares_all_but_its_last_token(reward_model: Path) -> None:
    item = ScoringItem("one", [{"role": "user", "content": LONG}], [("a", "yes"), ("b", "yes"), ("c", "yes yes")])

    shared, plain = both_ways(reward_model, [item])

    assert shared == pytest.approx(plain, abs=1e-5)
    assert shared[0] == shared[1]


@pytest.mark.parametrize("kind", ["qwen2", "gpt2"])
def test_other_decoders_share_too(
    kind: str, reward_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(reward_model)
    common = {"vocab_size": len(tokenizer), "num_labels": 1, "pad_token_id": tokenizer.pad_token_id}
    torch.manual_seed(2)
    if kind == "gpt2":
        model = GPT2ForSequenceClassification(GPT2Config(n_embd=32, n_layer=2, n_head=2, n_positions=1024, **common))
    else:
        model = Qwen2ForSequenceClassification(
            Qwen2Config(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                        num_key_value_heads=2, **common)
        )  # fmt: skip
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    lengths = count_prefixes(monkeypatch)

    shared, plain = both_ways(tmp_path, records())

    assert len(lengths) == 4
    assert shared == pytest.approx(plain, abs=1e-5)


@pytest.mark.parametrize(("kind", "reason"), [("bert", "no_plain_cache"), ("sliding", "no_plain_cache")])
def test_models_that_cannot_share_are_scored_plainly(
    kind: str, reason: str, reward_model: Path, tmp_path: Path
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(reward_model)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
            "vocab_size": len(tokenizer), "num_labels": 1, "pad_token_id": tokenizer.pad_token_id}  # fmt: skip
    torch.manual_seed(2)
    if kind == "bert":
        model = BertForSequenceClassification(BertConfig(max_position_embeddings=1024, **size))
    else:
        model = MistralForSequenceClassification(MistralConfig(sliding_window=16, num_key_value_heads=2, **size))
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)

    scorer = RewardScorer(str(tmp_path), options=CPU)

    assert scorer.provenance["shared_prefix"] == reason
    assert [entry.score for entry in scorer.score(records())] == scores(
        tmp_path, records(), replace(CPU, shared_prefix=False)
    )


def test_provenance_says_whether_prefixes_are_shared(reward_model: Path) -> None:
    assert RewardScorer(str(reward_model), options=CPU).provenance["shared_prefix"] is True
    off = RewardScorer(str(reward_model), options=replace(CPU, shared_prefix=False))
    assert off.provenance["shared_prefix"] == "switched_off"


def test_a_template_that_writes_the_prompt_differently_is_not_shared(
    reward_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = count_prefixes(monkeypatch)
    scorer = RewardScorer(str(reward_model), options=CPU)
    # The answer comes first, so no prompt is a prefix of prompt and answer.
    scorer._tokenizer.chat_template = "{{ messages[-1]['content'] }} answers {{ messages[0]['content'] }}<|im_end|>"
    items = [
        ScoringItem("one", [{"role": "user", "content": LONG}], [("a", "apples are fine"), ("b", "no, never pears")])
    ]

    shared = [entry.score for entry in scorer.score(items)]
    scorer.shares_prefixes = False

    assert lengths == []
    assert shared == [entry.score for entry in scorer.score(items)]


def test_out_of_memory_in_a_group_falls_back_to_plain_rows(reward_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = scores(reward_model, records(), replace(CPU, shared_prefix=False))

    def no_memory(*_: object) -> SharedPrefix:
        raise torch.OutOfMemoryError("no")

    monkeypatch.setattr(response_scoring, "read_prefix", no_memory)

    assert scores(reward_model, records(), CPU) == pytest.approx(expected, abs=1e-5)


def test_truncated_rows_share_only_what_is_left_in_common(reward_model: Path) -> None:
    items = [ScoringItem("one", [{"role": "user", "content": LONG}], [("a", "yes"), ("b", "no and no"), ("c", "yes")])]

    shared, plain = both_ways(reward_model, items, replace(CPU, max_length=64))

    assert shared == pytest.approx(plain, abs=1e-5)


token_rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 2), min_size=1, max_size=9), st.booleans()), max_size=12
).map(lambda drawn: [TokenRow(record, str(at), ids, failed=failed) for at, (record, ids, failed) in enumerate(drawn)])


@given(token_rows)
def test_groups_and_others_hold_every_sound_row_once(rows: Sequence[TokenRow]) -> None:
    groups, others = group_rows(rows, lambda row: len(row.ids) - 1, minimum=1)

    placed = sorted([*others, *(at for group in groups for at in group.members)])
    assert placed == [at for at, row in enumerate(rows) if not row.failed]
    for group in groups:
        heads = {tuple(rows[at].ids[: group.length]) for at in group.members}
        assert len(heads) == 1
        assert len({rows[at].record_id for at in group.members}) == 1
        assert all(1 <= group.length < len(rows[at].ids) for at in group.members)


def test_common_prefix_counts_equal_first_tokens() -> None:
    assert common_prefix([1, 2, 3], [1, 2, 4, 5]) == 2
    assert common_prefix([1], [1, 2]) == 1
    assert common_prefix([], [1]) == 0
