"""The pace at which all workers together ask an endpoint: a token bucket in one row of the database.

Taking from it is one UPDATE … RETURNING: the row's lock puts workers in line, and the row says how long the line is.
The rules are those of curation.ml.judging.allowance.
"""

from __future__ import annotations

from django.db import connection

from curation.judges.endpoints import Endpoint
from webapp.api.sql import query

# A bucket holds what one second earns, at least 1, and may be overdrawn: that is the line.
_LEFT = """CASE WHEN bucket.{kind}_per_minute IS NULL THEN 0 ELSE
           least(greatest(1, bucket.{kind}_per_minute / 60.0::float8),
                 bucket.{kind}_available + greatest(0, extract(epoch FROM clock.at - bucket.updated_at))::float8
                                           * bucket.{kind}_per_minute / 60.0::float8) - %({kind})s::float8 END"""
# The clock is read once: what passes between two readings would be earned by nobody. Who waited for the lock may carry
# an older time than the row; it earns nothing, and the row's time does not go back.
_TAKE = f"""
UPDATE curation_endpointallowance AS bucket
   SET requests_available = {_LEFT.format(kind="requests")},
       tokens_available = {_LEFT.format(kind="tokens")},
       updated_at = greatest(bucket.updated_at, clock.at)
  FROM (SELECT clock_timestamp() AS at) AS clock
 WHERE bucket.name = %(name)s
RETURNING greatest(0, -bucket.requests_available * 60 / bucket.requests_per_minute,
                      -bucket.tokens_available * 60 / bucket.tokens_per_minute)::float8 AS seconds
"""  # noqa: S608 - put together from constants
# What the installation allows is written where it changed; the row then fills at the new pace.
_ALLOW = """
INSERT INTO curation_endpointallowance AS bucket
       (name, requests_per_minute, tokens_per_minute, requests_available, tokens_available, updated_at)
VALUES (%(name)s, %(requests)s, %(tokens)s, greatest(1, coalesce(%(requests)s::int, 0) / 60.0::float8),
        greatest(1, coalesce(%(tokens)s::int, 0) / 60.0::float8), clock_timestamp())
ON CONFLICT (name) DO UPDATE
   SET requests_per_minute = EXCLUDED.requests_per_minute, tokens_per_minute = EXCLUDED.tokens_per_minute
 WHERE (bucket.requests_per_minute, bucket.tokens_per_minute)
       IS DISTINCT FROM (EXCLUDED.requests_per_minute, EXCLUDED.tokens_per_minute)
"""


class SharedAllowance:
    """An Allowance of all workers; they know each other by the endpoint's name. Without limits it asks no database."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._name = endpoint.name
        self._limits = {"requests": endpoint.requests_per_minute, "tokens": endpoint.tokens_per_minute}
        self._limited = any(limit is not None for limit in self._limits.values())
        self._written = False

    def reserve(self, requests: int, tokens: int) -> float:
        return self._take(requests, tokens) if self._limited else 0.0

    def settle(self, requests: int, tokens: int) -> None:
        # Where requests alone are limited, what was used of tokens changes nothing.
        if self._limited and (requests or self._limits["tokens"] is not None):
            self._take(requests, tokens)

    def close(self) -> None:
        """Give this thread's connection back: the thread ends, and nobody else would."""
        if self._limited:
            connection.close()

    def _take(self, requests: int, tokens: int) -> float:
        if not self._written:
            query(_ALLOW, {"name": self._name, **self._limits})
            self._written = True
        rows = query(_TAKE, {"name": self._name, "requests": requests, "tokens": tokens})
        return float(rows[0]["seconds"])
