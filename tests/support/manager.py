"""`python -m tests.support.manager`: management commands, each in a fork of one process that has started Django once.

A line of JSON in holds a command's words; a line of JSON out its exit code and what it printed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from typing import Any

import django
from django.core.management import execute_from_command_line


def main() -> None:
    django.setup()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


def run(words: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            _end_with(words)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return {"code": code, "out": _text(out), "err": _text(err)}


def _end_with(words: list[str]) -> None:
    """The command is the last that this process does."""
    code = 0
    try:
        execute_from_command_line(["manage.py", *words])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - it must not go on as its parent does
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode(errors="replace"))


if __name__ == "__main__":
    main()
