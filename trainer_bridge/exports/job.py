"""The shard of an export: stream what the snapshot keeps into the format's files, then describe them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import orjson
from django.conf import settings

from curation.datasets.engine import duck
from curation.snapshots.selectors import snapshot_card
from trainer_bridge.exports.base import AddsFiles, Format
from trainer_bridge.exports.manifest import manifest_of, readme_of
from trainer_bridge.exports.measuring import measure_for
from trainer_bridge.exports.options import Options
from trainer_bridge.exports.report import report_of
from trainer_bridge.exports.units import nothing_written, units_of
from trainer_bridge.exports.writing import ExportFacts, text_write, units_write
from trainer_bridge.models import Export
from webapp.jobs.handlers import JobError, Progress
from webapp.store.files import store


def export_write(export: Export, progress: Progress) -> dict[str, Any]:
    """Write every file of an export; returns `{"files", "manifest"}`. Doing it again writes the same files."""
    progress.set_total(sum(export.snapshot.splits.values()))
    with duck() as cursor:
        made_of = units_of(export, cursor)
        entry, options = made_of.entry, made_of.options
        measure = measure_for(export, entry, options, progress)
        if measure is not None:
            options = replace(options, learned={**options.learned, "tokens": measure.tokens_of})
        facts = units_write(
            made_of.units,
            entry=entry,
            options=options,
            store=store(),
            folder=export.folder,
            on_units=lambda n: progress.advance(n),
            measure=measure,
        )
    if problem := nothing_written(facts):
        raise JobError(problem)
    tokens = None if measure is None else measure.summary()
    return _described(export, entry, options, facts, tokens)


def _described(
    export: Export, entry: Format, options: Options, facts: ExportFacts, tokens: dict[str, Any] | None
) -> dict[str, Any]:
    """The manifest, the README and what else the format's trainer wants, written beside the rows."""
    snapshot = export.snapshot
    about = {"id": snapshot.pk, "name": snapshot.name, "content_hash": snapshot.content_hash}
    version = str(settings.SPECTACULAR_SETTINGS["VERSION"])
    manifest = manifest_of(
        entry=entry,
        options=options,
        facts=facts,
        snapshot=about,
        app_version=version,
        report=report_of(snapshot),
        tokens=tokens,
    )
    readme = readme_of(entry=entry, options=options, manifest=manifest, snapshot_card=snapshot_card(snapshot))
    texts = {"README.md": readme, "manifest.json": orjson.dumps(manifest, option=orjson.OPT_INDENT_2).decode() + "\n"}
    if isinstance(entry, AddsFiles):
        texts |= entry.texts(manifest, options)
    files = [*facts.files]
    for name, text in texts.items():
        files.append(text_write(text, store=store(), folder=export.folder, name=name))
    return {"files": [asdict(file) for file in files], "manifest": manifest}
