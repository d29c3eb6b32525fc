"""The shard of an export: stream the snapshot's kept pairs into the format's files, then describe them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson
from django.conf import settings

from curation.models import Snapshot
from curation.snapshots.selectors import iter_snapshot_pairs, snapshot_card
from trainer_bridge.exports.base import Pair
from trainer_bridge.exports.manifest import manifest_of, readme_of
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.writing import pairs_write, text_write
from trainer_bridge.models import Export
from webapp.jobs.handlers import JobError, Progress
from webapp.store.files import store


def export_write(export: Export, progress: Progress) -> dict[str, Any]:
    """Write every file of an export; returns `{"files", "manifest"}`. Doing it again writes the same files."""
    snapshot = export.snapshot
    entry = format_for(export.format)
    progress.set_total(sum(snapshot.splits.values()))
    facts = pairs_write(
        _pairs(snapshot), entry=entry, store=store(), folder=export.folder, on_rows=lambda n: progress.advance(n)
    )
    if not facts.files:
        raise JobError("This snapshot keeps no pairs, so there is nothing to export; loosen its recipe.")
    about = {"id": snapshot.pk, "name": snapshot.name, "content_hash": snapshot.content_hash}
    version = str(settings.SPECTACULAR_SETTINGS["VERSION"])
    manifest = manifest_of(entry=entry, facts=facts, snapshot=about, app_version=version)
    readme = readme_of(entry=entry, manifest=manifest, snapshot_card=snapshot_card(snapshot))
    texts = {"README.md": readme, "manifest.json": orjson.dumps(manifest, option=orjson.OPT_INDENT_2).decode() + "\n"}
    files = [*facts.files]
    for name, text in texts.items():
        files.append(text_write(text, store=store(), folder=export.folder, name=name))
    return {"files": [asdict(file) for file in files], "manifest": manifest}


def _pairs(snapshot: Snapshot) -> Iterator[Pair]:
    """The kept pairs in the snapshot's own order, reduced to what trainers read."""
    for pair in iter_snapshot_pairs(snapshot):
        yield Pair(
            prompt=[{"role": message["role"], "content": message["content"]} for message in pair["prompt"]],
            chosen=pair["chosen"]["content"],
            rejected=pair["rejected"]["content"],
            # People's strength was for the other side of a label that was turned round.
            strength=None if pair.get("flipped") else pair["strength"],
            split=pair["split"],
            is_treated=pair.get("soft_label") not in (None, 1.0) or pair["weight"] != 1.0,
        )
