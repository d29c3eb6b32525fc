"""Names for the arrays that the numeric modules of this room pass around."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
# Embeddings and feature tables keep the precision they came in.
Points: TypeAlias = npt.NDArray[np.floating]
Labels: TypeAlias = npt.NDArray[np.generic]
