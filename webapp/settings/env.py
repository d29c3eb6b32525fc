"""The one reader of environment variables, so that every setting names its variable in one way."""

from __future__ import annotations

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
DATA_DIR = Path(env.str("PLUMBLINE_DATA_DIR", default=str(BASE_DIR / ".data")))
