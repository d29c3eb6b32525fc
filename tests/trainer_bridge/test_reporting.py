"""Runs by hand: the folder trains anywhere, and its trainer reports with a token that opens nothing else."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from trainer_bridge.models import Export, ModelVersion, Run, RunMetric
from trainer_bridge.runs.report_tokens import token_issue, token_revoke
from trainer_bridge.services.runs import Placement, run_cancel, run_create, run_resume
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import Store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
SESSION, OTHER = "ab" * 16, "cd" * 16
SUMMARY, WEIGHTS = b'{"metrics": {"loss": 0.5}}', b"weights" * 100


@pytest.fixture
def by_hand(project: Project, admin: User, make_export: Callable[..., Export], tiny: str) -> Run:
    """A queued run that somebody will train."""
    return run_create(
        project=project,
        created_by=admin,
        export=make_export(train=6, test=2),
        kind="dpo",
        base_model=tiny,
        config={"max_steps": 2, "eval_steps": 2, "max_length": 64},
        placement=Placement(launcher="manual"),
    )


@pytest.fixture
def trainer(by_hand: Run) -> APIClient:
    """A client with the run's token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_issue(by_hand)[0]}")
    return client


def say(client: APIClient, run: Run, part: int, state: str = "training", **rest: Any) -> Any:
    body = {"session": SESSION, "part": part, "state": state, "step": 0, **rest}
    return client.post(f"/api/runs/{run.pk}/report/", body)


def put(client: APIClient, run: Run, name: str, data: bytes, offset: int = 0, piece: bytes | None = None) -> Any:
    asked = f"offset={offset}&size={len(data)}&sha256={hashlib.sha256(data).hexdigest()}"
    return client.generic(
        "PUT", f"/api/runs/{run.pk}/files/{name}/?{asked}", data if piece is None else piece, "application/octet-stream"
    )


def point(step: int, **values: float) -> dict[str, Any]:
    return {"step": step, "at": "2026-01-01T00:00:00Z", "values": values}


def test_a_folder_trained_by_hand_comes_home_as_a_model(
    by_hand: Run, client_of: Callable[..., APIClient], admin: User, live_server: Any, work: Work, tmp_path: Path
) -> None:
    work(by_hand.job_id)
    client = client_of(admin)
    waiting = client.get(f"/api/runs/{by_hand.pk}/").json()
    archive = b"".join(client.get(f"/api/runs/{by_hand.pk}/folder/").streaming_content)  # type: ignore[attr-defined]
    zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path)
    folder = tmp_path / f"run-{by_hand.pk}"
    token = client.post(f"/api/runs/{by_hand.pk}/token/").json()

    # The one printed command, in an environment that knows nothing of this application.
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": "code",
        "PLUMBLINE_REPORT_URL": live_server.url,
        "PLUMBLINE_REPORT_TOKEN": token["token"],
    }
    command = [sys.executable, "-m", "trainer_bridge.ml.train", ".", "--resume"]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    reported = Run.objects.get(pk=by_hand.pk)
    job = work(by_hand.job_id)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (waiting["state"], waiting["note"][:28]) == ("queued", "Waits for somebody to train ")
    assert token["command"].endswith("PYTHONPATH=code python -m trainer_bridge.ml.train . --resume")
    assert (reported.state, reported.step, reported.heartbeat_at is None) == ("running", 2, False)
    assert sorted(RunMetric.objects.filter(values__has_key="loss").values_list("step", flat=True)) == [1, 2]
    assert (job.state, job.message) == ("succeeded", "Registered tiny-dpo v1.")
    model = ModelVersion.objects.get()
    ours = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "model").iterdir()}
    assert {file["name"]: file["sha256"] for file in model.files} == ours
    assert "step 2/2" in client.get(f"/api/runs/{by_hand.pk}/logs/").json()["text"]


def test_a_report_counts_once_and_the_last_one_registers_one_model(
    by_hand: Run, trainer: APIClient, work: Work
) -> None:
    work(by_hand.job_id)

    too_early = say(trainer, by_hand, 1, "finished", step=2)
    first = say(trainer, by_hand, 1, step=1, metrics=[point(1, loss=0.7)], log="one\n")
    again = say(trainer, by_hand, 1, step=1, metrics=[point(1, loss=0.7)], log="one\n")
    uploads = [put(trainer, by_hand, name, data) for name, data in FILES.items()]
    lasts = [say(trainer, by_hand, 2, "finished", step=2, metrics=[point(2, loss=0.5)]) for _ in range(2)]
    job = work(by_hand.job_id)
    after = [say(trainer, by_hand, 2, "finished", step=2), say(trainer, by_hand, 3, step=2)]

    assert (too_early.status_code, set(too_early.json()["fields"])) == (400, {"state"})
    assert first.json() == again.json() == {"run": by_hand.pk, "part": 1, "state": "training"}
    assert [answer.json()["received"] for answer in uploads] == [len(data) for data in FILES.values()]
    assert lasts[0].json() == lasts[1].json() == {"run": by_hand.pk, "part": 2, "state": "finished"}
    assert job.state == "succeeded"
    assert ModelVersion.objects.count() == 1
    assert ModelVersion.objects.get().metrics == {"loss": 0.5}
    # The model is registered: the last report is answered as before, and nothing more is taken.
    assert (after[0].json(), after[1].status_code) == (lasts[0].json(), 409)
    assert put(trainer, by_hand, "model/config.json", b"{}").status_code == 409


FILES = {"model/model.safetensors": WEIGHTS, "model/config.json": b'{"a": 1}', "summary.json": SUMMARY}


def test_a_cancelled_runs_zombie_cannot_write(
    by_hand: Run, trainer: APIClient, work: Work, store_folder: Store
) -> None:
    work(by_hand.job_id)
    say(trainer, by_hand, 1, step=1, metrics=[point(1, loss=0.7)])
    run_cancel(run=by_hand)
    cancelled = [
        say(trainer, by_hand, 2, step=2, metrics=[point(2, loss=0.1)]),
        put(trainer, by_hand, "summary.json", SUMMARY),
    ]
    run_resume(run=by_hand)
    zombie = say(trainer, by_hand, 3, step=3, metrics=[point(3, loss=0.1)])
    successor = say(trainer, by_hand, 1, session=OTHER, metrics=[point(1, loss=0.6)])
    zombie_again = say(trainer, by_hand, 4, step=4, metrics=[point(4, loss=0.1)])

    assert [(answer.status_code, answer.json()["type"]) for answer in cancelled] == [(409, "cancelled")] * 2
    assert (zombie.status_code, successor.status_code, zombie_again.status_code) == (409, 200, 409)
    assert list(RunMetric.objects.values_list("step", "values")) == [(1, {"loss": 0.6})]
    assert store_folder.local_path(f"{by_hand.folder}/metrics.jsonl").read_text().count("\n") == 1


def test_a_file_comes_in_pieces_and_only_as_announced(by_hand: Run, trainer: APIClient, store_folder: Store) -> None:
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    name = "model/model.safetensors"

    gap = put(trainer, by_hand, name, WEIGHTS, 300, WEIGHTS[300:])
    start = put(trainer, by_hand, name, WEIGHTS, 0, WEIGHTS[:300])
    # The answer got lost, and a later piece overlaps.
    repeated = put(trainer, by_hand, name, WEIGHTS, 0, WEIGHTS[:300])
    rest = put(trainer, by_hand, name, WEIGHTS, 200, WEIGHTS[200:])
    whole_again = put(trainer, by_hand, name, WEIGHTS, 0, WEIGHTS[:300])
    other = put(trainer, by_hand, "model/config.json", b'{"b": 2}', 0, b'{"c": 3}')
    too_long = put(trainer, by_hand, "summary.json", b"{}", 0, b"{} and more")

    assert gap.status_code == 409
    assert [answer.json()["received"] for answer in (start, repeated, rest, whole_again)] == [300, 300, 700, 700]
    assert hashlib.sha256(store_folder.local_path(f"{by_hand.folder}/{name}").read_bytes()).hexdigest() == digest
    assert (other.status_code, "another SHA-256" in other.json()["message"]) == (400, True)
    assert too_long.status_code == 400
    assert not store_folder.local_path(f"{by_hand.folder}/model/config.json").exists()


@pytest.mark.parametrize(
    "name",
    ["model/weights.bin", "model/code.py", "model/x.pkl", "model/../../x.json", "config.yaml", "model/a/b.json",
     "checkpoints/x.json", "train.log", "model/.hidden.json"],
)  # fmt: skip
def test_only_files_of_models_are_taken(by_hand: Run, trainer: APIClient, name: str) -> None:
    answer = put(trainer, by_hand, name, b"{}")

    assert (answer.status_code, Run.objects.get().state) == (400, "queued")


def test_a_token_opens_its_own_run_until_it_ends(
    by_hand: Run, trainer: APIClient, client_of: Callable[..., APIClient], admin: User
) -> None:
    other = Run.objects.create(
        project=by_hand.project, export=by_hand.export, kind="dpo", name="O", base_model="x", config={"max_steps": 1},
        created_by=admin,
    )  # fmt: skip
    kept = Run.objects.get(pk=by_hand.pk).report_token_hash

    elsewhere = say(trainer, other, 1)
    pages = [trainer.get(f"/api/runs/{by_hand.pk}/{page}") for page in ("", "logs/", "config/")]
    by_person = say(client_of(admin), by_hand, 1)
    folder = trainer.get(f"/api/runs/{by_hand.pk}/folder/")
    replaced = token_issue(by_hand)[0]
    late = say(trainer, by_hand, 1)
    trainer.credentials(HTTP_AUTHORIZATION=f"Bearer {replaced}")
    fresh = say(trainer, by_hand, 1)
    by_hand.refresh_from_db()
    Run.objects.filter(pk=by_hand.pk).update(launch={**by_hand.launch, "token_until": (timezone.now()).isoformat()})
    expired = say(trainer, by_hand, 2)
    token_revoke(by_hand)
    revoked = say(trainer, by_hand, 2)

    assert len(kept) == 64
    assert [answer.status_code for answer in (elsewhere, *pages, by_person, late, expired, revoked)] == [401] * 8
    assert (folder.status_code, fresh.status_code) == (200, 200)


def test_a_run_that_failed_by_hand_tells_why_and_is_tried_again(by_hand: Run, trainer: APIClient, work: Work) -> None:
    work(by_hand.job_id)
    say(trainer, by_hand, 1, "failed", error="The loss is not a number at step 1.")
    failed = work(by_hand.job_id)
    run_resume(run=by_hand)
    waiting = work(by_hand.job_id)

    assert (failed.state, failed.message) == ("failed", "The loss is not a number at step 1.")
    assert (waiting.state, Run.objects.get().state, Run.objects.get().error) == ("running", "queued", "")
