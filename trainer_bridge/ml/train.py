"""Train one run folder: ``python -m trainer_bridge.ml.train RUN_FOLDER [--resume]``.

The folder's files are described in :mod:`trainer_bridge.ml.run_folder`, the exit codes in
:mod:`trainer_bridge.ml.errors`. SIGTERM finishes the current step, saves a checkpoint and exits with 143;
``--resume`` goes on from the newest checkpoint and ends with the weights an uninterrupted run would have had.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from trainer_bridge.ml import environment
from trainer_bridge.ml.config import RunConfig, load_config
from trainer_bridge.ml.errors import (
    EXIT_CANCELLED,
    EXIT_FAILED,
    EXIT_FINISHED,
    CancelledError,
    RefusedError,
    TrainingError,
)
from trainer_bridge.ml.failing import sentence_of
from trainer_bridge.ml.reporting import reporting
from trainer_bridge.ml.rows import Source, promised_columns
from trainer_bridge.ml.run_folder import RunFolder, now, sha256_of
from trainer_bridge.ml.stopping import StopWish

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Train the run described by RUN_FOLDER/config.yaml.")
    parser.add_argument("run_folder", type=Path)
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint, if there is one")
    options = parser.parse_args(arguments)
    level = logging.INFO if environment.place().writes else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", stream=sys.stdout)
    return run(options.run_folder.absolute(), resume=options.resume)


def run(path: Path, *, resume: bool) -> int:
    """Train and return the exit code; every outcome except a folder in use is in ``status.json`` as well."""
    folder = RunFolder(path, writes=environment.place().writes)
    try:
        with folder.locked(), reporting(folder):
            return _run_locked(folder, resume=resume)
    except TrainingError as error:
        logger.error("%s", error)
        return error.exit_code
    except OSError as error:
        # Not even the status could be written, so the log is the only place left for the sentence.
        logger.error("%s", sentence_of(error, folder, None))
        return EXIT_FAILED


def _run_locked(folder: RunFolder, *, resume: bool) -> int:
    if resume and folder.read_status().get("state") == "finished":
        logger.info("This run is finished already.")
        return EXIT_FINISHED
    if not resume and any(folder.checkpoints.glob("checkpoint-*")):
        raise RefusedError("This run folder already holds checkpoints; add --resume, or use a new folder.")
    folder.status = {"state": "preparing", "step": 0, "max_steps": None, "error": None, "rows": None}
    folder.update_status(pid=os.getpid(), started_at=now(), resumed_from=None)
    stop, config = StopWish(), None
    try:
        with stop.listening():
            config = load_config(folder.config)
            folder.update_status(max_steps=config.settings.get("max_steps"))
            environment.settle(folder.path, config)
            finished = _train(folder, config, stop, resume=resume)
    except CancelledError:
        folder.update_status(state="cancelled")
        return EXIT_CANCELLED
    except TrainingError as error:
        logger.exception("Training stopped")
        folder.update_status(state="failed", error=str(error))
        return error.exit_code
    except Exception as error:
        # The last place that can put a defect on the run page.
        logger.exception("Training stopped")
        folder.update_status(state="failed", error=sentence_of(error, folder, config))
        return EXIT_FAILED
    folder.update_status(state="finished" if finished else "cancelled")
    environment.leave()
    return EXIT_FINISHED if finished else EXIT_CANCELLED


def _train(folder: RunFolder, config: RunConfig, stop: StopWish, *, resume: bool) -> bool:
    """Train to the end (true) or to a wish to stop (false)."""
    from trainer_bridge.ml.callbacks import RunReporter
    from trainer_bridge.ml.finishing import save_model, write_summary
    from trainer_bridge.ml.methods.watching import restore

    environment.quieten()
    environment.check_tracker(config)
    source = _source(folder, config)
    checkpoint = folder.last_checkpoint() if resume else None
    folder.keep_inputs(source.inputs, resuming=checkpoint is not None)
    folder.cut_metrics(checkpoint[0] if checkpoint else 0)
    reporter = RunReporter(folder, stop)
    trainer, loaded, device = _prepared(folder, config, source, reporter, checkpoint)
    began = time.perf_counter()
    if checkpoint and _is_over(trainer, config, checkpoint):
        # Only the model was still to be written, and the trainer would take one step too many from here.
        restore(trainer, checkpoint[1])
        folder.update_status(step=checkpoint[0])
    else:
        trainer.train(resume_from_checkpoint=str(checkpoint[1]) if checkpoint else None)
    train_s = time.perf_counter() - began
    if reporter.stopped_early:
        return False
    if folder.writes:
        save_model(trainer, config, folder, loaded.tokenizer)
        write_summary(trainer, config, folder, loaded, source, device=device, train_s=train_s)
        shutil.rmtree(folder.path / ".cache", ignore_errors=True)
    return True


def _prepared(
    folder: RunFolder, config: RunConfig, source: Source, reporter: Any, checkpoint: tuple[int, Path] | None
) -> tuple[Any, Any, str]:
    """(trainer, loaded base model, device): rows read, weights loaded, everything checked."""
    from trainer_bridge.ml import loading
    from trainer_bridge.ml.callbacks import EarlyStopping
    from trainer_bridge.ml.data import eval_dataset, train_dataset
    from trainer_bridge.ml.methods import TrainerSetup, build_trainer, heads_of
    from trainer_bridge.ml.methods.watching import counts_as_json
    from trainer_bridge.ml.sampling import sampler

    device = loading.pick_device(config.device)
    train = train_dataset(source.train, config, source.columns, folder)
    evaluation = eval_dataset(source.evaluation, config, source.columns, folder)
    if config.early_stopping_patience and evaluation is None:
        raise RefusedError(
            "Early stopping watches held-out accuracy, and this run has no test rows; set early_stopping_patience "
            "to 0, or export a snapshot with a test split."
        )
    heads = heads_of(config, train)
    loaded = loading.load_base(config, folder.path, device, outputs=len(heads) or 1)
    stopping = [EarlyStopping(config.early_stopping_patience)] if config.early_stopping_patience else []
    samples = sampler(config, folder, evaluation, loaded.tokenizer)
    trainer = build_trainer(
        TrainerSetup(
            config=config,
            model=loaded.model,
            tokenizer=loaded.tokenizer,
            adapter=loading.lora_config(config, loaded.model),
            train=train,
            evaluation=evaluation,
            columns=source.columns,
            checkpoints=folder.checkpoints,
            device=device,
            callbacks=[reporter, *stopping, *([samples] if samples else [])],
            heads=heads,
            processes=environment.place().processes,
        )
    )
    rows = counts_as_json(trainer.row_counts)
    folder.update_status(
        rows=rows, max_steps=trainer.args.max_steps, resumed_from=checkpoint[0] if checkpoint else None
    )
    # The trainers count tokens of this process alone; a resumed run goes on counting.
    trainer._total_train_tokens = folder.last_values().get("tokens", 0)
    logger.info("training on %s, rows %s", device, rows)
    return trainer, loaded, device


def _is_over(trainer: Any, config: RunConfig, checkpoint: tuple[int, Path]) -> bool:
    """Whether training had ended at the checkpoint, by its steps or early."""
    from transformers.trainer_callback import TrainerState

    from trainer_bridge.ml.callbacks import EarlyStopping

    if checkpoint[0] >= trainer.args.max_steps:
        return True
    patience = config.early_stopping_patience
    state = TrainerState.load_from_json(str(checkpoint[1] / "trainer_state.json"))
    return bool(patience) and EarlyStopping(patience).is_over(trainer.args, state)


def _source(folder: RunFolder, config: RunConfig) -> Source:
    train = (folder.path / config.data.train).resolve()
    evaluation = (folder.path / config.data.eval).resolve() if config.data.eval else None
    columns, ignored = promised_columns(train, config, config.columns)
    hashes = {"train": sha256_of(train), "eval": sha256_of(evaluation) if evaluation else None}
    return Source(train, evaluation, columns, ignored, {"config": config.identity(), "data_sha256": hashes})


if __name__ == "__main__":
    sys.exit(main())
