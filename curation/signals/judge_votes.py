"""What several judges' runs say of the pairs of a version, with who wrote the sides and what people say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from curation.domain.arrays import Floats, Labels
from curation.models import Judge, JudgeTrust, Signal
from curation.signals.choices import SignalState
from curation.signals.column_params import SignalColumn, margin_column
from curation.signals.kinds.base import Pair, Source, pairs_of
from curation.signals.params import refused
from curation.signals.trusted_labels import BY_PEOPLE, labels_of_pair, trusted_labels
from webapp.store.canonical import Label, Record
from webapp.store.files import store

LOGIT = "logit"
_KEYS = ("record_id", "a", "b", "aspect")


@dataclass(frozen=True)
class Member:
    """A judge's run. `scale` turns its logits into calibrated ones: the slope of its last check, 1 without one."""

    column: SignalColumn
    judge: Judge
    scale: float = 1.0
    trust: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        of_judge = {"judge": str(self.judge), "family": self.judge.family}
        return {**self.column.facts, **of_judge, "calibration": {"trust": self.trust, "slope": self.scale}}


@dataclass
class Judged:
    """`logits` (judges, pairs) are NaN where one said nothing; `gold` (pairs,) is above 0 where people prefer b.

    `authors` are who generated the sides a and b (pairs,), "" where nobody knows.
    """

    pairs: list[Pair]
    logits: Floats
    gold: Floats
    authors: tuple[Labels, Labels]


def members_of(project_id: int, signals: Sequence[int]) -> list[Member]:
    """The judges of these runs. Raises ApplicationError for other signals, and for one model that sits twice."""
    members = [_member(project_id, each) for each in signals]
    seats: dict[tuple[str, str], Member] = {}
    for member in members:
        signal = member.column.signal
        other = seats.setdefault(_model_of(signal.provenance), member)
        if other is not member:
            sentence = (
                f"signals {other.column.signal.pk} ({other.judge}) and {signal.pk} ({member.judge}) ask the same "
                "model, which would have two voices; choose one of them."
            )
            raise refused("signals", sentence, "One model twice.")
    return members


def _member(project_id: int, signal_id: int) -> Member:
    if Signal.objects.filter(pk=signal_id).exclude(kind="judge_pairs").exists():
        sentence = f"signal {signal_id} is no AI judge's run over pairs; choose such runs."
        raise refused("signals", sentence, "Not a judge's run.")
    column = margin_column(project_id, {"signals": signal_id, "signals_column": LOGIT}, "signals")
    judge = Judge.objects.get(pk=column.signal.params["judge"], project=project_id)
    # What was measured under another fingerprint says nothing about this run.
    checks = JudgeTrust.objects.filter(judge=judge, state=SignalState.READY).order_by("-pk")
    for trust in checks.filter(fingerprint=column.signal.provenance.get("fingerprint", "")):
        fitted = (trust.results or {}).get("calibration")
        if fitted:
            return Member(column, judge, float(fitted["a"]), trust.pk)
    return Member(column, judge)


def _model_of(provenance: Mapping[str, Any]) -> tuple[str, str]:
    return str(provenance.get("model", "")).casefold(), str(provenance.get("revision", ""))


def read_judged(source: Source, members: Sequence[Member]) -> Judged:
    """Pairs that have a label or that any of the judges looked at. Holds ids and numbers, never texts of responses."""
    place: dict[Pair, int] = {}
    said = [_logits(member, place) for member in members]
    source.alive()
    authors: dict[int, tuple[str, str]] = {}
    gold: dict[int, float] = {}
    of_record: dict[str, list[Pair]] = {}
    for pair in place:
        of_record.setdefault(pair.record_id, []).append(pair)
    for record in source.records():
        source.alive()
        generators = {each.response_id: each.generator or "" for each in record.responses}
        for pair in dict.fromkeys([*pairs_of(record), *of_record.get(record.record_id, ())]):
            at = place.setdefault(pair, len(place))
            authors[at] = (generators.get(pair.a, ""), generators.get(pair.b, ""))
            gold[at] = gold.get(at, 0.0) or preference(record, pair)
    logits: Floats = np.full((len(members), len(place)), np.nan)
    for row, found in enumerate(said):
        logits[row, list(found)] = list(found.values())
    numbers = range(len(place))
    return Judged(
        pairs=list(place),
        logits=logits,
        gold=np.array([gold.get(at, 0.0) for at in numbers]),
        authors=tuple(np.array([authors.get(at, ("", ""))[side] for at in numbers], dtype=str) for side in (0, 1)),
    )


def _logits(member: Member, place: dict[Pair, int]) -> dict[int, float]:
    """Calibrated logits by the number of their pair; pairs that have none yet get the next."""
    found: dict[int, float] = {}
    for key in member.column.signal.parts:
        with store().open(key) as file:
            for batch in pq.ParquetFile(file).iter_batches(columns=[*_KEYS, LOGIT]):
                columns = (batch.column(name).to_pylist() for name in (*_KEYS, LOGIT))
                for record_id, a, b, aspect, logit in zip(*columns, strict=True):
                    at = place.setdefault(Pair(record_id, a, b, aspect), len(place))
                    if logit is not None:
                        found[at] = member.scale * logit
    return found


def preference(record: Record, pair: Pair) -> float:
    """Above 0 where people's labels prefer b, below for a; 0 where they are even, and where there are none."""
    return float(sum(_side(label) for label in trusted_labels(labels_of_pair(record, pair), BY_PEOPLE)))


def _side(label: Label) -> int:
    value = label.value or 0
    return (value > 0) - (value < 0)
