"""One row for each vote, by who gave it under a pseudonym, for models of many people (PAL, VPL, FSPO; METHODS §15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
import pyarrow as pa

from trainer_bridge.domain.annotator_rows import OTHER_GROUP, Contexts, groups_kept, pid_of, unseen_of
from trainer_bridge.exports.base import MESSAGES, Column, Corpus, Dropped, KeptRecord, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.record_options import MOST_SEED
from webapp.jobs.handlers import JobError
from webapp.store.canonical import Label

SEEN, UNSEEN = "seen", "unseen"
_SCHEMA = pa.schema(
    [
        ("prompt", MESSAGES),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("annotator_pid", pa.string()),
        ("group", pa.string()),
        ("annotator_split", pa.string()),
        ("prompt_split", pa.string()),
        ("strength", pa.float64()),
        ("aspect", pa.string()),
        ("consensus", pa.float64()),
        ("pair_id", pa.string()),
        ("context_pairs", pa.list_(pa.string())),
    ]
)
_VOTERS = """
SELECT label.annotator, count(*), list(DISTINCT said)
  FROM (SELECT unnest(labels) AS label, json_extract(metadata, $pointer)::VARCHAR AS said
          FROM read_parquet($parts, union_by_name = true)
         WHERE record_id IN (SELECT record_id FROM {pairs}))
 WHERE label.annotator IS NOT NULL AND label.source <> 'judge' AND label.value <> 0
 GROUP BY ALL
"""
_ROWS_AT_ONCE = 1000
_SAME_TEXTS = (
    "Pseudonyms differ from export to export, but texts do not: who holds two exports can match people by what they "
    "voted on. Hand out one."
)


class AnnotatorPairs:
    key = "annotator_pairs"
    title = "Pairs by annotator"
    trainer = "PAL, VPL or FSPO"
    description = (
        "Every person's own vote as a row, under a pseudonym that no other export has, with earlier votes of the same "
        "person as context and some people held out entirely."
    )
    options: tuple[Option, ...] = (
        Option("context_size", "whole", 8, "earlier pairs of the same person named with a row", least=0, most=64),
        Option("least_votes", "whole", 1, "people with fewer votes are left out", least=1, most=10_000),
        Option(
            "unseen_share",
            "number",
            0.1,
            "the share of people held out entirely: all their rows are test rows",
            least=0.0,
            most=0.5,
        ),
        Option("seed", "whole", 0, "what draws the people held out", least=0, most=MOST_SEED),
        Option(
            "group",
            "text",
            None,
            "the entry of a record's metadata that names its annotators' group, or a group for each of them; left out: "
            "no groups",
        ),
        Option("least_people", "whole", 5, "smaller groups become “other”", least=5, most=1000),
    )
    reads: Literal["records"] = "records"
    over_long = "Each of these trainers cuts or leaves out rows by a limit of its own."

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", "the answer this person preferred, as one assistant message"),
            Column("rejected", "the other answer, as one assistant message"),
            Column("annotator_pid", "who voted: the same name throughout this export and in no other"),
            Column("group", "the person's group where it has enough people, else “other”; null where none is named"),
            Column("annotator_split", "unseen for people without a row in train, else seen"),
            Column("prompt_split", "which split the snapshot puts the prompt in"),
            Column("strength", "how much better, from 1 to 3, on the scale of the vote"),
            Column("aspect", "what was asked about; null for the whole"),
            Column("consensus", "mean of all votes on the pair: 1 when all prefer this chosen, −1 when none does"),
            Column("pair_id", "the snapshot's pair; with annotator_pid it names the row"),
            Column("context_pairs", "pair_id of earlier rows of the same person, about other prompts"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return _SCHEMA

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """Who is held out, who has too few votes, and which groups are large enough."""
        votes: Counter[str] = Counter()
        named: dict[str, set[str]] = {}
        # A JSON pointer, so that a name may hold any character.
        pointer = "/" + (options["group"] or "").replace("~", "~0").replace("/", "~1")
        reader = corpus.over_pairs(_VOTERS, parts=corpus.parts, pointer=pointer)
        while rows := reader.fetchmany(_ROWS_AT_ONCE):
            for annotator, count, said in rows:
                pid = pid_of(options.secret, annotator)
                votes[pid] += count
                if options["group"] is not None:
                    named.setdefault(pid, set()).update(group for each in said if (group := _group(each, annotator)))
        enough = {pid for pid, count in votes.items() if count >= options["least_votes"]}
        if not enough:
            raise JobError("No vote on a kept pair says who gave it, so there is nothing to export by annotator.")
        groups = {
            pid: next(iter(said)) if len(said) == 1 else OTHER_GROUP for pid, said in named.items() if pid in enough
        }
        kept = groups_kept(groups, least=options["least_people"])
        return {
            "enough": frozenset(enough),
            "unseen": unseen_of(enough, share=options["unseen_share"], seed=options["seed"]),
            "groups": {pid: group if group in kept else OTHER_GROUP for pid, group in groups.items()},
            "contexts": Contexts(options["context_size"]),
        }

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        if not unit.pairs:
            yield Dropped("no_pair", unit.split)
        for pair in unit.pairs:
            labels = _votes_on(pair, unit)
            if not labels:
                yield Dropped("no_votes_of_people", unit.split)
            voted: set[str] = set()
            consensus = _consensus(labels, pair)
            for label in labels:
                fault = _fault(label, voted, options)
                if fault is None:
                    yield self._row(pair, label, consensus, unit, options)
                    voted.add(str(label.annotator))
                else:
                    yield Dropped(fault, unit.split)

    def _row(self, pair: Pair, label: Label, consensus: float, unit: KeptRecord, options: Options) -> Row:
        pid = pid_of(options.secret, str(label.annotator))
        agrees = (label.b if (label.value or 0) > 0 else label.a) == pair.chosen_id
        unseen = pid in options.learned["unseen"]
        contexts: Contexts = options.learned["contexts"]
        asked = msgspec.json.encode(pair.prompt).decode()
        values = {
            "prompt": pair.prompt,
            "chosen": assistant(pair.chosen if agrees else pair.rejected),
            "rejected": assistant(pair.rejected if agrees else pair.chosen),
            "annotator_pid": pid,
            "group": options.learned["groups"].get(pid),
            "annotator_split": UNSEEN if unseen else SEEN,
            "prompt_split": unit.split,
            "strength": float(abs(label.value or 0)),
            "aspect": label.aspect,
            "consensus": consensus if agrees else -consensus,
            "pair_id": pair.pair_id,
            "context_pairs": contexts.before(pid, asked),
        }
        if unseen or unit.split == "train":
            # What is asked in a test must not stand in another test's context.
            contexts.add(pid, asked, pair.pair_id)
        return Row(values, "test" if unseen else unit.split)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        learned = options.learned
        people = {"in_all": len(learned["enough"]), "held_out": len(learned["unseen"])}
        return {"annotators": {**people, "groups": dict(sorted(Counter(learned["groups"].values()).items()))}}

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        found = [_SAME_TEXTS]
        if not options.learned["unseen"]:
            found.append("Nobody is held out, so nothing here tells how a model does with people it has not seen.")
        return found


def _group(said: str | None, annotator: str) -> str | None:
    """A group from the JSON that metadata holds: one for all of a record's annotators, or one for each."""
    value = msgspec.json.decode(said) if said else None
    if isinstance(value, dict):
        value = value.get(annotator)
    return value if isinstance(value, str) and value.strip() else None


def _votes_on(pair: Pair, unit: KeptRecord) -> list[Label]:
    """People's votes on the two responses: about the pair's aspect or, where it combines several, about any."""
    sides = {pair.chosen_id, pair.rejected_id}
    named = [
        label
        for label in unit.record.labels
        if {label.a, label.b} == sides and label.annotator is not None and label.source != "judge"
    ]
    votes = [label for label in named if label.aspect == pair.aspect] or named
    return sorted(votes, key=lambda label: (str(label.annotator), label.aspect or "", label.origin or ""))


def _consensus(labels: list[Label], pair: Pair) -> float:
    sides = [0 if not label.value else 1 if label.value > 0 else -1 for label in labels if label.value is not None]
    mean = sum(sides) / len(sides) if sides else 0.0
    return mean if pair.chosen_id > pair.rejected_id else -mean


def _fault(label: Label, voted: set[str], options: Options) -> str | None:
    if not label.value:
        return "both_bad" if label.value is None else "tie"
    if label.annotator in voted:
        return "voted_twice"
    enough: frozenset[str] = options.learned["enough"]
    return None if pid_of(options.secret, str(label.annotator)) in enough else "too_few_votes"
