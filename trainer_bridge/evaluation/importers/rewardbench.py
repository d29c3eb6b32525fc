"""RewardBench (prompt, chosen, rejected, subset, id) and RewardBench 2 (several right and wrong answers)."""

from __future__ import annotations

from curation.datasets.importers.base import text_at
from trainer_bridge.domain.evaluation.rewardbench import SUBSETS
from trainer_bridge.evaluation.importers.base import Draft, Row, optional_id, prompt_at, texts_at
from trainer_bridge.evaluation.importers.preferences import pair_of


class RewardBench:
    """A pair a row, in one of RewardBench's subsets; answers are texts, or conversations that end with them."""

    key = "rewardbench"

    def fits(self, row: Row) -> bool:
        return row.get("subset") in SUBSETS and "chosen" in row and "rejected" in row

    def draft(self, row: Row, *, file: str) -> Draft:
        prompt, right, wrong = pair_of(row)
        return Draft(optional_id(row, "id"), text_at(row, "subset"), prompt, [right], [wrong])


class RewardBench2:
    """`chosen` and `rejected` are lists; ids of the subset Ties are `ref:k` and `tied:k`."""

    key = "rewardbench_2"

    def fits(self, row: Row) -> bool:
        lists = type(row.get("chosen")) is list and type(row.get("rejected")) is list
        return lists and type(row.get("subset")) is str and all(type(one) is str for one in row["chosen"])

    def draft(self, row: Row, *, file: str) -> Draft:
        right, wrong = texts_at(row, "chosen"), texts_at(row, "rejected")
        return Draft(optional_id(row, "id"), text_at(row, "subset"), prompt_at(row), right, wrong)
