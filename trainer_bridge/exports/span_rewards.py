"""Marked responses with rewards where they are earned (Fine-Grained RLHF), or edits with what they took out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.domain.said import Edits, Mark, Omission, Spans, body_of, said_of
from trainer_bridge.domain.span_rewards import (
    BY_SENTENCE,
    RESPONSE,
    Rewards,
    Segment,
    density_of_category,
    mark_reward,
    removed_spans,
    slices_to,
    span_rewards,
    splitter,
    token_rewards,
)
from trainer_bridge.exports.base import MESSAGES, Column, Dropped, KeptRecord, Messages, Row, assistant, messages
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.record_options import UNLABELLED, authors, remarks_on
from webapp.store.canonical import Response

_OFFSETS = [("start", pa.int32()), ("end", pa.int32())]
_MARKS = pa.list_(pa.struct([*_OFFSETS, ("category", pa.string()), ("reward", pa.float64())]))
_SEGMENT = pa.struct(
    [*_OFFSETS, ("label", pa.string()), ("categories", pa.list_(pa.string())), ("reward", pa.float64())]
)
_REWARDS = pa.schema(
    [
        ("record_id", pa.string()),
        ("response_id", pa.string()),
        ("prompt", MESSAGES),
        ("completion", MESSAGES),
        ("marks", _MARKS),
        ("sub_sentences", pa.list_(_SEGMENT)),
        ("sentences", pa.list_(_SEGMENT)),
        ("response", _SEGMENT),
        ("rewards", pa.list_(pa.struct([("offset", pa.int32()), ("reward", pa.float64())]))),
    ]
)
_BY_TOKEN = pa.schema([*_REWARDS, ("token_ids", pa.list_(pa.int32())), ("token_rewards", pa.list_(pa.float64()))])
_FOCAL = pa.schema(
    [
        ("prompt", MESSAGES),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("rejected_mask", pa.list_(pa.struct(_OFFSETS))),
    ]
)
_EDITED = ("edited_from", "edited_to")


class SpanRewards:
    key = "span_rewards"
    title = "Rewards of spans"
    trainer = "Fine-Grained RLHF"
    description = (
        "Responses with the errors marked in them and a reward for each sub-sentence, sentence and the whole; or edits "
        "with the words they took out, for losses that look at these alone. Offsets count characters, not tokens."
    )
    options: tuple[Option, ...] = (
        Option(
            "rows",
            "choice",
            "rewards",
            "rewards: marked responses; focal: a response against its edit, with the words the edit took out",
            choices=("rewards", "focal"),
        ),
        authors("people", "marks and edits"),
        Option("questions", "names", [], "only marks given to these questions; none named: to any"),
        Option("by_sentence", "names", list(BY_SENTENCE), "categories of marks that are judged by sentence"),
        Option("by_response", "names", [], "categories judged of the whole response; all others are by sub-sentence"),
        Option("sub_sentence_reward", "number", 0.3, "what a sub-sentence without a mark earns", least=0.0),
        Option("sentence_reward", "number", 0.5, "what a sentence without a mark earns", least=0.0),
        Option("response_reward", "number", 0.3, "what a response with nothing missing earns", least=0.0),
        Option("most_removed", "number", 0.7, "edits that took out a greater share are rewrites", above=0.0, most=1.0),
        UNLABELLED,
    )
    reads: Literal["records"] = "records"
    over_long = "Whoever lays tokens over the offsets decides what becomes of long responses; none is left out here."

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        both = sorted(set(options["by_sentence"]) & set(options["by_response"]))
        return {"by_response": f"“{both[0]}” is named by sentence too; leave it in one of the two."} if both else {}

    def columns(self, options: Options) -> tuple[Column, ...]:
        prompt = Column("prompt", "messages up to the answer, the system turn included")
        if options["rows"] == "focal":
            return (
                prompt,
                Column("chosen", "the edited answer, as one assistant message"),
                Column("rejected", "the answer as it was, as one assistant message"),
                Column("rejected_mask", "spans of rejected, in code points, that the edit took out"),
            )
        own = self.trainer
        tokens = (
            Column("token_ids", "the response's tokens in the rendered conversation, by the named tokenizer", own),
            Column("token_rewards", "the reward of each of them", own),
        )
        return (
            Column("record_id", "the record in the dataset version", "people"),
            Column("response_id", "the response in it", "people"),
            prompt,
            Column("completion", "the response, as one assistant message"),
            Column("marks", "spans in code points, with category and what they take away; 0 for too short ones"),
            Column("sub_sentences", "O or NF-ERR for each, the categories that touch it, and its reward", own),
            Column("sentences", "O, F-ERR or Ignore for each: facts of what is marked otherwise are unchecked", own),
            Column("response", "O, or ERR where something is missing, and the reward of the whole", own),
            Column("rewards", "rewards summed by the offset at which they are given, for tokens ending there", own),
            *(tokens if options.get("tokenizer") else ()),
        )

    def schema(self, options: Options) -> pa.Schema:
        if options["rows"] == "focal":
            return _FOCAL
        return _BY_TOKEN if options.get("tokenizer") else _REWARDS

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        yield from (_focal if options["rows"] == "focal" else _marked)(unit, options)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        if options["rows"] == "focal":
            return {}
        return {"segments": {"splitter": splitter(), "offsets": "code points", "rewards": _rewards(options)._asdict()}}

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        return []


def _rewards(options: Options) -> Rewards:
    return Rewards(options["sub_sentence_reward"], options["sentence_reward"], options["response_reward"])


def _marked(unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
    """A row for each response that somebody marked, or read and found without fault."""
    given = said_of(unit.record.annotations, "spans", authors=options["authors"], questions=options["questions"])
    if not given:
        yield Dropped("no_marks", unit.split)
    prompt = messages(unit.record.prompt)
    for annotation in given:
        spans = body_of(annotation, Spans)
        if spans is None:
            yield Dropped("unreadable", unit.split)
            continue
        read = {mark.target for mark in spans.marks} | {each.target for each in spans.omissions} | set(spans.no_error)
        responses = [each for each in unit.record.responses if each.response_id in read]
        if not responses:
            yield Dropped("marks_on_other_texts", unit.split)
        for response in responses:
            marks = [mark for mark in spans.marks if mark.target == response.response_id]
            missing = [each for each in spans.omissions if each.target == response.response_id]
            if all(slices_to(response.content, mark) for mark in marks):
                values = _marked_values(unit, prompt, response, marks, missing, options)
                yield Row(values, unit.split, remarks_on(unit))
            else:
                yield Dropped("offsets_differ_from_text", unit.split)


def _marked_values(
    unit: KeptRecord,
    prompt: Messages,
    response: Response,
    marks: list[Mark],
    missing: list[Omission],
    options: Options,
) -> dict[str, Any]:
    rewards = _rewards(options)
    densities = {
        mark.category: density_of_category(mark.category, options["by_sentence"], options["by_response"])
        for mark in marks
    } | {each.category: RESPONSE for each in missing}
    text = response.content
    found = span_rewards(text, marks, missing, densities, rewards)
    completion = assistant(text)
    tokens: dict[str, Any] = {}
    if options.get("tokenizer"):
        ids, offsets = options.learned["tokens"](prompt, completion)
        tokens = {"token_ids": ids, "token_rewards": token_rewards(found.points, offsets)}
    return {
        "record_id": unit.record.record_id,
        "response_id": response.response_id,
        "prompt": prompt,
        "completion": completion,
        "marks": [
            {
                "start": mark.start,
                "end": mark.end,
                "category": mark.category,
                "reward": mark_reward(text, mark, densities[mark.category], rewards),
            }
            for mark in marks
        ],
        "sub_sentences": [_segment(part) for part in found.sub_sentences],
        "sentences": [_segment(part) for part in found.sentences],
        "response": _segment(found.response),
        "rewards": [{"offset": offset, "reward": reward} for offset, reward in found.points],
        **tokens,
    }


def _segment(part: Segment) -> dict[str, Any]:
    return {**part._asdict(), "categories": list(part.categories)}


def _focal(unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
    """A row for each edit: of a record that an edit made, or imported beside the response it changes."""
    prompt = messages(unit.record.prompt)
    edits = list(_edits(unit, options))
    if not edits:
        yield Dropped("no_edit", unit.split)
    for before, after in edits:
        mask = removed_spans(before, after)
        removed = sum(len(before[start:end].split()) for start, end in mask)
        if not mask:
            yield Dropped("nothing_taken_out", unit.split)
        elif removed > options["most_removed"] * len(before.split()):
            yield Dropped("rewritten", unit.split)
        else:
            spans = [{"start": start, "end": end} for start, end in mask]
            values = {"prompt": prompt, "chosen": assistant(after), "rejected": assistant(before)}
            yield Row({**values, "rejected_mask": spans}, unit.split, remarks_on(unit))


def _edits(unit: KeptRecord, options: Options) -> Iterator[tuple[str, str]]:
    """Texts before and after. What people edited here is a record of its own, so it is taken from there alone."""
    texts = {response.response_id: response.content for response in unit.record.responses}
    named = [unit.record.metadata.get(name) for name in _EDITED]
    by_judge = str(unit.record.metadata.get("made_by", "")).startswith("judge:")
    wanted = options["authors"] == "all" or by_judge == (options["authors"] == "judges")
    if wanted and any([pair.rejected_id, pair.chosen_id] == named for pair in unit.pairs):
        yield texts[str(named[0])], texts[str(named[1])]
    for annotation in said_of(unit.record.annotations, "edit", authors=options["authors"]):
        body = body_of(annotation, Edits) if annotation.source == "imported" else None
        for edit in body.edits if body else ():
            if edit.response in texts and edit.text.strip():
                yield texts[edit.response], edit.text
