"""How offensive each response is, by a packaged linear model over English words (alt-profanity-check)."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import SCORE, Level, Row, Scope, Scorer, Source, failed, no_params
from curation.text.toxicity import ToxicityUnavailable, toxicity
from webapp.jobs.handlers import as_job_error

RESPONSES_AT_ONCE = 2048
NO_WORDS = "no_words"


class ToxicitySignal:
    kind = "toxicity"
    title = "Offensive language"
    description = (
        "Probability from 0 to 1 that a response is offensive, by a small model of English words. It misses insults "
        "without swearing and flags quotations."
    )
    version = "1"
    queue = "ml"  # scikit-learn is only there
    level: Level = "response"
    scope: Scope = "part"
    columns = SCORE
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        no_params(params)
        return "Offensive language", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            used["alt-profanity-check"] = _package()
            pending: list[tuple[str, str, str]] = []
            for record in source.records():
                pending.extend((record.record_id, each.response_id, each.content) for each in record.responses)
                if len(pending) >= RESPONSES_AT_ONCE:
                    yield from _scored(pending)
                    pending = []
            yield from _scored(pending)

        return score, used


def _package() -> str:
    try:
        return importlib.metadata.version("alt-profanity-check")
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _scored(pending: list[tuple[str, str, str]]) -> Iterator[Row]:
    with as_job_error(ToxicityUnavailable):
        found = toxicity([text for _, _, text in pending])
    for (record_id, response_id, _), probability in zip(pending, found, strict=True):
        if probability is None:
            yield failed(NO_WORDS, record_id, response_id=response_id)
        else:
            yield Row(record_id, {"score": probability}, response_id=response_id)
