"""Real training through the job runner: a subprocess, curves, one registered model, stopping and going on."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.trainer_bridge.holding import held_still, is_asked_to_stop, wait_for
from trainer_bridge.models import Export, ModelVersion, Run, RunMetric
from trainer_bridge.services.runs import run_cancel, run_create, run_resume
from webapp.accounts.models import User
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.jobs.runner import job_run
from webapp.projects.models import Project
from webapp.store.files import Store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Work = Callable[[int], Job]
SMALL = {"batch_size": 1, "max_length": 64, "lora_r": 2, "lora_alpha": 4, "eval_max_rows": 2}


@pytest.fixture
def queue_run(project: Project, admin: User, make_export: Callable[..., Export], tiny: str) -> Callable[..., Run]:
    def queue(kind: str = "dpo", *, base_model: str = tiny, export: Export | None = None, **config: Any) -> Run:
        format = "trl_preference" if kind == "dpo" else "trl_reward"
        return run_create(
            project=project,
            created_by=admin,
            export=export or make_export(format),
            kind=kind,
            base_model=base_model,
            config={**SMALL, "max_steps": 3, "save_steps": 2, "eval_steps": 2, **config},
        )

    return queue


def in_thread(run: Run) -> threading.Thread:
    def target() -> None:
        try:
            job_run(run.job_id)
        finally:
            connection.close()

    thread = threading.Thread(target=target)
    thread.start()
    return thread


def loss_steps(run: Run) -> list[int]:
    points = RunMetric.objects.filter(run=run).order_by("step")
    return [point.step for point in points if "loss" in point.values]


def test_a_dpo_run_ends_in_one_registered_policy(
    queue_run: Callable[..., Run], work: Work, store_folder: Store, client_of: Callable[..., APIClient], admin: User
) -> None:
    run = queue_run("dpo")

    ended = work(run.job_id)
    work(run.job_id)

    assert (ended.state, ended.message) == ("succeeded", "Registered tiny-dpo v1."), ended.message
    shown = client_of(admin).get(f"/api/runs/{run.pk}/").json()
    model = ModelVersion.objects.get()
    assert (shown["state"], shown["step"], shown["model_version"]) == ("succeeded", 3, model.pk)
    assert shown["started_at"] <= shown["finished_at"]
    assert (model.kind, model.name, model.version, model.run_id) == ("policy", "tiny-dpo", 1, run.pk)
    assert loss_steps(run) == [1, 2, 3]
    last = RunMetric.objects.get(run=run, step=3).values
    assert {"loss", "chosen_reward", "rejected_reward", "reward_margin", "accuracy", "learning_rate", "step_s"} <= set(
        last
    )
    assert "eval_loss" in RunMetric.objects.get(run=run, step=2).values
    assert {"loss", "eval_loss"} <= set(model.metrics)
    files = {file["name"]: file for file in model.files}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(files)
    for name, file in files.items():
        data = store_folder.local_path(f"{model.path}/{name}").read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size_bytes"], file["sha256"])
    assert model.size_bytes == sum(file["size_bytes"] for file in files.values())
    shard = JobShard.objects.get(job=run.job_id)
    assert (shard.done, shard.total, shard.claims) == (3, 3, 1)
    assert "step 3/3" in client_of(admin).get(f"/api/runs/{run.pk}/logs/").json()["text"]


def test_a_reward_run_trains_all_weights_with_the_margins(
    queue_run: Callable[..., Run], work: Work, store_folder: Store
) -> None:
    run = queue_run("reward", use_lora=False)

    ended = work(run.job_id)

    assert (ended.state, ended.message) == ("succeeded", "Registered tiny-reward v1."), ended.message
    assert ModelVersion.objects.get().kind == "reward"
    assert ended.result["facts"]["columns"] == ["prompt", "chosen", "rejected", "margin"]
    assert loss_steps(run) == [1, 2, 3]
    config = json.loads(store_folder.local_path(f"{run.folder}/model/config.json").read_text())
    assert config["architectures"] == ["LlamaForSequenceClassification"]


def test_a_cancelled_run_goes_on_from_its_checkpoint_to_the_same_last_step(
    queue_run: Callable[..., Run], work: Work, store_folder: Store
) -> None:
    run = queue_run("dpo", max_steps=100, save_steps=1000, eval_steps=1000)
    thread = in_thread(run)
    with held_still(store_folder.local_path(run.folder), after_step=2) as trainer:
        run_cancel(run=run)
        wait_for(lambda: is_asked_to_stop(trainer))
    thread.join(60)
    cancelled, job = Run.objects.get(pk=run.pk), Job.objects.get(pk=run.job_id)
    reached = cancelled.step
    models_before = ModelVersion.objects.count()
    run_resume(run=run)
    ended = work(run.job_id)

    assert (cancelled.state, job.state, models_before) == ("cancelled", "cancelled", 0)
    assert 2 <= reached < 100
    assert store_folder.exists(f"{run.folder}/checkpoints/checkpoint-{reached}/complete")
    assert ended.state == "succeeded", ended.message
    assert f"Going on from step {reached}." in JobLogEntry.objects.filter(job=ended).values_list("message", flat=True)
    assert (Run.objects.get(pk=run.pk).step, ModelVersion.objects.count()) == (100, 1)
    assert loss_steps(run) == list(range(1, 101))


def test_a_refused_run_tells_the_trainers_sentence(
    queue_run: Callable[..., Run], work: Work, store_folder: Store
) -> None:
    run = queue_run("reward", max_length=8)

    ended = work(run.job_id)

    after = Run.objects.get(pk=run.pk)
    assert (ended.state, after.state) == ("failed", "failed")
    assert "raise max_length" in after.error
    assert after.error == ended.message
    assert (ModelVersion.objects.count(), after.finished_at is not None) == (0, True)


def test_a_base_model_that_cannot_be_had_fails_with_its_sentence(
    queue_run: Callable[..., Run], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    run = queue_run("dpo", base_model="hub:nobody/nothing-at-all")

    ended = work(run.job_id)

    assert ended.state == "failed"
    assert ended.message.startswith("Base model hub:nobody/nothing-at-all could not be prepared: The Hub model")
