"""Lengths of an export's rows in tokens, and what its trainer will leave out or cut, counted while they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from trainer_bridge.choices import RunKind
from trainer_bridge.domain.lengths import TokenTally
from trainer_bridge.exports.base import MESSAGES, Format, Messages
from trainer_bridge.exports.options import LENGTHS, Option, Options
from trainer_bridge.exports.registry import default_options
from trainer_bridge.ml.base_models import prepare
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.models import Export
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.runs.folder import local_models_folder
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import Progress, as_job_error

_TEXTS = ("prompt", "chosen", "rejected", "completion", "reference")


def declared_options(entry: Format) -> tuple[Option, ...]:
    """Every option of a format: its own, and how lengths are measured where it has texts that TRL's trainers read."""
    return (*entry.options, *LENGTHS) if _is_measurable(entry, default_options(entry)) else entry.options


def _is_measurable(entry: Format, options: Options) -> bool:
    kinds = {column.name: column.type for column in entry.schema(options) if column.name in _TEXTS}
    pair = {"chosen", "rejected"} <= kinds.keys()
    single = {"prompt", "completion"} <= kinds.keys()
    return (pair or single) and all(kind == MESSAGES or pa.types.is_string(kind) for kind in kinds.values())


class TokenMeasure:
    """See `writing.Measure`. Counts by the tokenizer of one model, for every trainer that the rows may go to."""

    def __init__(self, tokenizer: Any, *, named: str, trainers: Sequence[str], max_length: int) -> None:
        from trainer_bridge.ml.token_lengths import TokenLengths

        self._tokenizer, self._lengths = tokenizer, TokenLengths(tokenizer)
        self._named, self._max_length = named, max_length
        self._fates: dict[str, dict[str, dict[str, int]]] = {trainer: {} for trainer in trainers}
        self._tallies: dict[str, TokenTally] = {}
        self._not_prefix = 0

    def add(self, rows: Sequence[Mapping[str, Any]], split: str) -> None:
        from trainer_bridge.ml.token_lengths import fate

        with as_job_error(RefusedError):
            found = self._lengths.of_rows(rows)
        for name, counts in {"prompt": found.prompt, **found.answers, "longest": found.longest}.items():
            self._tallies.setdefault(name, TokenTally()).add(counts)
        self._not_prefix += int((~found.prompt_kept).sum())
        for trainer, splits in self._fates.items():
            what = fate(trainer, found, self._max_length)
            so_far = splits.setdefault(split, {"given": 0, "dropped": 0, "truncated": 0})
            so_far["given"] += len(rows)
            so_far["dropped"] += int(what.dropped.sum())
            so_far["truncated"] += int(what.truncated.sum())

    def tokens_of(self, prompt: Messages, completion: Messages) -> tuple[list[int], list[tuple[int, int]]]:
        """(ids, offsets in code points) of a response's tokens in the rendered conversation. Raises JobError."""
        from trainer_bridge.ml.response_tokens import response_tokens

        with as_job_error(RefusedError):
            return response_tokens(self._tokenizer, prompt, completion)

    def summary(self) -> dict[str, Any]:
        """For the manifest: lengths in tokens by text, and rows that each trainer will drop or cut by split."""
        return {
            "tokenizer": self._named,
            "max_length": self._max_length,
            **{name: tally.summary() for name, tally in self._tallies.items()},
            "trainers": self._fates,
            "prompt_not_prefix": self._not_prefix,
        }


def measure_for(export: Export, entry: Format, options: Options, progress: Progress) -> TokenMeasure | None:
    """What counts the tokens of the export's rows; None where no tokenizer was named. Raises JobError."""
    key = export.options.get("tokenizer")
    if key is None:
        return None
    from trainer_bridge.ml.token_lengths import trainers_for
    from trainer_bridge.ml.tokenizer import load_tokenizer

    with as_job_error(RefusedError):
        tokenizer, _ = load_tokenizer(_folder(str(key), export.snapshot.project_id, progress))
    trainers = trainers_for(entry.trainer, entry.schema(options).names)
    return TokenMeasure(tokenizer, named=str(key), trainers=trainers, max_length=export.options["max_length"])


def _folder(key: str, project_id: int, progress: Progress) -> Path:
    """The model's folder on this machine, prepared now if it was not."""
    with as_job_error(ApplicationError):
        source = source_of(key, project_id=project_id, kind=RunKind.REWARD)
    if source.folder is not None:
        return source.folder
    progress.log(f"Preparing the tokenizer of {key} …")
    target = local_models_folder() / str(source.prepared_as)
    prepare(str(source.prepare), target)
    return target
