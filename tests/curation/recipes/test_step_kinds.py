"""Each kind of step on pairs small enough to work out by hand, and what holds for all of them."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.domain.recipe_steps import parse_steps
from curation.models import DatasetVersion, Signal
from curation.recipes.compile import decided, recipe_compile
from curation.recipes.funnel import funnel_of
from curation.recipes.measures import MeasureError
from curation.signals.kinds.base import Column, Level
from curation.signals.values import KEYS, values_schema
from tests.curation.making import make_record
from webapp.store.canonical import Record, RecordWriter
from webapp.store.files import Store, store

COLUMNS: dict[Level, tuple[Column, ...]] = {
    "response": (Column("score", "Score"),),
    "pair": (Column("mean", "Mean", signed=True), Column("lean", "Lean", signed=True)),
    "record": (Column("group", "Group", "text"), Column("seen", "Seen", "flag")),
}


def version_of(records: list[Record]) -> DatasetVersion:
    key = f"{uuid.uuid4().hex}.parquet"
    with store().writer(key) as file, RecordWriter(file) as writer:
        for record in records:
            writer.append(record)
    return DatasetVersion(parts=[{"key": key, "rows": len(records)}])


def signal_of(number: int, level: Level, rows: list[dict[str, Any]]) -> Signal:
    """A ready signal with these rows: keys of the level, then its columns; a row without values has failed."""
    columns = COLUMNS[level]
    names = [column.name for column in columns]
    full = [{**row, "state": "ok" if any(name in row for name in names) else "failed", "reason": None} for row in rows]
    key = f"signals/{uuid.uuid4().hex}.parquet"
    with store().writer(key) as file:
        pq.write_table(pa.Table.from_pylist(full, schema=values_schema(level, columns)), file)
    plain = [
        {"name": column.name, "title": column.title, "type": column.type, "signed": column.signed} for column in columns
    ]
    return Signal(pk=number, level=level, columns=plain, parts=[key], name=f"Signal {number}")


def run(
    records: list[Record], steps: list[dict[str, Any]], *signals: Signal
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """What was decided of each pair, by its prompt and aspect, and the funnel."""
    recipe = recipe_compile(version_of(records), parse_steps(steps), {signal.pk: signal for signal in signals})
    prompts = {record.record_id: record.prompt[0].content for record in records}
    texts = {each.response_id: each.content for record in records for each in record.responses}
    with decided(recipe) as found:
        found.cursor.execute(
            f"""
            SELECT record_id, aspect, decision, meanings.step, reason, decided.dir, a, b, flipped, soft, weight,
                   strength
              FROM decided JOIN {found.meanings()} USING (code) JOIN read_parquet($pairs) USING (i)
            """,
            {"pairs": found.pairs_file()},
        )
        names = [column[0] for column in found.cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.cursor.fetchall()]
        funnel = funnel_of(found)
    pairs = {}
    for row in rows:
        chosen = {1: row["b"], -1: row["a"]}.get(row["dir"])
        rejected = {1: row["a"], -1: row["b"]}.get(row["dir"])
        key = prompts[row["record_id"]] + (f"/{row['aspect']}" if row["aspect"] is not None else "")
        key = key if key not in pairs else f"{key} {texts[row['a']]}-{texts[row['b']]}"
        pairs[key] = {**row, "chosen": texts.get(chosen or ""), "rejected": texts.get(rejected or "")}
    return pairs, funnel


def pair(name: str, value: int = -2, source: str = "human", votes: int = 1) -> Record:
    """The text "good" is better for values below 0."""
    return make_record(name, ["good", "bad"], [(0, 1, value, source)] * votes)


def kept(pairs: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, row in pairs.items() if row["decision"] == "keep"}


def reasons(pairs: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: row["reason"] for name, row in pairs.items() if row["decision"] != "keep"}


def group_signal(records: list[Record], groups: list[str | None]) -> Signal:
    return signal_of(
        7,
        "record",
        [
            {"record_id": record.record_id, **({"group": group, "seen": group == "x"} if group is not None else {})}
            for record, group in zip(records, groups, strict=True)
        ],
    )


GROUP = {"signal": 7, "column": "group"}


def judged(name: str, judge: str, value: int, person: int | None = None) -> Record:
    """A judge's label beside a person's, where somebody has said something."""
    record = pair(name, value=0 if person is None else person)
    (first, *_) = record.labels
    said = [] if person is None else [first]
    turned = value if record.responses[0].response_id < record.responses[1].response_id else -value
    judge_label = msgspec.structs.replace(first, value=turned, outcome="preference", source="judge", annotator=judge)
    return msgspec.structs.replace(record, labels=[*said, judge_label])


# 38 of 40 right: Wilson's 95 % interval begins at .8350; 8 of 8 right at .6756.
@pytest.mark.parametrize(
    ("bound", "counts"),
    [(None, {"proven", "new"}), (0.67, {"proven", "new"}), (0.68, {"proven"}), (0.83, {"proven"}), (0.84, set())],
)
def test_judges_count_where_they_agree_with_people(store_folder: Store, bound: float | None, counts: set[str]) -> None:
    records = [judged(f"Asked {n}", "proven", -2 if n > 1 else 2, person=-2) for n in range(40)]
    records += [judged(f"Asked new {n}", "new", -2, person=-2) for n in range(8)]
    records += [judged(f"Only {judge}", judge, -2) for judge in ("proven", "new")]

    pairs, funnel = run(records, [{"type": "labels", "judge_bound": bound}])

    assert kept(pairs) & {"Only proven", "Only new"} == {f"Only {judge}" for judge in counts}
    left_out = {f"Only {judge}" for judge in {"proven", "new"} - counts}
    assert {name: pairs[name]["decision"] for name in left_out} == dict.fromkeys(left_out, "review")
    assert set(reasons(pairs).values()) <= {"judge_unproven"}
    # People are believed first, whatever a judge says beside them.
    assert funnel["kept"] == 48 + len(counts)
    assert all(pairs[f"Asked {n}"]["chosen"] == "good" for n in range(40))


def test_a_judge_nobody_can_be_compared_with_proves_nothing(store_folder: Store) -> None:
    records = [judged(f"Only {n}", "alone", -2) for n in range(3)]
    weighted = {"type": "labels", "judge_bound": 0.0, "aspect_weights": {"": 1}}

    for labels in ({"type": "labels", "judge_bound": 0.0}, weighted):
        pairs, _ = run(records, [labels])
        assert set(reasons(pairs).values()) == {"judge_unproven"}
    dropped, _ = run(records, [{"type": "labels", "judge_bound": 0.0, "precedence": ["human"]}])
    assert set(reasons(dropped).values()) == {"source_not_used"}


def test_rows_are_filtered_by_what_the_row_browser_filters_by(store_folder: Store) -> None:
    records = [pair("about a dog"), pair("about a cat"), pair("another cat", votes=2)]
    cats = {"field": "prompt", "op": "contains", "value": "CAT"}
    where = {"and": [cats, {"field": "n_labels", "op": "lt", "value": 2}]}

    pairs, funnel = run(records, [{"type": "items", "where": where}])
    reviewed, _ = run(records, [{"type": "items", "where": {"not": where}, "outside": "review"}])

    assert kept(pairs) == {"about a cat"}
    assert reasons(pairs) == {"about a dog": "row_not_matching", "another cat": "row_not_matching"}
    assert [(each["in"], each["kept"], each["dropped"]) for each in funnel["funnel"][1:]] == [(3, 1, 2)]
    assert reviewed["about a cat"]["decision"] == "review"
    assert kept(reviewed) == {"about a dog", "another cat"}


def test_one_filter_of_rows_reads_them_once_however_often_it_is_asked(store_folder: Store) -> None:
    version = version_of([pair("yes"), pair("no")])
    recipe = recipe_compile(
        version, parse_steps([{"type": "items", "where": {"field": "prompt", "op": "eq", "value": "yes"}}]), {}
    )
    with decided(recipe) as first:
        assert funnel_of(first)["kept"] == 1
    store().delete_tree(version.parts[0]["key"])

    with decided(recipe) as again:
        assert funnel_of(again)["kept"] == 1


def test_a_filter_takes_bounds_of_any_fact(store_folder: Store) -> None:
    records = [pair("one", votes=1), pair("two", votes=2), pair("three", votes=3)]

    pairs, funnel = run(records, [{"type": "filter", "on": {"fact": "votes"}, "min": 2, "max": 2}])

    assert kept(pairs) == {"two"}
    assert reasons(pairs) == {"one": "too_small", "three": "too_large"}
    assert funnel["funnel"][1]["title"] == "Filter: Votes"


def test_a_filter_lists_texts_and_flags_and_sends_the_missing_to_review(store_folder: Store) -> None:
    records = [pair("a"), pair("b"), pair("c")]
    signal = group_signal(records, ["x", "y", None])

    only, _ = run(records, [{"type": "filter", "on": GROUP, "one_of": ["x"]}], signal)
    without, _ = run(records, [{"type": "filter", "on": GROUP, "none_of": ["x"], "missing": "drop"}], signal)
    flag = {"signal": 7, "column": "seen"}
    flagged, _ = run(records, [{"type": "filter", "on": flag, "none_of": ["true"], "outside": "review"}], signal)

    assert (kept(only), reasons(only)) == ({"a"}, {"b": "not_listed", "c": "no_value"})
    assert only["c"]["decision"] == "review"
    assert (kept(without), without["c"]["decision"]) == ({"b"}, "drop")
    assert (kept(flagged), flagged["a"]["decision"], flagged["c"]["decision"]) == ({"b"}, "review", "review")


def test_a_filter_looks_at_either_side_of_responses(store_folder: Store) -> None:
    records = [pair("up"), pair("down", value=2)]
    scores = {"good": 5.0, "bad": 1.0}
    rows = [
        {"record_id": record.record_id, "response_id": each.response_id, "score": scores[each.content]}
        for record in records
        for each in record.responses
    ]
    signal = signal_of(3, "response", rows)

    def keeps(of: str, least: float) -> set[str]:
        return kept(run(records, [{"type": "filter", "on": {"signal": 3, "of": of}, "min": least}], signal)[0])

    assert keeps("margin", 4) == {"up"}
    assert keeps("margin", -4) == {"up", "down"}
    assert keeps("chosen", 5) == {"up"}
    assert keeps("rejected", 5) == {"down"}


def test_aspects_may_be_weighed_into_one_preference(store_folder: Store) -> None:
    record = make_record("Q", ["good", "bad"], [(0, 1, -3, "human"), (0, 1, 1, "human"), (0, 1, 3, "human")])
    aspects = ["helpful", "honest", "unlisted"]
    record.labels = [
        msgspec.structs.replace(label, aspect=aspect) for label, aspect in zip(record.labels, aspects, strict=True)
    ]

    apart, _ = run([record], [{"type": "labels"}])
    whole, _ = run([record], [{"type": "labels", "aspect_weights": {"helpful": 3, "honest": 1}}])
    none, _ = run([record], [{"type": "labels", "aspect_weights": {"safe": 1}}])

    assert {name: row["chosen"] for name, row in apart.items()} == {
        "Q/helpful": "good",
        "Q/honest": "bad",
        "Q/unlisted": "bad",
    }
    assert (whole["Q"]["chosen"], whole["Q"]["strength"]) == ("good", 2.0)
    assert reasons(none) == {"Q": "source_not_used"}


# METHODS §3: means 4.5, 4.0, 4.5, 3.0.
RATED = {"A": (5, 4, 5, 4), "B": (4, 4, 4, 4), "C": (5, 5, 4, 4), "D": (3, 3, 3)}


def rated(name: str, scores: dict[str, tuple[int, ...]]) -> Record:
    record = make_record(name, list(scores))
    record.responses = [
        msgspec.structs.replace(each, scores={f"s{at}": float(n) for at, n in enumerate(scores[each.content])})
        for each in record.responses
    ]
    return record


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("best_worst", [("AC", "D", 1.5)]),
        ("best_each", [("AC", "B", 0.5), ("AC", "D", 1.5)]),
        ("all", [("A", "B", 0.5), ("A", "D", 1.5), ("B", "D", 1.0), ("C", "B", 0.5), ("C", "D", 1.5)]),
        ("adjacent", [("AC", "B", 0.5), ("B", "D", 1.0)]),
    ],
)
def test_pairs_are_made_from_ratings(store_folder: Store, how: str, expected: list[tuple[str, str, float]]) -> None:
    pairs, funnel = run(
        [rated("Q", RATED), rated("Even", {"E": (3,), "F": (3,)})], [{"type": "make_pairs", "how": how}]
    )

    # A and C tie at the top; which of them is taken is no matter here.
    top = {"A": "AC", "C": "AC"} if how != "all" else {}
    found = sorted((top.get(row["chosen"], row["chosen"]), row["rejected"], row["strength"]) for row in pairs.values())
    assert found == sorted(expected)
    assert funnel["kept"] == len(expected)


def test_a_random_lower_answer_is_drawn_from_those_with_the_gap(store_folder: Store) -> None:
    def drawn(seed: int, gap: float) -> str:
        steps = [{"type": "make_pairs", "how": "best_random_lower", "seed": seed, "min_gap": gap}]
        ((_, row),) = run([rated("Q", RATED)], steps)[0].items()
        assert row["chosen"] in "AC"
        return str(row["rejected"])

    assert {drawn(seed, 0.25) for seed in range(12)} == {"B", "D"}
    assert {drawn(seed, 1.0) for seed in range(6)} == {"D"}
    assert drawn(3, 0.25) == drawn(3, 0.25)


def test_the_best_of_a_group_is_kept(store_folder: Store) -> None:
    records = [pair("weak", -1), pair("clear", -3), pair("judged", -3, "judge"), pair("alone"), pair("unknown")]
    signal = group_signal(records, ["x", "x", "x", "y", None])

    pairs, _ = run(records, [{"type": "dedup", "group": GROUP}], signal)
    lenient, _ = run(records, [{"type": "dedup", "group": GROUP, "keep": 2, "missing": "keep"}], signal)

    assert reasons(pairs) == {"weak": "duplicate", "judged": "duplicate", "unknown": "no_value"}
    assert kept(lenient) == {"weak", "clear", "alone", "unknown"}


def test_lengths_are_balanced_by_lot(store_folder: Store) -> None:
    records = [pair(f"long {n}") for n in range(9)] + [pair(f"short {n}", value=2) for n in range(4)]
    lengths = {"good": 9.0, "bad": 3.0}
    rows = [
        {
            "record_id": record.record_id,
            "response_id": each.response_id,
            "score": lengths[each.content],
        }
        for record in records
        for each in record.responses
    ]
    steps = [{"type": "length_match", "length": {"signal": 3}, "bins": 1, "seed": 4}]

    pairs, funnel = run(records, steps, signal_of(3, "response", rows))

    assert sum(name.startswith("short") for name in kept(pairs)) == 4
    assert sum(name.startswith("long") for name in kept(pairs)) == 4
    assert funnel["funnel"][1]["reasons"] == {"length_unbalanced": 5}
    assert kept(run(records, steps, signal_of(3, "response", rows))[0]) == kept(pairs)
    assert kept(run(records, [{**steps[0], "seed": 5}], signal_of(3, "response", rows))[0]) != kept(pairs)


def test_a_budget_takes_the_highest_or_turns(store_folder: Store) -> None:
    records = [pair(f"x{n}", -1 - n % 3) for n in range(6)] + [pair("y", -1)]
    signal = group_signal(records, ["x"] * 6 + ["y"])

    highest, _ = run(records, [{"type": "select", "budget": 2, "by": {"fact": "strength"}}])
    turns, _ = run(records, [{"type": "select", "budget": 3, "by": {"fact": "strength"}, "group": GROUP}], signal)
    capped, _ = run(records, [{"type": "select", "budget": 4, "group": GROUP, "cap": 0.5}], signal)
    lot, _ = run(records, [{"type": "select", "budget": 5, "seed": 1}])

    assert kept(highest) == {"x2", "x5"}
    assert {"y"} < kept(turns) <= {"y", "x2", "x5"}
    assert len(kept(turns)) == 3
    assert len(kept(capped)) == 3
    assert len(kept(lot)) == 5
    assert set(reasons(lot).values()) == {"over_budget"}


def zone_signal(records: list[Record], means: list[float]) -> Signal:
    """Margins towards what the label says, two thirds of the members agreeing with the sign."""
    rows = []
    for record, mean in zip(records, means, strict=True):
        (label,) = {(each.a, each.b, each.value) for each in record.labels}
        sign = 1 if (label[2] or 0) > 0 else -1
        where = {"record_id": record.record_id, "a": label[0], "b": label[1], "aspect": None}
        rows.append({**where, "mean": sign * mean, "lean": sign * (-1.0 if mean < 0 else 1.0)})
    assert set(KEYS["pair"]) <= set(rows[0])
    return signal_of(5, "pair", rows)


def test_zones_of_an_ensemble(store_folder: Store) -> None:
    records = [pair(f"p{n}", -1 if n % 2 else 2) for n in range(10)]
    means = [-2.0, -0.1, 0.1, 0.2, 0.5, 0.8, 1.0, 1.5, 2.0, 4.0]
    signal = zone_signal(records, means)
    # Their 40th percentile is 0.38, their 90th 2.2.
    actions = {"wrong": "flip", "ambiguous": "weight", "strong": "soft", "weight": 0.25}

    pairs, funnel = run(records, [{"type": "zones", "signal": 5, **actions}], signal)
    reviewed, _ = run(records, [{"type": "zones", "signal": 5}], signal)

    assert funnel["kept"] == 10
    assert {name for name, row in pairs.items() if row["flipped"]} == {"p0", "p1"}
    assert (pairs["p0"]["chosen"], pairs["p2"]["chosen"]) == ("good", "bad")
    assert {name: row["weight"] for name, row in pairs.items() if row["weight"] != 1} == {"p2": 0.25, "p3": 0.25}
    (soft,) = [(name, row["soft"]) for name, row in pairs.items() if row["soft"] != 1]
    assert soft == ("p9", pytest.approx(0.9820137900379085))
    assert reasons(reviewed) == {"p0": "zone_wrong", "p1": "zone_wrong"}
    assert {row["decision"] for row in reviewed.values()} == {"keep", "review"}


def test_a_column_that_is_not_there_is_named(store_folder: Store) -> None:
    records = [pair("a")]
    signal = group_signal(records, ["x"])

    with pytest.raises(MeasureError, match=r"signal 7 has no column “size”; it has group, seen\."):
        run(records, [{"type": "filter", "on": {"signal": 7, "column": "size"}, "min": 0}], signal)


P1 = {"field": "prompt", "op": "contains", "value": "P1"}
measure = st.sampled_from([{"fact": "votes"}, {"fact": "strength"}, {"signal": 3}, {"signal": 5, "column": "mean"}])
missing = st.sampled_from(["review", "drop"])
number = st.sampled_from([-1.0, 0.0, 1.0, 2.0])
any_step = st.one_of(
    st.fixed_dictionaries({"type": st.just("strength"), "min_strength": st.sampled_from([0.0, 1.0, 2.5])}),
    st.fixed_dictionaries({"type": st.just("filter"), "on": measure, "min": number, "missing": missing}),
    st.fixed_dictionaries({"type": st.just("filter"), "on": st.just(GROUP), "one_of": st.just(["x"])}),
    st.fixed_dictionaries(
        {
            "type": st.just("zones"),
            "signal": st.just(5),
            "wrong": st.sampled_from(["keep", "review", "drop", "flip", "soft", "weight"]),
            "ambiguous": st.sampled_from(["keep", "review", "flip", "soft"]),
        }
    ),
    st.fixed_dictionaries({"type": st.just("dedup"), "group": st.just(GROUP), "keep": st.integers(1, 3)}),
    st.fixed_dictionaries(
        {"type": st.just("length_match"), "length": st.just({"signal": 3}), "bins": st.integers(1, 3)}
    ),
    st.fixed_dictionaries({"type": st.just("select"), "budget": st.integers(1, 6), "by": st.none() | measure}),
    st.fixed_dictionaries({"type": st.just("select"), "budget": st.integers(1, 6), "group": st.just(GROUP)}),
    st.fixed_dictionaries({"type": st.just("signal_margin"), "signal": st.sampled_from([3, 5]), "min": number}),
    st.fixed_dictionaries(
        {
            "type": st.just("items"),
            "where": st.sampled_from([P1, {"not": P1}, {"field": "n_labels", "op": "ge", "value": 1}]),
            "outside": missing,
        }
    ),
    st.fixed_dictionaries({"type": st.just("split"), "group": st.just(GROUP), "missing": missing}),
    st.fixed_dictionaries({"type": st.just("order"), "by": measure, "missing": missing}),
)


def once_each(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A recipe has one split and one order."""
    single = {step["type"]: step for step in reversed(steps) if step["type"] in ("split", "order")}
    return [step for step in steps if single.get(step["type"], step) is step]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([-3, -1, 0, 2, None]), min_size=1, max_size=9),
    st.lists(any_step, max_size=5).map(once_each),
    st.data(),
)
def test_no_pair_is_lost_and_a_second_run_says_the_same(
    store_folder: Store, values: list[int | None], steps: list[dict[str, Any]], data: st.DataObject
) -> None:
    records = [make_record(f"p{n}", ["good", "bad"], [(0, 1, value, "human")]) for n, value in enumerate(values)]
    some = st.none() | st.sampled_from([-2.0, 0.0, 0.5, 3.0])
    scores = [
        {"record_id": record.record_id, "response_id": each.response_id, **_maybe("score", data.draw(some))}
        for record in records
        for each in record.responses
    ]
    margins = []
    for record in records:
        drawn = data.draw(some)
        lean = {} if drawn is None else {"mean": drawn, "lean": -1.0 if drawn < 0 else 1.0}
        (label,) = record.labels
        margins.append({"record_id": record.record_id, "a": label.a, "b": label.b, "aspect": None, **lean})
    groups = data.draw(st.lists(st.sampled_from(["x", "y", None]), min_size=len(values), max_size=len(values)))
    signals = (
        signal_of(3, "response", scores),
        signal_of(5, "pair", margins),
        group_signal(records, groups),
    )

    pairs, funnel = run(records, steps, *signals)
    again, funnel_again = run(records, steps, *signals)

    assert (pairs, funnel) == (again, funnel_again)
    assert len(pairs) == funnel["pairs_in"] == len(values)
    remaining = funnel["pairs_in"]
    for step in funnel["funnel"]:
        assert step["in"] == remaining == step["kept"] + step["dropped"] + step["review"]
        assert sum(step["reasons"].values()) == step["dropped"] + step["review"]
        remaining = step["kept"]
    assert funnel["kept"] == remaining == len(kept(pairs))
    assert all(row["chosen"] and 0 <= row["soft"] <= 1 for row in pairs.values() if row["decision"] == "keep")


def _maybe(name: str, value: float | None) -> dict[str, float]:
    return {} if value is None else {name: value}
