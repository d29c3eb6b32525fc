"""What every row has that a job makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.jobs.models import Job


class MadeByJob:
    """A row with a `job`, which is missing only inside the transaction that creates the two."""

    job: Job | None

    @property
    def its_job(self) -> Job:
        """The job that makes it."""
        if self.job is None:
            raise RuntimeError(f"{self!r} has no job yet.")
        return self.job
