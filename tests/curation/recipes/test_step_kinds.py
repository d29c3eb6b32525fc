"""Each kind of step that looks at one pair at a time, on pairs small enough to work out by hand."""

from __future__ import annotations

import msgspec
import pytest

from curation.domain.recipe_steps import parse_steps
from curation.models import Signal
from curation.recipes.compile import decided, recipe_compile
from curation.recipes.funnel import funnel_of
from curation.recipes.measures import MeasureError
from curation.signals.values import KEYS
from tests.curation.making import make_record
from tests.curation.recipes.running import GROUP, group_signal, kept, pair, reasons, run, signal_of, version_of
from webapp.store.canonical import Record
from webapp.store.files import Store, store


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
