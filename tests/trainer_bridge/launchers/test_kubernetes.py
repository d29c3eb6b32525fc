"""Runs on Kubernetes: manifests under the official client's models, and a server that plays the API's addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client import ApiClient

from tests.trainer_bridge.launchers.serving import Served, served
from trainer_bridge.launchers import Alive, Ended, LauncherError, Lost, Task
from trainer_bridge.launchers.kubernetes import KubernetesLauncher
from trainer_bridge.launchers.kubernetes_manifest import Cluster, manifest

JOBS = "/apis/batch/v1/namespaces/nlp/jobs"
JOBSETS = "/apis/jobset.x-k8s.io/v1alpha2/namespaces/nlp/jobsets"
SECRETS = "/api/v1/namespaces/nlp/secrets"
PODS = "/api/v1/namespaces/nlp/pods"
CLUSTER = Cluster(
    image="registry.example.org/plumbline:1",
    namespace="nlp",
    volume_claim="store",
    volume_path="/data/store",
    sub_path="plumbline",
    most_nodes=4,
    gpus_per_node=4,
    cpu="8",
    memory="64Gi",
    service_account="trainer",
)


def container_of(pod: dict[str, Any]) -> dict[str, Any]:
    return dict(pod["spec"]["containers"][0])


def test_one_node_is_a_job(tmp_path: Path) -> None:
    body = manifest(Task("run-7", Path("/data/store/runs/7"), gpus=2), CLUSTER, name="run-7-ab")

    assert (body["kind"], body["metadata"]["name"], body["spec"]["backoffLimit"]) == ("Job", "run-7-ab", 0)
    pod = body["spec"]["template"]
    assert (pod["spec"]["restartPolicy"], pod["spec"]["terminationGracePeriodSeconds"]) == ("Never", 120)
    assert pod["spec"]["volumes"] == [{"name": "store", "persistentVolumeClaim": {"claimName": "store"}}]
    container = container_of(pod)
    assert container["volumeMounts"] == [{"name": "store", "mountPath": "/data/store", "subPath": "plumbline"}]
    assert container["resources"]["limits"] == {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": "2"}
    program = (
        "cd /data/store/runs/7 && exec python -m torch.distributed.run --standalone --nproc-per-node=2 "
        "-m trainer_bridge.ml.train /data/store/runs/7 --resume >> train.log 2>&1"
    )
    assert container["command"] == ["sh", "-c", program]


def test_many_nodes_are_a_job_set(tmp_path: Path) -> None:
    body = manifest(Task("run-7", Path("/data/store/runs/7"), gpus=8), CLUSTER, name="run-7-ab")

    (trainer,) = body["spec"]["replicatedJobs"]
    spec = trainer["template"]["spec"]
    assert (body["kind"], body["spec"]["network"]) == ("JobSet", {"enableDNSHostnames": True})
    assert (spec["parallelism"], spec["completions"], spec["completionMode"]) == (2, 2, "Indexed")
    container = container_of(spec["template"])
    assert container["resources"]["requests"]["nvidia.com/gpu"] == "4"
    assert "--nnodes=2 --nproc-per-node=4" in container["command"][2]
    assert "--rdzv-endpoint=run-7-ab-trainer-0-0.run-7-ab:29500" in container["command"][2]


def test_without_a_volume_the_folder_is_fetched(tmp_path: Path) -> None:
    environment = {"PLUMBLINE_RUN": "7", "PLUMBLINE_REPORT_TOKEN": "plr_7_x"}
    body = manifest(Task("run-7", tmp_path, environment=environment), Cluster(image="i"), name="n")

    container = container_of(body["spec"]["template"])
    assert "volumeMounts" not in container
    assert container["resources"] == {}
    assert 'cd "run-$PLUMBLINE_RUN"' in container["command"][2]
    assert {"name": "PLUMBLINE_RUN", "value": "7"} in container["env"]
    kept = {"secretKeyRef": {"name": "n", "key": "PLUMBLINE_REPORT_TOKEN"}}
    assert {"name": "PLUMBLINE_REPORT_TOKEN", "valueFrom": kept} in container["env"]
    assert "plr_7_x" not in json.dumps(body)


@pytest.mark.parametrize("gpus", [0, 1, 4, 8])
def test_every_field_is_one_of_kubernetes(gpus: int) -> None:
    body = manifest(Task("run-7", Path("/data/store/runs/7"), gpus=gpus), CLUSTER, name="run-7-ab")
    job = body if body["kind"] == "Job" else body["spec"]["replicatedJobs"][0]["template"]
    client = ApiClient()

    # The client's models know every field of the API's schema and drop what is none.
    kind = "V1Job" if body["kind"] == "Job" else "V1JobTemplateSpec"
    read = client.deserialize(json.dumps(job), kind, "application/json")

    assert client.sanitize_for_serialization(read) == job


@pytest.fixture
def objects() -> dict[str, dict[str, Any]]:
    return {}


@pytest.fixture
def api(objects: dict[str, dict[str, Any]], settings: Any) -> Iterator[Served]:
    """Jobs, job sets and pods under their addresses."""

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        address = path.partition("?")[0].removesuffix("/status")
        if method == "POST":
            if body["metadata"]["labels"]["plumbline/run"] in (body["kind"], "refused"):
                return 403, {"kind": "Status", "message": f"{address.rpartition('/')[2]} is forbidden", "code": 403}
            made = {**body, "metadata": {**body["metadata"], "uid": f"uid-{len(objects)}"}, "status": {}}
            objects[f"{address}/{body['metadata']['name']}"] = made
            return 201, made
        if address == PODS:
            return 200, {"kind": "PodList", "apiVersion": "v1", "items": objects.get(PODS, {}).get("items", [])}
        if address not in objects:
            return 404, {"kind": "Status", "reason": "NotFound", "code": 404}
        if method == "DELETE":
            return 200, objects.pop(address)
        return 200, objects[address]

    with served(answer) as found:
        settings.LAUNCHER_ENVIRONMENT = {
            "PLUMBLINE_K8S_SERVER": found.url,
            "PLUMBLINE_K8S_IMAGE": "i",
            "PLUMBLINE_K8S_NAMESPACE": "nlp",
            "PLUMBLINE_K8S_PVC": "store",
            "PLUMBLINE_K8S_NODES": "2",
            "PLUMBLINE_K8S_GPUS_PER_NODE": "2",
        }
        yield found


def condition(kind: str, **rest: str) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": "True", **rest}]}


@pytest.mark.parametrize(("gpus", "kind", "address"), [(2, "Job", JOBS), (4, "JobSet", JOBSETS)])
def test_an_object_is_created_followed_and_deleted(
    api: Served, objects: Any, tmp_path: Path, gpus: int, kind: str, address: str
) -> None:
    launcher = KubernetesLauncher()
    handle = launcher.submit(Task("run-7", tmp_path, gpus=gpus))
    key = f"{address}/{handle['name']}"

    before = launcher.poll(handle)
    objects[key]["status"] = {"ready": 1, "active": 1}
    running = launcher.poll(handle)
    objects[key]["status"] = condition("Complete" if kind == "Job" else "Completed")
    ended = launcher.poll(handle)
    launcher.stop(handle, grace_seconds=10)
    launcher.stop(handle, grace_seconds=0)

    assert (handle["kind"], handle["namespace"]) == (kind, "nlp")
    assert before == Alive("Kubernetes has not started its pod yet." if kind == "Job" else "")
    assert (running, ended) == (Alive(), Ended(0))
    assert launcher.poll(handle) == Lost("Kubernetes knows of no such job any more.")
    deletes = [path for method, path, _ in api.asked if method == "DELETE"]
    assert ["propagationPolicy=Foreground" in path for path in deletes] == [True, True]
    assert ["gracePeriodSeconds=0" in path for path in deletes] == [False, True]


TOKEN = {"PLUMBLINE_REPORT_TOKEN": "plr_7_x"}


@pytest.mark.parametrize(
    ("gpus", "kind", "version"), [(2, "Job", "batch/v1"), (4, "JobSet", "jobset.x-k8s.io/v1alpha2")]
)
def test_a_token_is_a_secret_that_goes_with_its_object(
    api: Served, objects: Any, tmp_path: Path, gpus: int, kind: str, version: str
) -> None:
    name = KubernetesLauncher().submit(Task("run-7", tmp_path, gpus=gpus, environment=TOKEN))["name"]

    made, secret = objects[f"{JOBS if kind == 'Job' else JOBSETS}/{name}"], objects[f"{SECRETS}/{name}"]
    assert secret["stringData"] == TOKEN
    owner = {"apiVersion": version, "kind": kind, "name": name, "uid": "uid-0"}
    assert (made["metadata"]["uid"], secret["metadata"]["ownerReferences"]) == ("uid-0", [owner])
    assert "plr_7_x" not in json.dumps(made)
    client = ApiClient()
    read = client.sanitize_for_serialization(client.deserialize(json.dumps(secret), "V1Secret", "application/json"))
    assert read == {key: value for key, value in secret.items() if key != "status"}


def test_where_no_secret_may_be_made_no_job_stays(api: Served, objects: Any, tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match=r"refused \(403 Forbidden\).*secrets is forbidden"):
        KubernetesLauncher().submit(Task("Secret", tmp_path, environment=TOKEN))

    assert objects == {}


def pod(**container: Any) -> dict[str, Any]:
    return {"status": {"containerStatuses": [{"name": "trainer", "image": "i", "imageID": "", "ready": False,
                                              "restartCount": 0, "state": container}]}}  # fmt: skip


@pytest.mark.parametrize(
    ("pods", "status", "expected"),
    [
        ([pod(terminated={"exitCode": 137, "reason": "OOMKilled"})], condition("Failed", reason="BackoffLimitExceeded"),
         Ended(137, "Kubernetes says: BackoffLimitExceeded")),
        ([], condition("Failed", message="Deadline."), Ended(None, "Kubernetes says: Deadline.")),
        ([pod(waiting={"reason": "ErrImagePull", "message": "no such image"})], {},
         Alive("Its pod waits: ErrImagePull no such image")),
        ([{"status": {"conditions": [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes fit."}]}}], {},
         Alive("Its pod has no machine yet: 0/3 nodes fit.")),
    ],
)  # fmt: skip
def test_pods_tell_why(api: Served, objects: Any, pods: Any, status: Any, expected: Any) -> None:
    handle = {"kind": "Job", "name": "n", "namespace": "nlp"}
    objects[f"{JOBS}/n"] = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "n"}, "status": status}
    objects[PODS] = {"items": pods}

    assert KubernetesLauncher().poll(handle) == expected


def test_a_cluster_that_refuses_or_is_away(api: Served, settings: Any, tmp_path: Path) -> None:
    launcher = KubernetesLauncher()

    with pytest.raises(LauncherError, match=r"refused \(403 Forbidden\).*jobs is forbidden"):
        launcher.submit(Task("refused", tmp_path))
    with pytest.raises(LauncherError, match="do not spread evenly over at most 2 nodes of 2 each"):
        launcher.submit(Task("run-7", tmp_path, gpus=3))
    settings.LAUNCHER_ENVIRONMENT["PLUMBLINE_K8S_SERVER"] = "http://127.0.0.1:9"
    with pytest.raises(LauncherError, match="does not answer"):
        launcher.poll({"kind": "Job", "name": "n", "namespace": "nlp"})
    settings.LAUNCHER_ENVIRONMENT["PLUMBLINE_K8S_IMAGE"] = ""
    assert "PLUMBLINE_K8S_IMAGE" in launcher.describe().detail
