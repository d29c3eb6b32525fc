"""What marks on a text become for training: labels of sub-sentences, of sentences and of the whole response.

The rules are those of Fine-Grained RLHF (arXiv 2306.01693, its released code), for any form's categories: those of
density `sub_sentence` are its first group, `sentence` its second, `response` and omissions its third.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from annotation.domain.segmentation import MIN_WORDS, SPLITTER, Span, sentences_of, sub_sentences_of, tokens_of

FAULTLESS, NOT_JUDGED = "O", "Ignore"
SUB_SENTENCE_ERROR, SENTENCE_ERROR = "NF-ERR", "F-ERR"

Mark = Mapping[str, Any]


def density_of(question: Mapping[str, Any], answer: Mapping[str, Any], target: str, text: str) -> dict[str, Any]:
    """One text of a spans answer at the three densities.

    Returns `{"sub_sentence": [{"start", "end", "label", "categories"}], "sentence": […], "response": {"label",
    "categories"}, "per_100_tokens": {category: errors}, "per_segment": {category: errors}}`. Marks of a sub-sentence
    category shorter than five words label nothing, as in the paper; they count in `per_100_tokens`.
    """
    densities = {category["name"]: category["density"] for category in question["categories"]}
    marks = [mark for mark in answer["marks"] if mark["target"] == target]
    omissions = [omission for omission in answer["omissions"] if omission["target"] == target]
    fine = [mark for mark in marks if densities[mark["category"]] == "sub_sentence" and _words(text, mark) >= MIN_WORDS]
    factual = [mark for mark in marks if densities[mark["category"]] == "sentence"]
    whole = [mark for mark in marks if densities[mark["category"]] == "response"] + omissions
    sentences = sentences_of(text)
    parts = sub_sentences_of(text, sentences)
    counts = Counter(each["category"] for each in (*marks, *omissions))
    return {
        "sub_sentence": [_segment(text, part, fine, SUB_SENTENCE_ERROR) for part in parts],
        "sentence": [_sentence(text, sentence, factual, fine) for sentence in sentences],
        "response": {"label": "ERR" if whole else FAULTLESS, "categories": _categories(whole)},
        "per_100_tokens": _rates(counts, len(tokens_of(text)) / 100),
        "per_segment": _rates(counts, len(parts)),
    }


def splitter_name() -> str:
    """Name and version of what cuts sentences."""
    return SPLITTER


def _words(text: str, mark: Mark) -> int:
    return len(tokens_of(text, mark["start"], mark["end"]))


def _touching(text: str, segment: Span, marks: Sequence[Mark]) -> list[Mark]:
    """The marks that hold a token of the segment, or a part of one."""
    tokens = tokens_of(text, *segment)
    return [mark for mark in marks if any(start < mark["end"] and mark["start"] < end for start, end in tokens)]


def _segment(text: str, segment: Span, marks: Sequence[Mark], error: str) -> dict[str, Any]:
    found = _touching(text, segment, marks)
    label = error if found else FAULTLESS
    return {"start": segment[0], "end": segment[1], "label": label, "categories": _categories(found)}


def _sentence(text: str, sentence: Span, factual: Sequence[Mark], fine: Sequence[Mark]) -> dict[str, Any]:
    """Facts of what is marked irrelevant or the like were not checked: such a sentence is not faultless."""
    labelled = _segment(text, sentence, factual, SENTENCE_ERROR)
    if labelled["label"] == FAULTLESS and _touching(text, sentence, fine):
        labelled["label"] = NOT_JUDGED
    return labelled


def _categories(marks: Sequence[Mark]) -> list[str]:
    return sorted({mark["category"] for mark in marks})


def _rates(counts: Mapping[str, int], per: float) -> dict[str, float]:
    return {category: count / per if per else 0.0 for category, count in sorted(counts.items())}


def marked_tokens(text: str, marks: Sequence[Mark]) -> set[int]:
    """Indexes of the text's tokens that a mark holds, or a part of."""
    tokens = tokens_of(text)
    return {
        index
        for index, (start, end) in enumerate(tokens)
        if any(start < mark["end"] and mark["start"] < end for mark in marks)
    }


def token_f1(one: set[int], other: set[int]) -> float:
    """Agreement of two people's marks: F1 of the tokens they hold, 1 where neither marked anything."""
    if not one and not other:
        return 1.0
    return 2 * len(one & other) / (len(one) + len(other))
