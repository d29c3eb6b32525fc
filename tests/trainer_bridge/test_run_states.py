"""A run's states and the models it registers, with a trainer that ends as each test says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from curation.signals.model_resolution import resolve_model
from trainer_bridge.models import Export, ModelVersion, Run
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.runs.outcomes import failure_of
from trainer_bridge.services.runs import run_create, run_resume
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, NotFoundError, UnprocessableError
from webapp.jobs.handlers import JobInterrupted
from webapp.jobs.models import Job
from webapp.jobs.runner import job_run
from webapp.jobs.services import job_pause
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import Store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
RESULT = {
    "metrics": {"loss": 0.5},
    "facts": {"device": "cpu"},
    "files": [{"name": "model.safetensors", "size_bytes": 7, "sha256": "ab"}],
    "size_bytes": 7,
}


@pytest.fixture
def queue_run(project: Project, admin: User, make_export: Callable[..., Export], tiny: str) -> Callable[..., Run]:
    def queue(kind: str = "dpo", **fields: Any) -> Run:
        fields.setdefault("export", None)
        export = fields.pop("export") or make_export("trl_preference" if kind == "dpo" else "trl_reward")
        given = {"base_model": tiny, "config": {"max_steps": 3}, "kind": kind, **fields}
        return run_create(project=project, created_by=admin, export=export, **given)

    return queue


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`trainer(outcome, …)`: what the next tries do; the last one repeats. An exception is raised."""

    def behave(*outcomes: Any) -> None:
        left = list(outcomes)

        def run_train(run: Run, progress: Any, launcher: Any) -> dict[str, Any]:
            assert Run.objects.get(pk=run.pk).state == "running"
            outcome = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(outcome, BaseException):
                raise outcome
            return dict(outcome)

        monkeypatch.setattr("trainer_bridge.jobs.run_train", run_train)

    return behave


def test_training_a_name_again_counts_its_version_up(
    queue_run: Callable[..., Run], trainer: Callable[..., None], work: Work
) -> None:
    trainer(RESULT)
    first = queue_run(name="helper")
    second, other = queue_run(name="helper", export=first.export), queue_run(name="other", export=first.export)

    messages = [work(run.job_id).message for run in (first, second, other)]

    assert messages == ["Registered helper v1.", "Registered helper v2.", "Registered other v1."]
    assert [model.path for model in ModelVersion.objects.order_by("id")] == [
        f"runs/{run.pk}/model" for run in (first, second, other)
    ]


def test_runs_of_one_name_that_finish_together_get_different_versions(
    queue_run: Callable[..., Run], trainer: Callable[..., None]
) -> None:
    trainer(RESULT)
    first = queue_run(name="helper")
    runs = [first, *(queue_run(name="helper", export=first.export) for _ in range(4))]

    def target(run: Run) -> None:
        try:
            job_run(int(run.job_id or 0))
        finally:
            connection.close()

    threads = [threading.Thread(target=target, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(ModelVersion.objects.values_list("version", flat=True)) == [1, 2, 3, 4, 5]
    assert set(Run.objects.values_list("state", flat=True)) == {"succeeded"}


def test_a_run_killed_for_memory_tells_the_remedy_and_can_be_resumed(
    queue_run: Callable[..., Run], trainer: Callable[..., None], work: Work
) -> None:
    trainer(failure_of(-9, {"state": "training"}), RESULT)
    run = queue_run()

    failed = work(run.job_id)
    after = Run.objects.get(pk=run.pk)
    resumed = run_resume(run=run)
    ended = work(run.job_id)

    assert (failed.state, after.state, after.finished_at is None) == ("failed", "failed", False)
    assert after.error == (
        "The training process was killed, most likely because memory ran out; lower batch_size or max_length, "
        "keep use_lora on, or choose a smaller base model."
    )
    assert (resumed.state, resumed.error, resumed.finished_at) == ("queued", "", None)
    assert (ended.state, Run.objects.get(pk=run.pk).state, ModelVersion.objects.count()) == (
        "succeeded",
        "succeeded",
        1,
    )


def test_a_trainer_stopped_from_outside_is_started_again(
    queue_run: Callable[..., Run], trainer: Callable[..., None], work: Work
) -> None:
    trainer(failure_of(143, {"state": "cancelled"}), RESULT)
    run = queue_run()

    assert work(run.job_id).state == "succeeded"
    assert Run.objects.get(pk=run.pk).error == ""


def test_a_paused_run_waits_and_goes_on(
    queue_run: Callable[..., Run], trainer: Callable[..., None], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queue_run()

    def pause_in_the_middle(run: Run, progress: Any, launcher: Any) -> dict[str, Any]:
        job_pause(job_id=int(run.job_id or 0))
        raise JobInterrupted

    monkeypatch.setattr("trainer_bridge.jobs.run_train", pause_in_the_middle)
    paused, waiting = work(run.job_id).state, Run.objects.get(pk=run.pk).state
    trainer(RESULT)
    run_resume(run=run)
    ended = work(run.job_id)

    assert (paused, waiting) == ("paused", "queued")
    assert (ended.state, Run.objects.get(pk=run.pk).state) == ("succeeded", "succeeded")


def test_a_registered_model_is_found_by_signals_and_by_later_runs(
    queue_run: Callable[..., Run],
    trainer: Callable[..., None],
    work: Work,
    project: Project,
    make_user: Callable[..., User],
    store_folder: Store,
) -> None:
    trainer(RESULT)
    work(queue_run("reward").job_id)
    model = ModelVersion.objects.get()
    other = project_create(created_by=make_user("other@example.org"), name="Elsewhere")
    folder = store_folder.local_path(model.path)

    resolved = resolve_model(project_id=project.pk, model_id=model.pk, kind="reward")

    assert (resolved.id, resolved.name, resolved.path, resolved.kind) == (
        model.pk,
        "tiny-reward v1",
        str(folder),
        "reward",
    )
    assert len(resolved.revision) == 32
    assert source_of(f"model:{model.pk}", project_id=project.pk, kind="reward").folder == folder
    with pytest.raises(UnprocessableError, match="needs a policy model"):
        resolve_model(project_id=project.pk, model_id=model.pk, kind="policy")
    with pytest.raises(NotFoundError):
        resolve_model(project_id=other.pk, model_id=model.pk, kind="reward")
    with pytest.raises(ApplicationError, match="has no model"):
        source_of(f"model:{model.pk}", project_id=other.pk, kind="reward")
