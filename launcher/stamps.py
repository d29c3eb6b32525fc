"""Skip a step whose inputs have not changed since it last succeeded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of(paths: Iterable[Path], *more: str) -> str:
    """Hash the names and contents of files and folders, and any further words that matter.

    A missing file counts as absent, so creating it changes the digest.
    """
    total = hashlib.sha256()
    for word in more:
        total.update(word.encode() + b"\0")
    for path in sorted(_files_of(paths)):
        total.update(str(path).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


class Stamp:
    """A small file that remembers the digest of the inputs a step last succeeded with."""

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        self.digest = digest

    def is_current(self, *products: Path) -> bool:
        """Tell whether the step ran with these inputs and its products are still there."""
        if not all(product.exists() for product in products):
            return False
        try:
            return self.path.read_text().strip() == self.digest
        except FileNotFoundError:
            return False

    def write(self) -> None:
        """Remember success. Written last, so an interrupted step runs again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.digest + "\n")

    def forget(self) -> None:
        """Drop the mark before the step begins to change its product."""
        self.path.unlink(missing_ok=True)


def _files_of(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from (found for found in path.rglob("*") if found.is_file() and "__pycache__" not in found.parts)
        elif path.is_file():
            yield path
