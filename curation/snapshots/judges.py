"""Which judges said something in a dataset version, and what was measured about them when they did."""

from __future__ import annotations

from typing import Any

from curation.datasets.choices import VersionOrigin
from curation.models import DatasetVersion, JudgeRun, JudgeTrust
from curation.signals.choices import SignalState

ORIGIN = "judge:"


def judge_id_of(origin: str | None) -> int | None:
    """The judge behind a label, None for one that no judge gave."""
    number = (origin or "").removeprefix(ORIGIN)
    return int(number) if (origin or "").startswith(ORIGIN) and number.isdecimal() else None


def judge_sentences(version: DatasetVersion) -> list[str]:
    """A sentence a judge whose run was brought home into this version or one before it, the newest run of each."""
    runs = {run.judge_id: run for run in _runs_of(version)}
    return [_sentence(run) for _, run in sorted(runs.items())]


def _runs_of(version: DatasetVersion) -> list[JudgeRun]:
    """Oldest first."""
    brought: list[int] = []
    at: DatasetVersion | None = version
    while at is not None:
        if at.origin == VersionOrigin.JUDGE:
            brought.append(int(at.origin_detail["judge_run"]))
        at = at.parent
    found = JudgeRun.objects.select_related("judge", "signal").in_bulk(brought)
    return [found[pk] for pk in reversed(brought) if pk in found]


def _sentence(run: JudgeRun) -> str:
    made: dict[str, Any] = run.signal.provenance
    facts = ", ".join(str(made[name]) for name in ("model", "revision", "prompt_version") if made.get(name))
    principles = made.get("principles") or []
    under = f", under principles {', '.join(f'{pk}@{number}' for pk, number in principles)}" if principles else ""
    return f"{run.judge} by {made.get('protocol')} ({facts}{under}): {_measured(run, str(made.get('fingerprint')))}"


def _measured(run: JudgeRun, fingerprint: str) -> str:
    trust = JudgeTrust.objects.filter(judge=run.judge_id, state=SignalState.READY, fingerprint=fingerprint).last()
    accuracy = (trust.results or {}).get("accuracy") if trust else None
    if trust is None or not accuracy or accuracy["estimate"] is None:
        return "never measured against people."
    return (
        f"agrees with people on {accuracy['estimate']:.0%} of {trust.results['n']:,} pairs "  # type: ignore[index]
        f"(95 % interval {accuracy['low']:.0%}–{accuracy['high']:.0%})."
    )
