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
import warnings
from pathlib import Path

from trainer_bridge.ml.config import RunConfig, load_config
from trainer_bridge.ml.errors import (
    EXIT_CANCELLED,
    EXIT_FAILED,
    EXIT_FINISHED,
    CancelledError,
    RefusedError,
    TrainingError,
)
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
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    return run(options.run_folder.absolute(), resume=options.resume)


def run(path: Path, *, resume: bool) -> int:
    """Train and return the exit code; every outcome except a folder in use is in ``status.json`` as well."""
    folder = RunFolder(path)
    try:
        with folder.locked():
            return _run_locked(folder, resume=resume)
    except TrainingError as error:
        logger.error("%s", error)
        return error.exit_code


def _run_locked(folder: RunFolder, *, resume: bool) -> int:
    if resume and folder.read_status().get("state") == "finished":
        logger.info("This run is finished already.")
        return EXIT_FINISHED
    if not resume and any(folder.checkpoints.glob("checkpoint-*")):
        raise RefusedError("This run folder already holds checkpoints; add --resume, or use a new folder.")
    folder.status = {"state": "preparing", "step": 0, "max_steps": None, "error": None, "rows": None}
    folder.update_status(pid=os.getpid(), started_at=now(), resumed_from=None)
    stop = StopWish()
    try:
        with stop.listening():
            config = load_config(folder.config)
            folder.update_status(max_steps=config.settings.get("max_steps"))
            _settle_environment(folder, config)
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
        folder.update_status(state="failed", error=_sentence(error))
        return EXIT_FAILED
    folder.update_status(state="finished" if finished else "cancelled")
    return EXIT_FINISHED if finished else EXIT_CANCELLED


def _settle_environment(folder: RunFolder, config: RunConfig) -> None:
    """Environment that the model libraries read once, when they are imported."""
    os.environ["HF_DATASETS_CACHE"] = str(folder.path / ".cache")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Threads that spin while they wait slow everything down on a machine that also serves the application.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # One process trains on one device; the trainers refuse to see several without a distributed launcher.
    if config.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    else:
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")


def _train(folder: RunFolder, config: RunConfig, stop: StopWish, *, resume: bool) -> bool:
    """Train to the end (true) or to a wish to stop (false)."""
    from trainer_bridge.ml import loading
    from trainer_bridge.ml.callbacks import RunReporter
    from trainer_bridge.ml.data import eval_dataset, train_dataset
    from trainer_bridge.ml.finishing import save_model, write_summary
    from trainer_bridge.ml.methods import TrainerSetup, build_trainer, heads_of
    from trainer_bridge.ml.methods.watching import counts_as_json, restore

    _quieten()
    source = _source(folder, config)
    checkpoint = folder.last_checkpoint() if resume else None
    folder.keep_inputs(source.inputs, resuming=checkpoint is not None)
    folder.cut_metrics(checkpoint[0] if checkpoint else 0)
    device = loading.pick_device(config.device)
    train = train_dataset(source.train, config, source.columns, folder)
    evaluation = eval_dataset(source.evaluation, config, source.columns, folder)
    heads = heads_of(config, train)
    loaded = loading.load_base(config, folder.path, device, outputs=len(heads) or 1)
    reporter = RunReporter(folder, stop)
    setup = TrainerSetup(
        config=config,
        model=loaded.model,
        tokenizer=loaded.tokenizer,
        adapter=loading.lora_config(config, loaded.model),
        train=train,
        evaluation=evaluation,
        columns=source.columns,
        checkpoints=folder.checkpoints,
        device=device,
        callbacks=[reporter],
        heads=heads,
    )
    trainer = build_trainer(setup)
    rows = counts_as_json(trainer.row_counts)
    steps = trainer.args.max_steps
    folder.update_status(rows=rows, max_steps=steps, resumed_from=checkpoint[0] if checkpoint else None)
    logger.info("training on %s, rows %s", device, rows)
    # The trainers count tokens of this process alone; a resumed run goes on counting.
    trainer._total_train_tokens = folder.last_values().get("tokens", 0)
    began = time.perf_counter()
    if checkpoint and checkpoint[0] >= steps:
        # Only the model was still to be written, and the trainer would take one step too many from here.
        restore(trainer, checkpoint[1])
    else:
        trainer.train(resume_from_checkpoint=str(checkpoint[1]) if checkpoint else None)
    train_s = time.perf_counter() - began
    if reporter.stopped_early:
        return False
    save_model(trainer, config, folder, loaded.tokenizer)
    write_summary(trainer, config, folder, loaded, source, device=device, train_s=train_s)
    shutil.rmtree(folder.path / ".cache", ignore_errors=True)
    return True


def _source(folder: RunFolder, config: RunConfig) -> Source:
    train = (folder.path / config.data.train).resolve()
    evaluation = (folder.path / config.data.eval).resolve() if config.data.eval else None
    columns, ignored = promised_columns(train, config, config.columns)
    hashes = {"train": sha256_of(train), "eval": sha256_of(evaluation) if evaluation else None}
    return Source(train, evaluation, columns, ignored, {"config": config.identity(), "data_sha256": hashes})


def _quieten() -> None:
    """Progress bars are for terminals; the log of a run is read in a browser."""
    import datasets
    from transformers.utils.logging import disable_progress_bar

    # The trainer library still sets an option under a name that the model library is renaming.
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    datasets.disable_progress_bars()
    disable_progress_bar()


def _sentence(error: Exception) -> str:
    import torch

    text = " ".join(str(error).split())
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in text:
        return "The machine ran out of memory; lower batch_size or max_length, or choose a smaller base model."
    return f"Training broke with {type(error).__name__}: {text[:300]}"


if __name__ == "__main__":
    sys.exit(main())
