"""The tokens of a response as they stand in a rendered conversation, with their places in the response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainer_bridge.ml.methods.span_tokens import Message, place_of_response


def response_tokens(
    tokenizer: Any, prompt: Sequence[Message], completion: Sequence[Message]
) -> tuple[list[int], list[tuple[int, int]]]:
    """(ids, offsets in code points of the response), of one length.

    A token that reaches across either end is cut to what lies in the response. Raises RefusedError where a chat
    template rewrites responses.
    """
    whole = tokenizer.apply_chat_template([*prompt, *completion], tokenize=False)
    begin, end, shift = place_of_response(tokenizer, prompt, completion, whole)
    encoded = tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
    ids: list[int] = []
    offsets: list[tuple[int, int]] = []
    for token, (first, last) in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
        if first < end and last > begin and first < last:
            ids.append(int(token))
            offsets.append((max(first, begin) - shift, min(last, end) - shift))
    return ids, offsets
