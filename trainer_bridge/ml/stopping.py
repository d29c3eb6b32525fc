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

    def agreed(self) -> bool:
        """Whether any process of the run was asked to stop; all of them stop after the same step or none does."""
        import torch.distributed

        if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
            return self.wished
        on_gpu = torch.distributed.get_backend() == "nccl"
        wish = torch.tensor(float(self.wished), device="cuda" if on_gpu else "cpu")
        torch.distributed.all_reduce(wish, op=torch.distributed.ReduceOp.MAX)
        return bool(wish.item())

    @contextmanager
    def listening(self) -> Iterator[StopWish]:
        """Take SIGTERM and SIGINT while inside; the earlier handlers come back afterwards."""
        earlier = {number: signal.signal(number, self._receive) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield self
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)
