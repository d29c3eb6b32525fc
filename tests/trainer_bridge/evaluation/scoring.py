"""Scored items made directly, for tests of what scores mean."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from trainer_bridge.domain.evaluation.scored import Scored

_numbers = itertools.count()


def scored(
    right: Sequence[float],
    wrong: Sequence[float],
    *,
    subset: str = "",
    item_id: str | None = None,
    group: str | None = None,
    lengths: Sequence[int] | None = None,
    state: str = "ok",
) -> Scored:
    """An item with these scores of its right and wrong candidates; a prompt and an id of its own unless said."""
    number = next(_numbers)
    return Scored(
        index=number,
        item_id=f"i{number}" if item_id is None else item_id,
        group=f"g{number}" if group is None else group,
        subset=subset,
        state=state,
        reason=None if state == "ok" else "template",
        scores=[*right, *wrong],
        correct=[True] * len(right) + [False] * len(wrong),
        lengths=list(lengths) if lengths is not None else [10] * (len(right) + len(wrong)),
    )
