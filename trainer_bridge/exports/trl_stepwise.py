"""Steps of reasoning with a label each, for process reward models; or pairs of next steps, for step-wise DPO."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import pyarrow as pa

from trainer_bridge.domain.said import Steps, body_of, said_of
from trainer_bridge.domain.stepwise import (
    RatedChain,
    Rating,
    combined,
    is_control,
    rated_chain,
    ratings_of,
    step_pairs,
    steps_and_separator,
    stepwise,
)
from trainer_bridge.exports.base import MESSAGES, Column, Dropped, KeptRecord, Messages, Row, assistant, messages
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import transcript
from trainer_bridge.exports.record_options import UNLABELLED, authors, remarks_on

_STEPS = pa.schema([("prompt", pa.string()), ("completions", pa.list_(pa.string())), ("labels", pa.list_(pa.bool_()))])
_PAIRS = pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES), ("prefix", pa.string())])


class TrlStepwise:
    key = "trl_stepwise"
    title = "TRL stepwise supervision"
    trainer = "trl.experimental.prm.PRMTrainer"
    description = (
        "The steps of each response up to its first error, each right or wrong, for process reward models; or a right "
        "next step against a wrong one after the same beginning."
    )
    options: tuple[Option, ...] = (
        Option(
            "rows",
            "choice",
            "steps",
            "steps: prompt, completions and labels; pairs: right against wrong next steps, for DPO",
            choices=("steps", "pairs"),
        ),
        Option(
            "neutral",
            "choice",
            "correct",
            "what neutral steps are: correct, or without a label of their own (drop), their text before the next "
            "step's; pairs never use them",
            choices=("correct", "drop"),
        ),
        Option("combine", "flag", True, "one row a response, by majority of all its labels, or one for each person"),
        authors("people", "labels of steps"),
        UNLABELLED,
    )
    reads: Literal["records"] = "records"
    over_long = "Trainers of process reward models cut rows at max_length tokens, and the labels beyond with them."

    def columns(self, options: Options) -> tuple[Column, ...]:
        if options["rows"] == "steps":
            return (
                Column("prompt", "the conversation up to the response, as text"),
                Column("completions", "the steps up to and including the first wrong one"),
                Column("labels", "whether each step is right"),
            )
        own = "trl.DPOTrainer"
        return (
            Column("prompt", "messages up to the answer, the system turn included", own),
            Column("chosen", "the shared beginning and a right next step, as one assistant message", own),
            Column("rejected", "the same beginning and a wrong next step, as one assistant message", own),
            Column("prefix", "the shared beginning, empty for first steps; its probability cancels in DPO", "people"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return _STEPS if options["rows"] == "steps" else _PAIRS

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        if is_control(unit.record.metadata):
            yield Dropped("quality_control", unit.split)
            return
        chains: list[RatedChain] = []
        for each in _chains(unit, options):
            if isinstance(each, Dropped):
                yield each
            elif options["rows"] == "steps":
                yield self._steps(unit, each, options)
            else:
                chains.append(each)
        if chains:
            yield from self._pairs(unit, chains)

    def _steps(self, unit: KeptRecord, chain: RatedChain, options: Options) -> Row | Dropped:
        completions, labels = stepwise(chain, neutral=options["neutral"])
        if not completions:
            return Dropped("only_neutral_steps", unit.split)
        prompt = _as_text(messages(unit.record.prompt))
        return Row({"prompt": prompt, "completions": completions, "labels": labels}, unit.split, remarks_on(unit))

    def _pairs(self, unit: KeptRecord, chains: list[RatedChain]) -> Iterator[Row | Dropped]:
        pairs = step_pairs(chains)
        if not pairs:
            yield Dropped("no_right_and_wrong_step", unit.split)
        prompt = messages(unit.record.prompt)
        for pair in pairs:
            chosen, rejected = (pair.separator.join([*pair.prefix, step]) for step in (pair.chosen, pair.rejected))
            values = {"prompt": prompt, "chosen": assistant(chosen), "rejected": assistant(rejected)}
            yield Row({**values, "prefix": pair.separator.join(pair.prefix)}, unit.split, remarks_on(unit))


def _as_text(prompt: Messages) -> str:
    """A request by itself, a longer conversation with its speakers: trainers of steps know no chat template."""
    return prompt[0]["content"] if len(prompt) == 1 else transcript(prompt)


def _chains(unit: KeptRecord, options: Options) -> Iterator[RatedChain | Dropped]:
    """The judged part of every response with labelled steps, or why there is none."""
    annotations = said_of(unit.record.annotations, "steps", authors=options["authors"])
    if not annotations:
        yield Dropped("no_steps", unit.split)
    given: defaultdict[str, list[list[Rating]]] = defaultdict(list)
    for annotation in annotations:
        body = body_of(annotation, Steps)
        if body is None:
            yield Dropped("unreadable", unit.split)
            continue
        for response_id, labelled in body.items():
            given[response_id].append(ratings_of(labelled.labels, labelled.first_error))
    texts = {response.response_id: response.content for response in unit.record.responses}
    for response_id, ratings in sorted(given.items()):
        by_count: defaultdict[int, list[list[Rating]]] = defaultdict(list)
        for each in ratings:
            by_count[len(each)].append(each)
        for count, alike in sorted(by_count.items()):
            found = steps_and_separator(texts.get(response_id, ""), count)
            for judged in [combined(alike)] if options["combine"] else alike:
                if found is None:
                    yield Dropped("steps_differ_from_text", unit.split)
                    continue
                chain = rated_chain(found[0], judged, found[1])
                yield chain if chain.steps else Dropped("nothing_judged", unit.split)
