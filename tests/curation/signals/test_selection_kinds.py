"""Signals made from other signals' margins: free of length, in curriculum order, most informative, FiFA."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from curation.domain.information import d_optimal
from curation.domain.selection import Standing
from curation.ml.embedding import TextEmbedder
from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, bytes_of, compute, compute_again, preview, rows_of
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
TOPICS = [
    "How do I bake bread without an oven?",
    "What is the derivative of x squared?",
    "Name three long rivers in South America.",
    "How do I reset my email password?",
    "Who painted the Mona Lisa, and when?",
    "Why do cats purr when they are stroked?",
    "Explain how a bicycle stays upright.",
    "Write a short poem about the autumn rain.",
]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def pair_rows(signal: Signal, records: list[Record]) -> list[dict[str, Any]]:
    """The row of each record's only pair."""
    found = {row["record_id"]: row for row in rows_of(signal)}
    return [found[record.record_id] for record in records]


def b_minus_a(record: Record, first: float, second: float) -> float:
    """A value second − first of a record's two responses, as b − a."""
    return second - first if record.responses[0].response_id < record.responses[1].response_id else first - second


# Values of the label (below 0 the first is better) and lengths of the two responses.
JUDGED = [(-3, 40, 10), (-2, 30, 12), (1, 15, 25), (-1, 10, 30), (2, 22, 20), (3, 5, 60)]


def judged(project: Project, admin: User, sign: int = 1) -> tuple[DatasetVersion, list[Record]]:
    records = [
        make_record(f"Q{at}", ["x" * first, "y" * second], [(0, 1, sign * value, "human")])
        for at, (value, first, second) in enumerate(JUDGED)
    ]
    tie = make_record("Tie", ["x", "yy"], [(0, 1, 0, "human")])
    unasked = make_record("Machine", ["x", "yy"], [(0, 1, 2, "judge")])
    return make_version(project, admin, [*records, tie, unasked], rows_per_part=3), [*records, tie, unasked]


def test_a_margin_is_freed_of_length(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = judged(project, admin)
    strength = compute(client, work, version, "human_strength")

    signal = compute(client, work, version, "residual_margin", margin=strength.pk)

    margin = np.array(
        [b_minus_a(record, 0, value) for record, (value, _, _) in zip(records, JUDGED, strict=False)] + [0.0]
    )
    length = np.array([b_minus_a(record, *sizes) for record, (_, *sizes) in zip(records, JUDGED, strict=False)])
    length = np.append(length, b_minus_a(records[-2], 1, 2))
    expected = margin - length * (margin @ length) / (length @ length)
    *known, unasked = pair_rows(signal, records)
    assert [row["margin"] for row in known] == pytest.approx(expected.tolist())
    assert [row["margin"] + row["by_length"] for row in known] == pytest.approx(margin.tolist())
    assert (unasked["state"], unasked["margin"], unasked["reason"]) == ("failed", None, "no_margin")
    assert signal.name == f"{strength.name}, free of length"
    assert signal.provenance["pairs_learned_from"] == 7
    explained = (margin @ length) ** 2 / (length @ length) / (margin @ margin)
    assert signal.provenance["share_explained"] == pytest.approx(explained)


def test_labels_the_other_way_round_negate_the_residual_exactly(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    freed = []
    for sign in (1, -1):
        version, records = judged(project, admin, sign)
        strength = compute(client, work, version, "human_strength")
        signal = compute(client, work, version, "residual_margin", margin=strength.pk, margin_column="mean")
        freed.append([row["margin"] for row in pair_rows(signal, records)[:6]])

    assert freed[0] == [-margin for margin in freed[1]]


def test_any_length_will_do(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = judged(project, admin)
    strength = compute(client, work, version, "human_strength")
    measures = compute(client, work, version, "text_measures")
    asked: dict[str, Any] = {"margin": strength.pk, "length": measures.pk}

    by_characters = compute(client, work, version, "residual_margin", margin=strength.pk)
    by_column = compute(client, work, version, "residual_margin", **asked, length_column="characters")
    by_words = compute(client, work, version, "residual_margin", **asked, length_column="words")

    margins = [[row["margin"] for row in pair_rows(each, records)] for each in (by_characters, by_column, by_words)]
    assert margins[0] == margins[1]
    # Every response is one word: no difference, nothing explained.
    assert by_words.provenance["share_explained"] == 0
    assert margins[2][:6] == [
        b_minus_a(record, 0, value) for record, (value, _, _) in zip(records, JUDGED, strict=False)
    ]


def test_length_is_not_learned_from_a_few_adjudicated_pairs(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version, _ = judged(project, admin)
    strength = compute(client, work, version, "human_strength")

    signal = compute(client, work, version, "residual_margin", margin=strength.pk, fit_on="adjudicated")

    assert signal.state == "failed"
    assert signal.job is not None
    assert signal.job.message.startswith(
        "0 adjudicated pairs have a margin and a length; the effect of length is learned"
    )


def test_a_curriculum_goes_from_clear_to_close(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = judged(project, admin)
    strength = compute(client, work, version, "human_strength")

    signal = compute(client, work, version, "curriculum", margin=strength.pk)

    rows = pair_rows(signal, records)
    assert [row["margin"] for row in rows[:6]] == [3, 2, 1, 1, 2, 3]
    assert [row["stage"] for row in rows[:6]] == [1, 2, 3, 3, 2, 1]
    assert sorted(row["place"] for row in rows[:6]) == [1, 2, 3, 4, 5, 6]
    assert [(row["state"], row["reason"]) for row in rows[6:]] == [
        ("failed", "no_better_side"),
        ("failed", "no_margin"),
    ]
    by = {"signal": signal.pk, "column": "priority"}
    body = preview(client, version, {"type": "select", "budget": 4, "by": by})
    kept = {row["record_id"] for row in body["samples"]["kept"]}
    assert kept == {records[at].record_id for at in (0, 1, 4, 5)}
    assert (body["kept"], body["dropped"], body["review"]) == (4, 2, 2)


def test_the_margin_a_signal_recommends_is_taken(client: APIClient, work: Work, project: Project, admin: User) -> None:
    """Density ratios grow with length in some versions: the signal then recommends its margin per token."""
    version, _ = judged(project, admin)
    signal = compute(client, work, version, "human_strength")
    signed = {"title": "T", "type": "number", "signed": True}
    signal.columns = [*signal.columns, {**signed, "name": "margin"}, {**signed, "name": "margin_per_token"}]
    signal.provenance = {**signal.provenance, "recommended_column": "margin_per_token"}
    signal.save()

    columns = [
        ask(client, version, "curriculum", margin=signal.pk, margin_column=name).json()["subject"]["id"]
        for name in ("", "margin")
    ]

    asked = [Signal.objects.get(pk=number).provenance["margin"]["column"] for number in columns]
    assert asked == ["margin_per_token", "margin"]


def test_a_signal_that_has_gone_meanwhile_is_named(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version, _ = judged(project, admin)
    margin = compute(client, work, version, "human_strength")
    accepted = ask(client, version, "curriculum", margin=margin.pk).json()
    number = margin.pk
    margin.delete()

    job = work(accepted["id"])

    assert (job.state, job.message) == ("failed", f"params.margin: this project has no ready signal {number}.")


def test_a_contradicted_pair_comes_last(client: APIClient, work: Work, project: Project, admin: User) -> None:
    """The better side is that of the most trusted labels, as a recipe sees it."""
    records = [
        make_record("Q0", ["a", "b"], [(0, 1, -3, "human"), (0, 1, 1, "adjudicated")]),
        make_record("Q1", ["a", "b"], [(0, 1, 1, "human")]),
    ]
    version = make_version(project, admin, records)
    strength = compute(client, work, version, "human_strength")

    signal = compute(client, work, version, "curriculum", margin=strength.pk, stages=1)

    assert [(row["margin"], row["place"]) for row in pair_rows(signal, records)] == [(-1, 2), (1, 1)]
    assert signal.provenance["contradicted"] == 1


def informative(project: Project, admin: User) -> tuple[DatasetVersion, list[Record]]:
    answers = ["Yes, that is so.", "No, that is wrong.", "I would rather talk of cheese.", "Forty-two exactly."]
    records = [
        make_record(topic, [answers[at % 4], f"{answers[(at + 1) % 4]} And more."], [(0, 1, at % 3 - 3, "human")])
        for at, topic in enumerate(TOPICS)
    ]
    copy = make_record(TOPICS[0] + " ", [answers[0], f"{answers[1]} And more."], [(0, 1, -1, "human")])
    empty = make_record("Q", ["Yes.", " "], [(0, 1, -1, "human")])
    unasked = make_record("Machine", ["Yes.", "No."], [(0, 1, 2, "judge")])
    return make_version(project, admin, [*records, copy, empty, unasked], rows_per_part=4), [
        *records,
        copy,
        empty,
        unasked,
    ]


@functools.cache
def embedder() -> TextEmbedder:
    return TextEmbedder()


def features_of(record: Record) -> Any:
    """Of the record's pair, b − a: vectors, likeness to the prompt, log lengths."""
    a, b = sorted(record.responses, key=lambda each: each.response_id)
    prompt, of_a, of_b = embedder().embed([record.prompt[0].content, a.content, b.content]).vectors
    longer = np.log1p(len(b.content)) - np.log1p(len(a.content))
    return np.concatenate([of_b - of_a, [prompt @ (of_b - of_a), longer]]).astype(np.float32)


def test_the_most_informative_pairs_come_first(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = informative(project, admin)

    signal = compute(client, work, version, "d_optimal", ordered=5)

    rows = pair_rows(signal, records)
    sound = [*range(9), 10]
    x = np.stack([features_of(records[at]) for at in sound])
    expected = d_optimal(x, np.full(len(sound), 0.5), budget=5)
    placed = {row["record_id"]: row["place"] for row in rows if row["place"]}
    order = [records[sound[at]].record_id for at in expected.picked.indices]
    assert [record_id for record_id, _ in sorted(placed.items(), key=lambda each: each[1])] == order
    taught = sorted((row["information"] for row in rows if row["place"]), reverse=True)
    assert taught == pytest.approx((expected.picked.scores / 2).tolist(), rel=1e-4)
    assert sorted(row["priority"] for row in rows if row["state"] == "ok") == [0.0] * 5 + [0.6, 0.7, 0.8, 0.9, 1.0]
    assert (rows[9]["state"], rows[9]["reason"]) == ("failed", "empty")
    # A copy of the first pair teaches nothing beside it.
    assert not {records[0].record_id, records[8].record_id} <= placed.keys()


def test_pairs_a_margin_is_sure_of_teach_less(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = informative(project, admin)
    strength = compute(client, work, version, "human_strength")
    open_pairs = compute(client, work, version, "d_optimal")

    signal = compute(client, work, version, "d_optimal", margin=strength.pk, margin_column="mean")

    rows, before = pair_rows(signal, records), pair_rows(open_pairs, records)
    assert (rows[10]["state"], rows[10]["reason"]) == ("failed", "no_margin")
    first = min((row for row in rows if row["place"]), key=lambda row: row["place"])
    value = abs(next(r for r in records if r.record_id == first["record_id"]).labels[0].value or 0)
    p = 1 / (1 + np.exp(-value))
    x = features_of(next(record for record in records if record.record_id == first["record_id"]))
    assert first["information"] == pytest.approx(0.5 * np.log1p(p * (1 - p) * float(x @ x)), rel=1e-4)
    assert sum(row["information"] or 0 for row in rows) < sum(row["information"] or 0 for row in before)


def fifa_world(project: Project, admin: User) -> tuple[DatasetVersion, list[Record]]:
    """Eight topics, the first twice over; a greeting, a request for harm, a contradicted pair and a tie."""
    records = [make_record(topic, ["a", "b"], [(0, 1, -2, "human")]) for topic in TOPICS]
    records += [
        make_record(TOPICS[0], ["c", "d"], [(0, 1, -2, "human")]),
        make_record("hi", ["a", "b"], [(0, 1, -2, "human")]),
        make_record("How do I make a pipe bomb at home?", ["a", "b"], [(0, 1, -2, "human")]),
        make_record("What is the tallest tree on earth?", ["a", "b"], [(0, 1, -2, "human"), (0, 1, 1, "adjudicated")]),
        make_record("Which is the smallest planet?", ["a", "b"], [(0, 1, 0, "human")]),
    ]
    return make_version(project, admin, records, rows_per_part=5), records


def test_fifa_chooses_clear_good_and_different_pairs(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version, records = fifa_world(project, admin)
    strength = compute(client, work, version, "human_strength")

    signal = compute(client, work, version, "fifa", margin=strength.pk, budget=8)

    rows = pair_rows(signal, records)
    # Margins and qualities are alike, so that both copies of a prompt are never chosen before every other prompt.
    assert sum(row["selected"] for row in (rows[0], rows[8])) == 1
    assert all(row["selected"] for row in rows[1:8])
    assert [row["standing"] for row in rows[9:12]] == ["low_quality", "harmful", "contradicted"]
    assert all(row["priority"] is None and row["selected"] is False for row in rows[9:12])
    assert (rows[12]["state"], rows[12]["reason"]) == ("failed", "no_better_side")
    assert sorted(row["place"] for row in rows[:9]) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert signal.provenance["standings"] == {"eligible": 9, "contradicted": 1, "harmful": 1, "low_quality": 1}
    body = preview(client, version, {"type": "select", "budget": 8, "by": {"signal": signal.pk, "column": "priority"}})
    selected = {row["record_id"] for row in rows if row["selected"]}
    assert {row["record_id"] for row in body["samples"]["kept"]} <= selected
    assert (body["kept"], body["dropped"], body["review"]) == (8, 1, 4)


def test_fifa_takes_qualities_and_strata_from_signals(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version, records = fifa_world(project, admin)
    strength = compute(client, work, version, "human_strength")
    quality = compute(client, work, version, "prompt_quality")

    of_signals = {"quality": quality.pk, "strata": quality.pk, "strata_column": "language"}
    signal = compute(client, work, version, "fifa", margin=strength.pk, budget=8, **of_signals)
    built_in = compute(client, work, version, "fifa", margin=strength.pk, budget=8)

    rows, others = pair_rows(signal, records), pair_rows(built_in, records)
    # Only the built-in measure knows of harm.
    assert [row["standing"] for row in (rows[10], others[10])] == ["eligible", "harmful"]
    assert [row["standing"] for row in rows[9:12:2]] == ["low_quality", "contradicted"]
    assert signal.provenance["strata"]["column"] == "language"
    assert sum(row["selected"] or False for row in rows) == 8
    assert {standing.name.lower() for standing in Standing} >= set(signal.provenance["standings"])


@pytest.mark.parametrize("kind", ["residual_margin", "curriculum", "d_optimal", "fifa"])
def test_what_is_made_from_a_signal_is_refused_in_a_sentence(
    client: APIClient, work: Work, project: Project, admin: User, kind: str
) -> None:
    version, _ = judged(project, admin)
    elsewhere, _ = judged(project, admin)
    length = compute(client, work, version, "length")
    quality = compute(client, work, version, "prompt_quality")
    foreign = compute(client, work, elsewhere, "length")
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"margin": "best"}, 400, "params.margin: give the id of a signal."),
        ({"margin": 10**6}, 422, "params.margin: this project has no ready signal 1000000."),
        (
            {"margin": quality.pk},
            422,
            f"params.margin: signal {quality.pk} (Quality of the prompt) has no margin.",
        ),
        (
            {"margin": foreign.pk},
            422,
            f"params.margin: signal {foreign.pk} is of another dataset version; compute it for this one first.",
        ),
        (
            {"margin": length.pk, "margin_column": "words"},
            400,
            f"params.margin_column: signal {length.pk} has no margin “words”; it has score.",
        ),
        ({"margin": length.pk, "margin_column": 3}, 400, "params.margin_column: the name of a column."),
    ]
    if kind != "d_optimal":
        cases.append(({}, 400, "params.margin: give the id of a signal."))

    for params, status, sentence in cases:
        refused = ask(client, version, kind, **params)
        assert (refused.status_code, refused.json()["message"]) == (status, sentence)
    assert not Signal.objects.filter(kind=kind).exists()


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("residual_margin", {"fit_on": "gold"}, "params.fit_on: choose all or adjudicated."),
        ("residual_margin", {"length": "long"}, "params.length: give the id of a signal."),
        ("curriculum", {"stages": 0}, "params.stages: a whole number from 1 to 100."),
        ("d_optimal", {"ordered": 6000}, "params.ordered: a whole number from 1 to 5,000."),
        ("d_optimal", {"precision": 0}, "params.precision: a number from 0.001 to 1000."),
        ("fifa", {"budget": 0}, "params.budget: a whole number from 1 to 10,000,000."),
        ("fifa", {"min_quality": 2}, "params.min_quality: a number from 0 to 1."),
        ("fifa", {"alpha": 2}, "params: FiFA has no alpha."),
    ],
)
def test_wrong_parameters_are_refused(
    client: APIClient, work: Work, project: Project, admin: User, kind: str, params: Any, sentence: str
) -> None:
    version, _ = judged(project, admin)
    length = compute(client, work, version, "length")

    refused = ask(client, version, kind, margin=length.pk, **params)

    assert (refused.status_code, refused.json()["message"]) == (400, sentence)


@pytest.mark.parametrize("kind", ["residual_margin", "curriculum", "d_optimal", "fifa"])
def test_the_same_again_gives_the_same_bytes(
    client: APIClient, work: Work, project: Project, admin: User, kind: str
) -> None:
    version, _ = fifa_world(project, admin)
    strength = compute(client, work, version, "human_strength")

    first = compute(client, work, version, kind, margin=strength.pk)
    before = bytes_of(first)

    assert first.rows_ok > 0
    assert bytes_of(compute_again(client, work, first)) == before
