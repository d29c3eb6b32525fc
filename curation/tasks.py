"""What beat asks of the room."""

from __future__ import annotations

from celery import shared_task

from curation.snapshots.refreshing import refreshes_advance


@shared_task(name="curation.refresh_snapshots")
def refresh_snapshots() -> None:
    refreshes_advance()
