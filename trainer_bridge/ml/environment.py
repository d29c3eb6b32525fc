"""Where a training process runs: alone or one of several, what the model libraries read of it, and what is missing."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.errors import RefusedError

# The experiment, or project, under which trackers list runs.
TRACKED_AS = "plumbline"


@dataclass(frozen=True)
class Place:
    """Which of how many processes this is, as torchrun and accelerate say it. The first one writes the run folder."""

    rank: int = 0
    processes: int = 1
    launched: bool = False

    @property
    def writes(self) -> bool:
        return self.rank == 0


def place() -> Place:
    """This process's place, from its environment."""
    launched = "LOCAL_RANK" in os.environ
    return Place(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")), launched)


def settle(folder: Path, config: RunConfig) -> None:
    """Set what the model libraries read once, when they are imported."""
    os.environ["HF_DATASETS_CACHE"] = str(folder / ".cache")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Trackers write into the run's folder, unless whoever starts the run names a server of theirs.
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(folder / "tensorboard"))
    os.environ.setdefault("MLFLOW_TRACKING_URI", (folder.resolve() / "mlruns").as_uri())
    # A database would need more than MLflow's client.
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    os.environ.setdefault("MLFLOW_EXPERIMENT_NAME", TRACKED_AS)
    os.environ.setdefault("TRACKIO_DIR", str(folder.resolve() / "trackio"))
    # Threads that spin while they wait slow everything down on a machine that also serves the application.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if config.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    elif not place().launched:
        # One process trains on one device; the trainers refuse to see several without a distributed launcher.
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")


def check_tracker(config: RunConfig) -> None:
    """Raises :class:`RefusedError` when the run reports to a tracker whose package is not installed."""
    tracker = config.report_to
    packages = {"tensorboard": ("tensorboard", "tensorboardX")}.get(tracker, (tracker,))
    if tracker != "none" and not any(find_spec(package) for package in packages):
        raise RefusedError(
            f"report_to {tracker} needs the package {packages[0]}, which is not installed where this run trains; "
            "install it there, or set report_to to none."
        )


def quieten() -> None:
    """Progress bars are for terminals; the log of a run is read in a browser."""
    import datasets
    from transformers.utils.logging import disable_progress_bar

    # The trainer library still sets options under names that the model library is renaming.
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    datasets.disable_progress_bars()
    disable_progress_bar()
    # The trainers draw this one bar themselves, and ask here.
    os.environ["TQDM_DISABLE"] = "1"


def leave() -> None:
    """End the talk between the processes of a run, if there are several."""
    import torch.distributed

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
