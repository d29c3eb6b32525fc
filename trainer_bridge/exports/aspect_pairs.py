"""A pair for each aspect two responses were compared by, conflicts kept, and weights to trade them off (MODPO)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.domain.aspects import mean_ratings, weights_of
from trainer_bridge.domain.margins import margin_of
from trainer_bridge.domain.said import Ratings, body_of, said_of
from trainer_bridge.exports.base import MESSAGES, Column, Corpus, Dropped, KeptRecord, Pair, Row, assistant
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.pair_columns import WEIGHT, extra_columns, extra_values
from trainer_bridge.exports.record_options import authors
from webapp.jobs.handlers import JobError
from webapp.store.canonical import Annotation

_NUMBERS = pa.list_(pa.struct([("aspect", pa.string()), ("value", pa.float64())]))
_SCHEMA = pa.schema(
    [
        ("prompt", MESSAGES),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("aspect", pa.string()),
        ("margin", pa.float64()),
        ("numbers_chosen", _NUMBERS),
        ("numbers_rejected", _NUMBERS),
        ("pair_id", pa.string()),
    ]
)
_OF_PAIRS = "SELECT DISTINCT aspect FROM {pairs} WHERE aspect IS NOT NULL"
_KEPT = "record_id IN (SELECT record_id FROM {pairs})"
_OF_SCORES = f"""
SELECT DISTINCT unnest(map_keys(response.scores)) FROM (
    SELECT unnest(responses) AS response FROM read_parquet($parts, union_by_name = true) WHERE {_KEPT})
"""  # noqa: S608 - of our own parts
_RATINGS = f"""
SELECT DISTINCT said.source, said.body FROM (
    SELECT unnest(annotations) AS said FROM read_parquet($parts, union_by_name = true) WHERE {_KEPT})
 WHERE said.kind = 'ratings'
"""  # noqa: S608 - of our own parts
_BODIES_AT_ONCE = 1000
Numbers = dict[str, dict[str, float]]


class AspectPairs:
    key = "aspect_pairs"
    title = "Pairs by aspect"
    trainer = "MODPO"
    description = (
        "A pair for each aspect of two responses, also where aspects disagree which is better, and a vector of weights "
        "for trading them off."
    )
    options: tuple[Option, ...] = (
        Option(
            "source",
            "choice",
            "pairs",
            "where aspects are compared: in votes (the pairs the snapshot keeps with an aspect), in mean ratings, or "
            "in the scores that responses came with; the last two of responses that the snapshot keeps as a pair",
            choices=("pairs", "ratings", "scores"),
        ),
        Option("aspects", "names", [], "only these aspects, or one of them for a file of its own; none named: all"),
        Option(
            "weights", "numbers", {}, "how much each aspect counts in the trade-off; none named: all alike", least=0.0
        ),
        Option(
            "norm",
            "choice",
            "sum",
            "weights add up to 1 (sum), or are a vector of length 1 (unit)",
            choices=("sum", "unit"),
        ),
        Option("full_gap", "number", 4.0, "the gap of ratings or scores whose margin is 1", above=0.0),
        Option("least_gap", "number", 0.0, "ratings or scores that differ by less are ties", least=0.0),
        authors("all", "ratings"),
        WEIGHT,
    )
    reads: Literal["records"] = "records"
    over_long = "DPO trainers cut rows longer than max_length tokens at the end; reward trainers leave them out."

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        unknown = sorted(set(options["weights"]) - set(options["aspects"])) if options["aspects"] else []
        if unknown:
            return {"weights": f"“{unknown[0]}” is not among the aspects; name it there or leave its weight out."}
        if options["weights"] and not any(options["weights"].values()):
            return {"weights": "Give at least one aspect a weight above 0."}
        return {}

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the answer, the system turn included"),
            Column("chosen", "the answer that is better in this aspect, as one assistant message"),
            Column("rejected", "the answer that is worse in this aspect, as one assistant message"),
            Column("aspect", "what the two were compared by; the aspects' weights are in the manifest", "MODPO"),
            Column("margin", "reward gap asked for, 0 to 1: the vote's strength / 3, or the gap / full_gap", "MODPO"),
            Column("numbers_chosen", "ratings or scores of chosen in every aspect; empty for votes", "MODPO"),
            Column("numbers_rejected", "the same of rejected", "MODPO"),
            Column("pair_id", "the snapshot's pair", "people"),
            *extra_columns(options),
        )

    def schema(self, options: Options) -> pa.Schema:
        return pa.schema([*_SCHEMA, *((column.name, pa.float64()) for column in extra_columns(options))])

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """The aspects there are, and their weights; counts are filled in while rows are made."""
        aspects = sorted(_aspects(corpus, options))
        missing = sorted((set(options["aspects"]) | set(options["weights"])) - set(aspects))
        if missing:
            known = ", ".join(aspects) or "none"
            raise JobError(f"Nothing was compared by “{missing[0]}” here; the aspects are {known}.")
        wanted = options["aspects"] or aspects
        try:
            weights = weights_of(wanted, options["weights"], options["norm"])
        except ValueError as error:
            raise JobError(str(error)) from None
        return {"weights": weights, "counts": Counter()}

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        if not unit.pairs:
            yield Dropped("no_pair", unit.split)
        counts: Counter[str] = options.learned.get("counts", Counter())
        better: dict[frozenset[str], set[str]] = {}
        made = self._of_votes if options["source"] == "pairs" else self._of_numbers
        for candidate in made(unit, options):
            if isinstance(candidate, Row):
                counts[f"aspect:{candidate.values['aspect']}"] += 1
                chosen, rejected = candidate.values["chosen"][0]["content"], candidate.values["rejected"][0]["content"]
                better.setdefault(frozenset((chosen, rejected)), set()).add(chosen)
            yield candidate
        counts["conflicts"] += sum(len(sides) > 1 for sides in better.values())

    def _of_votes(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        for pair in unit.pairs:
            if pair.aspect is None:
                yield Dropped("no_aspect", unit.split)
            elif options["aspects"] and pair.aspect not in options["aspects"]:
                yield Dropped("other_aspect", unit.split)
            elif pair.tie:
                yield Dropped("tie", unit.split)
            else:
                texts = (pair.chosen, pair.rejected)
                values = _values(pair, texts, pair.aspect, margin_of(pair.strength), ({}, {}))
                remarks = ("no_margin",) if pair.strength is None else ()
                yield Row({**values, **extra_values(pair, options)}, unit.split, remarks)

    def _of_numbers(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        numbers = _numbers(unit, options)
        seen: set[frozenset[str]] = set()
        for pair in unit.pairs:
            both = frozenset((pair.chosen_id, pair.rejected_id))
            if both in seen:
                continue
            seen.add(both)
            of_chosen, of_rejected = numbers.get(pair.chosen_id, {}), numbers.get(pair.rejected_id, {})
            shared = sorted(set(of_chosen) & set(of_rejected))
            wanted = [aspect for aspect in shared if not options["aspects"] or aspect in options["aspects"]]
            if not wanted:
                yield Dropped(f"no_{options['source']}", unit.split)
            for aspect in wanted:
                gap = of_chosen[aspect] - of_rejected[aspect]
                if gap == 0 or abs(gap) < options["least_gap"]:
                    yield Dropped("tie", unit.split)
                    continue
                texts, known = (pair.chosen, pair.rejected), (of_chosen, of_rejected)
                if gap < 0:
                    texts, known = texts[::-1], known[::-1]
                margin = min(abs(gap) / options["full_gap"], 1.0)
                values = _values(pair, texts, aspect, margin, known)
                yield Row({**values, **extra_values(pair, options)}, unit.split)

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        counts: Counter[str] = options.learned["counts"]
        by_aspect = {name: counts[f"aspect:{name}"] for name in options.learned["weights"]}
        return {
            "aspects": {
                "weights": options.learned["weights"],
                "norm": options["norm"],
                "rows": by_aspect,
                "pairs_in_conflict": counts["conflicts"],
            }
        }

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        counts: Counter[str] = options.learned["counts"]
        empty = [name for name in options.learned["weights"] if not counts[f"aspect:{name}"]]
        found = [f"No row is of the aspect “{name}”, so its weight is of no use." for name in empty]
        if counts["conflicts"]:
            found.append(
                f"In {counts['conflicts']} pairs of responses aspects disagree which is better; both rows are here."
            )
        return found


def _aspects(corpus: Corpus, options: Options) -> set[str]:
    if options["source"] == "pairs":
        return {aspect for (aspect,) in corpus.over_pairs(_OF_PAIRS).fetchall()}
    if options["source"] == "scores":
        return {aspect for (aspect,) in corpus.over_pairs(_OF_SCORES, parts=corpus.parts).fetchall()}
    found: set[str] = set()
    reader = corpus.over_pairs(_RATINGS, parts=corpus.parts)
    while rows := reader.fetchmany(_BODIES_AT_ONCE):
        given = [Annotation("ratings", "", None, None, source, None, body) for source, body in rows]
        for row in mean_ratings(_bodies(given, options)).values():
            found |= row.keys()
    return found


def _numbers(unit: KeptRecord, options: Options) -> Numbers:
    """`{response id: {aspect: number}}` from ratings or scores."""
    if options["source"] == "scores":
        return {response.response_id: dict(response.scores or {}) for response in unit.record.responses}
    return mean_ratings(_bodies(unit.record.annotations, options))


def _bodies(annotations: list[Annotation], options: Options) -> list[Ratings]:
    found = [body_of(each, Ratings) for each in said_of(annotations, "ratings", authors=options["authors"])]
    return [body for body in found if body]


def _values(
    pair: Pair, texts: tuple[str, str], aspect: str, margin: float, numbers: tuple[dict[str, float], dict[str, float]]
) -> dict[str, Any]:
    chosen, rejected = ([{"aspect": name, "value": value} for name, value in sorted(of.items())] for of in numbers)
    return {
        "prompt": pair.prompt,
        "chosen": assistant(texts[0]),
        "rejected": assistant(texts[1]),
        "aspect": aspect,
        "margin": margin,
        "numbers_chosen": chosen,
        "numbers_rejected": rejected,
        "pair_id": pair.pair_id,
    }
