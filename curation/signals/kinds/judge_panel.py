"""One verdict from several judges' runs over the version, none judging what its own family wrote (METHODS §11.6).

Judges voted apart. Each one's logit is put on the scale of its last check where it has one, weighed, and averaged; a
pair on which the judges contradict each other, or for which fewer than three are left, names no side and asks for
review.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from curation.domain.arrays import Flags, Floats
from curation.domain.judging.panel import (
    MAX_SPREAD,
    MIN_JUDGES,
    PanelVerdicts,
    combine_panel,
    equal_weights,
    own_family,
    weights_by_agreement,
    weights_from_gold,
)
from curation.domain.pooling import SourceWeight, gold_weights
from curation.signals.column_params import check_of_version, margins_schema
from curation.signals.judge_votes import Judged, Member, members_of, read_judged
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.params import check_choice, check_flag, check_ids, check_number, filled_in
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error

DEFAULTS: dict[str, Any] = {"signals": None, "weights": "equal", "exclude_own_family": True, "max_spread": MAX_SPREAD}
MOST = 9
MIN_GOLD = 200
NO_VERDICT = "no_judge_has_a_verdict"
NONE_LEFT = "no_judge_that_may_judge_it"
_WEIGHTS = ("equal", "gold", "dawid_skene")


class JudgePanelSignal:
    kind = "judge_panel"
    title = "Panel of AI judges"
    description = (
        "One verdict from three to nine judges that judged this version: the weighted mean of their log-odds, without "
        "judges whose own family wrote a response. Where they contradict each other, the pair is for review."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("logit", "Log-odds that b is better", signed=True),
        Column("verdict", "Verdict", signed=True),
        Column("spread", "Spread of the judges' probabilities"),
        Column("judges", "Judges used"),
        Column("review", "For review", "flag"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "signals": margins_schema(
                MIN_JUDGES,
                MOST,
                title="Judges' runs",
                description="Signals of AI judges that compare pairs, each of another model.",
                level="pair",
            ),
            "weights": {
                "type": "string",
                "title": "Weights",
                "oneOf": [
                    {"const": "equal", "title": "Every judge the same"},
                    {"const": "gold", "title": f"By accuracy on labels of people ({MIN_GOLD} needed)"},
                    {"const": "dawid_skene", "title": "By agreement with each other and with people (Dawid–Skene)"},
                ],
                "default": "equal",
            },
            "exclude_own_family": {
                "type": "boolean",
                "title": "No judge of its own family",
                "description": "A judge has no say where the generator of a response has its family or model in its "
                "name.",
                "default": True,
            },
            "max_spread": {
                "type": "number",
                "title": "Largest spread",
                "description": "Judges whose probabilities lie further apart contradict each other.",
                "default": MAX_SPREAD,
                "minimum": 0,
                "maximum": 1,
            },
        },
        "required": ["signals"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the panel of judges")
        check_ids(given, "signals", "signals of AI judges", least=MIN_JUDGES, most=MOST)
        check_choice(given, "weights", _WEIGHTS)
        check_flag(given, "exclude_own_family")
        check_number(given, "max_spread", 0, 1)
        members = members_of(project_id, given["signals"])
        return f"Panel of {len(members)} judges", {**given, "signals": [member.facts for member in members]}

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("signals",))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            members = members_of(project_id, given["signals"])
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            judged = read_judged(source, members)
            excluded: Flags = np.zeros(judged.logits.shape, dtype=bool)
            if given["exclude_own_family"]:
                excluded = own_family([member.judge.family_names for member in members], *judged.authors)
            said = np.where(excluded, np.nan, judged.logits)
            weights = _weights(given["weights"], said, judged.gold)
            # A judge that was found perverse when it was checked has no say, whatever it is weighed by.
            weights[[member.scale <= 0 for member in members]] = 0.0
            on_gold = gold_weights(said, judged.gold, min_gold=MIN_GOLD)
            used["weights"] = [_told(*each) for each in zip(members, weights, on_gold, excluded, strict=True)]
            if not weights.any():
                raise JobError(_nobody(members, on_gold))
            yield from _rows(judged, combine_panel(said, weights, max_spread=given["max_spread"]))

        return score, used


def _weights(by: str, said: Floats, gold: Floats) -> Floats:
    if by == "gold":
        return weights_from_gold(said, gold, min_gold=MIN_GOLD)
    if by == "dawid_skene":
        return weights_by_agreement(said, gold=gold)
    return equal_weights(len(said))


def _rows(judged: Judged, found: PanelVerdicts) -> Iterator[Row]:
    """The verdict names a side where the pair is not for review, 0 else."""
    had_a_say = np.isfinite(judged.logits).any(axis=0)
    for at, pair in enumerate(judged.pairs):
        if found.judges[at] == 0:
            yield pair_failed(NONE_LEFT if had_a_say[at] else NO_VERDICT, pair)
            continue
        logit, review = float(found.logit[at]), bool(found.review[at])
        values = {
            "logit": logit,
            "verdict": 0.0 if review else float(np.sign(logit)),
            "spread": float(found.spread[at]),
            "judges": float(found.judges[at]),
            "review": review,
        }
        yield pair_row(pair, values)


def _told(member: Member, weight: float, on_gold: SourceWeight, excluded: Flags) -> dict[str, Any]:
    return {
        **member.facts,
        "weight": float(weight),
        "gold_pairs": on_gold.gold,
        "right": on_gold.right,
        "accuracy": on_gold.accuracy if on_gold.gold else None,
        "excluded_pairs": int(excluded.sum()),
        "reason": on_gold.reason,
    }


def _nobody(members: Sequence[Member], on_gold: Sequence[SourceWeight]) -> str:
    why = "; ".join(
        f"{member.judge}: {weight.reason or f'{weight.right:g} of {weight.gold} right on gold'}"
        for member, weight in zip(members, on_gold, strict=True)
    )
    return f"No judge of this panel has a weight ({why}). Weigh them the same, or have more pairs labelled by people."
