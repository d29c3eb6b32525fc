"""The compiled recipe against plain Python, on whatever records and steps Hypothesis thinks of."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.domain.recipe_steps import parse_steps
from curation.models import DatasetVersion, Signal
from curation.recipes.compile import decided, recipe_compile
from curation.recipes.funnel import funnel_of
from curation.signals.kinds.base import SCORE
from curation.signals.values import values_schema
from tests.curation.making import make_record
from tests.curation.recipes.reference import Scores, decide
from webapp.store.canonical import Record, RecordWriter
from webapp.store.files import Store, store

SOURCES = ["adjudicated", "human", "judge", "imported"]
label = st.tuples(st.sampled_from([(0, 1), (1, 0), (0, 2), (2, 1)]), st.sampled_from([-3, -1, 0, 1, 2, None]))
labels = st.lists(st.tuples(label, st.sampled_from(SOURCES)), max_size=6)
strength = st.fixed_dictionaries(
    {
        "type": st.just("strength"),
        "min_strength": st.sampled_from([0.0, 1.0, 1.5, 3.0]),
        "drop_ties": st.booleans(),
        "drop_both_bad": st.booleans(),
    }
)
bound = st.sampled_from([None, -1.0, 0.0, 0.5, 2.0])
margin = st.fixed_dictionaries(
    {
        "type": st.just("signal_margin"),
        "signal": st.sampled_from([1, 2]),
        "min": bound,
        "max": bound,
        "missing": st.sampled_from(["review", "drop"]),
    }
).filter(lambda step: step["min"] is None or step["max"] is None or step["min"] <= step["max"])
recipes = st.tuples(
    st.lists(st.sampled_from(SOURCES), min_size=1, unique=True), st.lists(st.one_of(strength, margin), max_size=4)
)
score = st.one_of(st.none(), st.sampled_from([-2.0, -0.5, 0.0, 0.5, 1.0, 3.0]))


def records_of(all_labels: list[Any]) -> list[Record]:
    return [
        make_record(
            f"prompt {number}",
            [f"one {number}", f"two {number}", f"three {number}"],
            [(first, second, value, source) for ((first, second), value), source in given_labels],
        )
        for number, given_labels in enumerate(all_labels)
    ]


def signal_of(number: int, records: list[Record], values: list[float | None]) -> tuple[Signal, Scores]:
    """A ready signal whose scores come from `values`, None meaning a failed row."""
    ids = [(record.record_id, response.response_id) for record in records for response in record.responses]
    scores = dict(zip(ids, values, strict=False))
    schema = values_schema("response", SCORE)
    rows = [(r, s, "failed" if value is None else "ok", None, value) for (r, s), value in scores.items()]
    columns = [pa.array([row[i] for row in rows], type=field.type) for i, field in enumerate(schema)]
    key = f"signals/{uuid.uuid4().hex}/part.parquet"
    with store().writer(key) as file:
        pq.write_table(pa.Table.from_arrays(columns, schema=schema), file)
    return Signal(pk=number, parts=[key], name=f"Signal {number}"), scores


def version_of(records: list[Record]) -> DatasetVersion:
    """A version of one part that no other test has."""
    key = f"{uuid.uuid4().hex}.parquet"
    with store().writer(key) as file, RecordWriter(file) as writer:
        for record in records:
            writer.append(record)
    return DatasetVersion(parts=[{"key": key, "rows": len(records)}])


def run(records: list[Record], steps: list[dict[str, Any]], signals: dict[int, Signal]) -> tuple[Any, Any]:
    recipe = recipe_compile(version_of(records), parse_steps(steps), signals)
    with decided(recipe) as found:
        rows = found.cursor.execute(
            f"""
            SELECT record_id, a, b, decision, meanings.step, nullif(reason, ''),
                   CASE decided.dir WHEN 1 THEN b WHEN -1 THEN a END
              FROM decided JOIN {found.meanings()} USING (code) JOIN read_parquet($pairs) USING (i)
            """,
            {"pairs": found.pairs_file()},
        ).fetchall()
        funnel = funnel_of(found)
    return {(r, a, b): (decision, step, reason, chosen) for r, a, b, decision, step, reason, chosen in rows}, funnel


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(labels, min_size=1, max_size=5), recipes, st.data())
def test_sql_and_python_agree(
    store_folder: Store, all_labels: list[Any], recipe: tuple[Any, Any], data: st.DataObject
) -> None:
    records = records_of(all_labels)
    steps = [{"type": "labels", "precedence": recipe[0]}, *recipe[1]]
    made = {n: signal_of(n, records, data.draw(st.lists(score, min_size=15, max_size=15))) for n in (1, 2)}

    found, funnel = run(records, steps, {number: signal for number, (signal, _) in made.items()})

    expected = decide(records, steps, {number: scores for number, (_, scores) in made.items()})
    assert found == expected
    assert funnel["pairs_in"] == len(expected)
    assert funnel["pairs_in"] == funnel["kept"] + funnel["dropped"] + funnel["review"]
    for step, following in zip(funnel["funnel"], [*funnel["funnel"][1:], None], strict=True):
        assert step["in"] == step["kept"] + step["dropped"] + step["review"]
        assert sum(step["reasons"].values()) == step["dropped"] + step["review"]
        assert (following["in"] if following else funnel["kept"]) == step["kept"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(labels, min_size=1, max_size=4))
def test_naming_sides_the_other_way_round_changes_nothing(store_folder: Store, all_labels: list[Any]) -> None:
    def swapped(given_labels: Any) -> Any:
        return [(((b, a), None if v is None else -v), source) for ((a, b), v), source in given_labels]

    steps = [{"type": "labels", "precedence": SOURCES}, {"type": "strength", "min_strength": 1}]

    one, _ = run(records_of(all_labels), steps, {})
    other, _ = run(records_of([swapped(each) for each in all_labels]), steps, {})

    assert one == other


def test_aspects_are_pairs_of_their_own(store_folder: Store) -> None:
    record = make_record("Q", ["one", "two"], [(0, 1, 2, "human")])
    (label,) = record.labels
    record.labels = [msgspec.structs.replace(label, aspect=aspect) for aspect in (None, "", "helpful", "harmless")]

    with decided(recipe_compile(version_of([record]), parse_steps([]), {})) as found:
        rows = found.cursor.execute("SELECT pair_id, aspect FROM read_parquet(?)", [found.pairs_file()]).fetchall()

    assert len({pair_id for pair_id, _ in rows}) == 4
    assert {aspect for _, aspect in rows} == {None, "", "helpful", "harmless"}


def test_no_user_text_becomes_sql(store_folder: Store) -> None:
    nasty = "'); DROP TABLE decided; --"
    record = make_record(nasty, [nasty + "1", nasty + "2"], [(0, 1, 2, "human")])
    record.labels = [msgspec.structs.replace(record.labels[0], aspect=nasty)]

    found, _ = run([record], [{"type": "strength"}], {})

    assert [decision for decision, *_ in found.values()] == ["keep"]
