"""Responses with what is wrong with them in words, and the rows that learning from judgments makes of them (CUT)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from trainer_bridge.domain.judgments import (
    ALIGNED_N,
    ALIGNED_P,
    MISALIGNED,
    VARIANTS,
    is_sampled,
    judgment_text,
    prompt_under,
    variants_of,
)
from trainer_bridge.domain.said import Spans, Texts, Thumbs, body_of, said_of
from trainer_bridge.exports.base import MESSAGES, Column, Corpus, Dropped, KeptRecord, Row, assistant, messages
from trainer_bridge.exports.options import Option, Options
from trainer_bridge.exports.record_options import MOST_SEED, UNLABELLED, authors, remarks_on

_SCHEMA = pa.schema(
    [("prompt", MESSAGES), ("completion", MESSAGES), ("judgment", pa.string()), ("variant", pa.string())]
)


class JudgmentRows:
    key = "judgment_rows"
    title = "Judgments of single responses"
    trainer = "trl.SFTTrainer"
    description = (
        "Each response with what is wrong with it in words, or that nothing is, as alignment with judgments learns "
        "from (CUT)."
    )
    options: tuple[Option, ...] = (
        Option(
            "rows",
            "choice",
            "variants",
            "variants: rows to train on; plain: each response as it was judged, good or bad",
            choices=("variants", "plain"),
        ),
        Option(
            "variants",
            "names",
            [ALIGNED_P, ALIGNED_N],
            "which rows are written: aligned_p (good responses), aligned_n (bad ones, their judgment in the request) "
            "and misaligned (bad ones as if they were good, which only CUT's own loss may read)",
        ),
        Option("questions", "names", ["judgment"], "the text questions whose answers are judgments"),
        authors("all", "judgments"),
        Option(
            "good",
            "choice",
            "chosen",
            "which responses without a judgment are good: those said to be (a thumb up, no error marked), or also the "
            "chosen sides of kept pairs",
            choices=("said", "chosen"),
        ),
        Option("good_share", "number", 1.0, "the share of good responses that is kept", above=0.0, most=1.0),
        Option("seed", "whole", 0, "what draws that share", least=0, most=MOST_SEED),
        UNLABELLED,
    )
    reads: Literal["records"] = "records"
    over_long = "SFTTrainer cuts rows longer than max_length tokens at the end."

    def check(self, options: Mapping[str, Any]) -> dict[str, str]:
        unknown = sorted(set(options["variants"]) - set(VARIANTS))
        if unknown or not options["variants"]:
            return {"variants": f"Name one or more of {', '.join(VARIANTS)}."}
        return {} if options["questions"] else {"questions": "Name the questions whose answers are judgments."}

    def columns(self, options: Options) -> tuple[Column, ...]:
        return (
            Column("prompt", "messages up to the response; with the judgment in them for aligned_n"),
            Column("completion", "the response, as one assistant message"),
            Column("judgment", "what is wrong with it; null when it is good", "CUT"),
            Column("variant", "aligned_p, aligned_n, misaligned, or plain", "CUT"),
        )

    def schema(self, options: Options) -> pa.Schema:
        return _SCHEMA

    def learn(self, corpus: Corpus, options: Options) -> dict[str, Any]:
        """Counts that are filled in while rows are made."""
        return {"variants": Counter()}

    def rows(self, unit: KeptRecord, options: Options) -> Iterator[Row | Dropped]:
        judgments, good = _judgments(unit, options), _good(unit, options)
        for response in unit.record.responses:
            name = response.response_id
            given = judgments.get(name, [])
            if given and name in good["said"]:
                yield Dropped("contradicted", unit.split)
            elif not given and name not in good[options["good"]]:
                yield Dropped("not_judged", unit.split)
            elif not given and not is_sampled(options["seed"], name, options["good_share"]):
                yield Dropped("not_sampled", unit.split)
            else:
                judged: list[str | None] = [*given] or [None]
                for judgment in judged:
                    yield from self._rows_of(unit, response.content, judgment, options)

    def _rows_of(
        self, unit: KeptRecord, content: str, judgment: str | None, options: Options
    ) -> Iterator[Row | Dropped]:
        prompt = messages(unit.record.prompt)
        wanted = ["plain"] if options["rows"] == "plain" else variants_of(judgment, options["variants"])
        if not wanted:
            yield Dropped("variant_not_wanted", unit.split)
        counts: Counter[str] = options.learned.get("variants", Counter())
        for variant in wanted:
            counts["bad" if judgment else "good"] += 1
            asked = prompt_under(judgment, prompt) if variant == ALIGNED_N and judgment is not None else prompt
            values = {"prompt": asked, "completion": assistant(content), "judgment": judgment, "variant": variant}
            yield Row(values, unit.split, remarks_on(unit))

    def facts(self, options: Options, rows: Mapping[str, int]) -> dict[str, Any]:
        counts: Counter[str] = options.learned["variants"]
        return {"judgments": {"rows_of_good": counts["good"], "rows_of_bad": counts["bad"]}}

    def warnings(self, options: Options, rows: Mapping[str, int]) -> list[str]:
        if not options.learned["variants"]["bad"]:
            return ["No response here has a judgment, so these rows teach no more than those of chosen responses do."]
        if options["rows"] == "plain" or MISALIGNED in options["variants"]:
            return ["Bad responses stand here under their own requests: a plain SFT run would learn to write them."]
        return []


def _judgments(unit: KeptRecord, options: Options) -> dict[str, list[str]]:
    """The different judgments of each response."""
    found: dict[str, list[str]] = {}
    for annotation in said_of(
        unit.record.annotations, "text", authors=options["authors"], questions=options["questions"]
    ):
        body = body_of(annotation, Texts)
        for response in unit.record.responses:
            text = judgment_text(body, response.response_id)
            if text is not None and text not in found.setdefault(response.response_id, []):
                found[response.response_id].append(text)
    return {name: texts for name, texts in found.items() if texts}


def _good(unit: KeptRecord, options: Options) -> dict[str, set[str]]:
    """Responses said to be good, and those with the chosen sides of kept pairs."""
    said: set[str] = set()
    for annotation in said_of(unit.record.annotations, "thumbs", authors=options["authors"]):
        said |= {name for name, thumb in (body_of(annotation, Thumbs) or {}).items() if thumb == "up"}
    for annotation in said_of(unit.record.annotations, "spans", authors=options["authors"]):
        spans = body_of(annotation, Spans)
        said |= set(spans.no_error) if spans else set()
    chosen = {pair.chosen_id for pair in unit.pairs if not pair.tie}
    # What somebody preferred to it was better: such a response is not good for having beaten a third.
    return {"said": said, "chosen": said | (chosen - {pair.rejected_id for pair in unit.pairs})}
