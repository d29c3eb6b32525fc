"""The commands of `./run` and their options."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from launcher import environment
from launcher.console import StepError, say
from launcher.layout import ROOT, DataFolder, inside_venv


def main() -> int:
    """Run one command and return its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this very message is for those who have an older one
        print(f"Plumbline needs Python 3.11 or later; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    options = _parser().parse_args()
    os.chdir(ROOT)
    try:
        environment.ensure_environment(_parts(options))
        if not inside_venv():
            environment.restart_inside()
        return _dispatch(options)
    except StepError as error:
        say(f"Stopped: {error}")
        return 1
    except KeyboardInterrupt:
        say("Interrupted")
        return 130


def _parser() -> argparse.ArgumentParser:
    # Shared by all commands, and accepted before or after the command's name.
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--data-dir", type=Path, help="where everything is kept (default: ./.data)")
    parser = argparse.ArgumentParser(
        prog="./run", parents=[shared], description="Without a command: set everything up and serve the application."
    )
    parser.add_argument("--port", type=int, default=8000, help="where the web server listens (default: 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address it listens on (default: 127.0.0.1)")
    parser.add_argument("--no-demo", action="store_true", help="start without the demo project")
    parser.add_argument("--lite", action="store_true", help="leave out torch and the ml worker")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    test = commands.add_parser("test", help="run every check, from lint to browser tests")
    test.add_argument("pytest_arguments", nargs="*", help="passed on to pytest after `--`")
    commands.add_parser("lint", help="run the static checks only")
    bench = commands.add_parser("bench", help="measure; prints JSON lines")
    bench.add_argument(
        "what", nargs="?", choices=["annotate", "curation", "judge", "page", "start", "train"], help="default: all"
    )
    bench.add_argument("--peer", action="store_true", help="with judge: measure distilabel beside it, once installed")
    token = commands.add_parser("token", parents=[shared], help="print a fresh API token (development only)")
    token.add_argument("email")
    return parser


def _parts(options: argparse.Namespace) -> tuple[str, ...]:
    if options.command in ("test", "lint"):
        return (*environment.SERVE, *environment.ML, *environment.CHECK)
    if options.command == "bench":
        models = environment.ML if options.what in (None, "curation", "judge", "train") else ()
        return (*environment.SERVE, *models, *environment.CHECK)
    if options.command == "token" or options.lite:
        return environment.SERVE
    return (*environment.SERVE, *environment.ML)


def _dispatch(options: argparse.Namespace) -> int:
    from launcher import bench, checks, serve, token

    data = DataFolder(Path(getattr(options, "data_dir", serve.default_data_folder())).absolute())
    if options.command == "test":
        return checks.run_all(options.pytest_arguments)
    if options.command == "lint":
        return checks.run_lint()
    if options.command == "bench":
        return bench.run(options.what, peer=options.peer)
    if options.command == "token":
        return token.print_token(data, options.email)
    return serve.serve(
        serve.Options(port=options.port, data=data, demo=not options.no_demo, ml=not options.lite, host=options.host)
    )
