"""Find a Chromium for the browser tests, or install one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.console import StepError, step
from launcher.layout import VENV_PYTHON

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def ensure_chromium() -> str:
    """Return the path of a Chromium, empty when Playwright's own is to be used.

    Raises StepError when none is there and none can be installed.
    """
    if found := find_chromium():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Installing Chromium with apt-get"):
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            _run(["apt-get", "update", "-qq"], quiet)
            _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], quiet)
        if found := find_chromium():
            return found
    with step("Installing Playwright's Chromium"):
        if not _run([str(VENV_PYTHON), "-m", "playwright", "install", "chromium"], dict(os.environ)):
            raise StepError(
                "The browser tests need Chromium, and none could be installed. Install it with the system's "
                "package manager, or name one in PLUMBLINE_CHROMIUM."
            )
    return ""


def find_chromium() -> str | None:
    """Return a Chromium of this machine, PLUMBLINE_CHROMIUM first."""
    if named := os.environ.get("PLUMBLINE_CHROMIUM"):
        return named
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return str(MAC) if MAC.exists() else None


def _run(argv: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(argv, env=environment, check=False, stdout=sys.stderr).returncode == 0
