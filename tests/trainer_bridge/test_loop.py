"""The whole loop over the API: import, recipe, snapshot, export, reward model, and its scores in the next recipe."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import Store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Work = Callable[[int], Job]
PAIRS = 40


def pairs_file() -> SimpleUploadedFile:
    rows = [
        {
            "prompt": [{"role": "user", "content": f"How do I measure thing number {i}?"}],
            "chosen": [{"role": "assistant", "content": f"Take a ruler, lay it along thing {i} and read the number."}],
            "rejected": [{"role": "assistant", "content": f"No idea about {i}."}],
        }
        for i in range(PAIRS)
    ]
    return SimpleUploadedFile("pairs.jsonl", b"".join(orjson.dumps(row) + b"\n" for row in rows))


def test_a_trained_reward_model_scores_the_data_it_came_from(
    client_of: Callable[..., APIClient], admin: User, project: Project, work: Work, store_folder: Store
) -> None:
    client = client_of(admin)

    def finished(answer: object) -> int:
        """The id of what an accepted job made."""
        body = answer.json()  # type: ignore[attr-defined]
        assert answer.status_code == 202, body  # type: ignore[attr-defined]
        ended = work(body["id"])
        assert ended.state == "succeeded", ended.message
        return int(ended.subject_id or 0)

    base = f"/api/projects/{project.pk}"
    dataset = client.post(f"{base}/datasets/", {"name": "Answers"}).json()["id"]
    imported = finished(client.post(f"/api/datasets/{dataset}/imports/", {"file": pairs_file()}, format="multipart"))
    version = client.get(f"/api/imports/{imported}/").json()["version"]
    recipe = client.post(f"{base}/recipes/", {"name": "Everything", "steps": []}).json()["id"]
    snapshot = finished(
        client.post(f"/api/recipes/{recipe}/snapshots/", {"dataset_version": version, "test_fraction": 0.2, "seed": 1})
    )
    export = finished(client.post(f"/api/snapshots/{snapshot}/exports/", {"format": "trl_reward"}))
    config = {"max_steps": 3, "batch_size": 1, "max_length": 96, "lora_r": 2, "eval_max_rows": 2}
    run = finished(
        client.post(f"{base}/runs/", {"export": export, "kind": "reward", "base_model": "tiny-llama", "config": config})
    )
    model = client.get(f"/api/runs/{run}/").json()["model_version"]

    signal = finished(
        client.post(f"/api/dataset-versions/{version}/signals/", {"kind": "reward_score", "params": {"model": model}})
    )
    scored = client.get(f"/api/signals/{signal}/").json()
    steps = [{"type": "signal_margin", "signal": signal, "min": -1000.0, "missing": "review"}]
    preview = client.post("/api/recipes/preview/", {"dataset_version": version, "steps": steps}).json()

    splits = client.get(f"/api/snapshots/{snapshot}/").json()["splits"]
    manifest = client.get(f"/api/exports/{export}/").json()["manifest"]
    assert manifest["rows"] == splits
    assert splits["train"] + splits["test"] == PAIRS
    assert manifest["margin"]["rows_without_strength"] == 0
    assert store_folder.exists("base-models/tiny-llama/model.safetensors")
    assert (scored["rows_ok"], scored["rows_failed"]) == (PAIRS * 2, 0)
    assert scored["name"] == "Score by tiny-llama-reward v1"
    assert scored["summary"]["min"] < scored["summary"]["max"]
    assert (preview["kept"], preview["review"], preview["dropped"]) == (PAIRS, 0, 0)
