"""A real Chromium against a real house. One house serves all browser tests; each person has a context of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import PASSWORD, Person
from tests.browser.rest import Rest
from tests.support.house import ROOT, House

FRONTEND = ROOT / "frontend"
CURATOR = "curator@example.org"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium where there is one, else the one `playwright install chromium` fetched."""
    args = {**browser_type_launch_args, "args": [f"--{flag}" for flag in FLAGS]}
    executable = os.environ.get("PLUMBLINE_CHROMIUM") or (CHROMIUM if Path(CHROMIUM).exists() else None)
    return {**args, "executable_path": executable} if executable else args


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    """Web server and workers, with the front end as it is built."""
    if not (FRONTEND / "dist" / "index.html").exists():
        npx = shutil.which("npx")
        assert npx, "The browser tests need the built front end: run `npm ci && npm run build` in frontend/."
        subprocess.run([npx, "vite", "build"], cwd=FRONTEND, check=True, capture_output=True)
    expect.set_options(timeout=20_000)
    folder = tmp_path_factory.mktemp("browser")
    house = House(folder, durable=False, migrated=migrated, PLUMBLINE_MODELS_DIR=str(folder / "models"))
    house.manage("collectstatic", "--noinput", "--verbosity", "0")
    house.start_worker("default")
    house.start_worker("ml,train")
    house.start_web()
    yield house
    house.stop()


@pytest.fixture(scope="session")
def people(house: House, browser: Browser) -> Iterator[Callable[[str], Person]]:
    """`people("ada@example.org")` is that person at their browser, with an account if they lack one."""
    known: dict[str, Person] = {}

    def person(email: str, *, account: bool = True) -> Person:
        if email not in known:
            if account:
                create = f"from webapp.accounts.models import User; User.objects.create_user({email!r}, {PASSWORD!r}"
                house.manage("shell", "-c", f"{create}, name={email.partition('@')[0].title()!r})")
            known[email] = Person(email, house.url, browser)
        return known[email]

    yield person
    for each in known.values():
        each.context.close()


@pytest.fixture(autouse=True)
def _quiet_console() -> Iterator[None]:
    """No test may leave an error in a browser's console; violations of the content policy are such errors."""
    yield
    troubles = Person.troubles_of_all()
    assert not troubles, "\n".join(troubles)


@pytest.fixture(scope="session")
def rest(house: House) -> Callable[[str], Rest]:
    """`rest("ada@example.org")` speaks the REST API with a fresh token of that person."""
    clients: dict[str, Rest] = {}

    def client(email: str) -> Rest:
        if email not in clients:
            clients[email] = Rest(house.url, house.token(email))
        return clients[email]

    return client


@pytest.fixture(scope="session")
def make_campaign(people: Callable[[str], Person], rest: Callable[[str], Rest]) -> Callable[..., int]:
    """`make_campaign(rows, questions, annotator=…)` imports the rows, queues them and assigns that person."""

    def make(
        rows: list[dict[str, Any]],
        questions: list[dict[str, Any]],
        *,
        annotator: str,
        queue: dict[str, Any] | None = None,
        **campaign: Any,
    ) -> int:
        people(CURATOR)
        people(annotator)
        api = rest(CURATOR)
        project = api.post("/api/projects/", {"name": "Browser"})["id"]
        dataset = api.post(f"/api/projects/{project}/datasets/", {"name": "Rows"})["id"]
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        api.finished(api.upload(f"/api/datasets/{dataset}/imports/", "rows.jsonl", content))
        version = api.get(f"/api/datasets/{dataset}/versions/")["results"][0]["id"]
        body = {"name": "Browser", "questions": questions, "overlap": 1, **campaign}
        made = api.post(f"/api/projects/{project}/campaigns/", body)["id"]
        api.finished(api.post(f"/api/campaigns/{made}/queue/", {"dataset_version": version, **(queue or {})}))
        api.post(f"/api/campaigns/{made}/annotators/", {"emails": [annotator]})
        return int(made)

    return make
