"""The shard of an export: stream what the snapshot keeps into the format's files, then describe them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson
from django.conf import settings

from curation.models import Snapshot
from curation.snapshots.selectors import snapshot_card
from trainer_bridge.exports.base import Format, KeptRecord, Pair
from trainer_bridge.exports.manifest import manifest_of, readme_of
from trainer_bridge.exports.options import Options
from trainer_bridge.exports.reading import kept_pairs, kept_records
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.writing import text_write, units_write
from trainer_bridge.models import Export
from webapp.jobs.handlers import JobError, Progress
from webapp.store.files import store


def export_write(export: Export, progress: Progress) -> dict[str, Any]:
    """Write every file of an export; returns `{"files", "manifest"}`. Doing it again writes the same files."""
    snapshot = export.snapshot
    entry = format_for(export.format)
    options = Options(export.options, secret=_secret(export))
    progress.set_total(sum(snapshot.splits.values()))
    facts = units_write(
        _units(snapshot, entry),
        entry=entry,
        options=options,
        store=store(),
        folder=export.folder,
        on_units=lambda n: progress.advance(n),
    )
    if not facts.units:
        raise JobError("This snapshot keeps no pairs, so there is nothing to export; loosen its recipe.")
    about = {"id": snapshot.pk, "name": snapshot.name, "content_hash": snapshot.content_hash}
    version = str(settings.SPECTACULAR_SETTINGS["VERSION"])
    manifest = manifest_of(entry=entry, options=options, facts=facts, snapshot=about, app_version=version)
    readme = readme_of(entry=entry, options=options, manifest=manifest, snapshot_card=snapshot_card(snapshot))
    texts = {"README.md": readme, "manifest.json": orjson.dumps(manifest, option=orjson.OPT_INDENT_2).decode() + "\n"}
    files = [*facts.files]
    for name, text in texts.items():
        files.append(text_write(text, store=store(), folder=export.folder, name=name))
    return {"files": [asdict(file) for file in files], "manifest": manifest}


def _units(snapshot: Snapshot, entry: Format) -> Iterable[Pair | KeptRecord]:
    return kept_pairs(snapshot) if entry.reads == "pairs" else kept_records(snapshot)


def _secret(export: Export) -> bytes:
    """The key of an export's pseudonyms: nobody outside can make it, and no two exports share it."""
    named = f"export {export.snapshot.content_hash} {export.snapshot_id} {export.format} {export.options_key}"
    return hmac.digest(settings.SECRET_KEY.encode(), named.encode(), hashlib.sha256)
