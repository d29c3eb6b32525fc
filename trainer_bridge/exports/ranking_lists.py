"""All ranked responses of a prompt in one row, the best first, for losses over lists (PRO, IRPO)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from curation.signals.trusted_labels import TRUSTED, trusted_labels
from trainer_bridge.domain.aspects import mean_ratings
from trainer_bridge.domain.ranked_lists import RankedList, Vote, ranked_by_scores, ranked_by_votes, votes_of_ranks
from trainer_bridge.domain.said import Ranking, Ratings, body_of, said_of
from trainer_bridge.exports.base import MESSAGES, Column, Dropped, KeptRecord, Row, messages
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.record_options import UNLABELLED, authors, remarks_on
from webapp.store.canonical import Label

_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("prompt", MESSAGES),
        ("responses", pa.list_(pa.string())),
        ("response_ids", pa.list_(pa.string())),
        ("places", pa.list_(pa.int32())),
        ("scores", pa.list_(pa.float64())),
        ("votes", pa.int64()),
        ("cyclic", pa.bool_()),
    ]
)


class RankingLists:
    key = "ranking_lists"
    title = "Ranked lists"
    trainer = "PRO or IRPO"
    description = "Every ranked response of a prompt from best to worst, with ties and scores, for losses over lists."
    options: tuple[Option, ...] = (
        Option(
            "source",
            "choice",
            "votes",
            "what ranks the responses: all votes between them (those of rankings among them), the pairs the snapshot "
            "keeps, whole rankings, mean ratings, or a score",
            choices=("votes", "pairs", "rankings", "ratings", "scores"),
        ),
        Option("score", "score", None, "the score that ranks, where the source is scores"),
        Option("aspect", "text", None, "the aspect of votes, pairs or ratings; left out: of the whole"),
        authors("people", "rankings and ratings"),
        Option(
            "cycles",
            "choice",
            "drop",
            "lists whose majorities go round in a circle: drop leaves them out, flag keeps them by their scores with "
            "cyclic true",
            choices=("drop", "flag"),
        ),
        Option("least", "whole", 2, "lists with fewer responses are left out", least=2, most=50),
        UNLABELLED,
    )
    reads: Literal["records"] = "records"
    over_long = "Trainers over lists cut each response at their own limit; none is left out here."

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        if options["source"] == "scores" and options["score"] is None:
            return {"score": "Name the score that ranks the responses, or choose another source."}
        return {}

    def columns(self, options: Options) -> tuple[Column, ...]:
        known = {"ratings": "mean ratings", "scores": "the score that was named"}
        scores = known.get(options["source"], "Bradley–Terry log-odds, adding up to 0")
        return (
            Column("record_id", "the record in the dataset version"),
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("responses", "the texts, the best first"),
            Column("response_ids", "their ids, in the same order"),
            Column("places", "their places: 1 is the best, equal places are ties"),
            Column("scores", f"their scores: {scores}"),
            Column("votes", "how many comparisons the order rests on; 0 for ratings and scores"),
            Column("cyclic", "majorities go round in a circle, so that no order agrees with all of them"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return _SCHEMA

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        found = _ranked(unit, options)
        if isinstance(found, Dropped):
            yield found
            return
        ranked, votes = found
        if len(ranked.order) < options["least"]:
            yield Dropped("too_few_responses", unit.split)
        elif ranked.cyclic and options["cycles"] == "drop":
            yield Dropped("cycle", unit.split)
        else:
            texts = {response.response_id: response.content for response in unit.record.responses}
            values = {
                "record_id": unit.record.record_id,
                "prompt": messages(unit.record.prompt),
                "responses": [texts[response_id] for response_id in ranked.order],
                "response_ids": list(ranked.order),
                "places": list(ranked.places),
                "scores": list(ranked.scores),
                "votes": votes,
                "cyclic": ranked.cyclic,
            }
            yield Row(values, unit.split, remarks_on(unit))


def _ranked(unit: KeptRecord, options: Options) -> tuple[RankedList, int] | Dropped:
    """The order and how many votes it rests on."""
    source = options["source"]
    known = {response.response_id for response in unit.record.responses}
    if source in ("ratings", "scores"):
        scores = _ratings(unit, options) if source == "ratings" else unit.scores.get(options["score"], {})
        there = {response_id: score for response_id, score in scores.items() if response_id in known}
        return (ranked_by_scores(there), 0) if there else Dropped(f"no_{source}", unit.split)
    read = {"votes": _votes, "pairs": _pairs, "rankings": _rankings}[source]
    votes = [vote for vote in read(unit, options) if {vote.a, vote.b} <= known]
    if not votes:
        return Dropped(f"no_{source}", unit.split)
    ranked = ranked_by_votes(sorted({name for vote in votes for name in vote[:2]}), votes)
    return (ranked, len(votes)) if ranked else Dropped("not_connected", unit.split)


def _votes(unit: KeptRecord, options: Options) -> list[Vote]:
    """The votes of the most trusted source of each pair; “both bad” orders nothing."""
    by_pair: defaultdict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in unit.record.labels:
        if label.value is not None and label.aspect == options["aspect"]:
            by_pair[label.a, label.b].append(label)
    votes = []
    for labels in by_pair.values():
        spoken = trusted_labels(labels, (*TRUSTED, "judge"))
        votes += [Vote(label.a, label.b, float(label.value or 0)) for label in spoken]
    return votes


def _pairs(unit: KeptRecord, options: Options) -> list[Vote]:
    return [
        Vote(pair.rejected_id, pair.chosen_id, 0.0 if pair.tie else 1.0)
        for pair in unit.pairs
        if pair.aspect == options["aspect"]
    ]


def _rankings(unit: KeptRecord, options: Options) -> list[Vote]:
    given = said_of(unit.record.annotations, "ranking", authors=options["authors"])
    bodies = (body_of(annotation, Ranking) for annotation in given)
    return [vote for body in bodies if body for vote in votes_of_ranks(body.ranks)]


def _ratings(unit: KeptRecord, options: Options) -> dict[str, float]:
    """Mean rating of each response: of one aspect, or of all that every rated response has."""
    found = [body_of(each, Ratings) for each in said_of(unit.record.annotations, "ratings", authors=options["authors"])]
    means = mean_ratings(body for body in found if body)
    if options["aspect"] is not None:
        return {name: row[options["aspect"]] for name, row in means.items() if options["aspect"] in row}
    common = set.intersection(*(set(row) for row in means.values())) if means else set()
    return {name: sum(row[each] for each in sorted(common)) / len(common) for name, row in means.items() if common}
