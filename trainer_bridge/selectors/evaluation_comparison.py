"""Two evaluations on the same set, compared over the items that both scored."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from trainer_bridge.domain.evaluation.paired import Comparison, compare
from trainer_bridge.domain.evaluation.rules import entries_of, rule_of
from trainer_bridge.domain.evaluation.scoreboard import Entry
from trainer_bridge.evaluation.items import iter_items
from trainer_bridge.evaluation.reward_rows import scored_again
from trainer_bridge.models import Evaluation
from trainer_bridge.selectors.evaluations import evaluation_done
from webapp.api.errors import ApplicationError, ConflictError
from webapp.store.files import store


def evaluations_compare(*, project_id: int, a: int, b: int) -> dict[str, Any]:
    """b − a by the paired bootstrap over prompts, overall and by subset.

    Raises ApplicationError for evaluations that cannot be compared, ConflictError when nothing is in common.
    """
    first, second = _of_project(project_id, "a", a), _of_project(project_id, "b", b)
    if first.evaluation_set_id != second.evaluation_set_id:
        raise _refused(
            "b", f"“{first.evaluation_set}” and “{second.evaluation_set}” are different sets; choose two on the same."
        )
    if first.kind != second.kind:
        raise _refused("b", f"One measures {first.kind} and the other {second.kind}; choose two of one kind.")
    found = compare(_entries(first), _entries(second), _sections(first), seed=0)
    if found is None:
        raise ConflictError("These two evaluations scored no item in common, so there is nothing to compare.")
    return {
        "a": first,
        "b": second,
        "evaluation_set": first.evaluation_set,
        "kind": first.kind,
        "items": found.n,
        "only_a_right": found.only_a_right,
        "only_b_right": found.only_b_right,
        "overall": found.overall._asdict(),
        "accuracy": found.accuracy._asdict(),
        "subsets": [subset._asdict() for subset in found.subsets],
        "sentence": _sentence(first, second, found),
    }


def _of_project(project_id: int, name: str, evaluation_id: int) -> Evaluation:
    if not Evaluation.objects.filter(pk=evaluation_id, project=project_id).exists():
        raise _refused(name, "There is no such evaluation in this project.")
    return evaluation_done(evaluation_id)


def _refused(field: str, sentence: str) -> ApplicationError:
    return ApplicationError(f"{field}: {sentence}", fields={field: [sentence]})


def _entries(evaluation: Evaluation) -> list[Entry]:
    """What the evaluation's own numbers were made of, from its rows and the set's right and wrong answers."""
    with store().open(evaluation.rows_key) as file:
        rows = pq.read_table(file).to_pylist()
    roles = iter_items(evaluation.evaluation_set, columns=["candidates"])
    return entries_of(scored_again(rows, roles), evaluation.evaluation_set.layout)


def _sections(evaluation: Evaluation) -> Any:
    return rule_of(evaluation.evaluation_set.layout).sections(_entries(evaluation))


def _sentence(a: Evaluation, b: Evaluation, found: Comparison) -> str:
    difference = found.overall
    points = f"{abs(difference.difference) * 100:.1f} points"
    bounds = f"95 % interval {difference.low * 100:+.1f} to {difference.high * 100:+.1f}"
    if difference.low <= 0 <= difference.high:
        return f"{b.model} and {a.model} cannot be told apart on {found.n:,} items ({bounds} points)."
    better = "better" if difference.difference > 0 else "worse"
    return f"{b.model} is {points} {better} than {a.model} on {found.n:,} items ({bounds})."
