"""What happens between steps: metrics go to the run folder, and a wish to stop is honoured after the current step."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import psutil
import torch
from transformers import TrainerCallback

from trainer_bridge.ml import metrics
from trainer_bridge.ml.run_folder import COMPLETE_MARK, RunFolder
from trainer_bridge.ml.stopping import StopWish

logger = logging.getLogger(__name__)


# A status is replaced and made durable; more often than people look, that would only slow short steps down.
_STATUS_EVERY_S = 1.0


class RunReporter(TrainerCallback):
    """Writes ``metrics.jsonl`` and ``status.json``, marks whole checkpoints, and stops training on a wish."""

    def __init__(self, folder: RunFolder, stop: StopWish) -> None:
        self._folder = folder
        self._stop = stop
        self._began = 0.0
        self._told = 0.0
        self._step_s: list[float] = []
        self._tokens: float | None = None
        self.stopped_early = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """From here on a wish to stop waits for the step."""
        self._stop.interrupt = False
        self._folder.update_status(state="training", step=state.global_step)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the step's clock."""
        self._began = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Report the step; after a wish to stop, ask for a checkpoint and the end."""
        now = time.perf_counter()
        self._step_s.append(now - self._began)
        self._folder.status["step"] = state.global_step
        if now - self._told >= _STATUS_EVERY_S:
            self._folder.update_status()
            self._told = now
        if self._stop.agreed() and state.global_step < state.max_steps:
            self.stopped_early = True
            control.should_save = True
            control.should_evaluate = False
            control.should_training_stop = True
        return control

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The last step, whenever it was last told."""
        self._folder.update_status(step=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any) -> None:
        """Append what the trainer logged, under the normalised names."""
        values = metrics.normalise(logs or {})
        if "loss" in values and self._step_s:
            values |= self._pace(values)
        if not values.keys() & {"loss", "eval_loss"}:
            return
        self._folder.append_metrics(state.global_step, values)
        listed = " ".join(f"{name}={value:.4g}" for name, value in values.items())
        logger.info("step %d/%d %s", state.global_step, state.max_steps, listed)

    def _pace(self, values: dict[str, float]) -> dict[str, float]:
        """Seconds a step since the last line, tokens a second (all processes) and bytes held (this one)."""
        took = sum(self._step_s)
        found = {"step_s": took / len(self._step_s), "memory_bytes": float(memory_in_use())}
        tokens = values.get("tokens")
        if tokens is not None:
            if self._tokens is not None:
                found["tokens_per_s"] = (tokens - self._tokens) / took
            self._tokens = tokens
        self._step_s.clear()
        return found

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Called when everything of the checkpoint is on disk."""
        if not self._folder.writes:
            return
        checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        (checkpoint / COMPLETE_MARK).touch()
        logger.info("saved checkpoint at step %d", state.global_step)


class EarlyStopping(TrainerCallback):
    """Ends training after so many evaluations in a row that were no better than an earlier one.

    Reads the trainer's own history, which a checkpoint keeps, so that a resumed run stops where an uninterrupted one
    would.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """Ask for the end when patience is used up."""
        if self.is_over(args, state):
            logger.info("stopping early at step %d: no better evaluation since the best one", state.global_step)
            control.should_training_stop = True
        return control

    def is_over(self, args: Any, state: Any) -> bool:
        """Whether patience is used up by what the history says."""
        name, sign = args.metric_for_best_model, 1 if args.greater_is_better else -1
        values = [sign * entry[name] for entry in state.log_history if name in entry]
        return bool(values) and len(values) - 1 - values.index(max(values)) >= self._patience


def memory_in_use() -> int:
    """Bytes: on a GPU the most that tensors have held so far, elsewhere what the process holds now."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    return int(psutil.Process().memory_info().rss)
