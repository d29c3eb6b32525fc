"""Runs on Slurm: what the script says, and a real cluster of one node where Debian's packages are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trainer_bridge.holding import held_still, wait_for
from tests.trainer_bridge.launchers.slurm_cluster import INSTALLED, Cluster
from trainer_bridge.launchers import Alive, Ended, LauncherError, Lost, Outcome, Task
from trainer_bridge.launchers.slurm import SlurmLauncher, _outcome, batch_script
from trainer_bridge.ml.run_folder import RunFolder
from trainer_bridge.models import Export, Run, RunMetric
from trainer_bridge.runs.folder import checkpoint_step
from trainer_bridge.services.runs import Placement, run_cancel, run_create, run_resume
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import Store

needs_slurm = pytest.mark.skipif(not INSTALLED, reason="Slurm is not installed here, or this is not root")
STEPS = 150
# Stands in for the trainer: says that it runs, and saves when it is told to stop.
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
def stop(number, frame):
    (folder / "saved").touch()
    sys.exit(143)
signal.signal(signal.SIGTERM, stop)
(folder / "environment").write_text(" ".join(os.environ))
print("training", flush=True)
(folder / "started").touch()
while not (folder / "end").exists():
    time.sleep(0.05)
sys.exit(int((folder / "end").read_text()))
"""


@pytest.fixture
def slurm(settings: Any) -> Any:
    settings.LAUNCHER_ENVIRONMENT = {}
    return settings.LAUNCHER_ENVIRONMENT


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    yield cluster
    cluster.stop()


@pytest.fixture
def on_cluster(cluster: Cluster, slurm: Any, monkeypatch: pytest.MonkeyPatch) -> SlurmLauncher:
    monkeypatch.setenv("SLURM_CONF", str(cluster.settings))
    return SlurmLauncher()


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    """A run folder whose code is the stand-in."""
    package = tmp_path / "code" / "trainer_bridge" / "ml"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (package / "train.py").write_text(PROGRAM)
    return tmp_path


def lines(script: str, start: str) -> list[str]:
    return [line for line in script.splitlines() if line.startswith(start)]


def test_one_gpu_takes_one_task(slurm: Any, tmp_path: Path) -> None:
    script = batch_script(Task("run-7", tmp_path, gpus=1, environment={"A": "it's"}))

    assert lines(script, "#SBATCH") == [
        "#SBATCH --job-name=run-7",
        f"#SBATCH --output={tmp_path}/train.log",
        "#SBATCH --open-mode=append",
        "#SBATCH --nodes=1",
        "#SBATCH --ntasks-per-node=1",
        "#SBATCH --gpus-per-node=1",
    ]
    assert script.startswith("#!/bin/bash\n")
    assert """export A='it'"'"'s'""" in script
    assert lines(script, "exec")[0].endswith(f"-m trainer_bridge.ml.train {tmp_path} --resume")
    assert "torch.distributed.run" not in script


def test_many_gpus_meet_on_the_first_node(slurm: Any, tmp_path: Path) -> None:
    slurm |= {
        "PLUMBLINE_SLURM_NODES": "4",
        "PLUMBLINE_SLURM_GPUS_PER_NODE": "4",
        "PLUMBLINE_SLURM_PARTITION": "a100",
        "PLUMBLINE_SLURM_ACCOUNT": "nlp",
        "PLUMBLINE_SLURM_EXTRA": "--qos=high --time=1-00:00:00",
        "PLUMBLINE_SLURM_PYTHON": "/opt/env/bin/python",
    }
    script = batch_script(Task("run-7", tmp_path, gpus=8))

    assert {"--nodes=2", "--gpus-per-node=4", "--partition=a100", "--account=nlp", "--qos=high"} <= {
        line.removeprefix("#SBATCH ") for line in lines(script, "#SBATCH")
    }
    assert 'head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)' in script
    program = (
        "exec srun --kill-on-bad-exit=1 /opt/env/bin/python -m torch.distributed.run "
        '--nnodes="$SLURM_JOB_NUM_NODES" --rdzv-backend=c10d --rdzv-id="$SLURM_JOB_ID" '
        '--rdzv-endpoint="$head:$((29500 + SLURM_JOB_ID % 1000))" --nproc-per-node=4 '
        f"-m trainer_bridge.ml.train {tmp_path} --resume"
    )
    assert lines(script, "exec") == [program]


@pytest.mark.parametrize("gpus", [5, 17])
def test_gpus_that_do_not_spread_are_refused(slurm: Any, tmp_path: Path, gpus: int) -> None:
    slurm |= {"PLUMBLINE_SLURM_NODES": "4", "PLUMBLINE_SLURM_GPUS_PER_NODE": "4"}

    with pytest.raises(LauncherError, match="do not spread evenly over at most 4 nodes of 4 each"):
        batch_script(Task("run-7", tmp_path, gpus=gpus))


@pytest.mark.parametrize(
    ("state", "code", "reason", "expected"),
    [
        ("RUNNING", "0:0", "None", Alive()),
        ("PENDING", "0:0", "Resources", Alive("Slurm job 9 is pending (Resources).")),
        ("COMPLETED", "0:0", "", Ended(0, "Slurm job 9 is completed")),
        ("FAILED", "2:0", "", Ended(2, "Slurm job 9 is failed")),
        ("FAILED", "0:9", "", Ended(-9)),
        ("OUT_OF_MEMORY", "0:125", "", Ended(-9)),
        ("TIMEOUT", "0:15", "", Ended(143, "Slurm job 9 ended by its time limit")),
        ("NODE_FAIL", "1:0", "", Ended(143, "Slurm job 9 ended by a node that failed")),
        ("CANCELLED", "0:15", "", Lost("Slurm job 9 was cancelled on the cluster.")),
    ],
)
def test_every_state_of_a_job_means_something(state: str, code: str, reason: str, expected: Outcome) -> None:
    assert _outcome("9", state, code, reason) == expected


@needs_slurm
def test_a_program_on_a_cluster_is_followed_to_its_end(
    on_cluster: SlurmLauncher, stub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUMBLINE_SECRET_KEY", "of the application")
    handle = on_cluster.submit(Task("run-1", stub))
    wait_for((stub / "started").exists)

    running = on_cluster.poll(handle)
    # Another process, which knows the handle alone.
    found_again = SlurmLauncher().poll(dict(handle))
    (stub / "end").write_text("2")
    wait_for(lambda: not isinstance(on_cluster.poll(handle), Alive))

    assert running == found_again == Alive()
    assert on_cluster.poll(handle) == Ended(2, f"Slurm job {handle['job']} is failed")
    assert "training\n" in (stub / "train.log").read_text()
    assert "PLUMBLINE_SECRET_KEY" not in (stub / "environment").read_text().split()
    assert on_cluster.poll({"job": "999999"}) == Lost("Slurm knows of no job 999999 any more.")


@needs_slurm
def test_a_program_on_a_cluster_saves_its_work_when_stopped(on_cluster: SlurmLauncher, stub: Path) -> None:
    handle = on_cluster.submit(Task("run-2", stub))
    wait_for((stub / "started").exists)

    on_cluster.stop(handle, grace_seconds=60)
    wait_for(lambda: not isinstance(on_cluster.poll(handle), Alive))
    on_cluster.stop(handle, grace_seconds=0)

    assert (stub / "saved").exists()
    assert on_cluster.poll(handle) == Ended(143, f"Slurm job {handle['job']} is failed")


def test_a_cluster_that_is_away_is_no_lost_run(slurm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("scontrol", "sbatch"):
        (tmp_path / name).write_text("#!/bin/sh\necho Unable to contact slurm controller >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(LauncherError, match="Slurm does not answer: Unable to contact slurm controller"):
        SlurmLauncher().poll({"job": "1"})
    with pytest.raises(LauncherError, match="Slurm refused the run: Unable to contact"):
        SlurmLauncher().submit(Task("run-1", tmp_path))


@needs_slurm
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_run_on_a_cluster_is_cancelled_and_goes_on_from_its_checkpoint(
    on_cluster: SlurmLauncher,
    project: Project,
    admin: User,
    make_export: Callable[..., Export],
    tiny: str,
    settings: Any,
    work: Callable[[int], Job],
    store_folder: Store,
) -> None:
    settings.TRAIN_LAUNCHERS = ["local", "slurm"]
    config = {"max_steps": STEPS, "save_steps": 5, "batch_size": 1, "max_length": 64, "lora_r": 2}
    export = make_export(train=12, test=0)
    placement = Placement(launcher="slurm")
    run = run_create(
        project=project,
        created_by=admin,
        export=export,
        kind="dpo",
        base_model=tiny,
        config=config,
        placement=placement,
    )

    def visited() -> Run:
        work(run.its_job.pk)
        return Run.objects.get(pk=run.pk)

    visited()
    with held_still(store_folder.local_path(run.folder), after_step=6):
        assert visited().state == "running"
        run_cancel(run=run)
        halting = Job.objects.get(kind="run.halt")
        work(halting.pk)
    wait_for(lambda: work(halting.pk).state == "succeeded", 120)
    stopped = Run.objects.get(pk=run.pk)
    folder = store_folder.local_path(run.folder)
    checkpoint = checkpoint_step(folder) or 0
    run_resume(run=run)
    wait_for(lambda: visited().state != "running", 400)
    ended = Run.objects.get(pk=run.pk)

    assert (stopped.state, stopped.launch) == ("cancelled", {})
    assert 5 <= checkpoint < STEPS
    assert (ended.state, ended.error, ended.model_version.version) == ("succeeded", "", 1)
    assert RunFolder(folder).read_status()["resumed_from"] == checkpoint
    steps = RunMetric.objects.filter(run=run.pk, values__has_key="loss").values_list("step", flat=True)
    assert sorted(steps) == list(range(1, STEPS + 1))
