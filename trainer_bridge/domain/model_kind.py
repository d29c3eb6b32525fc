"""What a model's own files say it is. Pure Python; nothing of the model is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HEADS_KEY = "reward_heads"
"""Name in a model's ``config.json`` under which training here says what several outputs are: one of HEADS."""
HEADS = ("aspects", "categories")
"""A score for each aspect of a response, or a chance of a fault of each category at each of its tokens."""


class WrongKindError(ValueError):
    """The files are no model of the wanted kind; the message is one sentence for a person."""


def check_model_kind(folder: Path, config: dict[str, Any], kind: str, *, named: str) -> None:
    """Raises WrongKindError unless the model can serve as this kind, "reward" or "policy", without guessing.

    A language model would load as a reward model too, with a random head, and give scores that mean nothing; and a
    reward model without a chat template does not say in which form it was trained on conversations. A reward model
    may have several outputs where it says what they are.
    """
    architecture = (config.get("architectures") or [""])[0]
    if kind == "policy":
        if not architecture.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")):
            raise WrongKindError(
                f"{named} is not a language model (its architecture is {architecture or 'not stated'})."
            )
        return
    head = "ForTokenClassification" if config.get(HEADS_KEY) == "categories" else "ForSequenceClassification"
    if not architecture.endswith(head):
        raise WrongKindError(f"{named} is not a reward model (its architecture is {architecture or 'not stated'}).")
    outputs = outputs_of(config)
    if outputs != 1 and not heads_of(config):
        raise WrongKindError(
            f"{named} gives {outputs} numbers per response; a reward model gives one, or says what each of them is."
        )
    if not _has_chat_template(folder):
        raise WrongKindError(f"{named} has no chat template, so the text form it was trained on is not known.")


def outputs_of(config: dict[str, Any]) -> int:
    """How many numbers a classifier gives; one that does not say has the libraries' usual two."""
    return int(config.get("num_labels") or len(config.get("id2label") or {}) or 2)


def heads_of(config: dict[str, Any]) -> tuple[str, ...]:
    """Names of a reward model's outputs, in their order; none where it has the usual one, or does not say."""
    if config.get(HEADS_KEY) not in HEADS:
        return ()
    names = config.get("id2label") or {}
    return tuple(str(names[number]) for number in sorted(names, key=int))


def _has_chat_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").exists():
        return True
    try:
        described = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(described.get("chat_template"))
