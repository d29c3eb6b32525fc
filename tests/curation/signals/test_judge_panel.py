"""A panel of planted judges through the API: weights, own families, spread, and who may not sit together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Judge, JudgeTrust, Signal
from curation.signals.kinds.base import Column, Pair, Row, pair_failed, pair_row, pairs_of
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, compute, rows_of
from tests.curation.signals.mirroring import assert_mirrored, exchanged
from tests.curation.signals.planting import planted_signal
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = (
    Column("logit", "Log-odds", signed=True),
    Column("verdict", "Verdict", signed=True),
    Column("consistent", "Both orders agree", "flag"),
)
Plant = Callable[..., Signal]
Logits = Sequence[float | None]


def records_of(truth: Sequence[float], *, gold: int = 0) -> list[Record]:
    """Pairs whose b is better where the truth is above 0; people labelled the first, the others were imported."""
    found = []
    for at, sign in enumerate(truth):
        record = make_record(f"Q{at}", ["x", "y"], [(0, 1, 2, "imported")])
        label = record.labels[0]
        source = "human" if at < gold else "imported"
        record.labels = [msgspec.structs.replace(label, value=2 if sign > 0 else -2, source=source)]
        found.append(record)
    return found


def written_by(records: list[Record], *authors: tuple[str | None, str | None]) -> None:
    """Names who generated a and b, record after record."""
    for record, (of_a, of_b) in zip(records, authors, strict=False):
        label = record.labels[0]
        names = {label.a: of_a, label.b: of_b}
        record.responses = [
            msgspec.structs.replace(each, generator=names[each.response_id]) for each in record.responses
        ]


@pytest.fixture
def plant(project: Project, admin: User) -> Plant:
    """`plant(version, records, logits, family=…)`: a finished run of a new judge with these logits."""

    def make(
        version: DatasetVersion, records: list[Record], logits: Logits, *, family: str = "", model: str = ""
    ) -> Signal:
        number = Judge.objects.count() + 1
        judge = Judge.objects.create(
            project=project, name=f"Judge {number}", version=1, protocol="pair_letter", source="endpoint",
            model={"endpoint": "x", "model": model or f"m{number}"}, family=family, created_by=admin,
        )  # fmt: skip
        rows = [_row(pairs_of(record)[0], logit) for record, logit in zip(records, logits, strict=True)]
        signal = planted_signal(version, admin, rows, columns=COLUMNS, kind="judge_pairs", name=f"{judge} (by letter)")
        signal.params = {"judge": judge.pk}
        signal.provenance = {"model": judge.model["model"], "revision": "1", "fingerprint": f"print {number}"}
        signal.save()
        return signal

    return make


def _row(pair: Pair, logit: float | None) -> Row:
    if logit is None:
        return pair_failed("timeout", pair)
    return pair_row(pair, {"logit": logit, "verdict": float(np.sign(logit)), "consistent": True})


def ids(signals: Sequence[Signal]) -> list[int]:
    return [signal.pk for signal in signals]


def test_judges_are_averaged_and_contradictions_go_to_review(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    records = records_of([1] * 5)
    version = make_version(project, admin, records, rows_per_part=2)
    table: list[Logits] = [[1.0, 4.0, None, None, 1.0], [2.0, -4.0, 1.0, None, 2.0], [3.0, 3.0, 1.0, None, 1.5]]

    signal = compute(client, work, version, "judge_panel", signals=ids([plant(version, records, row) for row in table]))

    rows = {row["record_id"]: row for row in rows_of(signal)}
    first, second, third, fourth, _ = (rows[record.record_id] for record in records)
    assert (first["logit"], first["verdict"], first["judges"], first["review"]) == (2.0, 1.0, 3.0, False)
    assert first["spread"] == pytest.approx(1 / (1 + math.exp(-3)) - 1 / (1 + math.exp(-1)))
    assert (second["logit"], second["verdict"], second["review"]) == (1.0, 0.0, True)
    assert (third["judges"], third["verdict"], third["review"]) == (2.0, 0.0, True)
    assert (fourth["state"], fourth["reason"]) == ("failed", "no_judge_has_a_verdict")
    assert (signal.rows_ok, signal.rows_failed, signal.name) == (4, 1, "Panel of 3 judges")
    assert [each["weight"] for each in signal.provenance["weights"]] == [1.0, 1.0, 1.0]


def test_the_largest_spread_is_the_callers(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    records = records_of([1])
    version = make_version(project, admin, records)
    signals = ids([plant(version, records, [logit]) for logit in (0.5, 1.0, 3.0)])

    strict = compute(client, work, version, "judge_panel", signals=signals, max_spread=0.3)
    lenient = compute(client, work, version, "judge_panel", signals=signals)

    assert [rows_of(each)[0]["review"] for each in (strict, lenient)] == [True, False]


def test_nobody_judges_what_its_own_family_wrote(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    records = records_of([1] * 4)
    written_by(records, ("Qwen2.5-7B", "gpt-4o"), (None, "meta/llama-3"), ("gpt-4o", "gpt-4o"), (None, None))
    version = make_version(project, admin, records)
    signals = [
        plant(version, records, [9.0] * 4, family="qwen"),
        plant(version, records, [1.0] * 4, family="Llama"),
        plant(version, records, [2.0] * 4, model="GPT-4o"),
        plant(version, records, [3.0] * 4),
    ]

    signal = compute(client, work, version, "judge_panel", signals=ids(signals))
    everyone = compute(client, work, version, "judge_panel", signals=ids(signals), exclude_own_family=False)

    rows = {row["record_id"]: row for row in rows_of(signal)}
    found = [(rows[record.record_id]["logit"], rows[record.record_id]["judges"]) for record in records]
    # Without Qwen and the judge that is GPT-4o; without Llama; without GPT-4o; with all.
    assert found == [(2.0, 2.0), (14 / 3, 3.0), (13 / 3, 3.0), (15 / 4, 4.0)]
    assert [each["excluded_pairs"] for each in signal.provenance["weights"]] == [1, 1, 2, 0]
    assert {row["judges"] for row in rows_of(everyone)} == {4.0}


def test_a_pair_on_which_every_judge_is_an_author_fails(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    records = records_of([1, 1])
    written_by(records, ("acme-large", "acme-small"), (None, None))
    version = make_version(project, admin, records)
    signals = [plant(version, records, [1.0, 1.0], family="acme") for _ in range(3)]

    signal = compute(client, work, version, "judge_panel", signals=ids(signals))

    reasons = {row["record_id"]: row["reason"] for row in rows_of(signal)}
    assert reasons == {records[0].record_id: "no_judge_that_may_judge_it", records[1].record_id: None}


@pytest.mark.parametrize("by", ["gold", "dawid_skene"])
def test_better_judges_weigh_more(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant, by: str
) -> None:
    draw = np.random.default_rng(0)
    truth = draw.choice([-1.0, 1.0], size=400)
    records = records_of(truth.tolist(), gold=220)
    version = make_version(project, admin, records, rows_per_part=150)
    signals = [
        plant(version, records, np.where(draw.random(400) < accuracy, truth, -truth).tolist())
        for accuracy in (0.95, 0.8, 0.55)
    ]

    signal = compute(client, work, version, "judge_panel", signals=ids(signals), weights=by)

    weights = [each["weight"] for each in signal.provenance["weights"]]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 2.0 > weights[1] > 0.9
    assert [each["gold_pairs"] for each in signal.provenance["weights"]] == [220] * 3
    rows = {row["record_id"]: row["logit"] for row in rows_of(signal)}
    right = [rows[record.record_id] * sign > 0 for record, sign in zip(records, truth, strict=True)]
    assert np.mean(right) > 0.9


def test_without_gold_nobody_can_be_weighed_by_it(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    records = records_of([1] * 4, gold=3)
    version = make_version(project, admin, records)
    signals = [plant(version, records, [1.0] * 4) for _ in range(3)]

    signal = compute(client, work, version, "judge_panel", signals=ids(signals), weights="gold")

    assert signal.job is not None
    assert signal.job.message == (
        "No judge of this panel has a weight (Judge 1 v1: 3 gold rows, 200 are needed; Judge 2 v1: 3 gold rows, 200 "
        "are needed; Judge 3 v1: 3 gold rows, 200 are needed). Weigh them the same, or have more pairs labelled by "
        "people."
    )


def test_a_judge_that_was_checked_is_calibrated_and_a_perverse_one_silent(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    records = records_of([1])
    version = make_version(project, admin, records)
    signals = [plant(version, records, [8.0]) for _ in range(4)]
    for signal, print_of, slope in zip(signals, ("print 1", "print 2", "another"), (0.25, -1.0, 0.5), strict=False):
        JudgeTrust.objects.create(
            judge_id=signal.params["judge"], dataset_version=version, state="ready", gold=["human"], sample=300,
            fingerprint=print_of, results={"calibration": {"a": slope, "b": 0.0}}, created_by=admin,
        )  # fmt: skip

    signal = compute(client, work, version, "judge_panel", signals=ids(signals))

    # The third judge's check was of another judge than the one that ran, the fourth has none.
    assert (rows_of(signal)[0]["logit"], rows_of(signal)[0]["judges"]) == (6.0, 3.0)
    assert [each["weight"] for each in signal.provenance["weights"]] == [1.0, 0.0, 1.0, 1.0]
    assert [each["calibration"]["slope"] for each in signal.provenance["weights"]] == [0.25, -1.0, 1.0, 1.0]


def test_pairs_without_a_label_have_a_verdict_too(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    labelled = records_of([1, 1])
    version = make_version(project, admin, [labelled[0], msgspec.structs.replace(labelled[1], labels=[])])
    signals = [plant(version, labelled, [1.0, 2.0]) for _ in range(3)]

    signal = compute(client, work, version, "judge_panel", signals=ids(signals))

    assert [row["logit"] for row in rows_of(signal)] == [1.0, 2.0]


def test_exchanging_sides_negates_the_verdict(
    client: APIClient, work: Work, project: Project, admin: User, plant: Plant
) -> None:
    draw = np.random.default_rng(3)
    records = records_of(draw.choice([-1.0, 1.0], size=30).tolist(), gold=30)
    written_by(records, ("acme", None), (None, "acme"))
    other = exchanged(records)
    one, two = make_version(project, admin, records), make_version(project, admin, other)
    table = draw.normal(size=(3, 30)) * 2

    for by in ("equal", "dawid_skene"):
        found = [
            compute(
                client, work, version, "judge_panel", weights=by,
                signals=ids([plant(version, rows, (sign * row).tolist(), family="acme" if at == 0 else "")
                             for at, row in enumerate(table)]),
            )
            for version, rows, sign in ((one, records, 1), (two, other, -1))
        ]  # fmt: skip
        assert_mirrored(*found)


def test_wrong_parameters_are_refused(client: APIClient, project: Project, admin: User, plant: Plant) -> None:
    records = records_of([1])
    version, elsewhere = (make_version(project, admin, records) for _ in range(2))
    one, two, three = (plant(version, records, [1.0]).pk for _ in range(3))
    twin = plant(version, records, [1.0], model="M1").pk
    other = plant(elsewhere, records, [1.0]).pk
    planted: dict[str, Any] = {"columns": (Column("margin", "Margin", signed=True),)}
    margin = planted_signal(version, admin, [pair_row(pairs_of(records[0])[0], {"margin": 1.0})], **planted).pk

    for params, status, sentence in (
        ({"signals": [one, two]}, 400, "params.signals: list the ids of 3 to 9 signals of AI judges."),
        ({"signals": [one, two, two]}, 400, "params.signals: name each one once."),
        ({"signals": [one, two, three], "weights": "votes"}, 400, "params.weights: choose equal or gold or dawid_sk"),
        ({"signals": [one, two, three], "max_spread": 2}, 400, "params.max_spread: a number from 0 to 1."),
        ({"signals": [one, two, 99999]}, 422, "params.signals: this project has no ready signal 99999."),
        ({"signals": [one, two, margin]}, 400, f"params.signals: signal {margin} is no AI judge's run over pairs;"),
        ({"signals": [one, two, twin]}, 400, f"params.signals: signals {one} (Judge 1 v1) and {twin} (Judge 4 v1) ask"),
        ({"signals": [one, two, other]}, 422, f"params.signals: signal {other} is of another dataset version"),
    ):
        answer = ask(client, version, "judge_panel", **params)
        assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (status, sentence)
    assert not Signal.objects.filter(kind="judge_panel").exists()
