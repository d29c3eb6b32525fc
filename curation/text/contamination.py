"""Whether training texts hold benchmark items: n-grams and substrings of the normal form, and embeddings.

An item is hit by a training row when they share a run of 13 words (Brown et al. 2020, GPT-3, app. C), when more than
half of the item's words stand in runs of 8 shared with that one row (Lambert et al. 2024, Tülu 3), or, for items of
fewer than 8 words, when the row holds all of the item. Rewording is found by embeddings alone, and only for review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curation.text.normalise import normalised, words
from curation.text.shingles import Hashes, Rows, ngrams, word_hashes

LONG, SHORT = 13, 8
COVERAGE = 0.5
# Items below this many words would be found everywhere; they are listed as untestable.
MIN_WORDS = 4
COSINE = 0.9
ALARM_SHARE = 0.02
_BITS = 22


class Item(NamedTuple):
    """One text of a benchmark item: its prompt, or an answer; `part` says which."""

    benchmark: str
    item: str
    text: str
    part: str = "prompt"


class Hit(NamedTuple):
    """A benchmark item in a training row. `n` is the rule: 13 or 8 words, or the length of an item found whole.

    `coverage` is the share of the item's words that stand in runs shared with the row, 1 for an item found whole.
    `ngram` is the proof: the longest stretch of the item that such runs cover, in normal form.
    """

    benchmark: str
    item: str
    n: int
    coverage: float
    part: str
    ngram: str


class Untestable(NamedTuple):
    """An item that no rule can be applied to, and why."""

    benchmark: str
    item: str
    part: str
    reason: str


class _Place(NamedTuple):
    item: int
    start: int


class BenchmarkIndex:
    """The n-grams of benchmarks. Memory is that of the benchmarks; training texts pass through and are not kept.

    An n-gram that stands in more than `template_items` different items of a benchmark is taken for its template and
    proves nothing (Brown et al. drop those found more than ten times); None counts every n-gram. Texts in `allowed`
    (in normal form or not) are never hits: solutions too common to mean anything.
    """

    def __init__(self, items: Iterable[Item], *, template_items: int | None = 10, allowed: Iterable[str] = ()) -> None:
        self.items: list[Item] = []
        self.words: list[list[str]] = []
        self.untestable: list[Untestable] = []
        skip = {" ".join(_words(text)) for text in allowed}
        for item in items:
            tokens = _words(item.text)
            if len(tokens) < MIN_WORDS:
                reason = f"too short: {len(tokens)} words, {MIN_WORDS} needed"
                self.untestable.append(Untestable(item.benchmark, item.item, item.part, reason))
            elif " ".join(tokens) in skip:
                self.untestable.append(Untestable(item.benchmark, item.item, item.part, "on the allowed list"))
            else:
                self.items.append(item)
                self.words.append(tokens)
        self._places: dict[int, dict[int, list[_Place]]] = {}
        self._maybe: dict[int, npt.NDArray[np.bool_]] = {}
        self.template_ngrams = 0
        self._index(template_items)

    def sizes(self) -> dict[str, int]:
        """Testable items of each benchmark; an item with several texts counts once."""
        seen = {(item.benchmark, item.item) for item in self.items}
        counts: dict[str, int] = defaultdict(int)
        for benchmark, _ in seen:
            counts[benchmark] += 1
        return dict(sorted(counts.items()))

    def _index(self, template_items: int | None) -> None:
        hashed = word_hashes([" ".join(tokens) for tokens in self.words])
        lengths = np.diff(hashed.offsets)
        for n in sorted({LONG, SHORT, *(int(length) for length in lengths if length < SHORT)}):
            grams = ngrams(hashed, n, whole_when_short=False)
            places: dict[int, list[_Place]] = defaultdict(list)
            for index in range(len(self.words)):
                # Shorter items are looked for whole, and only they are at this length.
                if n in (LONG, SHORT) or lengths[index] == n:
                    for start, gram in enumerate(grams.row(index).tolist()):
                        places[gram].append(_Place(index, start))
            if template_items is not None and n in (LONG, SHORT):
                self._drop_templates(places, template_items)
            maybe: npt.NDArray[np.bool_] = np.zeros(1 << _BITS, bool)
            maybe[_short(np.fromiter(places, np.uint64, len(places)))] = True
            self._places[n], self._maybe[n] = dict(places), maybe

    def _drop_templates(self, places: dict[int, list[_Place]], most: int) -> None:
        for gram in [gram for gram, found in places.items() if len(found) > most]:
            texts: dict[str, set[tuple[str, ...]]] = defaultdict(set)
            for place in places[gram]:
                texts[self.items[place.item].benchmark].add(tuple(self.words[place.item]))
            templates = {benchmark for benchmark, different in texts.items() if len(different) > most}
            kept = [place for place in places[gram] if self.items[place.item].benchmark not in templates]
            self.template_ngrams += bool(templates)
            if kept:
                places[gram] = kept
            else:
                del places[gram]

    def scan(self, texts: Sequence[str]) -> list[list[Hit]]:
        """The hits of each text, each item once (its part with the greatest coverage), by benchmark and item."""
        tokens = [_words(text) for text in texts]
        hashed = word_hashes([" ".join(row) for row in tokens])
        matches: list[dict[int, list[tuple[int, int]]]] = [defaultdict(list) for _ in texts]
        long_hits: set[tuple[int, int]] = set()
        for n, places in self._places.items():
            grams = ngrams(hashed, n, whole_when_short=False)
            for row, start, gram in _suspects(grams, self._maybe[n]):
                for place in places.get(gram, ()):
                    # Words are compared, so that a collision of hashes accuses nobody.
                    if tokens[row][start : start + n] != self.words[place.item][place.start : place.start + n]:
                        continue
                    if n == LONG:
                        long_hits.add((row, place.item))
                    matches[row][place.item].append((place.start, n))
        return [
            self._best([self._judged(index, runs, (row, index) in long_hits) for index, runs in found.items()])
            for row, found in enumerate(matches)
        ]

    def _judged(self, index: int, runs: list[tuple[int, int]], long: bool) -> Hit | None:
        item, tokens = self.items[index], self.words[index]
        covered: npt.NDArray[np.bool_] = np.zeros(len(tokens), bool)
        for start, n in runs:
            covered[start : start + n] = True
        coverage = float(covered.mean())
        if not long and coverage <= COVERAGE:
            return None
        start, end = _longest(covered)
        n = LONG if long else min(SHORT, len(tokens))
        return Hit(item.benchmark, item.item, n, coverage, item.part, " ".join(tokens[start:end]))

    @staticmethod
    def _best(judged: list[Hit | None]) -> list[Hit]:
        best: dict[tuple[str, str], Hit] = {}
        for hit in judged:
            if hit is not None:
                other = best.get((hit.benchmark, hit.item))
                if other is None or (hit.n, hit.coverage, hit.part) > (other.n, other.coverage, other.part):
                    best[hit.benchmark, hit.item] = hit
        return [best[key] for key in sorted(best)]


def _words(text: str) -> list[str]:
    # As the normal form cuts them, operators included; Han and kana one by one.
    pieces = normalised(text).split()
    if text.isascii():
        return pieces
    return [part for piece in pieces for part in ([piece] if piece.isascii() else words(piece) or [piece])]


def _short(hashes: Hashes) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = (hashes >> np.uint64(64 - _BITS)).astype(np.int64)
    return found


def _suspects(grams: Rows, maybe: npt.NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Row, position and hash of the n-grams that may be in the index; most are sifted out without a look-up."""
    places: npt.NDArray[np.int64] = np.flatnonzero(maybe[_short(grams.hashes)])
    rows: npt.NDArray[np.int64] = np.searchsorted(grams.offsets, places, side="right") - 1
    starts: npt.NDArray[np.int64] = places - grams.offsets[rows]
    return list(zip(rows.tolist(), starts.tolist(), grams.hashes[places].tolist(), strict=True))


def _longest(covered: npt.NDArray[np.bool_]) -> tuple[int, int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], covered.astype(np.int8), [0]])))
    runs = edges.reshape(-1, 2)
    start, end = runs[np.argmax(runs[:, 1] - runs[:, 0])].tolist()
    return int(start), int(end)


class Proof(NamedTuple):
    """One line of the proof: this row holds this item, and here is the run they share."""

    row: str
    source: str
    hit: Hit


class SourceShare(NamedTuple):
    """How much of a benchmark a source of training rows holds; an alarm is about the source, not about its rows."""

    source: str
    benchmark: str
    hit_items: int
    items: int
    share: float
    alarm: bool


class ContaminationScan:
    """Runs rows past an index, batch by batch, and adds up what was found. Memory grows with the hits alone."""

    def __init__(self, index: BenchmarkIndex) -> None:
        self.index = index
        self.rows = 0
        self.proofs: list[Proof] = []
        self._hit: dict[tuple[str, str], set[str]] = defaultdict(set)

    def add(self, rows: Sequence[tuple[str, str, str]]) -> list[list[Hit]]:
        """Hits of each (row id, source, text), in order."""
        found = self.index.scan([text for _, _, text in rows])
        for (row, source, _), hits in zip(rows, found, strict=True):
            for hit in hits:
                self.proofs.append(Proof(row, source, hit))
                self._hit[source, hit.benchmark].add(hit.item)
        self.rows += len(rows)
        return found

    def shares(self, *, alarm_share: float = ALARM_SHARE) -> list[SourceShare]:
        """For each source and benchmark with hits the share of its items that are hit; an alarm above the limit."""
        sizes = self.index.sizes()
        return [
            SourceShare(source, benchmark, len(items), sizes[benchmark], share, share > alarm_share)
            for (source, benchmark), items in sorted(self._hit.items())
            for share in [len(items) / sizes[benchmark]]
        ]


def embedding_hits(
    rows: npt.NDArray[np.float32], items: npt.NDArray[np.float32], *, threshold: float = COSINE, block: int = 1024
) -> list[tuple[int, int, float]]:
    """(row, its nearest benchmark item, cosine) where the cosine reaches the threshold: for review, never a drop.

    Both are unit vectors, (n, d) and (m, d).
    """
    found: list[tuple[int, int, float]] = []
    for begin in range(0, len(rows) if len(items) else 0, block):
        similar = rows[begin : begin + block] @ items.T
        nearest = np.argmax(similar, axis=1)
        cosines = similar[np.arange(len(nearest)), nearest]
        near = np.flatnonzero(cosines >= threshold).tolist()
        found += [(begin + row, int(nearest[row]), float(cosines[row])) for row in near]
    return found
