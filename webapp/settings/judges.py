"""Endpoints that AI judges may ask; `curation.judges.endpoints` reads what the variables say."""

from __future__ import annotations

from webapp.settings.env import env

JUDGE_ENVIRONMENT = {name: value for name, value in env.ENVIRON.items() if name.startswith("PLUMBLINE_JUDGE_")}
