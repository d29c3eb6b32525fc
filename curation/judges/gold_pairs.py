"""Pairs with a label that is taken for the truth, drawn from a dataset version to hold a judge against."""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from statistics import fmean

import msgspec

from curation.datasets.reading import part_keys
from curation.domain.judging.gold_eval import is_gold_eval
from curation.models import JudgeTrust
from curation.signals.embeddings import prompt_text
from curation.signals.kinds.base import Pair
from curation.signals.source import PartsSource
from curation.signals.trusted_labels import TRUSTED, trusted_labels
from webapp.jobs.handlers import JobError
from webapp.store.canonical import Label, Record
from webapp.store.files import store

_NAMED = {"adjudicated": "adjudicated", "human": "of people", "imported": "imported"}
_ROWS_BETWEEN_SIGNS_OF_LIFE = 256


class GoldPair(msgspec.Struct, frozen=True):
    """`value` is the mean of people's votes, −3…3 and positive where they prefer b, never 0.

    The record comes without its labels: what a judge sees of a row never holds the answer. `group` names the prompt.
    """

    record: Record
    a: str
    b: str
    aspect: str | None
    value: float
    source: str
    origins: tuple[str, ...]
    group: str

    @property
    def pair(self) -> Pair:
        return Pair(self.record.record_id, self.a, self.b, self.aspect)

    @property
    def sides(self) -> tuple[str, str]:
        """The texts of a and b."""
        texts = {response.response_id: response.content for response in self.record.responses}
        return texts[self.a], texts[self.b]


class Gold(msgspec.Struct, frozen=True):
    """`available` pairs of the version have a preference, `undecided` a label without one; `pairs` were drawn."""

    pairs: list[GoldPair]
    available: int
    undecided: int


def gold_for(trust: JudgeTrust, alive: Callable[[], None]) -> Gold:
    """The gold of a check, drawn once and kept for all its shards. Raises JobError where there is none.

    Two workers that both find nothing write the same file.
    """
    key = f"{folder_of(trust)}/gold.json"
    if not store().exists(key):
        version = trust.dataset_version
        source = PartsSource(version.dataset.project_id, version.pk, part_keys(version), keep_alive=alive)
        records = _alive(source.records(), alive)
        if trust.judge.options.get("few_shot"):
            # The judge is shown labels of the other half.
            records = (record for record in records if is_gold_eval(prompt_text(record)))
        gold = draw_gold(records, trust.gold, sample=trust.sample, seed=trust.seed)
        if not gold.pairs:
            named = " or ".join(_NAMED[name] for name in TRUSTED if name in trust.gold)
            raise JobError(
                f"No pair of {version.dataset.name} v{version.number} has a preference among its labels ({named}), so "
                "there is nothing to check a judge against; choose another version or more sources."
            )
        with store().writer(key, alone=False) as file:
            file.write(msgspec.json.encode(gold))
    with store().open(key) as file:
        return msgspec.json.decode(file.read(), type=Gold)


def folder_of(trust: JudgeTrust) -> str:
    """Where the files of a check lie in the store."""
    return f"judge-trusts/{trust.pk}"


def draw_gold(records: Iterable[Record], sources: Sequence[str], *, sample: int, seed: int) -> Gold:
    """Up to `sample` gold pairs at random: one of every prompt, then a second of every prompt, and so on.

    Lots depend on the seed and the texts alone, so that neither names nor order of rows and responses matter. No more
    than the sample is held in memory.
    """
    draw = _Draw(sample)
    available = undecided = 0
    for record in records:
        for pair in gold_of(record, sources):
            if pair.value:
                available += 1
                draw.offer(pair, _lot(seed, pair.group), _lot(seed, pair.aspect or "", *sorted(pair.sides)))
            else:
                undecided += 1
    return Gold(draw.drawn(), available, undecided)


def gold_of(record: Record, sources: Sequence[str]) -> Iterator[GoldPair]:
    """The labelled pairs of a record as people decided them; `value` is 0 where they have no preference."""
    votes: dict[Pair, list[Label]] = defaultdict(list)
    for label in record.labels:
        if label.source in sources:
            votes[Pair(record.record_id, label.a, label.b, label.aspect)].append(label)
    if not votes:
        return
    bare = msgspec.structs.replace(record, labels=[])
    group = hashlib.blake2b(msgspec.json.encode(record.prompt), digest_size=16).hexdigest()
    for pair, labels in votes.items():
        trusted = trusted_labels(labels, TRUSTED)
        # Both bad is no preference.
        value = fmean(label.value or 0 for label in trusted)
        origins = tuple(sorted({label.origin or "" for label in trusted}))
        yield GoldPair(bare, pair.a, pair.b, pair.aspect, value, trusted[0].source, origins, group)


class _Draw:
    """Keeps the pairs that come first by (how many of their prompt come before them, lot of the prompt)."""

    def __init__(self, size: int) -> None:
        self._size, self._offered = size, 0
        self._of_prompt: dict[int, list[tuple[int, int, GoldPair]]] = defaultdict(list)
        # Places taken, the last one on top: (−place within the prompt, −lot of the prompt).
        self._taken: list[tuple[int, int]] = []

    def offer(self, pair: GoldPair, prompt_lot: int, lot: int) -> None:
        self._offered += 1
        others = self._of_prompt[prompt_lot]
        heappush(self._taken, (-len(others), -prompt_lot))
        insort(others, (lot, self._offered, pair))
        if len(self._taken) > self._size:
            _, last = heappop(self._taken)
            self._of_prompt[-last].pop()
            if not self._of_prompt[-last]:
                del self._of_prompt[-last]

    def drawn(self) -> list[GoldPair]:
        placed = [
            (place, prompt_lot, pair)
            for prompt_lot, pairs in self._of_prompt.items()
            for place, (_, _, pair) in enumerate(pairs)
        ]
        return [pair for _, _, pair in sorted(placed, key=lambda each: each[:2])]


def _lot(seed: int, *texts: str) -> int:
    digest = hashlib.blake2b(msgspec.json.encode([seed, *texts]), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _alive(records: Iterator[Record], alive: Callable[[], None]) -> Iterator[Record]:
    for number, record in enumerate(records):
        if number % _ROWS_BETWEEN_SIGNS_OF_LIFE == 0:
            alive()
        yield record
