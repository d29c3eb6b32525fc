"""What a benchmark's worker is told to import: judges of the packaged model are answered by the benchmark's own."""

from __future__ import annotations

import os
from typing import Any

from curation.judges import models_of


def benched(judge: Any) -> Any:
    from curation.ml.judging.local import LocalBackend

    return LocalBackend(os.environ["PLUMBLINE_BENCH_MODEL"], revision="bench")


models_of._local = benched
