"""Fixtures every room's tests start from: people by role, API clients, and a worker in this process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient
from xdist.scheduler import LoadFileScheduling

from curation.datasets import engine
from tests.support.house import migrated_cluster
from webapp.accounts.models import User
from webapp.accounts.services.tokens import token_create
from webapp.jobs.models import Job
from webapp.jobs.runner import job_run
from webapp.projects.choices import Role
from webapp.projects.models import Membership, Project
from webapp.projects.services.projects import project_create
from webapp.store import files

PASSWORD = "correct horse battery"


BROWSER = Path(__file__).parent / "browser"


class FilesAndOneHouse(LoadFileScheduling):
    """Tests side by side: a file stays together, and all of the browser's share one house.

    xdist's own groups do not work with this pytest, which no longer lets them into the names of tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesAndOneHouse:
    return FilesAndOneHouse(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's begin first, then files with a slow test: begun last, one process would be left with them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (BROWSER not in item.path.parents, item.path not in slow))


@pytest.fixture(scope="session", autouse=True)
def what_migrating_made_stays() -> Iterator[None]:
    """Emptying the database after a test that commits need not make content types and permissions again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database as files, for every `House`: made once, by the first of the tests' processes to need it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "migrated"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            made.write_text(str(migrated_cluster(folder)))
    return Path(made.read_text())


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(email: str, **fields: Any) -> User:
        return User.objects.create_user(email, PASSWORD, **{"name": email.split("@")[0].title(), **fields})

    return make


@pytest.fixture
def admin(make_user: Callable[..., User]) -> User:
    return make_user("admin@example.org")


@pytest.fixture
def project(admin: User) -> Project:
    return project_create(created_by=admin, name="Helpful answers")


@pytest.fixture
def make_member(make_user: Callable[..., User], project: Project) -> Callable[..., User]:
    def make(role: str, email: str | None = None) -> User:
        user = make_user(email or f"{role}@example.org")
        Membership.objects.create(project=project, user=user, role=Role(role))
        return user

    return make


@pytest.fixture
def client_of(db: None) -> Callable[[User], APIClient]:
    """An API client that sends a fresh write token of the user."""

    def make(user: User, scope: str = "write") -> APIClient:
        _, plain = token_create(user=user, name="test", scope=scope)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
        return client

    return make


@pytest.fixture
def store_folder(tmp_path: Any, settings: Any) -> Iterator[files.Store]:
    """A store of this test's own, and with it a DuckDB, whose memory and threads would else stay until the end."""
    settings.STORE_URL = f"file://{tmp_path / 'store'}"
    yield files.store()
    for key in [key for key in engine._connections if str(tmp_path) in key[1]]:
        engine._connections.pop(key).close()


@pytest.fixture
def work(store_folder: files.Store) -> Callable[[int], Job]:
    """Run a job in this process as a worker would, and return it as it ended.

    Jobs renew their leases from another thread, so tests that use this need real commits:
    `@pytest.mark.django_db(transaction=True)`.
    """

    def run(job_id: int) -> Job:
        job_run(job_id)
        return Job.objects.get(pk=job_id)

    return run
