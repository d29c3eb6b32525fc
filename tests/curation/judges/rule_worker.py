"""What a worker of the crash tests is told to import: judges are answered by a rule, slowly enough to be killed.

Each call leaves a byte in the file `asked` of the data folder, so that what a killed worker asked is known as well.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from curation.judges import models_of
from curation.ml.judging.calls import Answer, Call
from curation.signals.compute_job import ModelSignalHandler
from tests.curation.judges.mock_judges import RuleBackend, always_longest
from webapp.jobs import tasks
from webapp.jobs.services.sweeping import jobs_sweep

SECONDS_PER_CALL = 0.001
LEASE_SECONDS = 2.0


class SlowRule(RuleBackend):
    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        with (Path(os.environ["PLUMBLINE_DATA_DIR"]) / "asked").open("ab", buffering=0) as asked:
            for number, answer in super().answer(calls):
                time.sleep(SECONDS_PER_CALL)
                asked.write(b".")
                yield number, answer
                self.calls.clear()


def rule_of(judge: Any) -> SlowRule:
    return SlowRule(always_longest)


models_of._local = rule_of
# No model is loaded here, and nobody has a minute to wait for a dead worker's lease.
ModelSignalHandler.lease_seconds = LEASE_SECONDS
# Nor for the sweep to find that a dead worker took the messages with it.
tasks.jobs_sweep = partial(jobs_sweep, first=1.0)
