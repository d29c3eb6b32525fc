"""What travels with the files: a manifest for machines and a README for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from trainer_bridge.domain.margins import FORMULA, FULL_STRENGTH
from trainer_bridge.exports.base import Format
from trainer_bridge.exports.options import Options
from trainer_bridge.exports.writing import ExportFacts

MANIFEST_VERSION = 1


def manifest_of(
    *, entry: Format, options: Options, facts: ExportFacts, snapshot: dict[str, Any], app_version: str
) -> dict[str, Any]:
    """Everything needed to judge and reproduce the export. `snapshot` is {id, name, content_hash}."""
    columns = [column.name for column in entry.columns(options)]
    manifest: dict[str, Any] = {
        "manifest_version": MANIFEST_VERSION,
        "created_by": f"Plumbline {app_version}",
        "snapshot": snapshot,
        "format": entry.key,
        "trainer": entry.trainer,
        "options": dict(options),
        "columns": [asdict(column) | {"read_by": column.read_by or entry.trainer} for column in entry.columns(options)],
        "rows": dict(facts.rows),
        "units": {"kind": entry.reads, "in": facts.units},
        "candidates": {
            "in": facts.candidates,
            "written": sum(facts.rows.values()),
            "dropped": facts.dropped.total(),
        },
        "dropped": dict(sorted(facts.dropped.items())),
        "row_order": "as in the snapshot",
        "files": [asdict(file) for file in facts.files],
        "lengths": {
            "unit": "characters",
            **{side: tally.summary() for side, tally in facts.lengths.items()},
        },
        "warnings": warnings_of(entry=entry, options=options, facts=facts),
    }
    if "margin" in columns:
        manifest["margin"] = {
            "formula": FORMULA,
            "unit": "reward",
            "min": 0.0,
            "max": 1.0,
            "full_strength": FULL_STRENGTH,
            "rows_without_strength": facts.without_strength,
        }
    return manifest


def warnings_of(*, entry: Format, options: Options, facts: ExportFacts) -> list[str]:
    """Sentences a person should read before training on the files."""
    found = [
        entry.over_long + " Lengths here are characters: tokens are counted once a run has chosen its tokenizer.",
    ]
    if not facts.rows["test"]:
        found.append("The snapshot has no test rows: a run on these files cannot report held-out numbers.")
    if facts.identical_sides:
        found.append(f"{facts.identical_sides} rows have the same text on both sides and teach nothing.")
    if facts.treated:
        found.append(
            f"{facts.treated} rows have a soft label or a weight in the snapshot, which {entry.trainer} does not read: "
            "here they count in full. The snapshot's pairs.parquet has both."
        )
    if facts.without_strength and "margin" in entry.schema(options).names:
        found.append(f"{facts.without_strength} rows have no strength of their own; their margin is 0.0.")
    return found


_USE = {
    "trl.DPOTrainer": 'DPOTrainer(model=MODEL, train_dataset=data["train"])',
    "trl.RewardTrainer": 'RewardTrainer(model=MODEL, train_dataset=data["train"])',
}


def readme_of(*, entry: Format, options: Options, manifest: dict[str, Any], snapshot_card: str) -> str:
    """A dataset card: its header lets `datasets` open the folder, and the snapshot's own card follows."""
    splits = [split for split, rows in manifest["rows"].items() if rows]
    trainer = entry.trainer.rpartition(".")[2]
    lines = [
        "---",
        "configs:",
        "- config_name: default",
        "  data_files:",
        *(f"  - split: {split}\n    path: {split}.parquet" for split in splits),
        "---",
        f"# {manifest['snapshot']['name']}",
        "",
        f"{entry.title}, written by {manifest['created_by']}.",
        f"Snapshot {manifest['snapshot']['id']}, content hash `{manifest['snapshot']['content_hash']}`.",
        "",
        "| column | meaning |",
        "|---|---|",
        *(f"| `{column.name}` | {column.description} |" for column in entry.columns(options)),
        "",
        "```python",
        "from datasets import load_dataset",
        f"from trl import {trainer}",
        "",
        'data = load_dataset("PATH/TO/THIS/FOLDER")',
        _USE[entry.trainer],
        "```",
        "",
        *(f"- {split}: {manifest['rows'][split]} rows" for split in splits),
        "",
        "## Before you train",
        "",
        *(f"- {warning}" for warning in manifest["warnings"]),
        "",
        "## The snapshot",
        "",
        snapshot_card.strip() or "This snapshot has no card.",
        "",
    ]
    return "\n".join(lines)
