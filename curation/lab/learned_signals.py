"""Signals that learned from labels, made again for every half of the prompts from the labels of that half alone.

A quick ensemble's margins of the training pairs are out of fold, yet its heads saw the gold prompts' labels, and those
of more pairs than an arm trains on. A recipe that flips or drops by such margins hands all of that on to its head and
looks better than it is: with labels drawn by lot it beat chance, and with three tenths of labels turned, flipping
"gained" five points that were gone when the ensemble knew the arm's labels only.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow.parquet as pq

from curation.datasets.reading import part_keys
from curation.lab.pools import GoldSplit, records_outside
from curation.models import LabRun, Signal
from curation.signals.registry import KINDS, signal_kind
from curation.signals.source import PartsSource
from curation.signals.values import row_groups, values_schema, values_table
from webapp.store.files import store

# Kinds whose values of a pair depend on what others said about other prompts' texts.
LEARNED_FROM_LABELS = frozenset({"quick_ensemble", "label_noise"})


def made_again(
    run: LabRun, split: GoldSplit, half: int, signals: Iterable[Signal], alive: Callable[[], None]
) -> dict[int, Signal]:
    """Stand-ins, by id, for those of the signals that learned from labels; their values lie in the run's folder.

    What an earlier try has written is kept. Raises JobError when a half has too few labels to learn from.
    """
    learned = {signal.pk: signal for signal in signals if learns(signal)}
    if not learned:
        return {}
    version = run.dataset_version
    hidden = records_outside(version, split, half=half)
    source = PartsSource(run.project_id, version.pk, part_keys(version), alive, hidden=hidden)
    found = {}
    for signal in learned.values():
        stand_in = copy.copy(signal)
        stand_in.parts = [f"{run.folder}/signals/{signal.pk}-{half}.parquet"]
        if not store().exists(stand_in.parts[0]):
            _write(stand_in, source)
        found[signal.pk] = stand_in
    return found


def learns(signal: Signal) -> bool:
    return signal.kind in LEARNED_FROM_LABELS


def out_of_reach(signals: Iterable[Signal]) -> Signal | None:
    """One that was made from a signal that learned from labels, which cannot be made again; None as a rule."""
    return next((signal for signal in signals if any(_learned(each) for each in _read_by(signal))), None)


def _learned(signal: Signal) -> bool:
    return learns(signal) or any(_learned(each) for each in _read_by(signal))


def _read_by(signal: Signal) -> list[Signal]:
    """The signals that its parameters name."""
    kind = KINDS.get(signal.kind)
    fields: dict[str, Any] = kind.params_schema.get("properties", {}) if kind else {}
    named = [signal.params.get(name) for name, schema in fields.items() if schema.get("format") == "signal"]
    return list(Signal.objects.filter(pk__in=[each for each in named if isinstance(each, int)]))


def _write(signal: Signal, source: PartsSource) -> None:
    kind = signal_kind(signal.kind)
    score, _ = kind.scorer(project_id=source.project_id, params=signal.params)
    schema = values_schema(kind.level, kind.columns)
    with store().writer(signal.parts[0]) as file, pq.ParquetWriter(file, schema, compression="zstd") as out:
        for rows in row_groups(score(source)):
            out.write_table(values_table(rows, kind.level, kind.columns))
            source.alive()
