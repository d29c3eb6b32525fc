"""Training on a Slurm cluster that shares the store's disk: one batch job for each try.

PLUMBLINE_SLURM_PARTITION, _ACCOUNT, _NODES (the most a run may take, 1), _GPUS_PER_NODE (8), _EXTRA (more options of
sbatch, as on its command line) and _PYTHON (the interpreter on the nodes) describe the cluster.
"""

from __future__ import annotations

import math
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from trainer_bridge.launchers.base import Alive, Description, Ended, Handle, LauncherError, Lost, Outcome, Task
from trainer_bridge.launchers.commands import TORCHRUN, TRAINER, environment_without_keys

_TIMEOUT_SECONDS = 30
_WAITING = ("PENDING", "CONFIGURING", "SUSPENDED", "STOPPED", "REQUEUED", "REQUEUE_HOLD", "RESIZING")
_RUNNING = ("RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING")
# The cluster took the machine away: what was saved is gone on with.
_TAKEN_AWAY = {"TIMEOUT": "its time limit", "PREEMPTED": "a job that goes first", "NODE_FAIL": "a node that failed"}
_STOPPED, _KILLED = 143, -9


class SlurmLauncher:
    """sbatch, scontrol, sacct and scancel; the worker's machine must be able to call them."""

    holds_worker = False
    shares_disk = True

    def describe(self) -> Description:
        if shutil.which("sbatch") is None:
            return Description(False, "sbatch is not installed where this server runs, so nothing can be sent there.")
        partition = _option("PARTITION")
        where = f"Partition {partition}" if partition else "The default partition"
        most = _most_nodes()
        return Description(True, f"{where}, up to {most} node{'s' if most > 1 else ''} a run.", most * _gpus_per_node())

    def submit(self, task: Task) -> Handle:
        script = task.folder / "slurm.sh"
        script.write_text(batch_script(task), encoding="utf-8")
        answer = _call("sbatch", "--parsable", str(script))
        if answer.returncode:
            raise LauncherError(f"Slurm refused the run: {_said(answer)}")
        return {"job": answer.stdout.strip().partition(";")[0]}

    def poll(self, handle: Handle) -> Outcome:
        job = str(handle["job"])
        shown = _call("scontrol", "--oneliner", "show", "job", job)
        if shown.returncode == 0:
            facts = dict(word.split("=", 1) for word in shown.stdout.split() if "=" in word)
            return _outcome(job, facts.get("JobState", ""), facts.get("ExitCode", ""), facts.get("Reason", ""))
        if "Invalid job id" not in shown.stderr:
            raise LauncherError(f"Slurm does not answer: {_said(shown)}")
        # The controller forgets ended jobs after some minutes; the accounting does not, where there is one.
        kept = _call("sacct", "--noheader", "--allocations", "--parsable2", "--jobs", job, "--format=State,ExitCode")
        state, _, code = kept.stdout.strip().partition("|")
        if kept.returncode or not state:
            return Lost(f"Slurm knows of no job {job} any more.")
        return _outcome(job, state.split()[0], code, "")

    def stop(self, handle: Handle, *, grace_seconds: float) -> None:
        job = str(handle["job"])
        waiting = isinstance(outcome := self.poll(handle), Alive) and bool(outcome.detail)
        if not isinstance(outcome, Alive):
            return
        # Without a name the signal goes to the trainers alone, and a plain cancel is the end of everything.
        polite = grace_seconds > 0 and not waiting
        answer = _call("scancel", *(["--signal=TERM"] if polite else []), job)
        if answer.returncode and "Invalid job id" not in answer.stderr:
            raise LauncherError(f"Slurm did not stop job {job}: {_said(answer)}")


def batch_script(task: Task) -> str:
    """What sbatch gets: one process for each GPU, which meet on the first node. Raises LauncherError."""
    nodes = max(1, math.ceil(task.gpus / _gpus_per_node()))
    if nodes > _most_nodes() or (task.gpus and task.gpus % nodes):
        raise LauncherError(
            f"{task.gpus} GPUs do not spread evenly over at most {_most_nodes()} nodes of {_gpus_per_node()} each; "
            "choose another number."
        )
    each = task.gpus // nodes
    options = [
        f"--job-name={task.key}",
        f"--output={task.folder / 'train.log'}",
        "--open-mode=append",
        f"--nodes={nodes}",
        "--ntasks-per-node=1",
        *([f"--gpus-per-node={each}"] if each else []),
        *(f"--{name.lower()}={value}" for name in ("PARTITION", "ACCOUNT") if (value := _option(name))),
        *shlex.split(_option("EXTRA")),
    ]
    environment = {
        "PYTHONPATH": str(task.folder / "code"),
        "PYTHONUNBUFFERED": "1",
        "TOKENIZERS_PARALLELISM": "false",
        **task.environment,
    }
    return "\n".join(
        [
            "#!/bin/bash",
            *(f"#SBATCH {option}" for option in options),
            "set -eu",
            *(f"export {name}={shlex.quote(value)}" for name, value in environment.items()),
            f"cd {shlex.quote(str(task.folder))}",
            *(['head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)'] if nodes > 1 else []),
            f"exec srun --kill-on-bad-exit=1 {_program(task.folder, nodes=nodes, each=each)}",
            "",
        ]
    )


def _program(folder: Path, *, nodes: int, each: int) -> str:
    python = shlex.quote(_option("PYTHON") or sys.executable)
    train = f"{TRAINER} {shlex.quote(str(folder))} --resume"
    if nodes == 1 and each <= 1:
        return f"{python} -m {train}"
    meeting = "--standalone"
    if nodes > 1:
        meeting = (
            '--nnodes="$SLURM_JOB_NUM_NODES" --rdzv-backend=c10d --rdzv-id="$SLURM_JOB_ID" '
            '--rdzv-endpoint="$head:$((29500 + SLURM_JOB_ID % 1000))"'
        )
    return f"{python} -m {TORCHRUN} {meeting} --nproc-per-node={each} -m {train}"


def _outcome(job: str, state: str, exit_code: str, reason: str) -> Outcome:
    if state in _RUNNING:
        return Alive()
    if state in _WAITING:
        why = f" ({reason})" if reason not in ("", "None") else ""
        return Alive(f"Slurm job {job} is {state.lower()}{why}.")
    if state in _TAKEN_AWAY:
        return Ended(_STOPPED, f"Slurm job {job} ended by {_TAKEN_AWAY[state]}")
    if state == "OUT_OF_MEMORY":
        return Ended(_KILLED)
    if state == "CANCELLED":
        return Lost(f"Slurm job {job} was cancelled on the cluster.")
    code, _, number = exit_code.partition(":")
    if number.isdecimal() and int(number):
        return Ended(-int(number))
    return Ended(int(code) if code.isdecimal() else None, f"Slurm job {job} is {state.lower()}")


def _option(name: str) -> str:
    return str(settings.LAUNCHER_ENVIRONMENT.get(f"PLUMBLINE_SLURM_{name}", ""))


def _most_nodes() -> int:
    return int(_option("NODES") or 1)


def _gpus_per_node() -> int:
    return int(_option("GPUS_PER_NODE") or 8)


def _call(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
            # A batch job inherits what sbatch had.
            env=environment_without_keys(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LauncherError(f"{command[0]} cannot be called: {error}.") from None


def _said(answer: subprocess.CompletedProcess[str]) -> str:
    lines: Sequence[str] = (answer.stderr or answer.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit code {answer.returncode} and no word."
