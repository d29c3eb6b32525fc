"""An instruction with two responses and votes 1, 2 or 0 (a tie), one or several annotators, as PandaLM and LLMBar."""

from __future__ import annotations

import re
from typing import Any

from curation.datasets.importers.base import Draft, DraftLabel, Row, RowError, missing, response, rest_of, text_at
from webapp.store.canonical import Message

_PAIRS = (("response1", "response2"), ("output_1", "output_2"), ("response_1", "response_2"), ("output1", "output2"))
_SINGLE = ("label", "preference", "winner")
_SEVERAL = re.compile(r"annotator_?\d+\Z")
_MODELS = (("model1", "model2"), ("model_1", "model_2"), ("generator_1", "generator_2"))


class PairedInstruction:
    """The prompt is the instruction, followed by the input when there is one. Unlabelled rows are welcome."""

    key = "paired_instruction"
    title = "Instruction with two responses"

    def fits(self, row: Row) -> bool:
        pair = _pair(row)
        return pair is not None and any(type(row.get(key)) is str for key in ("instruction", "input", "prompt"))

    def draft(self, row: Row) -> Draft:
        pair = _pair(row)
        if pair is None:
            raise missing("response1")
        prompt, used = _prompt(row)
        texts = (text_at(row, pair[0]), text_at(row, pair[1]))
        generators = next(((row[a], row[b]) for a, b in _MODELS if type(row.get(a)) is type(row.get(b)) is str), None)
        labels, names = _labels(row)
        return Draft(
            [Message("user", prompt)],
            [response(text, generators[i] if generators else None) for i, text in enumerate(texts)],
            labels,
            metadata=rest_of(row, frozenset((*pair, *used, *names))),
        )


def _pair(row: Row) -> tuple[str, str] | None:
    return next((pair for pair in _PAIRS if pair[0] in row or pair[1] in row), None)


def _prompt(row: Row) -> tuple[str, tuple[str, ...]]:
    main = "instruction" if row.get("instruction") is not None else "prompt" if row.get("prompt") is not None else None
    if main is None:
        return text_at(row, "input"), ("input",)
    instruction = text_at(row, main)
    if row.get("input") is None or not text_at(row, "input").strip():
        return instruction, (main, "input")
    return f"{instruction}\n\n{row['input']}", (main, "input")


def _labels(row: Row) -> tuple[list[DraftLabel], list[str]]:
    """Every vote of the row, and the fields they came from."""
    labels, used = [], []
    for name, value in row.items():
        several = _SEVERAL.match(name) is not None
        if value is None or not (several or name in _SINGLE or name == "labels"):
            continue
        used.append(name)
        for index, vote in enumerate(value if name == "labels" and type(value) is list else [value], start=1):
            annotator = name if several else f"annotator{index}" if type(value) is list else None
            labels.append(_vote(vote, name, annotator))
    return labels, used


def _vote(vote: Any, name: str, annotator: str | None) -> DraftLabel:
    number = int(vote) if type(vote) is str and vote.strip() in ("0", "1", "2") else vote
    if type(number) is float and number.is_integer():
        number = int(number)
    if type(number) is not int or number not in (0, 1, 2):
        raise RowError("bad_label", f"The field “{name}” must be 1, 2, or 0 for a tie.")
    if number == 0:
        return DraftLabel(0, 1, 0, None, annotator)
    return DraftLabel(0, 1, 1 if number == 2 else -1, 1.0, annotator)
