"""What a kind of job must provide, and the errors it may raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from webapp.jobs.models import Job, JobShard


class JobError(Exception):
    """An expected failure, told in one sentence a person can act on. The job fails without another try."""


@contextmanager
def as_job_error(*errors: type[Exception]) -> Iterator[None]:
    """Turns errors whose text is for people, such as a service's refusal, into a JobError with the same sentence."""
    try:
        yield
    except errors as error:
        raise JobError(str(error)) from error


class JobInterrupted(Exception):
    """The shard must stop now: the job was cancelled or paused, or another worker owns the shard."""


class JobDeferred(Exception):
    """The shard can do nothing before something else happens: its worker is given back, and it is tried again later.

    Waiting so uses up none of the shard's tries, and what it counted stays.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not before {seconds:g} s from now")
        self.seconds = seconds


@dataclass(frozen=True)
class ShardPlan:
    """One shard to be: `params` must be JSON; `total` is how many units it holds, when known."""

    params: dict[str, Any] = field(default_factory=dict)
    total: int | None = None


class Progress(Protocol):
    """What a running shard tells the world; see `webapp.jobs.progress.ShardProgress`."""

    @property
    def should_stop(self) -> bool: ...

    def advance(self, n: int = 1, failures: dict[str, int] | None = None) -> None: ...

    def set_done(self, done: int) -> None: ...

    def set_total(self, total: int) -> None: ...

    def checkpoint(self, state: dict[str, Any]) -> None: ...

    def log(self, message: str, level: str = "info") -> None: ...


class JobHandler:
    """One kind of job. Handlers hold no state: any worker may run any shard, and may run it twice."""

    kind: str
    queue: str = "default"
    unit: str = "rows"
    lease_seconds: float = 30.0

    def plan(self, job: Job) -> list[ShardPlan]:
        """Split the work. Runs once, in the transaction that stores the shards; must be quick."""
        return [ShardPlan()]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        """Do one shard. Must be safe to repeat: write files by atomic rename, never append. Returns JSON."""
        raise NotImplementedError

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        """Bring the results home in one transaction that also ends the job, so it happens exactly once.

        `results` are the shards' results in order. May set `job.message`. Returns the job's result (JSON).
        """
        return {}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        """The job ended as failed or cancelled: bring its subject into a matching state (same transaction)."""

    def on_paused(self, job: Job) -> None:
        """The job was paused and no shard is running: stop what runs elsewhere for it (same transaction)."""

    def on_resumed(self, job: Job) -> None:
        """A failed or cancelled job starts again: undo what `on_stopped` did (same transaction)."""
