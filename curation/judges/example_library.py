"""Pairs that people labelled, kept with their vectors so that a judge can be shown those most like what it judges.

Guards against leaks (METHODS §2): half of all prompts, drawn by their text alone, are for checks and never shown; a
pair is never shown beside its own prompt, nor beside one that says nearly the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np

from curation.domain.judging.gold_eval import is_gold_eval, prompt_key
from curation.domain.judging.prompts.parts import Example
from curation.judges.gold_pairs import GoldPair, gold_of
from curation.signals.embeddings import prompt_text
from curation.signals.trusted_labels import BY_PEOPLE
from webapp.store.cache import cache_writer, is_cached
from webapp.store.canonical import Record
from webapp.store.files import store

if TYPE_CHECKING:
    from curation.ml.embedding import TextEmbedder

LIBRARY_VERSION = "1"
# People's mean vote below this is no clear preference.
CLEAR = 1.0
NEAR_DUPLICATE = 0.95
MOST_KEPT = 10_000
# An example is shown in both orders; a longer one would crowd out what is to be judged.
MOST_CHARACTERS = 4_000
# About 512 tokens of what was said before the last turn.
_BEFORE = 2_048
_TEXTS_AT_ONCE = 256
Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Known(msgspec.Struct, frozen=True):
    """A labelled pair as it is shown. `group` names its prompt, `lot` its place among equals; texts alone decide."""

    record_id: str
    group: str
    lot: str
    aspect: str | None
    context: str | None
    text: str
    request: tuple[tuple[str, str], ...]
    first: str
    second: str
    verdict: Literal["first", "second"]

    @property
    def example(self) -> Example:
        return Example(self.request, self.first, self.second, self.verdict)


class Asked(msgspec.Struct, frozen=True):
    """What a pair to be judged is compared by."""

    group: str
    aspect: str | None
    context: str | None


class _Kept(msgspec.Struct, frozen=True):
    """The library as it lies in the store: `vectors` are float32 numbers, row after row."""

    known: list[Known]
    dimensions: int
    vectors: bytes


class ExampleLibrary:
    """Labelled pairs that may be shown, with unit vectors (pairs, dimensions) of their prompts."""

    def __init__(self, known: list[Known], unit: Vectors) -> None:
        self.known, self.unit = known, unit
        self._groups = np.array([each.group for each in known])
        self._premises = [(each.aspect, each.context) for each in known]

    def nearest(self, asked: Asked, unit: Vectors | None, most: int) -> list[Known]:
        """Up to `most` pairs labelled under the same premise, one a prompt, the most alike first. unit: (dimensions,).

        A prompt without a vector could be any prompt's twin, so it is shown nothing.
        """
        if unit is None or not self.known:
            return []
        cosines = self.unit @ unit
        barred = (cosines > NEAR_DUPLICATE) | (self._groups == asked.group)
        found: dict[str, Known] = {}
        # Known pairs lie in the order of their lots, so equals keep it.
        for at in np.argsort(-cosines, kind="stable").tolist():
            if len(found) == most:
                break
            if not barred[at] and self._premises[at] == (asked.aspect, asked.context):
                found.setdefault(self.known[at].group, self.known[at])
        return list(found.values())


def compared_text(record: Record) -> str:
    """What is embedded: the last turn of the user, and the beginning of what was said before."""
    turns = [at for at, message in enumerate(record.prompt) if message.role == "user"]
    last = turns[-1] if turns else len(record.prompt) - 1
    before = "\n\n".join(message.content for message in record.prompt[:last])
    return "\n\n".join(part for part in (record.prompt[last].content, before[:_BEFORE]) if part)


def library_of(
    parts: Sequence[str], records: Callable[[], Iterable[Record]], embedder: TextEmbedder, alive: Callable[[], None]
) -> ExampleLibrary:
    """The examples of a version's parts, embedded once and kept in the store for every worker."""
    named = msgspec.json.encode([LIBRARY_VERSION, embedder.key, list(parts)])
    key = f"cache/few-shot/{hashlib.sha256(named).hexdigest()[:32]}.msgpack"
    if not is_cached(key):
        kept = _made(known_pairs(records(), alive), embedder, alive)
        with cache_writer(key) as out:
            out.write(msgspec.msgpack.encode(kept))
    with store().open(key) as file:
        kept = msgspec.msgpack.decode(file.read(), type=_Kept)
    return ExampleLibrary(kept.known, np.frombuffer(kept.vectors, np.float32).reshape(-1, kept.dimensions))


def known_pairs(records: Iterable[Record], alive: Callable[[], None]) -> list[Known]:
    """What may be shown of the records, one pair a prompt and premise; of very many a draw that texts alone decide."""
    found: dict[tuple[str, str | None, str | None], Known] = {}
    for number, record in enumerate(records):
        if number % _TEXTS_AT_ONCE == 0:
            alive()
        if not record.labels or is_gold_eval(prompt_text(record)):
            continue
        for pair in gold_of(record, BY_PEOPLE):
            if abs(pair.value) >= CLEAR:
                _keep(found, _known(pair))
        if len(found) > 2 * MOST_KEPT:
            found = dict(sorted(found.items(), key=lambda each: each[1].lot)[:MOST_KEPT])
    return sorted(found.values(), key=lambda each: each.lot)[:MOST_KEPT]


def _keep(found: dict[tuple[str, str | None, str | None], Known], known: Known) -> None:
    if sum(len(content) for _, content in known.request) + len(known.first) + len(known.second) > MOST_CHARACTERS:
        return
    place = known.group, known.aspect, known.context
    other = found.get(place)
    if other is None or known.lot < other.lot:
        found[place] = known


def _known(gold: GoldPair) -> Known:
    a, b = gold.sides
    better, worse = (b, a) if gold.value > 0 else (a, b)
    # The lesser text stands first, whatever the responses are called.
    first, second = sorted((better, worse))
    group = prompt_key(prompt_text(gold.record))
    lot = hashlib.blake2b(msgspec.json.encode([group, gold.aspect, first, second]), digest_size=16).hexdigest()
    return Known(
        record_id=gold.record.record_id,
        group=group,
        lot=lot,
        aspect=gold.aspect,
        context=gold.record.context,
        text=compared_text(gold.record),
        request=tuple((message.role, message.content) for message in gold.record.prompt),
        first=first,
        second=second,
        verdict="first" if first == better else "second",
    )


def _made(known: list[Known], embedder: TextEmbedder, alive: Callable[[], None]) -> _Kept:
    chosen: list[Known] = []
    vectors: list[Vectors] = []
    for start in range(0, len(known), _TEXTS_AT_ONCE):
        some = known[start : start + _TEXTS_AT_ONCE]
        found = embedder.embed([each.text for each in some])
        chosen += [some[at] for at in found.positions.tolist()]
        vectors.append(found.vectors)
        alive()
    unit = np.concatenate(vectors) if vectors else np.empty((0, embedder.dimensions), np.float32)
    return _Kept(chosen, embedder.dimensions, unit.astype(np.float32).tobytes())
