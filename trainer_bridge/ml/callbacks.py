"""What happens between steps: metrics go to the run folder, and a wish to stop is honoured after the current step."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from trainer_bridge.ml import metrics
from trainer_bridge.ml.run_folder import COMPLETE_MARK, RunFolder
from trainer_bridge.ml.stopping import StopWish

logger = logging.getLogger(__name__)


class RunReporter(TrainerCallback):
    """Writes ``metrics.jsonl`` and ``status.json``, marks whole checkpoints, and stops training on a wish."""

    def __init__(self, folder: RunFolder, stop: StopWish) -> None:
        self._folder = folder
        self._stop = stop
        self._began = 0.0
        self._step_s: list[float] = []
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
        self._step_s.append(time.perf_counter() - self._began)
        self._folder.update_status(step=state.global_step)
        if self._stop.wished and state.global_step < state.max_steps:
            self.stopped_early = True
            control.should_save = True
            control.should_evaluate = False
            control.should_training_stop = True
        return control

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any) -> None:
        """Append what the trainer logged, under the normalised names."""
        values = metrics.normalise(logs or {})
        if "loss" in values and self._step_s:
            values["step_s"] = sum(self._step_s) / len(self._step_s)
            self._step_s.clear()
        if not values.keys() & {"loss", "eval_loss"}:
            return
        self._folder.append_metrics(state.global_step, values)
        listed = " ".join(f"{name}={value:.4g}" for name, value in values.items())
        logger.info("step %d/%d %s", state.global_step, state.max_steps, listed)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Called when everything of the checkpoint is on disk."""
        checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        (checkpoint / COMPLETE_MARK).touch()
        logger.info("saved checkpoint at step %d", state.global_step)
