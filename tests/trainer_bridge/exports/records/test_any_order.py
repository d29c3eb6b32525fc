"""Rows of a record do not depend on the order of its responses, votes and answers."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer_bridge.exports.records.saying import id_of, mark, marks, record, said, voted
from trainer_bridge.domain.annotator_rows import Contexts, pid_of
from trainer_bridge.exports.base import Dropped, KeptRecord, Pair, messages
from trainer_bridge.exports.options import Options, options_complete
from trainer_bridge.exports.registry import format_for
from webapp.store.canonical import Record

GOOD, BAD, OTHER = "One 🙂 step.\n\nAnd two, which is all of it.", "One 🙂 step.\n\nThree.", "Never mind."
SECRET = b"secret"
CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("trl_stepwise", {}),
    ("trl_stepwise", {"rows": "pairs"}),
    ("ranking_lists", {}),
    ("ranking_lists", {"source": "rankings"}),
    ("rationale_pairs", {"checked": False}),
    ("judgment_rows", {"rows": "plain"}),
    ("aspect_pairs", {"source": "ratings"}),
    ("span_rewards", {}),
    ("span_rewards", {"rows": "focal"}),
    ("annotator_pairs", {}),
    ("context_pairs", {}),
)


def made() -> Record:
    one = record("How?", [GOOD, BAD, OTHER], context="Be brief.")
    for person in ("annotator-1", "annotator-2"):
        voted(one, GOOD, BAD, by=person, value=2)
        voted(one, BAD, OTHER, by=person)
        rates = {id_of(text): {"help": value} for text, value in ((GOOD, 5), (BAD, 2), (OTHER, 2))}
        said(one, "ratings", rates, by=person)
        said(one, "ranking", {"ranks": {id_of(GOOD): 1, id_of(BAD): 2, id_of(OTHER): 3}}, by=person)
        said(one, "text", {id_of(BAD): f"Wrong, says {person}."}, by=person, question="judgment")
        steps = {id_of(GOOD): {"labels": ["good", "good"]}, id_of(BAD): {"labels": ["good", "bad"]}}
        said(one, "steps", steps, by=person)
        said(one, "spans", marks(GOOD, mark(GOOD, "🙂", "irrelevant"), faultless=[OTHER]), by=person)
    said(one, "rationale", {"text": "It is right."}, by="annotator-3")
    voted(one, GOOD, BAD, by="annotator-3")
    said(one, "edit", {"edits": [{"response": id_of(BAD), "text": "One 🙂 step.\n\nTwo."}]}, source="imported")
    return one


def unit_of(one: Record) -> KeptRecord:
    facts: dict[str, Any] = {
        "prompt": messages(one.prompt),
        "strength": 1.0,
        "split": "train",
        "record_id": one.record_id,
    }
    sides = ((GOOD, BAD), (BAD, OTHER))
    pairs = tuple(
        Pair(
            chosen=chosen,
            rejected=rejected,
            chosen_id=id_of(chosen),
            rejected_id=id_of(rejected),
            pair_id=pair,
            **facts,
        )
        for pair, (chosen, rejected) in zip("pq", sides, strict=True)
    )
    return KeptRecord(one, pairs, "train")


def made_of(one: Record, key: str, options: dict[str, Any]) -> Counter[bytes]:
    entry = format_for(key)
    people = frozenset(pid_of(SECRET, f"annotator-{number}") for number in range(4))
    learned = {"enough": people, "unseen": frozenset(), "groups": {}, "contexts": Contexts(4)}
    complete = Options(options_complete(entry.options, options), learned=learned, secret=SECRET)
    return Counter(
        each.reason.encode() if isinstance(each, Dropped) else orjson.dumps(each.values)
        for each in entry.rows(unit_of(one), complete)
    )


@pytest.mark.parametrize(("key", "options"), CASES)
@given(shuffler=st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_the_order_of_what_was_said_changes_no_row(key: str, options: dict[str, Any], shuffler: random.Random) -> None:
    one, other = made(), made()
    for listed in (other.responses, other.labels, other.annotations):
        shuffler.shuffle(listed)

    rows = made_of(one, key, options)

    assert made_of(other, key, options) == rows
    assert any(row.startswith(b"{") for row in rows)
