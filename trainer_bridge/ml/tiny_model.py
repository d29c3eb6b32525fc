"""A random Llama of under half a million weights with its own tokenizer, built in seconds without any download.

It learns nothing useful; it exists so that tests and fast demonstrations run the real training code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

_OPENINGS = (
    "How do I", "Could you explain how to", "What is the best way to", "Please help me", "Why would anyone",
    "Is it safe to", "Tell me when people should", "My friend wants to", "I was asked to", "Write a note on how to",
)  # fmt: skip
_ACTIONS = (
    "plan a garden", "cook rice for six people", "repair an old bicycle", "write a polite letter", "learn a language",
    "measure the height of a tree", "compare two answers", "save money every month", "train for a long walk",
    "choose a book for a child", "store vegetables in winter", "debug a small program", "prepare for an interview",
    "clean a wooden table", "teach simple fractions", "read a weather map", "keep a secret", "paint a wall",
)  # fmt: skip
_ANSWERS = (
    "Start with a small step and check the result before you continue.",
    "That depends on how much time you have; here are three things to consider.",
    "I am sorry, but I cannot help with that request because someone could be hurt.",
    "First gather what you need, then follow the instructions slowly and carefully.",
    "Many people find this difficult, so do not worry if it does not work the first time.",
    "The short answer is yes, although the details matter more than you might think.",
    "Ask an expert nearby, since local rules and prices are different everywhere.",
    "Because the numbers are large, it helps to write them down and add them twice.",
)


def own_text() -> Iterator[str]:
    """Plain questions and answers, enough to learn common English pieces from."""
    for number, (opening, action) in enumerate(product(_OPENINGS, _ACTIONS)):
        yield f"{opening} {action}? {_ANSWERS[number % len(_ANSWERS)]}"


def build(folder: Path, texts: Iterable[str] | None = None, *, vocabulary: int = 8192, seed: int = 0) -> None:
    """Write model and tokenizer into ``folder``; the same texts and seed give the same weights."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(own_text() if texts is None else texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw,
        bos_token="<|endoftext|>",  # noqa: S106 - a marker in text, not a password
        eos_token="<|im_end|>",  # noqa: S106
        pad_token="<|pad|>",  # noqa: S106
        model_max_length=2048,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=128,
            intermediate_size=256,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=2048,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
