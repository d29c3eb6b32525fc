"""`docs/api-walkthrough.md` is executed as it stands against a real server with real workers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import ROOT, House

DOCUMENT = ROOT / "docs" / "api-walkthrough.md"


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("walk"), migrated=migrated, durable=False)
    yield house
    house.stop()


@pytest.mark.slow
def test_the_document_runs_from_top_to_bottom(house: House) -> None:
    script = "\n".join(re.findall(r"^```bash\n(.*?)^```$", DOCUMENT.read_text(), flags=re.DOTALL | re.MULTILINE))
    house.start_worker("default")
    house.start_worker("ml,train")
    address = house.start_web()
    house.manage("shell", "-c", "from webapp.accounts.models import User; User.objects.create_user('me@example.org')")

    done = subprocess.run(
        ["bash", "-c", script],
        env={"PATH": os.environ["PATH"], "PLUMBLINE": address, "TOKEN": house.token("me@example.org")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{house.log.read_text()[-3000:]}"
    assert "The circle is closed" in done.stdout
    assert house.query("SELECT count(*) FROM annotation_feedback") == (24,)
    assert house.query("SELECT count(*) FROM trainer_bridge_modelversion") == (2,)
    assert house.query("SELECT count(*) FROM jobs_job WHERE state <> 'succeeded'") == (0,)
