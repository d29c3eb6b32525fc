"""RM-Bench: one right and one wrong answer, each written in three styles."""

from __future__ import annotations

from curation.datasets.importers.base import RowError, text_at
from trainer_bridge.domain.evaluation.rm_bench import STYLES
from trainer_bridge.evaluation.importers.base import Draft, Row, optional_id, prompt_at, texts_at


class RmBench:
    """`chosen` and `rejected` hold the styles from the plainest to the fanciest."""

    key = "rm_bench"

    def fits(self, row: Row) -> bool:
        sides = [row.get("chosen"), row.get("rejected")]
        return type(row.get("domain")) is str and all(type(side) is list and len(side) == len(STYLES) for side in sides)

    def draft(self, row: Row, *, file: str) -> Draft:
        right, wrong = texts_at(row, "chosen"), texts_at(row, "rejected")
        if len(right) != len(STYLES) or len(wrong) != len(STYLES):
            raise RowError("wrong_type", f"“chosen” and “rejected” must hold {len(STYLES)} answers, one a style.")
        return Draft(optional_id(row, "id"), text_at(row, "domain"), prompt_at(row), right, wrong, STYLES)
