"""Two rows a pair, each asking for an answer of a stated score (arXiv 2410.08067; METHODS §10.7).

Asked for the chosen answer's score, chosen is better; asked for the rejected one's, the two change sides. Plain DPO.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.exports.base import MESSAGES, Column, Dropped, Messages, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options

TOP = 10.0
_LEAST = 1.0
REQUEST = (
    "Respond to the user so as to achieve a target score of {score} on a scale from 1 to 10, where 10 is the best "
    "possible answer."
)


class ScoreConditioned:
    key = "score_conditioned"
    title = "Score-conditioned pairs"
    trainer = "trl.DPOTrainer"
    description = (
        "Two rows for every pair, each asking for a score and preferring the answer that has it. When the model is "
        "used, ask for 10."
    )
    options: tuple[Option, ...] = (
        Option("score", "score", None, "the score of each answer"),
        Option("lowest", "number", 1.0, "the source's score that is a 1"),
        Option("highest", "number", 10.0, "the source's score that is a 10"),
        Option("decimals", "whole", 1, "decimals of a score that is no whole number", least=0, most=3),
        Option("system_role", "flag", True, "ask in the system turn; else at the beginning of the user's first turn"),
    )
    reads: Literal["pairs"] = "pairs"
    over_long = (
        "DPOTrainer cuts rows longer than max_length tokens at the end, and leaves out rows whose prompt alone fills "
        "it."
    )

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        if options["score"] is None:
            return {"score": "Name the score to ask for, such as signal:<id>."}
        return {} if options["lowest"] < options["highest"] else {"highest": "Choose a number above lowest."}

    def columns(self, options: Options) -> tuple[Column, ...]:
        where = "a system turn" if options["system_role"] else "the user's first turn"
        return (
            Column("prompt", f"messages up to the answer; {where} asks for a score from 1 to 10"),
            Column("chosen", "the answer that has the score asked for, as one assistant message"),
            Column("rejected", "the other answer, as one assistant message"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([(name, MESSAGES) for name in ("prompt", "chosen", "rejected")])

    def rows(self, unit: Pair, options: Options) -> Iterator[Row | Dropped]:
        scores = _scores(unit, options)
        if isinstance(scores, str):
            # Both rows are lost.
            yield Dropped(scores, unit.split)
            yield Dropped(scores, unit.split)
            return
        chosen, rejected = assistant(unit.chosen), assistant(unit.rejected)
        for score, better, worse in ((scores[0], chosen, rejected), (scores[1], rejected, chosen)):
            prompt = asking(unit.prompt, score, system_role=options["system_role"])
            yield Row({"prompt": prompt, "chosen": better, "rejected": worse}, unit.split)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        scale = {"source": options["score"], "lowest": options["lowest"], "highest": options["highest"]}
        return {"target_score": {**scale, "asked": REQUEST, "at_inference": REQUEST.format(score=f"{TOP:g}")}}

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        return [f'When the model is used, ask it the same way for a score of {TOP:g}: "{REQUEST.format(score="10")}"']


def asking(prompt: Messages, score: str, *, system_role: bool) -> Messages:
    """The prompt with the request for a score in its system turn, or before the first turn of the user."""
    request = REQUEST.format(score=score)
    wanted = "system" if system_role else "user"
    place = next((place for place, turn in enumerate(prompt) if turn["role"] == wanted), None)
    if place is None:
        return [{"role": wanted, "content": request}, *prompt]
    said = prompt[place]["content"]
    # Models heed the end of a system turn and the task that ends a user's.
    content = f"{said}\n\n{request}" if system_role else f"{request}\n\n{said}"
    return [*prompt[:place], {"role": wanted, "content": content}, *prompt[place + 1 :]]


def _scores(pair: Pair, options: Options) -> tuple[str, str] | str:
    """Both scores as they are asked for, or the reason for which the pair makes no rows."""
    sides = pair.scores[options["score"]]
    if sides.chosen is None or sides.rejected is None:
        return "no_score"
    if pair.chosen.strip() == pair.rejected.strip():
        return "identical_answers"
    if sides.chosen < sides.rejected:
        return "score_contradicts_label"
    chosen, rejected = (target_score(score, options) for score in (sides.chosen, sides.rejected))
    return "equal_scores" if chosen == rejected else (chosen, rejected)


def target_score(score: float, options: Mapping[str, Any]) -> str:
    """A score of the source on 1…10, rounded; whole numbers without a decimal point."""
    lowest, highest = options["lowest"], options["highest"]
    scaled = _LEAST + (score - lowest) / (highest - lowest) * (TOP - _LEAST)
    rounded = round(min(max(scaled, _LEAST), TOP), options["decimals"])
    return f"{rounded:g}"
