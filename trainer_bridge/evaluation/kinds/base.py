"""What a way to evaluate must provide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from trainer_bridge.models import Evaluation
from webapp.jobs.handlers import Progress, ShardPlan


@dataclass(frozen=True)
class Outcome:
    """What an evaluation found. `counts` is {"items", "scored", "failed", "leaked", "reasons"} and adds up."""

    metrics: dict[str, Any]
    counts: dict[str, Any]
    provenance: dict[str, Any] = field(default_factory=dict)
    message: str = ""


class Kind(Protocol):
    """One way to evaluate. It holds no state: any worker may do any part, and may do it twice.

    `model_kind` is what it evaluates: "reward" or "policy". `takes_against`, `takes_judge` and `takes_campaign`
    say what else it is given: "no", "may" or "must". `params_schema` is JSON schema, for the form of the web page.
    """

    key: str
    title: str
    description: str
    model_kind: str
    takes_against: str
    takes_judge: str
    takes_campaign: str
    params_schema: dict[str, Any]

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`params` with every default filled in. Raises ApplicationError naming params.<name>."""
        ...

    def plan(self, evaluation: Evaluation, *, items: int) -> list[ShardPlan]:
        """The parts of the work on a set of so many items, quickly."""
        ...

    def run_part(self, evaluation: Evaluation, part: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Do one part (`params` of its plan) and return JSON. The set is ready. Safe to repeat; raises JobError."""
        ...

    def finish(self, evaluation: Evaluation, leaked: Mapping[int, str], results: list[dict[str, Any]]) -> Outcome:
        """Write the rows (`evaluation.rows_key`) and work out the numbers from what the parts returned, in order.

        `leaked` are the items the model was trained on, by index with how that shows: they are in no number.
        """
        ...
