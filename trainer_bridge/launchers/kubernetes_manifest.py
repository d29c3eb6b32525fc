"""What is handed to Kubernetes: a Job for one node, a JobSet for several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer_bridge.launchers.base import Task
from trainer_bridge.launchers.commands import TORCHRUN, TRAINER, elsewhere_command, in_folder, shared_command

_PORT = 29500
# Time to finish a step and save a checkpoint.
_GRACE_SECONDS = 120
_KEPT_SECONDS = 86_400
# What not everybody who may look at pods should read.
_SECRET_VARIABLES = ("PLUMBLINE_REPORT_TOKEN",)


@dataclass(frozen=True)
class Cluster:
    """What the operator says about a cluster; see `trainer_bridge.launchers.kubernetes`."""

    image: str
    namespace: str = "default"
    volume_claim: str = ""
    volume_path: str = ""
    sub_path: str = ""
    most_nodes: int = 1
    gpus_per_node: int = 8
    gpu_resource: str = "nvidia.com/gpu"
    cpu: str = ""
    memory: str = ""
    service_account: str = ""


def manifest(task: Task, cluster: Cluster, *, name: str) -> dict[str, Any]:
    """The object to create. `task.gpus` must spread evenly over the nodes it needs (`nodes_of`)."""
    nodes = nodes_of(task.gpus, cluster)
    labels = {"app.kubernetes.io/name": "plumbline", "plumbline/run": task.key}
    about = {"name": name, "namespace": cluster.namespace, "labels": labels}
    pod = {"metadata": {"labels": labels}, "spec": _pod(task, cluster, name=name, nodes=nodes)}
    if nodes == 1:
        spec = {"backoffLimit": 0, "ttlSecondsAfterFinished": _KEPT_SECONDS, "template": pod}
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": about, "spec": spec}
    trainer = {
        "name": "trainer",
        "replicas": 1,
        "template": {
            "spec": {
                "backoffLimit": 0,
                "completionMode": "Indexed",
                "completions": nodes,
                "parallelism": nodes,
                "template": pod,
            }
        },
    }
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": about,
        "spec": {
            "network": {"enableDNSHostnames": True},
            "ttlSecondsAfterFinished": _KEPT_SECONDS,
            "replicatedJobs": [trainer],
        },
    }


def secret_manifest(task: Task, made: dict[str, Any]) -> dict[str, Any] | None:
    """The Secret of the pods of an object as Kubernetes answered it, and gone with it; None when there is none."""
    kept = {key: value for key, value in task.environment.items() if key in _SECRET_VARIABLES}
    if not kept:
        return None
    about = made["metadata"]
    owner = {"apiVersion": made["apiVersion"], "kind": made["kind"], "name": about["name"], "uid": about["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": about["name"],
            "namespace": about["namespace"],
            "labels": about["labels"],
            "ownerReferences": [owner],
        },
        "immutable": True,
        "stringData": kept,
    }


def nodes_of(gpus: int, cluster: Cluster) -> int:
    """How many nodes so many GPUs take."""
    return max(1, -(-gpus // cluster.gpus_per_node))


def _pod(task: Task, cluster: Cluster, *, name: str, nodes: int) -> dict[str, Any]:
    each = task.gpus // nodes
    environment = {"PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false", **task.environment}
    container: dict[str, Any] = {"name": "trainer", "image": cluster.image}
    if cluster.volume_claim:
        environment["PYTHONPATH"] = str(task.folder / "code")
        mount = {"name": "store", "mountPath": cluster.volume_path}
        container["volumeMounts"] = [mount | ({"subPath": cluster.sub_path} if cluster.sub_path else {})]
        command = (
            _on_many(task, name=name, nodes=nodes, each=each)
            if nodes > 1
            else shared_command(task.folder, python="python", gpus=task.gpus)
        )
    else:
        command = elsewhere_command(python="python", gpus=task.gpus)
    container["command"] = ["sh", "-c", command]
    container["env"] = [_variable(key, value, secret=name) for key, value in sorted(environment.items())]
    asked = {"cpu": cluster.cpu, "memory": cluster.memory, cluster.gpu_resource: str(each) if each else ""}
    limits = {key: value for key, value in asked.items() if value}
    container["resources"] = {"requests": limits, "limits": limits} if limits else {}
    pod: dict[str, Any] = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": _GRACE_SECONDS,
        "automountServiceAccountToken": False,
        "containers": [container],
    }
    if cluster.service_account:
        pod["serviceAccountName"] = cluster.service_account
    if cluster.volume_claim:
        pod["volumes"] = [{"name": "store", "persistentVolumeClaim": {"claimName": cluster.volume_claim}}]
    return pod


def _variable(key: str, value: str, *, secret: str) -> dict[str, Any]:
    if key in _SECRET_VARIABLES:
        return {"name": key, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
    return {"name": key, "value": value}


def _on_many(task: Task, *, name: str, nodes: int, each: int) -> str:
    """One pod a node; they meet at the first one, by the name its JobSet gives it."""
    meeting = [f"--nnodes={nodes}", f"--nproc-per-node={each}", "--rdzv-backend=c10d", f"--rdzv-id={name}"]
    first = f"--rdzv-endpoint={name}-trainer-0-0.{name}:{_PORT}"
    trainer = ["-m", TRAINER, str(task.folder), "--resume"]
    return in_folder(task.folder, ["python", "-m", TORCHRUN, *meeting, first, *trainer])
