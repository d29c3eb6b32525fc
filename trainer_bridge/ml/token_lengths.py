"""How many tokens the rows of an export have, exactly as TRL 1.16 prepares them, and what its trainers will do to them.

TRL tokenises the rendered prompt and prompt with answer, and lets the answer begin where the two diverge
(`_prepare_dataset` of `DPOTrainer`, `KTOTrainer`, `SFTTrainer`, `TPOTrainer`; `tokenize_row` of `CPOTrainer` and
`ORPOTrainer`). Doing just that takes as long as half a training run, so texts are counted in pieces: see `text_pieces`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from curation.domain.arrays import Flags, Ints
from trainer_bridge.ml.chat_shapes import ChatShapes
from trainer_bridge.ml.text_pieces import PieceCounter

Messages = Sequence[Mapping[str, str]]
Text = str | Messages
ANSWERS = ("chosen", "rejected", "completion", "reference")


@dataclass(frozen=True)
class Lengths:
    """Tokens of rows (n,): the prompt that all answers share, each answer after it, and both together.

    `added` are those that some trainers put around a text. `prompt_kept` is False where the prompt's own tokens are not
    the beginning of prompt and answer (METHODS B9.3).
    """

    prompt: Ints
    answers: dict[str, Ints]
    whole: dict[str, Ints]
    added: dict[str, Ints]
    prompt_kept: Flags

    @property
    def longest(self) -> Ints:
        """The longer, or longest, of prompt and answer together."""
        longest: Ints = np.max(np.stack(list(self.whole.values())), axis=0)
        return longest


class TokenLengths:
    """Counts tokens of rows under one tokenizer; keeps what it learned of words and templates between calls."""

    def __init__(self, tokenizer: Any) -> None:
        self._eos, self._bos = str(tokenizer.eos_token), tokenizer.bos_token
        self._pieces = PieceCounter(tokenizer)
        self._shapes = ChatShapes(tokenizer)

    def of_rows(self, rows: Sequence[Mapping[str, Any]]) -> Lengths:
        """Rows with a `prompt` and any of `ANSWERS`, as messages or text; or answers that hold the prompt themselves.

        All rows must have the same columns. Raises RefusedError for a row that the chat template refuses.
        """
        names = [name for name in ANSWERS if name in rows[0]]
        prompts: list[str] = []
        # What follows the prompt where no token reaches across, so that it is counted alone; else prompt and answer.
        texts: dict[str, list[str]] = {name: [] for name in names}
        is_end: dict[str, list[bool]] = {name: [] for name in names}
        for row in rows:
            prompt, rendered = self._prompt_of(row)
            prompts.append(rendered)
            for name in names:
                end = self._end_of(prompt, rendered, row, name)
                texts[name].append(self._whole_of(prompt, row, name) if end is None else end)
                is_end[name].append(end is not None)
        counts = self._pieces.count([*prompts, *chain.from_iterable(texts.values())])
        alone, *each = counts.reshape(len(names) + 1, len(rows))
        whole = {name: count + np.where(is_end[name], alone, 0) for name, count in zip(names, each, strict=True)}
        shared = self._shared(prompts, texts, is_end, alone)
        answers = {name: whole[name] - shared for name in names}
        added = {name: self._added(prompts, texts[name]) for name in names}
        return Lengths(shared, answers, whole, added, shared == alone)

    def _prompt_of(self, row: Mapping[str, Any]) -> tuple[Text, str]:
        """The prompt, and the text of it that the tokenizer is given: with what makes the model answer."""
        prompt: Text = row["prompt"] if "prompt" in row else shared_prompt(row["chosen"], row["rejected"])
        return prompt, prompt if isinstance(prompt, str) else self._shapes.render(prompt, opens=True)

    def _end_of(self, prompt: Text, rendered: str, row: Mapping[str, Any], name: str) -> str | None:
        """What an answer adds to the prompt's text; None where a token may reach across both."""
        if isinstance(prompt, str):
            whole = self._whole_of(prompt, row, name)
            end = whole[len(rendered) :] if whole.startswith(rendered) else None
        else:
            answer = row[name] if "prompt" in row else row[name][len(prompt) :]
            end = self._shapes.end(prompt, answer)
        return end if end is not None and self._pieces.is_boundary(rendered, end) else None

    def _whole_of(self, prompt: Text, row: Mapping[str, Any], name: str) -> str:
        """Prompt and answer together. Text without turns ends with the token that ends texts, as trainers see to."""
        if not isinstance(prompt, str):
            said = [*prompt, *row[name]] if "prompt" in row else row[name]
            return self._shapes.render(said, opens=False)
        whole = prompt + row[name] if "prompt" in row else str(row[name])
        return whole if whole.endswith(self._eos) else whole + self._eos

    def _shared(
        self,
        prompts: Sequence[str],
        texts: Mapping[str, Sequence[str]],
        is_end: Mapping[str, Sequence[bool]],
        alone: Ints,
    ) -> Ints:
        """Tokens that the prompt and every prompt with an answer begin with."""
        shared = np.array(alone)
        for name, of_name in texts.items():
            for row in np.flatnonzero(~np.asarray(is_end[name])).tolist():
                shared[row] = min(shared[row], self._pieces.common_prefix(prompts[row], of_name[row]))
        return shared

    def _added(self, prompts: Sequence[str], texts: Sequence[str]) -> Ints:
        """Tokens that CPO's and ORPO's trainers add themselves: a text's beginning and end, where it has none."""
        begins = [self._bos is not None and not prompt.startswith(self._bos) for prompt in prompts]
        ends = [not text.endswith(self._eos) for text in texts]
        return np.asarray(begins, dtype=np.int64) + np.asarray(ends, dtype=np.int64)


@dataclass(frozen=True)
class Fate:
    """What a trainer does to rows (n,): leaves them out, or cuts them at the end."""

    dropped: Flags
    truncated: Flags


def fate(trainer: str, lengths: Lengths, max_length: int) -> Fate:
    """What a trainer of TRL 1.16 does to the rows. Raises LookupError for one it does not know.

    Truncation is `keep_start`, the trainers' default, and a row counts as cut when any of its texts is.
    """
    adds = trainer in _ADDING
    texts = [whole + lengths.added[name] if adds else whole for name, whole in lengths.whole.items()]
    too_long = np.max(np.stack(texts), axis=0) > max_length
    none: Flags = np.zeros(len(too_long), dtype=bool)
    match trainer:
        case "trl.DPOTrainer" | "trl.KTOTrainer":
            dropped = lengths.prompt >= max_length
        case "trl.RewardTrainer":
            return Fate(too_long, none)
        case "trl.SFTTrainer":
            # Nothing of the completion is within the row: it is all prompt, or empty.
            dropped = np.minimum(lengths.whole["completion"], max_length) <= lengths.prompt
        case _ if trainer in TRAINERS:
            dropped = none
        case _:
            raise LookupError(trainer)
    return Fate(dropped, too_long & ~dropped)


_CPO, _ORPO = "trl.experimental.cpo.CPOTrainer", "trl.experimental.orpo.ORPOTrainer"
_TPO = "trl.experimental.tpo.TPOTrainer"
_ADDING = (_CPO, _ORPO)
TRAINERS = ("trl.DPOTrainer", "trl.RewardTrainer", "trl.KTOTrainer", "trl.SFTTrainer", _TPO, *_ADDING)


def trainers_for(trainer: str, columns: Iterable[str]) -> tuple[str, ...]:
    """The trainers of TRL whose preparation rows of a format for `trainer` go through, by their columns.

    Trainers of our own build on TRL's. None for rows that none of them reads.
    """
    have = set(columns)
    if trainer == "trl.DPOTrainer" and "prompt" in have:
        return (trainer, *_ADDING)
    if trainer in TRAINERS:
        return (trainer,)
    if "reference" in have:
        return (_TPO,)
    if "completion" in have:
        return ("trl.KTOTrainer",) if "label" in have else ("trl.SFTTrainer",)
    return ("trl.DPOTrainer", "trl.RewardTrainer") if {"chosen", "rejected"} <= have else ()


def shared_prompt(first: Text, second: Text) -> Text:
    """The prompt that two whole answers begin with, as TRL's `extract_prompt` finds it."""
    place = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if place is None:
        return first[: min(len(first), len(second)) - 1]
    # A space before the answers belongs to them.
    return first[: place - 1] if place and first[place - 1] == " " else first[:place]
