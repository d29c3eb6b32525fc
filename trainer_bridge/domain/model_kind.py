"""What a model's own files say it is. Pure Python; nothing of the model is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class WrongKindError(ValueError):
    """The files are no model of the wanted kind; the message is one sentence for a person."""


def check_model_kind(folder: Path, config: dict[str, Any], kind: str, *, named: str) -> None:
    """Raises WrongKindError unless the model can serve as this kind, "reward" or "policy", without guessing.

    A language model would load as a reward model too, with a random head, and give scores that mean nothing; and a
    reward model without a chat template does not say in which form it was trained on conversations.
    """
    architecture = (config.get("architectures") or [""])[0]
    if kind == "policy":
        if not architecture.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")):
            raise WrongKindError(
                f"{named} is not a language model (its architecture is {architecture or 'not stated'})."
            )
        return
    if not architecture.endswith("ForSequenceClassification"):
        raise WrongKindError(f"{named} is not a reward model (its architecture is {architecture or 'not stated'}).")
    outputs = config.get("num_labels") or len(config.get("id2label") or {}) or 2
    if outputs != 1:
        raise WrongKindError(f"{named} gives {outputs} numbers per response; a reward model gives one.")
    if not _has_chat_template(folder):
        raise WrongKindError(f"{named} has no chat template, so the text form it was trained on is not known.")


def _has_chat_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").exists():
        return True
    try:
        described = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(described.get("chat_template"))
