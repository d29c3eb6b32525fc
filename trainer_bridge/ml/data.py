"""The datasets of a run: checked rows in the order, and drawn as, the configuration says."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from trainer_bridge.ml.columns import features
from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.rows import checked_rows, promised_columns, read_rows, sample_indices
from trainer_bridge.ml.run_folder import RunFolder


def train_dataset(path: Path, config: RunConfig, columns: tuple[str, ...], folder: RunFolder) -> Any:
    """All training rows: in the curriculum's order, or drawn with replacement for a member of an ensemble."""
    by_margin = config.curriculum.startswith("margin_")
    read = columns if "margin" in columns or not by_margin else (*columns, "margin")
    if by_margin and "margin" not in next(read_rows(path)):
        raise RefusedError(f"The curriculum {config.curriculum} sorts by the column 'margin', which {path.name} lacks.")
    rows = _dataset(path, read, folder)
    if by_margin:
        # A stable sort: rows of one margin keep the order of the export.
        margins = rows["margin"]
        order = sorted(range(len(rows)), key=margins.__getitem__)
        if config.curriculum == "margin_descending":
            order = sorted(range(len(rows)), key=lambda row: -margins[row])
        rows = rows.select(order)
    if read != columns:
        rows = rows.remove_columns("margin")
    if config.members > 1:
        rows = rows.select(drawn_rows(len(rows), config))
    return rows


def drawn_rows(rows: int, config: RunConfig) -> list[int]:
    """Which of so many rows a member of an ensemble trains on: as many, drawn with replacement by its number."""
    chance = random.Random(f"{config.seed}/{config.member}")  # noqa: S311 - a bootstrap sample, not a secret
    drawn = chance.choices(range(rows), k=rows)
    # KTO sets each row's response against the prompt beside it, so copies of a row must not lie side by side.
    return drawn if config.kind == "kto" else sorted(drawn)


def eval_dataset(path: Path | None, config: RunConfig, columns: tuple[str, ...], folder: RunFolder) -> Any | None:
    """The seeded sample of held-out rows that every evaluation of the run looks at, or None without such rows."""
    if path is None:
        return None
    promised_columns(path, config, columns)
    rows = _dataset(path, columns, folder)
    # Evaluation recurs during training, so it reads the same seeded sample each time instead of all held-out rows.
    return rows.select(sample_indices(len(rows), config.eval_max_rows, config.seed))


def _dataset(path: Path, columns: tuple[str, ...], folder: RunFolder) -> Any:
    from datasets import Dataset

    try:
        return Dataset.from_generator(
            checked_rows,
            gen_kwargs={"path": path, "columns": columns},
            features=features(columns),
            cache_dir=str(folder.path / ".cache"),
        )
    except Exception as error:
        # The library wraps what the generator raises; the reader's sentence is the one worth showing.
        if isinstance(error.__cause__, RefusedError):
            raise error.__cause__ from None
        raise
