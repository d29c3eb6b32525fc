"""Training on a Ray cluster through its Jobs API, spoken over plain HTTP: no Ray is installed here.

PLUMBLINE_RAY_ADDRESS is the dashboard (http://host:8265). PLUMBLINE_RAY_SHARED_STORE=false says that its machines do
not see the store's disk: then a run fetches its folder and reports back over HTTP. PLUMBLINE_RAY_PYTHON names the
interpreter there, PLUMBLINE_RAY_GPUS_PER_NODE the most GPUs a run gets.
"""

from __future__ import annotations

import json
import shlex
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from django.conf import settings

from trainer_bridge.launchers.base import Alive, Description, Ended, Handle, LauncherError, Lost, Outcome, Task
from trainer_bridge.launchers.commands import elsewhere_command, shared_command

_TIMEOUT_SECONDS = 15
# Ray kills three seconds after asking; a checkpoint takes longer.
_STOP_SECONDS = "120"
_STOPPED = 143


class RayLauncher:
    """Submit, status and stop of https://docs.ray.io/en/latest/cluster/running-applications/job-submission."""

    holds_worker = False

    @property
    def shares_disk(self) -> bool:
        return _option("SHARED_STORE").lower() not in ("false", "0", "no")

    def describe(self) -> Description:
        address = _option("ADDRESS")
        if not address:
            return Description(False, "No Ray cluster is named; an operator sets PLUMBLINE_RAY_ADDRESS.")
        if not self.shares_disk and not settings.REPORT_URL:
            return Description(False, "Machines of that Ray cluster need PLUMBLINE_REPORT_URL to reach this server.")
        most = _option("GPUS_PER_NODE")
        return Description(True, f"The cluster at {address}, one node a run.", int(most) if most else None)

    def submit(self, task: Task) -> Handle:
        python = _option("PYTHON") or "python"
        if self.shares_disk:
            program = shared_command(task.folder, python=python, gpus=task.gpus)
            environment = {"PYTHONPATH": str(task.folder / "code"), **task.environment}
        else:
            program = elsewhere_command(python=python, gpus=task.gpus)
            environment = dict(task.environment)
        answer = _call(
            "POST",
            "/api/jobs/",
            {
                "entrypoint": f"sh -c {shlex.quote(program)}",
                "metadata": {"run": task.key},
                "runtime_env": {
                    "env_vars": {"PYTHONUNBUFFERED": "1", "RAY_JOB_STOP_WAIT_TIME_S": _STOP_SECONDS, **environment}
                },
                **({"entrypoint_num_gpus": task.gpus} if task.gpus else {}),
            },
        )
        return {"submission": answer.get("submission_id") or answer["job_id"]}

    def poll(self, handle: Handle) -> Outcome:
        try:
            facts = _call("GET", _address(handle))
        except _UnknownError:
            return Lost("Ray knows of no such job any more.")
        state, told = facts.get("status", ""), " ".join(str(facts.get("message") or "").split())
        if state == "PENDING":
            return Alive(f"Ray has not started the run yet{told and f': {told}'}")
        if state == "RUNNING":
            return Alive()
        if state == "STOPPED":
            return Ended(_STOPPED, "Ray stopped the job")
        code = facts.get("driver_exit_code")
        return Ended(0 if state == "SUCCEEDED" else code if isinstance(code, int) and code else None, told[:300])

    def stop(self, handle: Handle, *, grace_seconds: float) -> None:
        try:
            _call("POST", f"{_address(handle)}/stop")
        except _UnknownError:
            return


class _UnknownError(LauncherError):
    """There is nothing at that address."""


def _address(handle: Handle) -> str:
    return f"/api/jobs/{quote(str(handle['submission']), safe='')}"


def _option(name: str) -> str:
    return str(settings.LAUNCHER_ENVIRONMENT.get(f"PLUMBLINE_RAY_{name}", ""))


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    address = _option("ADDRESS").rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise LauncherError("PLUMBLINE_RAY_ADDRESS must begin with http:// or https://.")
    request = urllib.request.Request(  # noqa: S310 - the operator's own address, checked above
        address + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return dict(json.loads(answer.read() or b"{}"))
    except urllib.error.HTTPError as error:
        said = " ".join(error.read(500).decode("utf-8", "replace").split())
        if error.code == 404:
            raise _UnknownError(f"Ray knows nothing at {path}.") from None
        raise LauncherError(f"Ray refused ({error.code}): {said}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise LauncherError(f"Ray at {address} does not answer: {error}.") from None
