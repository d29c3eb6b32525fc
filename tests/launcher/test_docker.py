"""The container files: they parse, name what exists, and keep torch out of the web image."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
SECRETS = {"POSTGRES_PASSWORD": "p", "PLUMBLINE_SECRET_KEY": "s"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
    return loaded


def stages() -> dict[str, str]:
    """Return each stage of the Dockerfile by name, with its instructions."""
    parts = re.split(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, flags=re.MULTILINE)[1:]
    return {parts[i + 1]: f"{parts[i]}\n{parts[i + 2]}" for i in range(0, len(parts), 3)}


def has_docker_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


def test_compose_has_every_process_of_the_application(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "valkey", "migrate", "web", "worker", "beat", "ml-worker"}
    assert set(compose["volumes"]) == {"postgres", "valkey", "data"}


def test_every_lasting_service_has_a_health_check_and_restarts(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert "test" in service["healthcheck"], name
        assert service["restart"] == "unless-stopped", name


def test_the_application_waits_for_its_servers_and_migrations(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat", "ml-worker"):
        assert compose["services"][name]["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "valkey": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }


def test_only_one_process_keeps_the_clock(compose: dict[str, Any]) -> None:
    entry = (ROOT / "docker" / "entrypoint.sh").read_text()

    assert len([name for name, service in compose["services"].items() if service.get("command") == ["beat"]]) == 1
    assert " -B" not in entry


def test_compose_starts_only_what_the_entry_point_knows(compose: dict[str, Any]) -> None:
    known = set(re.findall(r"^    ([a-z-]+)\)$", (ROOT / "docker" / "entrypoint.sh").read_text(), re.MULTILINE))

    commands = {service["command"][0] for service in compose["services"].values() if "build" in service}

    assert commands == {"migrate", "web", "worker", "beat", "ml-worker"}
    assert commands <= known


def test_compose_builds_stages_that_exist(compose: dict[str, Any]) -> None:
    targets = {service["build"]["target"] for service in compose["services"].values() if "build" in service}

    assert targets == {"web", "ml"}
    assert targets <= set(stages())


def test_the_web_image_holds_no_torch() -> None:
    assert "requirements/ml.txt" in stages()["ml-packages"]
    assert "requirements/ml.txt" not in stages()["packages"]
    assert "--from=packages " in stages()["web"]


def test_the_default_target_is_the_web_image_and_runs_unprivileged() -> None:
    assert list(stages())[-1] == "web"
    assert "USER plumbline" in stages()["runtime"]


def test_every_copied_path_is_in_the_build_context() -> None:
    allowed = {
        line[1:].split("/")[0] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {
        word.rstrip("/").split("/")[0]
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    }

    assert copied == {
        *("docker", "LICENSE", "manage.py", "constraints.txt", "requirements", "frontend"),
        *("webapp", "annotation", "curation", "trainer_bridge", "demo"),
    }
    assert copied <= allowed
    for name in copied:
        assert (ROOT / name).exists(), name


def test_the_image_installs_uv_in_the_version_the_constraints_name() -> None:
    pinned = re.search(r"^uv==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)

    assert pinned is not None
    assert f"uv:{pinned.group(1)} " in DOCKERFILE


def test_the_entry_point_is_valid_shell() -> None:
    subprocess.run(["sh", "-n", str(ROOT / "docker" / "entrypoint.sh")], check=True)


def test_compose_itself_accepts_the_file_where_it_is_installed() -> None:
    argv = ["docker", "compose", "-f", str(ROOT / "docker" / "compose.yaml"), "config", "--quiet"]
    if not has_docker_compose():
        # Without it the tests above still read the file; this one has nothing to ask.
        return

    done = subprocess.run(argv, env={**os.environ, **SECRETS}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
