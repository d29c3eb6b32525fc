"""Tags around the texts a judge reads, which no text can close (METHODS B5, rule against injection).

A tag ends in a mark: a hash of all texts of the conversation. It is the same in every run, so answers can be looked
up, while whoever wrote one of the texts would have to write the hash of a text that contains this very hash. Should a
text hold the mark all the same, it is taken out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

# Tokenizers write hexadecimal digits one by one; short marks of consonants take half the tokens, four times a call.
MARK_LETTERS = "bcdfghjkmnpqrstvwxz"
MARK_LENGTH = 6


@dataclass(frozen=True)
class Fence:
    """One mark, and those of the parts before it, none of which may stand in a text fenced by it."""

    mark: str
    earlier: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str], *, after: Fence | None = None) -> Fence:
        """The fence of these texts in any order, so that both orders of a pair have one mark.

        `after` is the fence of a part that is the same in several conversations. The new mark depends on it, while
        its own does not depend on what follows.
        """
        earlier = (*after.earlier, after.mark) if after else ()
        hashes = sorted(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts)
        digest = hashlib.sha256("/".join(earlier).encode() + b"".join(hashes)).digest()
        mark = "".join(MARK_LETTERS[byte % len(MARK_LETTERS)] for byte in digest[:MARK_LENGTH])
        return cls(mark=mark, earlier=earlier)

    def cleaned(self, text: str) -> str:
        """The text without any of the marks, in whatever case; taking one out may join the halves of another."""
        marks = re.compile("|".join(map(re.escape, (self.mark, *self.earlier))), re.IGNORECASE)
        found = 1
        while found:
            text, found = marks.subn("", text)
        return text

    def block(self, label: str, text: str) -> str:
        """`<label-mark>`, the text on lines of its own, `</label-mark>`."""
        return self._around(label, self.cleaned(text))

    def nest(self, label: str, blocks: Iterable[str]) -> str:
        """A block around blocks of this fence, whose texts are clean already."""
        return self._around(label, "\n".join(blocks))

    def _around(self, label: str, text: str) -> str:
        return f"<{label}-{self.mark}>\n{text}\n</{label}-{self.mark}>"
