"""The list of checks: all run, one failure decides the exit code, the summary names it."""

from __future__ import annotations

import os
import threading

import pytest

from launcher import checks
from launcher.checks import Check, report, run_beside, run_checks
from launcher.console import StepError


def raise_step_error(_environment: dict[str, str]) -> bool:
    raise StepError("npm is missing")


def test_all_checks_run_although_one_fails(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []

    def remember(name: str, passed: bool) -> Check:
        def run(_environment: dict[str, str]) -> bool:
            ran.append(name)
            return passed

        return Check(name, run)

    outcomes = run_checks([remember("first", True), remember("second", False), remember("third", True)], {})

    assert ran == ["first", "second", "third"]
    assert report(outcomes) == 1
    assert "1 of 3 checks failed: second" in capsys.readouterr().err


def test_a_check_that_cannot_run_has_failed() -> None:
    outcomes = run_checks([Check("biome", raise_step_error)], {})

    assert [outcome.passed for outcome in outcomes] == [False]


def test_quiet_checks_run_beside_the_shown_and_print_in_one_piece(capfd: pytest.CaptureFixture[str]) -> None:
    together = threading.Barrier(2, timeout=30)
    meet = Check("meet", lambda _environment: together.wait() >= 0)
    echo = Check("echo", checks._command("echo", "from a program"))
    missing = Check("biome", raise_step_error)

    outcomes = run_beside([meet, echo, missing], [meet], dict(os.environ))

    assert [(each.name, each.passed) for each in outcomes] == [
        *(("meet", True), ("echo", True), ("biome", False)),
        ("meet", True),
    ]
    out, err = capfd.readouterr()
    assert out == ""
    assert "\n── echo\nfrom a program\n" in err
    assert "── biome\nnpm is missing\n── biome FAILED\n" in err


def test_the_exit_code_is_zero_when_all_passed() -> None:
    assert report(run_checks([Check("ruff", lambda _environment: True)], {})) == 0


def test_lint_covers_both_languages() -> None:
    assert [check.name for check in checks.static_checks()] == [
        *("ruff check", "ruff format", "mypy", "import-linter"),
        *("migrations", "openapi snapshot", "frontend types", "biome", "tsc"),
    ]
