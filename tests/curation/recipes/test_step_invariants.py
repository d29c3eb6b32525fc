"""What holds for any steps one after the other."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.curation.making import make_record
from tests.curation.recipes.running import GROUP, group_signal, kept, run, signal_of
from webapp.store.files import Store

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
