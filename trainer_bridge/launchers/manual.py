"""Training by hand: somebody downloads the run's folder, trains it anywhere, and it reports back by token."""

from __future__ import annotations

from trainer_bridge.launchers.base import Alive, Description, Handle, Outcome, Task


class ManualLauncher:
    """Starts nothing. What the run becomes is told by its reports."""

    holds_worker = False
    shares_disk = False

    def describe(self) -> Description:
        return Description(True, "Download the run's folder, train it with one command, and it reports back here.")

    def submit(self, task: Task) -> Handle:
        return {}

    def poll(self, handle: Handle) -> Outcome:
        return Alive()

    def stop(self, handle: Handle, *, grace_seconds: float) -> None:
        """Its next report is refused, which stops it."""
