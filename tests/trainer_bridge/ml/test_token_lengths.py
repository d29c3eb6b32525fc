"""Token lengths and what trainers do to rows, against TRL's own preparation of the same rows (METHODS T1, T2)."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import datasets
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
from trl import DPOTrainer, KTOTrainer, RewardTrainer, SFTTrainer
from trl.data_utils import maybe_apply_chat_template, maybe_extract_prompt
from trl.experimental.cpo import CPOTrainer
from trl.experimental.tpo import TPOTrainer

from trainer_bridge.ml.chat_shapes import ChatShapes, writes_only
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.text_pieces import _LLAMA3, PieceCounter
from trainer_bridge.ml.tiny_model import CHAT_TEMPLATE, own_text
from trainer_bridge.ml.token_lengths import Lengths, TokenLengths, fate, trainers_for
from trainer_bridge.ml.tokenizer import DEFAULT_CHAT_TEMPLATE

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# Llama 3's own template trims what is said and puts a token in front of all.
LLAMA3_TEMPLATE = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set said = message['content'] | trim + eos_token %}"
    "{% set content = '<|im_start|>' + message['role'] + '<|im_end|>\n\n' + said %}"
    "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_end|>\n\n' }}{% endif %}"
)
# Qwen 3 cuts thoughts out of what was said before.
THINKING_TEMPLATE = (
    "{% for message in messages %}{% set content = message.content %}"
    "{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}"
    "{{ '<|im_start|>' + message.role + '\n' + content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n<think>\n\n</think>\n\n' }}{% endif %}"
)
SPACE_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)


def gpt2_words() -> Any:
    return pre_tokenizers.ByteLevel(add_prefix_space=False)


def llama3_words() -> Any:
    split = pre_tokenizers.Split(Regex(_LLAMA3), behavior="isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def smollm_words() -> Any:
    return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2_words()])


def made(words: Callable[[], Any], template: str = CHAT_TEMPLATE, **changes: Any) -> PreTrainedTokenizerFast:
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = words()
    raw.decoder = decoders.ByteLevel()
    if "normalizer" in changes:
        raw.normalizer = changes["normalizer"]
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=[*map(AddedToken, SPECIAL)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(own_text(), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token=SPECIAL[0], eos_token=SPECIAL[2], pad_token=SPECIAL[0]
    )
    tokenizer.chat_template = template
    return tokenizer


@pytest.fixture(scope="module")
def tokenizers_made() -> dict[str, PreTrainedTokenizerFast]:
    return {
        "gpt2": made(gpt2_words),
        "llama3": made(llama3_words, LLAMA3_TEMPLATE, normalizer=normalizers.NFC()),
        "smollm": made(smollm_words, DEFAULT_CHAT_TEMPLATE),
        "thinking": made(gpt2_words, THINKING_TEMPLATE),
        "space": made(gpt2_words, SPACE_TEMPLATE),
        # Nothing is proven of words that take in what is before them: whole texts are encoded.
        "unproven": made(lambda: pre_tokenizers.ByteLevel(add_prefix_space=True)),
    }


KINDS = ("gpt2", "llama3", "smollm", "thinking", "space", "unproven")
TEXTS = (
    "Plan a garden.", " a leading space", "\n\nTwo breaks first", "It's 12 o'clock;\nthey're late.\n\n  Why? ", "",
    "naïve café — 東京 🙂", "say <|im_end|> aloud", "a/b\n/c  d\t\te", "x</think>y", "Trailing break\n", "1234567 8",
    "'s",
)  # fmt: skip


def conversation(rng: random.Random) -> list[dict[str, str]]:
    turns = [{"role": "system", "content": rng.choice(TEXTS)}] if rng.random() < 0.3 else []
    for _ in range(rng.randrange(0, 3)):
        turns += [{"role": "user", "content": text_of(rng)}, {"role": "assistant", "content": text_of(rng)}]
    return [*turns, {"role": "user", "content": text_of(rng)}]


def text_of(rng: random.Random) -> str:
    return rng.choice(("", " ", "\n")).join(rng.choice(TEXTS) for _ in range(rng.randrange(1, 9)))


def pairs_of(count: int, *, is_text: bool = False) -> list[dict[str, Any]]:
    rng = random.Random(7)
    rows = []
    for _ in range(count):
        if is_text:
            rows.append({"prompt": text_of(rng), "chosen": text_of(rng), "rejected": text_of(rng)})
            continue
        answers = {side: [{"role": "assistant", "content": text_of(rng)}] for side in ("chosen", "rejected")}
        rows.append({"prompt": conversation(rng), **answers})
    return rows


def prepared(trainer: Any, rows: list[dict[str, Any]], tokenizer: Any, **settings: Any) -> datasets.Dataset:
    """The rows as the trainer's own code prepares them."""
    stub = SimpleNamespace(_tokenizer=tokenizer, _tokenize=getattr(trainer, "_tokenize", None), chat_template=None)
    stub.calculate_KL, stub.completion_only_loss = False, True
    stub.desirable_weight = stub.undesirable_weight = 1.0
    args = SimpleNamespace(dataset_num_proc=None, truncation_mode="keep_start", shuffle_dataset=False, **settings)
    extra = {"packing": False, "formatting_func": None} if trainer is SFTTrainer else {}
    given = datasets.Dataset.from_list([{**row, "row": place} for place, row in enumerate(rows)])
    return trainer._prepare_dataset(stub, given, tokenizer, args, dataset_name="train", **extra)


def measured(rows: list[dict[str, Any]], tokenizer: Any) -> Lengths:
    return TokenLengths(tokenizer).of_rows(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_lengths_are_those_of_dpo_trainer(kind: str, tokenizers_made: dict[str, Any]) -> None:
    tokenizer, rows = tokenizers_made[kind], pairs_of(60)

    found = measured(rows, tokenizer)
    theirs = prepared(DPOTrainer, rows, tokenizer, max_length=None)

    assert found.prompt.tolist() == [len(ids) for ids in theirs["prompt_ids"]]
    assert found.answers["chosen"].tolist() == [len(ids) for ids in theirs["chosen_ids"]]
    assert found.answers["rejected"].tolist() == [len(ids) for ids in theirs["rejected_ids"]]


@pytest.mark.parametrize("kind", ["gpt2", "llama3", "space"])
@pytest.mark.parametrize("is_text", [False, True])
def test_predicted_drops_and_cuts_are_those_of_the_trainers(
    kind: str, is_text: bool, tokenizers_made: dict[str, Any]
) -> None:
    tokenizer, rows, limit = tokenizers_made[kind], pairs_of(60, is_text=is_text), 60

    found = measured(rows, tokenizer)
    dpo = prepared(DPOTrainer, rows, tokenizer, max_length=limit)
    reward = prepared(RewardTrainer, rows, tokenizer, max_length=limit)

    mine = fate("trl.DPOTrainer", found, limit)
    assert np.flatnonzero(~mine.dropped).tolist() == dpo["row"]
    assert 0 < len(dpo) < len(rows)
    cut = [
        len(row["prompt_ids"]) + max(len(row["chosen_ids"]), len(row["rejected_ids"])) > limit for row in dpo
    ]  # fmt: skip
    assert int(mine.truncated.sum()) == sum(cut) > 0
    mine = fate("trl.RewardTrainer", found, limit)
    assert np.flatnonzero(~mine.dropped).tolist() == reward["row"]
    assert not mine.truncated.any()


@pytest.mark.parametrize("kind", ["gpt2", "llama3"])
def test_single_answers_are_measured_as_kto_and_sft_prepare_them(kind: str, tokenizers_made: dict[str, Any]) -> None:
    tokenizer, limit = tokenizers_made[kind], 60
    rows = [
        {"prompt": row["prompt"], "completion": row[side], "label": side == "chosen"}
        for row in pairs_of(40)
        for side in ("chosen", "rejected")
    ]

    found = measured(rows, tokenizer)
    kto = prepared(KTOTrainer, rows, tokenizer, max_length=limit)
    unlabelled = [{name: value for name, value in row.items() if name != "label"} for row in rows]
    settings = {"dataset_text_field": "text", "assistant_only_loss": False}
    sft = prepared(SFTTrainer, unlabelled, tokenizer, max_length=limit, **settings)
    whole = prepared(SFTTrainer, unlabelled, tokenizer, max_length=None, **settings)

    mine = fate("trl.KTOTrainer", found, limit)
    assert np.flatnonzero(~mine.dropped).tolist() == kto["row"]
    cut = [len(row["prompt_ids"]) + len(row["completion_ids"]) > limit for row in kto]
    assert int(mine.truncated.sum()) == sum(cut) > 0
    assert found.whole["completion"].tolist() == [len(ids) for ids in whole["input_ids"]]
    mine = fate("trl.SFTTrainer", found, limit)
    assert np.flatnonzero(~mine.dropped).tolist() == sft["row"]
    longer = np.array([len(ids) > limit for ids in whole["input_ids"]])
    assert mine.truncated.tolist() == (longer & ~mine.dropped).tolist()


@pytest.mark.parametrize("kind", ["gpt2", "llama3"])
def test_triples_are_measured_as_tpo_prepares_them(kind: str, tokenizers_made: dict[str, Any]) -> None:
    tokenizer, rows = tokenizers_made[kind], pairs_of(30)
    triples = [{**row, "reference": rows[place - 1]["chosen"]} for place, row in enumerate(rows)]

    found = measured(triples, tokenizer)
    theirs = prepared(TPOTrainer, triples, tokenizer, max_length=60)

    assert found.prompt.tolist() == [len(ids) for ids in theirs["prompt_ids"]]
    assert found.answers["reference"].tolist() == [len(ids) for ids in theirs["reference_ids"]]
    mine = fate("trl.experimental.tpo.TPOTrainer", found, 60)
    assert not mine.dropped.any()
    assert mine.truncated.tolist() == (found.longest > 60).tolist()


@pytest.mark.parametrize("kind", ["gpt2", "llama3"])
def test_cuts_of_cpo_count_the_tokens_it_adds(kind: str, tokenizers_made: dict[str, Any]) -> None:
    tokenizer, limit = tokenizers_made[kind], 60
    # CPOTrainer takes no prompt that fills the row without complaint, and no empty answers.
    rows = [
        row for row in pairs_of(60) if row["chosen"][0]["content"].strip() and row["rejected"][0]["content"].strip()
    ]

    def theirs(most: int) -> list[tuple[int, int]]:
        stub = SimpleNamespace(processing_class=tokenizer, is_encoder_decoder=False, max_length=most)
        stub.build_tokenized_answer = lambda prompt, answer: CPOTrainer.build_tokenized_answer(stub, prompt, answer)
        found = []
        for row in rows:
            rendered = maybe_apply_chat_template(maybe_extract_prompt(row), tokenizer)
            batch = CPOTrainer.tokenize_row(stub, rendered)
            found.append((len(batch["chosen_input_ids"]), len(batch["rejected_input_ids"])))
        return found

    mine = fate("trl.experimental.cpo.CPOTrainer", measured(rows, tokenizer), limit)

    assert not mine.dropped.any()
    assert mine.truncated.tolist() == [max(lengths) > limit for lengths in theirs(10**6)]


def test_whole_answers_are_taken_apart_as_trl_does(tokenizers_made: dict[str, Any]) -> None:
    tokenizer = tokenizers_made["gpt2"]
    rows = pairs_of(30)
    whole = [{side: row["prompt"] + row[side] for side in ("chosen", "rejected")} for row in rows]

    found = measured(whole, tokenizer)
    theirs = prepared(DPOTrainer, whole, tokenizer, max_length=None)

    assert found.prompt.tolist() == [len(ids) for ids in theirs["prompt_ids"]]
    assert found.answers["chosen"].tolist() == [len(ids) for ids in theirs["chosen_ids"]]


def test_a_prompt_that_is_no_beginning_is_counted(tokenizers_made: dict[str, Any]) -> None:
    rows = [
        {"prompt": [{"role": "user", "content": "Why?"}], "chosen": answer("Because."), "rejected": answer(" So.")},
        {"prompt": [{"role": "user", "content": "How?"}], "chosen": answer("Thus."), "rejected": answer("So.")},
    ]

    assert measured(rows, tokenizers_made["gpt2"]).prompt_kept.tolist() == [True, True]
    # The space after the speaker's name becomes part of the first word.
    assert measured(rows, tokenizers_made["space"]).prompt_kept.tolist() == [False, False]
    # What the model starts with alone is not there when it has answered.
    assert measured(rows, tokenizers_made["thinking"]).prompt_kept.tolist() == [False, False]


def answer(content: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": content}]


alphabet = st.sampled_from(
    [*"ab Zs'.,/!-1 \n\t\r", "é", "\u00a0", "東", "🙂", "e\u0301", *SPECIAL, "'re", " the ", "\n\n"]
)


@pytest.mark.parametrize("kind", ["gpt2", "llama3", "smollm"])
@given(parts=st.lists(alphabet, max_size=40))
def test_texts_counted_in_pieces_have_as_many_tokens_as_whole(
    kind: str, parts: list[str], tokenizers_made: dict[str, Any]
) -> None:
    tokenizer = tokenizers_made[kind]
    text = "".join(parts)
    counter = PieceCounter(tokenizer)

    assert counter.is_exact_in_pieces
    assert counter.count([text]).tolist() == [len(tokenizer(text, add_special_tokens=False)["input_ids"])]
    for place in range(len(text) + 1):
        if counter.is_boundary(text[:place], text[place:]):
            assert counter.count([text[:place], text[place:]]).sum() == counter.count([text])[0]


def test_what_is_not_proven_is_encoded_whole(tokenizers_made: dict[str, Any]) -> None:
    assert not PieceCounter(tokenizers_made["unproven"]).is_exact_in_pieces
    taking = made(gpt2_words)
    taking.add_tokens(AddedToken("<sp>", lstrip=True))
    assert not PieceCounter(taking).is_exact_in_pieces
    lower = made(gpt2_words, normalizer=normalizers.Lowercase())
    assert not PieceCounter(lower).is_exact_in_pieces


def test_templates_that_look_into_what_was_said_are_rendered_in_full() -> None:
    assert [writes_only(each) for each in (CHAT_TEMPLATE, DEFAULT_CHAT_TEMPLATE, LLAMA3_TEMPLATE, SPACE_TEMPLATE)] == [
        True, True, True, True,
    ]  # fmt: skip
    assert not writes_only(THINKING_TEMPLATE)
    assert not writes_only("{% for m in messages %}{{ m['content'][:10] }}{% endfor %}")
    assert not writes_only("{% for m in messages %}{{ m | tojson }}{% endfor %}")
    assert not writes_only("{% for m in messages %}{% if m.content %}{{ m.content }}{% endif %}{% endfor %}")
    assert not writes_only("{% broken")


@pytest.mark.parametrize("kind", KINDS)
def test_rendering_by_shape_is_rendering(kind: str, tokenizers_made: dict[str, Any]) -> None:
    tokenizer, rng = tokenizers_made[kind], random.Random(3)
    shapes = ChatShapes(tokenizer)

    for _ in range(60):
        turns, opens = conversation(rng), rng.random() < 0.5
        expected = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=opens)
        assert shapes.render(turns, opens=opens) == expected


def test_a_template_that_takes_no_system_turn_says_so() -> None:
    tokenizer = made(
        gpt2_words,
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for m in messages %}{{ m['content'] }}{% endfor %}",
    )
    row = {"prompt": [{"role": "system", "content": "Be brief."}], "chosen": answer("a"), "rejected": answer("b")}

    with pytest.raises(RefusedError, match="chat template does not take these rows: System role not supported"):
        measured([row], tokenizer)


def test_which_trainers_rows_go_through() -> None:
    pair = ("prompt", "chosen", "rejected")
    assert trainers_for("trl.DPOTrainer", pair)[0] == "trl.DPOTrainer"
    assert len(trainers_for("trl.DPOTrainer", pair)) == 3
    assert trainers_for("trl.DPOTrainer", pair[1:]) == ("trl.DPOTrainer",)
    assert trainers_for("MODPO", pair) == ("trl.DPOTrainer", "trl.RewardTrainer")
    assert trainers_for("CUT", ("prompt", "completion", "label")) == ("trl.KTOTrainer",)
    assert trainers_for("PRO", ("prompt", "responses")) == ()
