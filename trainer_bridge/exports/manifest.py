"""What travels with the files: a manifest for machines and a README for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from trainer_bridge.exports.base import Format, Tells
from trainer_bridge.exports.options import Options
from trainer_bridge.exports.writing import ExportFacts

MANIFEST_VERSION = 2
# Outside of it a model may learn length instead of quality (METHODS §18).
BALANCED = (0.45, 0.55)


def manifest_of(
    *,
    entry: Format,
    options: Options,
    facts: ExportFacts,
    snapshot: Mapping[str, Any],
    app_version: str,
    report: Mapping[str, Any] | None = None,
    tokens: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything needed to judge and reproduce the export.

    `snapshot` is {id, name, content_hash}, `report` what the snapshot itself says of its pairs, `tokens` the lengths
    under a tokenizer, where one was named.
    """
    manifest: dict[str, Any] = {
        "manifest_version": MANIFEST_VERSION,
        "created_by": f"Plumbline {app_version}",
        "snapshot": dict(snapshot),
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
        "remarks": dict(sorted(facts.remarks.items())),
        "numbers": {name: tally.summary() for name, tally in facts.numbers.items()},
        "row_order": "as in the snapshot",
        "files": [asdict(file) for file in facts.files],
        "lengths": {
            "unit": "characters",
            **{side: tally.summary() for side, tally in facts.lengths.items()},
            "chosen_longer": _rounded(facts.share_chosen_longer),
            "is_balanced": _is_balanced(facts),
            "tokens": dict(tokens) if tokens else None,
        },
        "report": dict(report or {}),
    }
    if isinstance(entry, Tells):
        manifest |= entry.facts(options, facts.rows)
    if "margin" in manifest:
        manifest["margin"]["rows_without_strength"] = facts.remarks["no_margin"]
    return manifest | {"warnings": warnings_of(entry=entry, options=options, facts=facts, tokens=tokens)}


def warnings_of(
    *, entry: Format, options: Options, facts: ExportFacts, tokens: Mapping[str, Any] | None = None
) -> list[str]:
    """Sentences a person should read before training on the files."""
    return [
        *_of_tokens(entry, tokens),
        *_of_rows(entry, options, facts),
        *_of_dropped(facts),
        *(entry.warnings(options, facts.rows) if isinstance(entry, Tells) else ()),
    ]


def _of_tokens(entry: Format, tokens: Mapping[str, Any] | None) -> list[str]:
    if not tokens:
        return [
            entry.over_long + " Lengths here are characters: name a tokenizer among the options to know how many rows "
            "that is."
        ]
    found = [entry.over_long]
    for trainer, splits in tokens["trainers"].items():
        for split, counts in splits.items():
            if counts["dropped"] or counts["truncated"]:
                found.append(
                    f"With max_length {tokens['max_length']:,} {trainer} will leave out {counts['dropped']:,} and cut "
                    f"{counts['truncated']:,} of the {counts['given']:,} {split} rows."
                )
    if tokens["prompt_not_prefix"]:
        found.append(
            f"In {tokens['prompt_not_prefix']:,} rows the prompt's tokens are not the beginning of prompt and answer "
            "together, so the model is trained on other prompts than it will see; choose another chat template."
        )
    return found


def _of_rows(entry: Format, options: Options, facts: ExportFacts) -> list[str]:
    found = []
    if not facts.rows["test"]:
        found.append("The snapshot has no test rows: a run on these files cannot report held-out numbers.")
    if facts.identical_sides:
        found.append(f"{facts.identical_sides} rows have the same text on both sides and teach nothing.")
    columns = {column.name for column in entry.columns(options)}
    unread = (facts.soft_labels if "soft_label" not in columns else 0, facts.weighted if "weight" not in columns else 0)
    for count, what, name in zip(unread, ("soft label", "weight"), ("soft_label", "weight"), strict=True):
        if count:
            found.append(
                f"{count} rows have a {what} in the snapshot and count here as if they had none; ask for the column "
                f"{name} where the format has it."
            )
    if facts.remarks["no_margin"]:
        found.append(f"{facts.remarks['no_margin']} rows have no strength of their own; their margin is 0.0.")
    if facts.remarks["margin_contradicts_label"]:
        found.append(
            f"{facts.remarks['margin_contradicts_label']} rows have a margin source that contradicts their label; "
            "their margin is 0.0."
        )
    if not _is_balanced(facts):
        share = facts.share_chosen_longer or 0.0
        found.append(
            f"The better answer is the longer one in {share:.0%} of the pairs; a model may learn length instead of "
            "quality."
        )
    return found


def _of_dropped(facts: ExportFacts) -> list[str]:
    if not facts.dropped:
        return []
    reasons = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in sorted(facts.dropped.items()))
    return [f"{facts.dropped.total():,} of {facts.candidates:,} rows were left out by this format: {reasons}."]


def _is_balanced(facts: ExportFacts) -> bool:
    share = facts.share_chosen_longer
    return share is None or BALANCED[0] <= share <= BALANCED[1]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def readme_of(*, entry: Format, options: Options, manifest: Mapping[str, Any], snapshot_card: str) -> str:
    """A dataset card: its header lets `datasets` open the folder, and the snapshot's own card follows."""
    splits = [split for split, rows in manifest["rows"].items() if rows]
    lines = [
        "---",
        *_header(entry, manifest, splits),
        "---",
        f"# {manifest['snapshot']['name']}",
        "",
        f"{entry.title}, written by {manifest['created_by']}.",
        f"Snapshot {manifest['snapshot']['id']}, content hash `{manifest['snapshot']['content_hash']}`.",
        "",
        "| column | meaning | read by |",
        "|---|---|---|",
        *(f"| `{each['name']}` | {each['description']} | {each['read_by']} |" for each in manifest["columns"]),
        "",
        *_usage(entry),
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


def _header(entry: Format, manifest: Mapping[str, Any], splits: list[str]) -> list[str]:
    """The lines of YAML that the Hub and `datasets` read."""
    rows = sum(manifest["rows"].values())
    size = next((name for most, name in _SIZES if rows < most), "n>1T")
    lines = ["tags:", "- plumbline", "- preference" if entry.reads == "pairs" else "- feedback", f"- {entry.key}"]
    lines += ["size_categories:", f"- {size}", "configs:", "- config_name: default", "  data_files:"]
    return [*lines, *(f"  - split: {split}\n    path: {split}.parquet" for split in splits)]


_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (10**12, "10M<n<100M"),
)


def _usage(entry: Format) -> list[str]:
    """How the files are opened, and by the format's trainer where it is one of TRL."""
    module, _, trainer = entry.trainer.rpartition(".")
    lines = ["```python", "from datasets import load_dataset"]
    if module.startswith("trl"):
        lines.append(f"from {module} import {trainer}")
    lines += ["", 'data = load_dataset("PATH/TO/THIS/FOLDER")']
    if module.startswith("trl"):
        lines.append(f'{trainer}(model=MODEL, train_dataset=data["train"])')
    return [*lines, "```", ""]
