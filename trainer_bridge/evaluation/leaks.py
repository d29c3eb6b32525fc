"""Whether a model was trained on what it is tested with: exact prompts, and shared runs of words (METHODS §14).

Everything is about what was trained here. Of models from elsewhere, and of what a base model saw before, nothing is
known, and nothing is claimed.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from curation.datasets.wording import counted
from curation.snapshots.selectors import iter_prompts
from curation.text.contamination import LONG, SHORT, BenchmarkIndex, Hit, Item
from curation.text.normalise import comparable
from trainer_bridge.evaluation.items import iter_items
from trainer_bridge.models import Evaluation
from trainer_bridge.selectors.registry import training_snapshots
from webapp.jobs.handlers import Progress
from webapp.store.files import store

EXACT, RUN_13, RUN_8, WHOLE = "exact", "ngram_13", "ngram_8", "whole"
# The surest first: an item that leaked in several ways counts as the first of them.
KINDS = (EXACT, RUN_13, WHOLE, RUN_8)
_EXAMPLES = 20
_AT_ONCE = 500


def leaks_find(evaluation: Evaluation, progress: Progress) -> dict[str, Any]:
    """Compare the set's prompts with those the evaluated model was trained on; writes which items leaked.

    Returns {"known", "sentence", "training_prompts", "leaked", "kinds": {kind: items}, "examples"}. System turns are
    left out: they are shared by rows that have nothing else in common.
    """
    snapshots = list(training_snapshots(evaluation.model))
    if not snapshots:
        sentence = f"{evaluation.model} was not trained here, so whether it has seen these items is unknown."
        return _kept(evaluation, {}, {"known": False, "sentence": sentence, "training_prompts": 0}, [])
    prompts = [_said(item["prompt"]) for item in iter_items(evaluation.evaluation_set, columns=["prompt"])]
    search = _Search(prompts)
    for snapshot in snapshots:
        pending: list[str] = []
        for prompt in iter_prompts(snapshot, split="train"):
            pending.append(_said(prompt))
            if len(pending) == _AT_ONCE:
                search.add(pending)
                pending = []
                progress.advance(0)
        search.add(pending)
    facts = {"known": True, "sentence": _sentence(search, len(prompts)), "training_prompts": search.seen}
    return _kept(evaluation, search.found, facts, search.examples())


def leaked_items(evaluation: Evaluation) -> dict[int, str]:
    """Index of each leaked item, and how that shows."""
    with store().open(_key(evaluation)) as file:
        found: dict[int, str] = {int(index): kind for index, kind in msgspec.json.decode(file.read()).items()}
    return found


class _Search:
    """Prompts of a set, searched for in training prompts that pass by."""

    def __init__(self, prompts: Sequence[str]) -> None:
        self._whole: dict[bytes, list[int]] = defaultdict(list)
        for index, prompt in enumerate(prompts):
            self._whole[_short(prompt)].append(index)
        self._index = BenchmarkIndex(Item("set", str(index), prompt) for index, prompt in enumerate(prompts))
        self._proofs: dict[int, str] = {}
        self.found: dict[int, str] = {}
        self.seen = 0

    def add(self, texts: Sequence[str]) -> None:
        self.seen += len(texts)
        for text in texts:
            for index in self._whole.get(_short(text), ()):
                self._note(index, EXACT, text)
        for hits in self._index.scan(texts) if texts else ():
            for hit in hits:
                self._note(int(hit.item), _kind_of(hit), hit.ngram)

    def examples(self) -> list[dict[str, Any]]:
        """The first leaked items with what they share, at most 300 characters of it."""
        indices = sorted(self.found)[:_EXAMPLES]
        return [{"index": at, "kind": self.found[at], "shared": self._proofs[at][:300]} for at in indices]

    def _note(self, index: int, kind: str, proof: str) -> None:
        before = self.found.get(index)
        if before is None or KINDS.index(kind) < KINDS.index(before):
            self.found[index], self._proofs[index] = kind, proof


def _kind_of(hit: Hit) -> str:
    if hit.n == LONG:
        return RUN_13
    return RUN_8 if hit.n == SHORT else WHOLE


def _said(prompt: Sequence[dict[str, str]]) -> str:
    return "\n\n".join(message["content"] for message in prompt if message["role"] != "system")


def _short(text: str) -> bytes:
    return hashlib.blake2b(comparable(text).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _sentence(search: _Search, items: int) -> str:
    checked = f"{counted(items, 'item')} compared with {counted(search.seen, 'training prompt')}"
    if not search.found:
        return f"{checked}: none of them was trained on here."
    return f"{checked}: {counted(len(search.found), 'item')} left out of every number, having been trained on."


def _kept(
    evaluation: Evaluation, found: dict[int, str], facts: dict[str, Any], examples: list[dict[str, Any]]
) -> dict[str, Any]:
    with store().writer(_key(evaluation)) as file:
        file.write(msgspec.json.encode({str(index): kind for index, kind in sorted(found.items())}))
    named = dict(_ids(evaluation, {example["index"] for example in examples}))
    shown = [{**example, "item": named[example["index"]]} for example in examples]
    kinds = Counter(found.values())
    return {**facts, "leaked": len(found), "kinds": {kind: kinds[kind] for kind in KINDS}, "examples": shown}


def _ids(evaluation: Evaluation, wanted: set[int]) -> Iterator[tuple[int, str]]:
    if wanted:
        for index, item in enumerate(iter_items(evaluation.evaluation_set, columns=["item_id"])):
            if index in wanted:
                yield index, item["item_id"]


def _key(evaluation: Evaluation) -> str:
    return f"{evaluation.folder}/leaks.json"
