"""Votes by the person who gave them, under names that no other export has (PAL, VPL, FSPO; METHODS §15)."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

PID_CHARACTERS = 16
OTHER_GROUP = "other"


def pid_of(secret: bytes, annotator: str) -> str:
    """The pseudonym of an annotator under an export's secret: HMAC-SHA256, 16 hexadecimal digits."""
    return hmac.new(secret, annotator.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:PID_CHARACTERS]


def unseen_of(pids: Iterable[str], *, share: float, seed: int) -> frozenset[str]:
    """The people held out entirely: a share of them, rounded up, drawn by seed; never all.

    Drawn by pseudonyms, so that another export holds out others and tells nothing about who is who.
    """
    known = sorted(set(pids), key=lambda pid: hashlib.blake2b(f"{seed} {pid}".encode(), digest_size=16).digest())
    count = min(math.ceil(share * len(known)), len(known) - 1) if known else 0
    return frozenset(known[:count])


def groups_kept(group_of: Mapping[str, str], *, least: int) -> frozenset[str]:
    """Groups that at least `least` people are in; the others would point at single people (k-anonymity)."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for pid, group in group_of.items():
        members[group].add(pid)
    return frozenset(group for group, pids in members.items() if len(pids) >= least)


class Contexts:
    """For each person the latest pairs they voted on, in the order of the rows."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pairs: defaultdict[str, deque[tuple[str, str]]] = defaultdict(lambda: deque(maxlen=2 * most))

    def before(self, pid: str, prompt: str) -> list[str]:
        """Ids of earlier pairs of a person, the oldest first, none of which has this prompt."""
        found = [pair_id for pair_id, asked in self._pairs[pid] if asked != prompt]
        return found[-self._most :] if self._most else []

    def add(self, pid: str, prompt: str, pair_id: str) -> None:
        self._pairs[pid].append((pair_id, prompt))
