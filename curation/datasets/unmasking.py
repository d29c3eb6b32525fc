"""Answers given to texts with masked names, put right for the texts as they are in the dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapidfuzz.distance import Levenshtein

from annotation.domain.identity_leaks import MASK
from annotation.domain.text_offsets import sha256_of

# Beyond this an alignment would need gigabytes; masks in such an edit stay masks.
_MOST_CELLS = 400_000_000


class Unmasking:
    """Both texts of the responses that were masked. They are equally long, so that offsets hold in either."""

    def __init__(self, shown: Mapping[str, str], originals: Mapping[str, str]) -> None:
        self._texts = {
            target: (text, originals[target])
            for target, text in shown.items()
            if target in originals and len(text) == len(originals[target]) and text != originals[target]
        }

    def answer(self, kind: str, answer: Any) -> Any:
        """A stored answer with its quotes, hashes and edited texts as they would be without masks."""
        if not self._texts:
            return answer
        if kind == "spans":
            return {
                **answer,
                "sha256": {target: self._hash(target, given) for target, given in answer["sha256"].items()},
                "marks": [self._mark(mark) for mark in answer["marks"]],
            }
        if kind == "rationale":
            return {**answer, "links": [self._quoted(link, link["target"], "from", "to") for link in answer["links"]]}
        if kind == "edit":
            return {**answer, "edits": [self._edit(edit) for edit in answer["edits"]]}
        return answer

    def _hash(self, target: str, given: str) -> str:
        return sha256_of(self._texts[target][1]) if target in self._texts else given

    def _mark(self, mark: dict[str, Any]) -> dict[str, Any]:
        quoted = self._quoted(mark, mark["target"], "start", "end")
        evidence = mark.get("evidence")
        if evidence and evidence.get("kind") == "earlier_span":
            quoted = {**quoted, "evidence": self._quoted(evidence, mark["target"], "start", "end")}
        return quoted

    def _quoted(self, part: dict[str, Any], target: str, start: str, end: str) -> dict[str, Any]:
        if target not in self._texts:
            return part
        return {**part, "quote": self._texts[target][1][part[start] : part[end]]}

    def _edit(self, edit: dict[str, Any]) -> dict[str, Any]:
        target = edit["response"]
        if target not in self._texts:
            return edit
        shown, original = self._texts[target]
        return {**edit, "text": unmasked(edit["text"], shown, original), "sha256": sha256_of(original)}


def unmasked(edited: str, shown: str, original: str) -> str:
    """An edited text with each mask it took over from `shown` replaced by what `original` has in its place."""
    if MASK not in edited:
        return edited
    before = _shared(edited, shown)
    after = _shared(edited[before:][::-1], shown[before:][::-1])
    middle, was = edited[before : len(edited) - after], shown[before : len(shown) - after]
    if MASK in middle and len(middle) * len(was) <= _MOST_CELLS:
        characters = list(middle)
        for block in Levenshtein.opcodes(was, middle):
            if block.tag == "equal":
                first = before + block.src_start
                characters[block.dest_start : block.dest_end] = original[first : before + block.src_end]
        middle = "".join(characters)
    return original[:before] + middle + original[len(original) - after :]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
