"""The model card: what a model is, every step from people's votes to its weights, and what it was measured at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from curation.snapshots.selectors import snapshot_card
from trainer_bridge.choices import EvaluationState
from trainer_bridge.domain.methods import METHODS
from trainer_bridge.models import Evaluation, ModelVersion, Run
from trainer_bridge.selectors.registry import files_digest

_FACTS = {
    "device": "Device",
    "precision": "Precision",
    "train_s": "Seconds of training",
    "peak_memory_bytes": "Peak memory, bytes",
    "parameters": "Parameters",
}


def model_card(model: ModelVersion) -> str:
    """The card as markdown, written anew each time: evaluations are added after the model is made."""
    runs = Run.objects.select_related("export__snapshot__dataset_version__dataset", "job")
    run = runs.filter(model_version=model.pk).first()
    blocks = [_heading(model), *([_training(run), _data(run)] if run else [_elsewhere(model)]), _measured(model)]
    if run:
        blocks.append(f"## The snapshot's own card\n\n{_demoted(snapshot_card(run.export.snapshot))}")
    return "\n\n".join(blocks) + "\n"


def _heading(model: ModelVersion) -> str:
    rows = [
        ("Kind", model.get_kind_display()),
        ("Stage", model.get_stage_display()),
        ("Origin", model.get_origin_display()),
        ("Base model", f"`{model.base_model}`"),
        ("Size", f"{model.size_bytes:,} bytes"),
        ("Digest of its files", f"`{files_digest(model.files)}`"),
        ("Registered", f"{model.created_at:%Y-%m-%d %H:%M} UTC"),
    ]
    return f"# {model}\n\n{_table(('', ''), rows)}"


def _elsewhere(model: ModelVersion) -> str:
    return (
        "## Training\n\nThis model was not trained here. What it was trained on is not known, so overlap of evaluation "
        "sets with its training data cannot be ruled out."
    )


def _training(run: Run) -> str:
    method = METHODS[run.kind]
    loss = method.loss(str(run.config.get("loss_type") or method.losses[0].key))
    facts: dict[str, Any] = (run.its_job.result or {}).get("facts") or {}
    settings = [(f"`{name}`", f"`{value}`") for name, value in sorted(run.config.items())]
    measured = [(title, str(facts[name])) for name, title in _FACTS.items() if facts.get(name) is not None]
    versions = facts.get("versions") or {}
    measured += [(name, str(version)) for name, version in versions.items()]
    return "\n\n".join(
        [
            f"## Training\n\n{method.title} ({loss.title}) in run {run.pk}, {run.step} steps. {method.description}",
            _table(("setting", "value"), settings),
            _table(("fact", "value"), measured),
        ]
    )


def _data(run: Run) -> str:
    snapshot, manifest = run.export.snapshot, run.export.manifest
    version = snapshot.dataset_version
    kept = f"{sum(snapshot.splits.values()):,} pairs kept"
    lines = [
        f"- Dataset “{version.dataset.name}”, version {version.number}, content hash `{version.content_hash}`",
        f"- Snapshot {snapshot.pk} “{snapshot.name}”, content hash `{snapshot.content_hash}`, {kept}",
        f"- Export {run.export_id}, format `{run.export.format}`, rows {_splits(manifest.get('rows') or {})}",
    ]
    used = ((run.its_job.result or {}).get("facts") or {}).get("rows") or {}
    for split, rows in sorted(used.items(), reverse=True):
        lines.append(
            f"- Of the {split} rows {rows['given']:,} were given, {rows['used']:,} used, {rows['dropped']:,} left out, "
            f"{rows['truncated']:,} cut"
        )
    return "## Where it comes from\n\n" + "\n".join(lines)


def _splits(rows: dict[str, int]) -> str:
    return ", ".join(f"{split} {rows[split]:,}" for split in ("train", "test") if split in rows)


def _measured(model: ModelVersion) -> str:
    done = Evaluation.objects.filter(model=model, state=EvaluationState.SUCCEEDED).select_related("evaluation_set")
    rows = [row for evaluation in done.order_by("id") for row in _evaluation_rows(evaluation)]
    if not rows:
        return "## Measured\n\nThis model has not been evaluated yet."
    return "## Measured\n\n" + _table(("set", "what", "value", "95 % interval", "items", "leaked"), rows)


def _evaluation_rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    leaked = evaluation.counts.get("leaked")
    for name, value, low, high in headline_numbers(evaluation.metrics):
        yield (
            evaluation.evaluation_set.name,
            f"{evaluation.get_kind_display()}: {name}",
            f"{value:.3f}",
            "" if low is None or high is None else f"{low:.3f} to {high:.3f}",
            str(evaluation.counts.get("scored", "")),
            "unknown" if evaluation.leak.get("known") is False else str(leaked if leaked is not None else ""),
        )


def headline_numbers(metrics: dict[str, Any]) -> list[tuple[str, float, float | None, float | None]]:
    """(name, value, low, high) of the numbers of an evaluation that stand at its top and have an interval."""
    found = []
    for name, entry in metrics.items():
        if isinstance(entry, dict) and isinstance(entry.get("value"), int | float):
            found.append((name.replace("_", " "), float(entry["value"]), entry.get("low"), entry.get("high")))
    return found


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows)])


def _demoted(card: str) -> str:
    """A card's headings two levels down, so that it can stand inside another."""
    return "\n".join(f"##{line}" if line.startswith("#") else line for line in card.strip().splitlines())
