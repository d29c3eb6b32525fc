"""Which prompts are for checks alone: a half drawn by the text of a prompt, once for all (METHODS §2, gold leakage).

Labelled pairs both guide judges, as examples, and tell how right they are. No pair may do both: a judge that was shown
labels is held against the other half only.
"""

from __future__ import annotations

import hashlib


def is_gold_eval(prompt_text: str) -> bool:
    """Whether a prompt is never shown with its label. Rows, versions, labels, case and white space do not matter."""
    return hashlib.blake2b(_bytes(f"gold_eval {_plain(prompt_text)}")).digest()[0] < 128


def prompt_key(prompt_text: str) -> str:
    """One key for a prompt in whatever case and white space; 32 hexadecimal digits."""
    return hashlib.blake2b(_bytes(_plain(prompt_text)), digest_size=16).hexdigest()


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
