"""RMB: pairs, and best-of-n items whose winner has to beat every loser."""

from __future__ import annotations

from curation.datasets.importers.base import optional_text_at, wrong_type
from trainer_bridge.evaluation.importers.base import Draft, Row, answer_in, optional_id, prompt_at, stem_of

_PROMPT = "conversation_input"


class RmbPairwise:
    key = "rmb_pairwise"

    def fits(self, row: Row) -> bool:
        return _PROMPT in row and "chosen" in row and "reject" in row

    def draft(self, row: Row, *, file: str) -> Draft:
        right, wrong = answer_in(row.get("chosen"), "chosen"), answer_in(row.get("reject"), "reject")
        return Draft(optional_id(row, "pair_uid"), _subset(row, file), prompt_at(row, _PROMPT), [right], [wrong])


class RmbBestOfN:
    key = "rmb_best_of_n"

    def fits(self, row: Row) -> bool:
        return _PROMPT in row and "bon_best" in row and "loser_list" in row

    def draft(self, row: Row, *, file: str) -> Draft:
        losers = row.get("loser_list")
        if type(losers) is not list:
            raise wrong_type("loser_list", "a list of answers", losers)
        wrong = [answer_in(loser, f"loser_list[{at}]") for at, loser in enumerate(losers)]
        right = answer_in(row.get("bon_best"), "bon_best")
        return Draft(optional_id(row, "bon_uid"), _subset(row, file), prompt_at(row, _PROMPT), [right], wrong)


def _subset(row: Row, file: str) -> str:
    """The scenario's path, such as `Helpfulness/Code/Documentation`, or the file's name where rows do not say."""
    return (optional_text_at(row, "category_path") or stem_of(file)).strip("/ ")
