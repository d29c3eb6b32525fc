"""Agreement of readings (SCIR) and consistency of rounds (CREAM) on planted values, through the API."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rest_framework.test import APIClient

from curation.domain.judging.consistency import agreement_of, soft_label
from curation.models import DatasetVersion, Signal
from curation.signals.kinds.base import SCORE, Pair, Row, pair_failed, pair_row, pairs_of
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.mirroring import assert_mirrored, exchanged
from tests.curation.signals.planting import planted_signal
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

in_database = pytest.mark.django_db(transaction=True)
Margins = Sequence[float | None]
some = st.one_of(st.just(float("nan")), st.floats(-8, 8, width=16))
tables = arrays.arrays(np.float64, st.tuples(st.integers(2, 6), st.integers(1, 12)), elements=some)


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_agreement_by_hand() -> None:
    table = np.array([[1.0, 1.0, -2.0, np.nan, 0.0], [3.0, -1.0, -1.0, np.nan, 2.0], [2.0, 4.0, np.nan, 1.0, 1.0]])

    found = agreement_of(table, scaled=False)

    assert found.verdict.tolist() == [1, 0, -1, 0, 0]
    assert found.agree.tolist() == [True, False, True, False, False]
    assert found.readings.tolist() == [3, 3, 2, 1, 3]
    np.testing.assert_allclose(found.share, [1, 2 / 3, 1, np.nan, 2 / 3])
    assert found.confidence[0] == pytest.approx((sigmoid(1) + sigmoid(3) + sigmoid(2)) / 3)
    assert found.confidence[4] == pytest.approx((0.5 + sigmoid(2) + sigmoid(1)) / 3)
    assert np.isnan(found.confidence[3])


def test_scaling_makes_readings_alike_whatever_their_unit() -> None:
    table = np.array([[1.0, -2.0, 3.0], [0.5, 1.0, 1.0]])

    found = agreement_of(table * np.array([[1000.0], [0.001]]), scaled=True)

    np.testing.assert_allclose(found.confidence, agreement_of(table, scaled=True).confidence)
    assert found.confidence.max() < 0.9


@given(tables, st.booleans())
def test_naming_the_sides_the_other_way_round_turns_the_verdict_alone(
    table: npt.NDArray[np.float64], scaled: bool
) -> None:
    one, two = agreement_of(table, scaled=scaled), agreement_of(-table, scaled=scaled)

    assert (one.verdict == -two.verdict).all()
    for name in ("agree", "share", "confidence", "readings"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_two_rounds_that_rank_alike_leave_the_label_whole() -> None:
    assert soft_label(np.array([1.0, 1 / 3, 0.0, -1.0])).tolist() == pytest.approx([1, 2 / 3, 0.5, 0])


def records_of(pairs: int) -> list[Record]:
    return [make_record(f"Q{at}", ["x", "y"], [(0, 1, 2, "judge")]) for at in range(pairs)]


def planted(version: DatasetVersion, admin: User, records: list[Record], margins: Margins, name: str = "") -> Signal:
    rows = [_row(pairs_of(record)[0], margin) for record, margin in zip(records, margins, strict=True)]
    return planted_signal(version, admin, rows, name=name or "Planted")


def _row(pair: Pair, margin: float | None) -> Row:
    return pair_failed("too_long", pair) if margin is None else pair_row(pair, {"margin": margin})


@in_database
def test_pairs_on_which_readings_agree_are_told_from_the_others(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    records = records_of(4)
    version = make_version(project, admin, records, rows_per_part=3)
    table: list[Margins] = [[1.0, 1.0, -1.0, None], [2.0, -2.0, None, None], [3.0, 3.0, -2.0, 1.0]]
    signals = [planted(version, admin, records, row).pk for row in table]

    signal = compute(client, work, version, "self_consistency", signals=signals, scaling="log_odds")

    rows = {row["record_id"]: row for row in rows_of(signal)}
    first, second, third, fourth = (rows[record.record_id] for record in records)
    assert (first["verdict"], first["agree"], first["agreement"], first["readings"]) == (1.0, True, 1.0, 3.0)
    assert first["confidence"] == pytest.approx((sigmoid(1) + sigmoid(2) + sigmoid(3)) / 3)
    assert (second["verdict"], second["agree"], second["agreement"]) == (0.0, False, pytest.approx(2 / 3))
    assert (third["verdict"], third["agree"], third["readings"]) == (-1.0, True, 2.0)
    assert (fourth["state"], fourth["reason"]) == ("failed", "fewer_than_two_readings")
    assert (signal.provenance["pairs"], signal.provenance["pairs_agreed_on"]) == (3, 2)


@in_database
def test_softened_labels_by_version_and_by_prompt(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records = records_of(5)
    version = make_version(project, admin, records, rows_per_part=2)
    newer = planted(version, admin, records, [1.0, 2.0, -1.0, -3.0, None], "Newer")
    before = planted(version, admin, records, [2.0, 1.0, -2.0, 1.0, 1.0], "Before")

    by_version = compute(client, work, version, "ranking_consistency", current=newer.pk, previous=before.pk)
    by_prompt = compute(
        client, work, version, "ranking_consistency", current=newer.pk, previous=before.pk, soften_by="prompt"
    )

    # Three of four prompts agree: the mean τ is ½ and C is ¾.
    rows = {row["record_id"]: row for row in rows_of(by_version)}
    assert [rows[record.record_id]["preference"] for record in records] == [0.5, 0.5, -0.5, -0.5, None]
    assert [rows[record.record_id]["probability"] for record in records[:4]] == [0.75] * 4
    assert [rows[record.record_id]["tau"] for record in records[:4]] == [1.0, 1.0, 1.0, -1.0]
    assert rows[records[4].record_id]["reason"] == "not_ranked_by_both"
    rows = {row["record_id"]: row for row in rows_of(by_prompt)}
    assert [rows[record.record_id]["probability"] for record in records[:4]] == [1.0, 1.0, 1.0, 0.0]
    # Where the round before says the opposite and nothing else is looked at, the label is turned round.
    assert rows[records[3].record_id]["preference"] == 1.0
    facts = by_version.provenance
    assert (facts["prompts"], facts["mean_tau"], facts["mean_consistency"]) == (4, 0.5, 0.75)


def scores_of(record: Record, scores: Sequence[float]) -> list[Row]:
    return [
        Row(record.record_id, {"score": score}, response_id=each.response_id)
        for each, score in zip(record.responses, scores, strict=True)
    ]


@in_database
def test_all_responses_of_a_prompt_are_ranked_where_scores_are_there(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    texts = ["v", "w", "x", "y"]
    record = make_record("Q", texts, [(0, 3, 2, "judge")])
    version = make_version(project, admin, [record])
    newer, before = [4.0, 3.0, 2.0, 1.0], [4.0, 1.0, 2.0, 3.0]
    ids = [
        planted_signal(
            version, admin, scores_of(record, scores), level="response", columns=SCORE, kind="reward_score"
        ).pk
        for scores in (newer, before)
    ]

    signal = compute(client, work, version, "ranking_consistency", current=ids[0], previous=ids[1], soften_by="prompt")

    concordant = sum(
        np.sign(newer[i] - newer[j]) * np.sign(before[i] - before[j]) for i, j in combinations(range(4), 2)
    )
    (row,) = rows_of(signal)
    assert (row["tau"], row["pairs"]) == (pytest.approx(concordant / 6), 6.0)
    assert row["tau"] == 0.0
    assert (row["probability"], row["preference"]) == (0.5, 0.0)


@in_database
def test_exchanging_sides_negates_what_is_signed(client: APIClient, work: Work, project: Project, admin: User) -> None:
    draw = np.random.default_rng(5)
    records = records_of(20)
    other = exchanged(records)
    table = draw.normal(size=(2, 20))
    found: dict[str, list[Signal]] = {"self_consistency": [], "ranking_consistency": []}
    for rows, sign in ((records, 1), (other, -1)):
        version = make_version(project, admin, rows)
        one, two = (planted(version, admin, rows, (sign * margins).tolist()).pk for margins in table)
        found["self_consistency"].append(compute(client, work, version, "self_consistency", signals=[one, two]))
        found["ranking_consistency"].append(
            compute(client, work, version, "ranking_consistency", current=one, previous=two)
        )

    for signals in found.values():
        assert_mirrored(*signals)


@in_database
def test_wrong_parameters_are_refused(client: APIClient, work: Work, project: Project, admin: User) -> None:
    records = records_of(2)
    version, elsewhere = (make_version(project, admin, records) for _ in range(2))
    one, two = (planted(version, admin, records, [1.0, 1.0]).pk for _ in range(2))
    other = planted(elsewhere, admin, records, [1.0, 1.0]).pk

    for kind, params, status, sentence in (
        ("self_consistency", {"signals": [one]}, 400, "params.signals: list the ids of 2 to 6 signals."),
        ("self_consistency", {"signals": [one, two], "scaling": "x"}, 400, "params.scaling: choose rms or log_odds."),
        ("self_consistency", {"signals": [one, other]}, 422, f"params.signals: signal {other} is of another dataset"),
        ("ranking_consistency", {"current": one}, 400, "params.previous: give the id of a signal."),
        ("ranking_consistency", {"current": one, "previous": one}, 400, "params.previous: choose another signal than"),
        (
            "ranking_consistency",
            {"current": one, "previous": other},
            422,
            f"params.previous: signal {other} is of anot",
        ),
        (
            "ranking_consistency",
            {"current": one, "previous": two, "soften_by": "me"},
            400,
            "params.soften_by: choose version or prompt.",
        ),
    ):
        answer = ask(client, version, kind, **params)
        assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)

    nothing = planted(version, admin, records, [None, None]).pk
    signal = compute(client, work, version, "ranking_consistency", current=one, previous=nothing)
    assert signal.job is not None
    assert signal.job.message.startswith("No two responses to a prompt are ranked by both signals")
