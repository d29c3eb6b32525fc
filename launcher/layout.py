"""Where things lie in the repository and in the data folder."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("PLUMBLINE_VENV", ROOT / ".venv"))
VENV_PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
CONSTRAINTS = ROOT / "constraints.txt"
REQUIREMENTS = ROOT / "requirements"


@dataclass(frozen=True)
class DataFolder:
    """Everything one installation writes, below one folder."""

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run(self) -> Path:
        """Return the folder for what is only true while the application runs."""
        return self.path / "run"

    @property
    def secret_key(self) -> Path:
        return self.path / "secret_key"

    def prepare(self) -> None:
        """Create the folders. The top one must stay passable: the database may run as another user."""
        for folder in (self.path, self.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)


def inside_venv() -> bool:
    """Tell whether this interpreter is the one of our virtual environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()
