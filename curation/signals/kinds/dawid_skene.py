"""Which side is better when not everybody's vote is worth the same: posteriors of the one-coin Dawid–Skene model.

Votes of people, and of judges where asked for, are weighed by a skill that is estimated from all votes of the version;
adjudicated labels are known verdicts (METHODS §12). Groups with other values than the rest look unskilled here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from curation.domain.arrays import Ints
from curation.domain.dawid_skene import OneCoin, one_coin_dawid_skene
from curation.domain.human_strength import TIE
from curation.signals.kinds.base import Column, Level, Pair, Row, Scope, Scorer, Source, pair_failed, pair_row, pairs_of
from curation.signals.params import check_flag, filled_in
from webapp.jobs.handlers import JobError
from webapp.store.canonical import Label, Record

DEFAULTS: dict[str, Any] = {"judges": False}
NO_VOTES = "no_votes"
LISTED = 200
UNKNOWN = -1


class DawidSkeneSignal:
    kind = "dawid_skene"
    title = "Votes weighed by skill"
    description = (
        "How likely either side is the better one, by everybody's votes weighed by how often that person agrees with "
        "the rest (one-coin Dawid–Skene). Adjudicated labels are taken as known. Votes without a name share one skill "
        "for each import or campaign."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("preference", "Probability of b minus probability of a", signed=True),
        Column("confidence", "Probability of the likeliest verdict"),
        Column("votes", "Votes"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "judges": {
                "type": "boolean",
                "title": "Judges vote too",
                "description": "Weigh the verdicts of AI judges like votes of people, each judge with a skill.",
                "default": False,
            },
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="this signal")
        check_flag(given, "judges")
        return "Votes and judges weighed by skill" if given["judges"] else "Votes weighed by skill", given

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            votes = _read_votes(source, judges=given["judges"])
            if not votes.items:
                return
            found = _fit(votes)
            used.update(_report(found, votes))
            yield from _rows(source, found)

        return score, used


@dataclass
class _Votes:
    """Votes as columns; items are the labelled pairs in the order of the records, `gold` their known verdicts."""

    item: array[int] = field(default_factory=lambda: array("q"))
    annotator: array[int] = field(default_factory=lambda: array("q"))
    verdict: array[int] = field(default_factory=lambda: array("q"))
    gold: array[int] = field(default_factory=lambda: array("q"))
    names: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def items(self) -> int:
        return len(self.gold)


def _read_votes(source: Source, *, judges: bool) -> _Votes:
    voters = ("human", "imported", "judge") if judges else ("human", "imported")
    votes = _Votes()
    for record in source.records():
        source.alive()
        number = {pair: votes.items + at for at, pair in enumerate(pairs_of(record))}
        votes.gold.extend(_gold(record, list(number)))
        for label in record.labels:
            if label.source in voters and label.value is not None:
                votes.item.append(number[Pair(record.record_id, label.a, label.b, label.aspect)])
                votes.annotator.append(votes.names.setdefault(_who(label), len(votes.names)))
                votes.verdict.append(_verdict(label.value))
    return votes


def _verdict(value: int) -> int:
    return TIE + (value > 0) - (value < 0)


def _who(label: Label) -> tuple[str, str, str]:
    """Source, name and origin; a name is the same person wherever it comes from, the nameless are told by origin."""
    return (label.source, label.annotator, "") if label.annotator else (label.source, "", label.origin or "")


def _gold(record: Record, pairs: list[Pair]) -> list[int]:
    """The verdict of each pair's adjudicated labels, unknown where there is none or they contradict each other."""
    said: dict[Pair, set[int]] = {pair: set() for pair in pairs}
    for label in record.labels:
        if label.source == "adjudicated" and label.value is not None:
            pair = Pair(record.record_id, label.a, label.b, label.aspect)
            said[pair].add(_verdict(label.value))
    return [verdicts.pop() if len(verdicts) == 1 else UNKNOWN for verdicts in said.values()]


def _fit(votes: _Votes) -> OneCoin:
    """Raises JobError when nobody has voted and nothing is known."""
    gold = _ints(votes.gold)
    if not votes.names and (gold == UNKNOWN).all():
        raise JobError("This version has no votes to weigh: no pair has a label by a person. Label some rows.")
    return one_coin_dawid_skene(
        _ints(votes.item),
        _ints(votes.annotator),
        _ints(votes.verdict),
        items=votes.items,
        annotators=len(votes.names),
        gold=gold,
    )


def _ints(column: array[int]) -> Ints:
    return np.array(column, dtype=np.int64)


def _rows(source: Source, found: OneCoin) -> Iterator[Row]:
    preference, confidence = found.preference, found.posterior.max(axis=1)
    at = 0
    for record in source.records():
        for pair in pairs_of(record):
            if np.isnan(preference[at]):
                yield pair_failed(NO_VOTES, pair)
            else:
                values = {
                    "preference": float(preference[at]),
                    "confidence": float(confidence[at]),
                    "votes": float(found.votes_of_item[at]),
                }
                yield pair_row(pair, values)
            at += 1


def _report(found: OneCoin, votes: _Votes) -> dict[str, Any]:
    given = found.votes_of_annotator
    most = np.argsort(-given, kind="stable")[:LISTED].tolist()
    names = list(votes.names)
    return {
        "votes": len(votes.item),
        "known_verdicts": int((_ints(votes.gold) != UNKNOWN).sum()),
        "annotators": len(names),
        "skills": [
            {
                "source": names[at][0],
                "annotator": names[at][1] or None,
                "origin": names[at][2] or None,
                "votes": int(given[at]),
                "skill": float(found.skill[at]),
            }
            for at in most
        ],
        "prior_of_a_tie": float(found.prior[1]),
        "iterations": found.iterations,
        "converged": found.converged,
    }
