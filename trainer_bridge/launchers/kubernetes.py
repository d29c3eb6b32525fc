"""Training on Kubernetes, through the official client (`pip install -r requirements/launchers.txt`).

PLUMBLINE_K8S_IMAGE names an image with the trainer's packages. The store comes from PLUMBLINE_K8S_PVC (and _SUBPATH),
a claim on the store's own disk mounted at the store's path; without one a run fetches its folder with a token of its
own, kept in a Secret, and reports back. _NAMESPACE, _NODES (1), _GPUS_PER_NODE (8), _GPU_RESOURCE, _CPU, _MEMORY,
_SERVICE_ACCOUNT and _CONTEXT (of a kubeconfig; inside a cluster its own account is used) say the rest.
"""

from __future__ import annotations

import uuid
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from trainer_bridge.launchers.base import Alive, Description, Ended, Handle, LauncherError, Lost, Outcome, Task
from trainer_bridge.launchers.kubernetes_manifest import Cluster, manifest, nodes_of, secret_manifest
from webapp.store.files import store

_TIMEOUT_SECONDS = 20
_JOBSET = {"group": "jobset.x-k8s.io", "version": "v1alpha2", "plural": "jobsets"}


class KubernetesLauncher:
    """One Job or JobSet for each try; deleting it ends its pods after their grace."""

    holds_worker = False

    @property
    def shares_disk(self) -> bool:
        return bool(_option("PVC"))

    def describe(self) -> Description:
        if find_spec("kubernetes") is None:
            return Description(False, "The Kubernetes client is not installed; see requirements/launchers.txt.")
        if not _option("IMAGE"):
            return Description(False, "No image to train in is named; an operator sets PLUMBLINE_K8S_IMAGE.")
        if not self.shares_disk and not settings.REPORT_URL:
            return Description(False, "Name a volume in PLUMBLINE_K8S_PVC, or this server in PLUMBLINE_REPORT_URL.")
        cluster = _cluster()
        nodes = f"{cluster.most_nodes} node{'s' if cluster.most_nodes > 1 else ''}"
        most = cluster.most_nodes * cluster.gpus_per_node
        return Description(True, f"Namespace {cluster.namespace}, up to {nodes} a run.", most)

    def submit(self, task: Task) -> Handle:
        cluster = _cluster()
        nodes = nodes_of(task.gpus, cluster)
        if nodes > (cluster.most_nodes if self.shares_disk else 1) or task.gpus % nodes:
            raise LauncherError(
                f"{task.gpus} GPUs do not spread evenly over at most {cluster.most_nodes} nodes of "
                f"{cluster.gpus_per_node} each; choose another number."
            )
        name = f"{task.key}-{uuid.uuid4().hex[:6]}"
        body = manifest(task, cluster, name=name)
        kind = body["kind"]
        if kind == "Job":
            made = _ask("batch", "create_namespaced_job", cluster.namespace, body)
        else:
            made = _ask("custom", "create_namespaced_custom_object", namespace=cluster.namespace, body=body, **_JOBSET)
        handle = {"kind": kind, "name": name, "namespace": cluster.namespace}
        # After the object, which owns it; pods wait for it.
        if secret := secret_manifest(task, body | {"metadata": made["metadata"]}):
            try:
                _ask("core", "create_namespaced_secret", cluster.namespace, secret)
            except LauncherError:
                self.stop(handle, grace_seconds=0)
                raise
        return handle

    def poll(self, handle: Handle) -> Outcome:
        facts = _found(handle)
        if facts is None:
            return Lost("Kubernetes knows of no such job any more.")
        status = facts.get("status") or {}
        ended = {
            condition["type"]: condition
            for condition in status.get("conditions") or []
            if condition.get("status") == "True" and condition["type"] in ("Complete", "Completed", "Failed")
        }
        if "Failed" in ended:
            told = ended["Failed"].get("message") or ended["Failed"].get("reason") or "no reason given"
            return Ended(_exit_code(handle), f"Kubernetes says: {told}")
        if ended:
            return Ended(0)
        if handle["kind"] == "Job" and not status.get("ready"):
            return Alive(_why_not_ready(handle))
        return Alive()

    def stop(self, handle: Handle, *, grace_seconds: float) -> None:
        asked = {"name": handle["name"], "namespace": handle["namespace"], "propagation_policy": "Foreground"}
        if grace_seconds <= 0:
            asked["grace_period_seconds"] = 0
        try:
            if handle["kind"] == "Job":
                _ask("batch", "delete_namespaced_job", **asked)
            else:
                _ask("custom", "delete_namespaced_custom_object", **asked, **_JOBSET)
        except _UnknownError:
            return


class _UnknownError(LauncherError):
    """There is no such object."""


def _found(handle: Handle) -> dict[str, Any] | None:
    named = {"name": handle["name"], "namespace": handle["namespace"]}
    try:
        if handle["kind"] == "Job":
            return _ask("batch", "read_namespaced_job_status", **named)
        return _ask("custom", "get_namespaced_custom_object_status", **named, **_JOBSET)
    except _UnknownError:
        return None


def _pods(handle: Handle) -> list[dict[str, Any]]:
    label = "job-name" if handle["kind"] == "Job" else "jobset.sigs.k8s.io/jobset-name"
    answer = _ask("core", "list_namespaced_pod", handle["namespace"], label_selector=f"{label}={handle['name']}")
    return list(answer.get("items") or [])


def _exit_code(handle: Handle) -> int | None:
    """The first trainer's that failed; 137 is what the kernel leaves when memory ran out."""
    for pod in _pods(handle):
        for container in (pod.get("status") or {}).get("containerStatuses") or []:
            ended = (container.get("state") or {}).get("terminated") or {}
            if ended.get("exitCode"):
                return int(ended["exitCode"])
    return None


def _why_not_ready(handle: Handle) -> str:
    for pod in _pods(handle):
        status = pod.get("status") or {}
        for container in status.get("containerStatuses") or []:
            waiting = (container.get("state") or {}).get("waiting") or {}
            if waiting.get("reason") and waiting["reason"] != "ContainerCreating":
                return f"Its pod waits: {waiting['reason']} {waiting.get('message', '')}".strip()[:300]
        for condition in status.get("conditions") or []:
            if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
                return f"Its pod has no machine yet: {condition.get('message', condition.get('reason', ''))}"[:300]
        if status.get("phase") == "Running":
            return ""
    return "Kubernetes has not started its pod yet."


def _option(name: str) -> str:
    return str(settings.LAUNCHER_ENVIRONMENT.get(f"PLUMBLINE_K8S_{name}", ""))


def _cluster() -> Cluster:
    return Cluster(
        image=_option("IMAGE"),
        namespace=_option("NAMESPACE") or "default",
        volume_claim=_option("PVC"),
        volume_path=store().path("runs").removesuffix("/runs") if _option("PVC") else "",
        sub_path=_option("SUBPATH"),
        most_nodes=int(_option("NODES") or 1),
        gpus_per_node=int(_option("GPUS_PER_NODE") or 8),
        gpu_resource=_option("GPU_RESOURCE") or "nvidia.com/gpu",
        cpu=_option("CPU"),
        memory=_option("MEMORY"),
        service_account=_option("SERVICE_ACCOUNT"),
    )


def _ask(room: str, call: str, /, *arguments: Any, **named: Any) -> dict[str, Any]:
    """One call of the official client, its answer as plain values. Raises LauncherError."""
    from kubernetes import client, config
    from kubernetes.client.exceptions import ApiException
    from kubernetes.config import ConfigException
    from urllib3.exceptions import HTTPError

    try:
        configuration = client.Configuration()
        if _option("SERVER"):
            configuration.host = _option("SERVER")
        else:
            config.load_config(client_configuration=configuration, context=_option("CONTEXT") or None)
        # A trainer's page must not hang on a cluster that is away.
        configuration.retries = False
        with client.ApiClient(configuration) as connection:
            apis = {"batch": client.BatchV1Api, "core": client.CoreV1Api, "custom": client.CustomObjectsApi}
            answer = getattr(apis[room](connection), call)(*arguments, _request_timeout=_TIMEOUT_SECONDS, **named)
            return dict(connection.sanitize_for_serialization(answer))
    except ApiException as error:
        if error.status == 404:
            raise _UnknownError("Kubernetes knows of no such job.") from None
        raise LauncherError(f"Kubernetes refused ({error.status} {error.reason}): {_told(error)}") from None
    except ConfigException as error:
        raise LauncherError(f"Kubernetes cannot be reached: {error}.") from None
    except (HTTPError, OSError) as error:
        raise LauncherError(f"Kubernetes does not answer: {error}.") from None


def _told(error: Any) -> str:
    return " ".join(str(error.body or "").split())[:300]
