"""Pooling by gold through the API: weights from pairs of known verdict, 0 with its reason without enough of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from curation.domain.pooling import signed_ranks
from curation.models import DatasetVersion, Signal
from curation.signals.kinds.base import Column, Row, pair_failed, pair_row, pairs_of
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.mirroring import assert_mirrored, exchanged
from tests.curation.signals.planting import planted_signal
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
PAIRS, GOLD = 600, 250


def records_of(truth: Sequence[float], gold: int = GOLD, source: str = "adjudicated") -> list[Record]:
    """Pairs whose b is better where the truth is above 0; the first have a known verdict, the others a judge's."""
    found = []
    for at, sign in enumerate(truth):
        record = make_record(f"Q{at}", ["x", "y"], [(0, 1, 1, source if at < gold else "judge")])
        wanted = 2 if sign > 0 else -2
        first = record.responses[0].response_id == record.labels[0].a
        label = (0, 1, wanted if first else -wanted, source if at < gold else "judge")
        found.append(make_record(f"Q{at}", ["x", "y"], [label]))
    return found


def margins(truth: np.ndarray, accuracy: float, seed: int, scale: float = 1.0) -> np.ndarray:
    draw = np.random.default_rng(seed)
    right = draw.random(truth.size) < accuracy
    return np.where(right, truth, -truth) * draw.exponential(size=truth.size) * scale


def rows_with(records: list[Record], values: Sequence[float | None], sign: int = 1) -> list[Row]:
    found = []
    for record, value in zip(records, values, strict=True):
        (pair,) = pairs_of(record)
        found.append(
            pair_failed("response_too_long", pair) if value is None else pair_row(pair, {"margin": sign * value})
        )
    return found


@pytest.fixture
def truth() -> np.ndarray:
    return np.random.default_rng(0).choice([-1.0, 1.0], size=PAIRS)


def sources(version: DatasetVersion, admin: User, records: list[Record], table: Any, sign: int = 1) -> list[int]:
    """One planted signal for each row of values."""
    names = ["Best", "Fair", "Chance"]
    return [
        planted_signal(version, admin, rows_with(records, values, sign), name=name).pk
        for name, values in zip(names, table, strict=False)
    ]


def planted_table(truth: np.ndarray) -> list[list[float | None]]:
    """Sources of accuracy .9 (not for the last two pairs), .7 on another scale, and .5 (not for the last)."""
    best, fair, chance = (margins(truth, *each) for each in ((0.9, 1), (0.7, 2, 50.0), (0.5, 3)))
    table: list[list[float | None]] = [best.tolist(), fair.tolist(), chance.tolist()]
    table[0][-2:] = [None, None]
    table[1][-1] = table[2][-1] = None
    return table


def test_sources_weigh_what_gold_says_of_them(
    client: APIClient, work: Work, project: Project, admin: User, truth: np.ndarray
) -> None:
    records, table = records_of(truth), planted_table(truth)
    version = make_version(project, admin, records, rows_per_part=250)
    ids = sources(version, admin, records, table)

    signal = compute(client, work, version, "pooled_margin", signals=ids)

    weights = signal.provenance["weights"]
    best, fair, chance = (each["weight"] for each in weights)
    assert best > fair > 0.4
    assert chance < 0.2
    assert [each["gold_pairs"] for each in weights] == [GOLD] * 3
    assert [each["name"] for each in weights] == ["Best", "Fair", "Chance"]
    rows = {row["record_id"]: row for row in rows_of(signal)}
    ordered = [rows[record.record_id] for record in records]
    assert (ordered[-1]["state"], ordered[-1]["reason"]) == ("failed", "no_source_has_a_margin")
    assert ordered[-2]["sources"] == (2 if chance else 1)
    held_out = np.arange(GOLD, PAIRS - 1)
    right = [ordered[at]["margin"] * truth[at] > 0 for at in held_out]
    single = [(table[0][at] or 0) * truth[at] > 0 for at in held_out if table[0][at] is not None]
    assert np.mean(right) >= np.mean(single) - 0.05
    # By hand: the weighted mean of the signed ranks.
    ranks = [signed_ranks(np.array([np.nan if each is None else each for each in row])) for row in table]
    by_hand = sum(weight * rank[5] for weight, rank in zip((best, fair, chance), ranks, strict=True))
    assert ordered[5]["margin"] == pytest.approx(by_hand / (best + fair + chance))
    assert (signal.rows_ok, signal.rows_failed) == (PAIRS - 1, 1)


def test_exchanging_sides_negates_every_margin(
    client: APIClient, work: Work, project: Project, admin: User, truth: np.ndarray
) -> None:
    records, table = records_of(truth), planted_table(truth)
    other = exchanged(records)
    one, two = make_version(project, admin, records), make_version(project, admin, other)

    for scaling in ("rank", "rms"):
        first = compute(
            client, work, one, "pooled_margin", signals=sources(one, admin, records, table), scaling=scaling
        )
        second = compute(
            client, work, two, "pooled_margin", signals=sources(two, admin, other, table, -1), scaling=scaling
        )
        assert_mirrored(first, second)


@pytest.mark.parametrize(("gold", "weighed"), [(199, False), (200, True)])
def test_a_source_without_200_gold_pairs_weighs_nothing(
    client: APIClient, work: Work, project: Project, admin: User, truth: np.ndarray, gold: int, weighed: bool
) -> None:
    records = records_of(truth, gold=210)
    version = make_version(project, admin, records)
    enough = margins(truth, 0.8, 1).tolist()
    few: list[float | None] = [None] * (210 - gold) + margins(truth, 0.9, 2).tolist()[210 - gold :]
    ids = sources(version, admin, records, [enough, few])

    signal = compute(client, work, version, "pooled_margin", signals=ids)

    first, second = signal.provenance["weights"]
    assert (first["weight"] > 0, first["reason"]) == (True, "")
    assert second["gold_pairs"] == gold
    assert (second["weight"] > 0) == weighed
    assert second["reason"] == ("" if weighed else "199 gold rows, 200 are needed")
    assert {row["sources"] for row in rows_of(signal)} == ({1, 2} if weighed else {1})


def test_nothing_to_weigh_by_is_said_with_reasons(
    client: APIClient, work: Work, project: Project, admin: User, truth: np.ndarray
) -> None:
    records = records_of(truth, gold=20)
    version = make_version(project, admin, records)
    ids = sources(version, admin, records, [margins(truth, 0.8, 1).tolist(), margins(truth, 0.9, 2).tolist()])

    signal = compute(client, work, version, "pooled_margin", signals=ids)

    assert signal.state == "failed"
    assert signal.job is not None
    assert signal.job.message == (
        "No signal can be weighed (Best: 20 gold rows, 200 are needed; Fair: 20 gold rows, 200 are needed). "
        "Adjudicate pairs, or choose other signals."
    )


def test_votes_of_people_count_where_they_are_asked_for_and_nobody_adjudicated(
    client: APIClient, work: Work, project: Project, admin: User, truth: np.ndarray
) -> None:
    # People voted on 300 pairs; on the first 50, where they were wrong, somebody has adjudicated since.
    voted = records_of(np.r_[-truth[:50], truth[50:]], gold=300, source="human")
    known = records_of(truth, gold=50)
    records = [*voted]
    for at in range(50):
        records[at].labels = [*voted[at].labels, *known[at].labels]
    version = make_version(project, admin, records)
    perfect = truth.tolist()
    ids = sources(version, admin, records, [perfect, margins(truth, 0.7, 2).tolist()])

    signal = compute(client, work, version, "pooled_margin", signals=ids, gold="human")

    first = signal.provenance["weights"][0]
    assert (first["gold_pairs"], first["right"]) == (300, 300)


def test_a_signal_says_which_of_its_margins_to_pool(
    client: APIClient, work: Work, project: Project, admin: User, truth: np.ndarray
) -> None:
    records = records_of(truth)
    version = make_version(project, admin, records)
    columns = (Column("margin", "Sum", signed=True), Column("margin_per_token", "Mean", signed=True))
    rows = [
        pair_row(pairs_of(record)[0], {"margin": -sign, "margin_per_token": float(sign)})
        for record, sign in zip(records, truth, strict=True)
    ]
    told = planted_signal(version, admin, rows, columns=columns, recommended="margin_per_token", kind="density_ratio")
    scores = [
        Row(record.record_id, {"score": float(sign) if response.response_id == record.labels[0].b else 0.0},
            response_id=response.response_id)
        for record, sign in zip(records, truth, strict=True)
        for response in record.responses
    ]  # fmt: skip
    rewards = planted_signal(
        version, admin, scores, level="response", columns=(Column("score", "Score"),), kind="reward_score"
    )

    signal = compute(client, work, version, "pooled_margin", signals=[told.pk, rewards.pk])

    assert [each["column"] for each in signal.provenance["weights"]] == ["margin_per_token", "score"]
    assert [each["right"] for each in signal.provenance["weights"]] == [GOLD, GOLD]


def test_wrong_parameters_are_refused(
    client: APIClient, work: Work, project: Project, admin: User, truth: np.ndarray
) -> None:
    records = records_of(truth[:30], gold=5, source="human")
    version, elsewhere = (make_version(project, admin, records) for _ in range(2))
    one, two = (planted_signal(version, admin, rows_with(records, [1.0] * 30)).pk for _ in range(2))
    other = planted_signal(elsewhere, admin, rows_with(records, [1.0] * 30)).pk
    votes = compute(client, work, version, "human_strength").pk

    for params, status, sentence in (
        ({"signals": [one]}, 400, "params.signals: list the ids of 2 to 20 signals."),
        ({"signals": [one, one]}, 400, "params.signals: name each one once."),
        ({"signals": [one, two], "gold": "judge"}, 400, "params.gold: choose adjudicated or human."),
        ({"signals": [one, 99999]}, 422, "params.signals: this project has no ready signal 99999."),
        ({"signals": [one, votes]}, 400, f"params.signals: signal {votes} is made of the labels themselves"),
        ({"signals": [one, other]}, 422, f"params.signals: signal {other} is of another dataset version"),
    ):
        answer = ask(client, version, "pooled_margin", **params)
        assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)
    assert not Signal.objects.filter(kind="pooled_margin").exists()
