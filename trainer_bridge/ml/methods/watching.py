"""What every trainer here adds to the library's: row counts, lengths, and a stop at a loss that is not a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

import torch
from transformers.trainer_callback import TrainerState

from trainer_bridge.ml.errors import RefusedError, TrainingError

_RESPONSES = ("chosen_ids", "rejected_ids", "reference_ids", "completion_ids")


@dataclass(frozen=True)
class RowCounts:
    """``given`` = ``used`` + ``dropped``; ``truncated`` of the used rows lose tokens at the end. Per split."""

    given: int
    used: int
    dropped: int
    truncated: int
    reason: str | None


def probe(trainer: type, methods: Mapping[str, tuple[str, ...]]) -> None:
    """Raises :class:`RefusedError` unless the library's trainer has these methods with these arguments.

    Some of them are its private ones, which a release may change without a word.
    """
    for name, wanted in methods.items():
        found = getattr(trainer, name, None)
        arguments = tuple(signature(found).parameters)[1:] if found else None
        if arguments != wanted:
            raise RefusedError(
                f"The installed TRL ({version('trl')}) has a {trainer.__name__} that differs in {name} from the "
                "release this application was tested with (1.16.0); install trl==1.16.0."
            )


class Watched:
    """Mixed into a trainer. ``row_counts`` is filled per split (``train``, ``eval``) while the trainer is built.

    ``prepared_as`` names columns of the prepared rows that come of a promised one, where their names do not say so.
    """

    prepared_as: Mapping[str, tuple[str, ...]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.row_counts: dict[str, RowCounts] = {}
        super().__init__(*args, **kwargs)

    def _prepare_dataset(self, dataset: Any, processing_class: Any, args: Any, dataset_name: str) -> Any:
        prepared = super()._prepare_dataset(dataset, processing_class, args, dataset_name)  # type: ignore[misc]
        self.count_rows(dataset_name, given=len(dataset), prepared=prepared, max_length=args.max_length)
        return prepared

    def count_rows(
        self, split: str, *, given: int, prepared: Any, max_length: int, truncated: int | None = None
    ) -> None:
        """Note how many rows a split lost while it was tokenised; raises :class:`RefusedError` when none is left.

        ``truncated`` rows are counted here where the prepared rows have their prompts apart.
        """
        # Trainers with an explicit prompt cut responses short; those without leave out what is too long.
        cuts = truncated is not None or "prompt_ids" in prepared.column_names
        if truncated is None:
            truncated = _count_truncated(prepared, max_length) if cuts else 0
        used = len(prepared)
        self.row_counts[split] = RowCounts(
            given=given,
            used=used,
            dropped=given - used,
            truncated=truncated,
            reason=None if given == used else ("prompt_too_long" if cuts else "too_long"),
        )
        if not used:
            what = "a prompt that fills" if cuts else "a text longer than"
            raise RefusedError(
                f"None of the {given} {split} rows can be used: each has {what} max_length "
                f"({max_length} tokens); raise max_length or filter the snapshot."
            )

    def used_columns(self) -> set[str]:
        """Columns of the prepared rows that reach a batch."""
        self._set_signature_columns_if_needed()  # type: ignore[attr-defined]
        return set(self._signature_columns) & set(self.train_dataset.column_names)  # type: ignore[attr-defined]

    def note(self, name: str, values: torch.Tensor) -> None:
        """Add the mean of a batch's values, of all processes, to the metric `name` of the next log line."""
        mode = "train" if self.model.training else "eval"  # type: ignore[attr-defined]
        gathered = self.accelerator.gather(values.detach().float())  # type: ignore[attr-defined]
        self._metrics[mode][name].append(gathered.mean().item())  # type: ignore[attr-defined]

    def note_where(self, name: str, values: torch.Tensor, counted: torch.Tensor) -> None:
        """As `note`, of the counted rows alone (booleans); a batch without such rows says nothing."""
        mode = "train" if self.model.training else "eval"  # type: ignore[attr-defined]
        parts = torch.stack([(values.detach().float() * counted).sum(), counted.sum().float()])
        total, count = self.accelerator.gather(parts).view(-1, 2).sum(0).tolist()  # type: ignore[attr-defined]
        if count:
            self._metrics[mode][name].append(total / count)  # type: ignore[attr-defined]

    def note_tokens(self, mask: torch.Tensor) -> None:
        """Count the tokens of a training batch, for trainers that compute their loss without the library's."""
        mode = "train" if self.model.training else "eval"  # type: ignore[attr-defined]
        if mode == "train":
            self._total_train_tokens += int(self.accelerator.gather(mask.sum()).sum().item())  # type: ignore[attr-defined]
        self._metrics[mode]["num_tokens"] = [self._total_train_tokens]  # type: ignore[attr-defined]

    def note_lengths(self, mask: torch.Tensor) -> None:
        """Note response lengths in tokens; the first half of a batch's rows are chosen, the second rejected."""
        chosen, rejected = mask.sum(dim=1).chunk(2)
        self.note("chosen_length", chosen)
        self.note("rejected_length", rejected)

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        loss: torch.Tensor = super().training_step(*args, **kwargs)  # type: ignore[misc]
        if not torch.isfinite(loss):
            step = self.state.global_step + 1  # type: ignore[attr-defined]
            raise TrainingError(
                f"The loss was not a number at step {step}; lower the learning rate, "
                "or check the data for rows that are not what they should be."
            )
        return loss


def _count_truncated(prepared: Any, max_length: int) -> int:
    # Read column by column in the Arrow table: lists of token ids of a large export would not fit as Python objects.
    import pyarrow.compute as pc

    responses = [name for name in _RESPONSES if name in prepared.column_names]
    table = prepared.with_format("arrow")
    total = 0
    for start in range(0, len(prepared), 4096):
        part = table[start : start + 4096]
        longest = pc.max_element_wise(*(pc.list_value_length(part[name]) for name in responses))
        whole = pc.add(pc.list_value_length(part["prompt_ids"]), longest)
        total += pc.sum(pc.greater(whole, max_length)).as_py() or 0
    return int(total)


def restore(trainer: Any, checkpoint: Path) -> None:
    """Put the weights and the step count of a checkpoint into a trainer without training."""
    trainer.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
    best = trainer.state.best_model_checkpoint if trainer.args.load_best_model_at_end else None
    # By its name: the run folder may have been moved since.
    trainer._load_from_checkpoint(str(checkpoint.with_name(Path(best).name) if best else checkpoint))


def counts_as_json(counts: dict[str, RowCounts]) -> dict[str, Any]:
    """Row counts by split, as plain values."""
    return {name: asdict(value) for name, value in counts.items()}
