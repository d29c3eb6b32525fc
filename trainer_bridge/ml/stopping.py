"""SIGTERM, turned into a wish that the training loop honours."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from trainer_bridge.ml.errors import CancelledError


class StopWish:
    """SIGTERM as a flag. Before the first step there is nothing worth saving, so it interrupts at once."""

    def __init__(self) -> None:
        self.wished = False
        self.interrupt = True

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.wished = True
        if self.interrupt:
            raise CancelledError

    @contextmanager
    def listening(self) -> Iterator[StopWish]:
        """Take SIGTERM and SIGINT while inside; the earlier handlers come back afterwards."""
        earlier = {number: signal.signal(number, self._receive) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield self
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)
