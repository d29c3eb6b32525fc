"""What is remembered about where a run trains, in `Run.launch`.

==================  =================================================================================
``handle``          what its launcher finds the program by
``note``            what people are told while it waits
``stopping``        true from asking a program elsewhere to stop until it has ended
``since``           when the program was seen running, ISO 8601
``token_until``     when the token expires with which a trainer elsewhere reports, ISO 8601
==================  =================================================================================
"""

from __future__ import annotations

from typing import Any

import orjson
from psycopg.types.json import Jsonb

from trainer_bridge.models import Run
from webapp.api.sql import query
from webapp.jobs.handlers import Progress

# Worker and web change different parts at the same time.
_MERGE = """
UPDATE trainer_bridge_run SET launch = jsonb_strip_nulls(launch || %(changes)s) WHERE id = %(run)s RETURNING launch
"""


def launch_update(run: Run, **changes: Any) -> None:
    """Change parts of `run.launch`, here and in the database; None removes one."""
    rows = query(_MERGE, {"run": run.pk, "changes": Jsonb(changes)})
    run.launch = orjson.loads(rows[0]["launch"]) if rows else {}


def note_set(run: Run, note: str, progress: Progress | None = None) -> None:
    """Tell people what a run waits for, once; nothing is written while it stays the same."""
    if run.launch.get("note", "") == note:
        return
    launch_update(run, note=note or None)
    if note and progress is not None:
        progress.log(note)
