"""How much alike the two responses of a pair are in meaning: the cosine of their embeddings.

With the length ratio (the margin of `text_measures`' log of tokens) it is PCRM's prior of how far apart two rewards
should be: responses that say nearly the same deserve no large margin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from curation.signals.embeddings import packaged_embedder, part_vectors
from curation.signals.kinds.base import (
    Column,
    Level,
    Row,
    Scope,
    Scorer,
    Source,
    no_params,
    pair_failed,
    pair_row,
    pairs_of,
)
from curation.text.normalise import comparable
from webapp.store.canonical import read_records
from webapp.store.files import store

if TYPE_CHECKING:
    from curation.ml.embedding import TextEmbedder


class ResponseSimilaritySignal:
    kind = "response_similarity"
    title = "Likeness of the two responses"
    description = (
        "How much alike the responses of a pair are in meaning: 1 says the same, 0 has nothing in common. Pairs above "
        "about 0.98 leave little to prefer."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "part"
    # The same whichever side is which, so not signed.
    columns: tuple[Column, ...] = (
        Column("cosine", "Likeness in meaning (cosine)"),
        Column("same_text", "Same but for case and punctuation", "flag"),
    )
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        no_params(params)
        return "Likeness of the two responses", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            embedder = packaged_embedder()
            used["embeddings"] = embedder.provenance
            for part in source.parts:
                yield from _rows(source, part, embedder)

        return score, used


def _rows(source: Source, part: str, embedder: TextEmbedder) -> Iterator[Row]:
    vectors = part_vectors(source, part, embedder)
    with store().open(part) as file:
        for record in read_records(file):
            next(vectors)  # the prompt's
            sides = {each.response_id: next(vectors) for each in record.responses}
            texts = {each.response_id: each.content for each in record.responses}
            for pair in pairs_of(record):
                a, b = sides[pair.a], sides[pair.b]
                if a.vector is None or b.vector is None:
                    yield pair_failed(a.reason or b.reason or "no_vector", pair)
                    continue
                # Rounding may carry the product of unit vectors a little beyond 1.
                cosine = min(1.0, max(-1.0, float(a.vector @ b.vector)))
                same = comparable(texts[pair.a]) == comparable(texts[pair.b])
                yield pair_row(pair, {"cosine": cosine, "same_text": same})
