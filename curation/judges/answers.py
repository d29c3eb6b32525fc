"""What was answered before, so that nothing is asked twice, and the meter that counts what was asked."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from curation.judges.choices import AnswerState
from curation.ml.judging.calls import Answer, Call, call_key
from curation.models import Judge, JudgeAnswer, JudgeMeter
from webapp.api.sql import query
from webapp.jobs.handlers import JobError

ANSWERS_PER_WRITE = 64
SECONDS_PER_WRITE = 1.0
MICRO = 1_000_000

# An answer stays as it was given; only what failed gives way to a later try.
_INSERT = """
INSERT INTO curation_judgeanswer AS known
       (project_id, key, state, reason, text, log_probs, prompt_tokens, completion_tokens, cached_tokens, record_id,
        job_id, created_at)
VALUES (%(project)s, %(key)s, %(state)s, %(reason)s, %(text)s, %(log_probs)s, %(prompt)s, %(completion)s, %(cached)s,
        %(record)s, %(job)s, now())
ON CONFLICT (project_id, key) DO UPDATE
   SET (state, reason, text, log_probs, prompt_tokens, completion_tokens, cached_tokens, record_id, job_id, created_at)
     = (EXCLUDED.state, EXCLUDED.reason, EXCLUDED.text, EXCLUDED.log_probs, EXCLUDED.prompt_tokens,
        EXCLUDED.completion_tokens, EXCLUDED.cached_tokens, EXCLUDED.record_id, EXCLUDED.job_id, EXCLUDED.created_at)
 WHERE known.state = 'failed'
"""
_COUNT = """
UPDATE curation_judgemeter
   SET calls = calls + %(calls)s, reused = reused + %(reused)s, failed = failed + %(failed)s,
       prompt_tokens = prompt_tokens + %(prompt)s, completion_tokens = completion_tokens + %(completion)s,
       cached_tokens = cached_tokens + %(cached)s, cost = cost + %(cost)s
 WHERE job_id = %(job)s
RETURNING cost, cap
"""


@dataclass(frozen=True)
class Prices:
    """US dollars per million tokens; None where nothing is paid."""

    prompt: float = 0.0
    completion: float = 0.0

    def micro_dollars(self, answer: Answer) -> float:
        return answer.prompt_tokens * self.prompt + answer.completion_tokens * self.completion


@dataclass
class _Counts:
    calls: int = 0
    reused: int = 0
    failed: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    cost: float = 0.0


def _key(row: dict[str, Any]) -> bytes:
    key: bytes = row["key"]
    return key


@dataclass
class AnswerMemory:
    """A project's answers of one model. Writes in small transactions, answers and meter together.

    `identity` names the model and its revision: everything besides the call that an answer depends on.
    """

    project_id: int
    job_id: int
    identity: Mapping[str, Any]
    prices: Prices = Prices()
    _pending: list[dict[str, Any]] = field(default_factory=list)
    # Of those the good ones, which may be asked for before they are written.
    _fresh: dict[bytes, Answer] = field(default_factory=dict)
    _counts: _Counts = field(default_factory=_Counts)
    _written_at: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, judge: Judge, identity: Mapping[str, Any], job_id: int) -> Self:
        """What a judge's model answered, at the judge's prices."""
        return cls(judge.project_id, job_id, identity, Prices(**judge.prices) if judge.prices else Prices())

    def key_of(self, call: Call) -> bytes:
        return call_key(self.identity, call)

    def known(self, keys: Sequence[bytes]) -> dict[bytes, Answer]:
        """Those of the answers that were given before."""
        rows = JudgeAnswer.objects.filter(
            project=self.project_id, key__in=list(keys), state=AnswerState.OK
        ).values_list("key", "text", "log_probs", "prompt_tokens", "completion_tokens", "cached_tokens")
        written = {bytes(key): Answer(text, log_probs, None, *tokens) for key, text, log_probs, *tokens in rows}
        return written | {key: self._fresh[key] for key in keys if key in self._fresh}

    def reuse(self, count: int) -> None:
        self._counts.reused += count

    def put(self, key: bytes, answer: Answer, *, reason: str | None, record_id: str) -> None:
        """Keep an answer; `reason` says why it cannot be used."""
        counts = self._counts
        counts.calls += 1
        counts.failed += reason is not None
        counts.prompt += answer.prompt_tokens
        counts.completion += answer.completion_tokens
        counts.cached += answer.cached_tokens
        counts.cost += self.prices.micro_dollars(answer)
        self._pending.append(self._row(key, answer, reason, record_id))
        if reason is None:
            self._fresh[key] = answer
        if len(self._pending) >= ANSWERS_PER_WRITE or time.monotonic() - self._written_at >= SECONDS_PER_WRITE:
            self.write()

    def write(self) -> None:
        """Write down what is pending. Raises JobError when what was spent has reached the cap."""
        pending, counts = self._pending, self._counts
        self._pending, self._fresh, self._counts, self._written_at = [], {}, _Counts(), time.monotonic()
        if not pending and not counts.reused:
            return
        with transaction.atomic():
            if pending:
                # One order for everybody, so that two workers with the same calls never wait for each other.
                pending.sort(key=_key)
                with connection.cursor() as cursor:
                    cursor.executemany(_INSERT, pending)
            JudgeMeter.objects.get_or_create(job_id=self.job_id)
            cost = round(counts.cost)
            spent = query(_COUNT, {**vars(counts), "cost": cost, "job": self.job_id})[0]
        if spent["cap"] is not None and spent["cost"] >= spent["cap"]:
            raise JobError(
                f"The cap of {spent['cap'] / MICRO:,.2f} USD is reached ({spent['cost'] / MICRO:,.2f} USD spent). "
                "Raise it and retry; what was answered is kept."
            )

    def _row(self, key: bytes, answer: Answer, reason: str | None, record_id: str) -> dict[str, Any]:
        return {
            "project": self.project_id,
            "key": key,
            "state": AnswerState.OK if reason is None else AnswerState.FAILED,
            "reason": (reason or "")[:60],
            # PostgreSQL keeps every character but this one.
            "text": answer.text.replace("\x00", ""),
            "log_probs": None if answer.log_probs is None else Jsonb(dict(answer.log_probs)),
            "prompt": answer.prompt_tokens,
            "completion": answer.completion_tokens,
            "cached": answer.cached_tokens,
            "record": record_id,
            "job": self.job_id,
        }
