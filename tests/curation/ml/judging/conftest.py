"""One backend around the small random model, loaded once for the tests that leave it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation.ml.judging.local import LocalBackend
from tests.curation.ml.judging.asking import CPU


@pytest.fixture(scope="package")
def backend(language_model: Path) -> LocalBackend:
    return LocalBackend(str(language_model), options=CPU)
