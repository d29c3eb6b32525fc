"""A base model's tokenizer with the chat template that its rows are rendered by. Loads no weights and no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainer_bridge.ml.errors import RefusedError

# For tokenizers that bring no template: every turn is named and ended, so a prompt is a prefix of prompt + response.
DEFAULT_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


def load_tokenizer(folder: Path) -> tuple[Any, bool]:
    """(tokenizer, whether the template is ours). Raises RefusedError for one that cannot be loaded or ends no text."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (ValueError, OSError, KeyError) as error:
        lines = str(error).strip().splitlines()
        why = (lines[0] if lines else type(error).__name__).rstrip(".")
        raise RefusedError(f"The tokenizer of {folder} cannot be loaded: {why}.") from error
    if tokenizer.eos_token is None:
        raise RefusedError(f"The tokenizer of {folder} has no end-of-text token, so responses would have no end.")
    supplied = tokenizer.chat_template is None
    if supplied:
        tokenizer.chat_template = DEFAULT_CHAT_TEMPLATE
    return tokenizer, supplied
