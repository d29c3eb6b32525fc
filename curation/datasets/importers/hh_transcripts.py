"""Pairs of whole transcripts, “\\n\\nHuman: …\\n\\nAssistant: …”, as in Anthropic's HH-RLHF."""

from __future__ import annotations

import re

from curation.datasets.importers.base import (
    Draft,
    Row,
    RowError,
    preference,
    response_to,
    rest_of,
    text_at,
)
from curation.datasets.importers.messages import split_conversations
from webapp.store.canonical import Message

_TURN = re.compile(r"(?:\A|\n\n)\s*(Human|Assistant):")
_ROLES = {"Human": "user", "Assistant": "assistant"}
_USED = frozenset({"chosen", "rejected", "strength"})


class HHTranscripts:
    """The turns both transcripts share become the prompt, the last assistant turn of each a response."""

    key = "hh_transcripts"
    title = "Human/Assistant transcripts"

    def fits(self, row: Row) -> bool:
        return all(
            type(text) is str and text.lstrip().startswith("Human:") and "\n\nAssistant:" in text
            for text in (row.get("chosen"), row.get("rejected"))
        )

    def draft(self, row: Row) -> Draft:
        chosen, rejected = text_at(row, "chosen"), text_at(row, "rejected")
        prompt, better, worse = split_conversations(_turns(chosen, "chosen"), _turns(rejected, "rejected"))
        return Draft(
            prompt,
            [response_to(better), response_to(worse)],
            preference(row),
            metadata=rest_of(row, _USED),
        )


def _turns(transcript: str, name: str) -> list[Message]:
    pieces = _TURN.split(transcript)
    if len(pieces) < 3:
        raise RowError("not_a_transcript", f"The {name} text has no “Human:” or “Assistant:” turns.")
    turns = [Message(_ROLES[pieces[i]], pieces[i + 1].strip()) for i in range(1, len(pieces), 2)]
    if before := pieces[0].strip():
        turns.insert(0, Message("system", before))
    return turns
