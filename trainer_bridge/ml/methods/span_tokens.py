"""Marks on a response as labels of its tokens: characters to tokens by the tokenizer's own offsets (METHODS §5).

A row's labels are one whole number a token: bit k says that category k's marks touch it, and −1 that the token is no
part of the response, so nothing is asked of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trl.data_utils import common_prefix_length

from trainer_bridge.ml.errors import RefusedError

OUTSIDE = -1
MOST_CATEGORIES = 62
"""Bits of a label below its sign."""

Message = dict[str, str]


def categories_of(dataset: Any) -> tuple[str, ...]:
    """Names of all categories that the rows' marks have, sorted. Raises RefusedError when there are none, or too many.

    A mark's category is what a head is trained on, so rows without any mark can train no model.
    """
    found: set[str] = set()
    for start in range(0, len(dataset), 1024):
        for marks in dataset[start : start + 1024]["marks"]:
            found.update(mark["category"] for mark in marks)
    if not found:
        raise RefusedError("No row has a mark, so there is no category to learn; choose another export.")
    if len(found) > MOST_CATEGORIES:
        raise RefusedError(f"The marks have {len(found)} categories; a model learns at most {MOST_CATEGORIES}.")
    return tuple(sorted(found))


def labelled_tokens(
    tokenizer: Any,
    prompt: Sequence[Message],
    completion: Sequence[Message],
    marks: Iterable[Mapping[str, Any]],
    categories: Sequence[str],
) -> tuple[list[int], list[int]]:
    """(token ids of the conversation, labels), of one length. Offsets of marks count code points of the response.

    A token that a mark touches anywhere is inside it: byte-level tokenizers put the space before a word into the
    word's token. Raises RefusedError for marks of other categories, and where a chat template rewrites responses.
    """
    whole = tokenizer.apply_chat_template([*prompt, *completion], tokenize=False)
    begin, end, shift = place_of_response(tokenizer, prompt, completion, whole)
    encoded = tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
    spans = [(mark["start"] + shift, mark["end"] + shift, _bit(mark["category"], categories)) for mark in marks]
    labels = []
    for first, last in encoded["offset_mapping"]:
        if last <= begin or first >= end or first == last:
            labels.append(OUTSIDE)
            continue
        label = 0
        for start, stop, bit in spans:
            if first < stop and last > start:
                label |= bit
        labels.append(label)
    return list(encoded["input_ids"]), labels


def place_of_response(
    tokenizer: Any, prompt: Sequence[Message], completion: Sequence[Message], whole: str
) -> tuple[int, int, int]:
    """Where the response begins and ends in the rendered conversation, and what to add to offsets within it."""
    content = completion[0]["content"]
    before = tokenizer.apply_chat_template(list(prompt), tokenize=False, add_generation_prompt=True)
    after = common_prefix_length(before, whole)
    at = whole.find(content, after)
    if at >= 0:
        return at, at + len(content), at
    # Many templates strip white space around a message.
    stripped = content.strip()
    at = whole.find(stripped, after)
    if at < 0:
        raise RefusedError(
            "The chat template rewrites responses, so marks on them have no place in its text; choose another base."
        )
    return at, at + len(stripped), at - (len(content) - len(content.lstrip()))


def _bit(category: str, categories: Sequence[str]) -> int:
    if category not in categories:
        raise RefusedError(
            f"The evaluation rows have marks of the category {category!r}, which no training row has; "
            "they cannot be compared."
        )
    return 1 << categories.index(category)
