"""The shard of an export: stream what the snapshot keeps into the format's files, then describe them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import partial
from itertools import chain
from typing import Any

import duckdb
import orjson
from django.conf import settings

from curation.datasets.engine import duck
from curation.datasets.reading import part_urls
from curation.models import Snapshot
from curation.snapshots.selectors import snapshot_card
from trainer_bridge.exports.base import (
    AddsFiles,
    Corpus,
    Format,
    KeptRecord,
    Learns,
    Orders,
    Pair,
    ReadsTies,
)
from trainer_bridge.exports.manifest import manifest_of, readme_of
from trainer_bridge.exports.measuring import measure_for
from trainer_bridge.exports.options import Options, sources_in
from trainer_bridge.exports.reading import kept_pairs, kept_records, kept_sides, tied_pairs
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.report import report_of
from trainer_bridge.exports.sources import Numbers
from trainer_bridge.exports.unlabelled import unlabelled_records
from trainer_bridge.exports.writing import ExportFacts, text_write, units_write
from trainer_bridge.models import Export
from webapp.jobs.handlers import JobError, Progress
from webapp.store.files import store


def export_write(export: Export, progress: Progress) -> dict[str, Any]:
    """Write every file of an export; returns `{"files", "manifest"}`. Doing it again writes the same files."""
    snapshot = export.snapshot
    entry = format_for(export.format)
    numbers = Numbers(snapshot, list(sources_in(entry.options, export.options).values()))
    progress.set_total(sum(snapshot.splits.values()))
    with duck() as cursor:
        options = Options(export.options, secret=_secret(export))
        corpus = _corpus(snapshot, numbers, cursor)
        if isinstance(entry, Learns):
            options = replace(options, learned=entry.learn(corpus, options))
        measure = measure_for(export, entry, options, progress)
        if measure is not None:
            options = replace(options, learned={**options.learned, "tokens": measure.tokens_of})
        facts = units_write(
            _units(snapshot, entry, options, corpus, numbers),
            entry=entry,
            options=options,
            store=store(),
            folder=export.folder,
            on_units=lambda n: progress.advance(n),
            measure=measure,
        )
    if not facts.units:
        raise JobError("This snapshot keeps no pairs, so there is nothing to export; loosen its recipe.")
    if not facts.files:
        reasons = ", ".join(reason.replace("_", " ") for reason in sorted(facts.dropped))
        raise JobError(f"None of the {facts.candidates:,} rows could be written ({reasons}); change the options.")
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


def _corpus(snapshot: Snapshot, numbers: Numbers, cursor: duckdb.DuckDBPyConnection) -> Corpus:
    scores = {source: numbers.scores_sql(source) for source in numbers.sources if not numbers.is_of_pairs(source)}
    sides = partial(numbers.of_pairs, cursor)
    return Corpus(cursor, store().url(snapshot.pairs_key), part_urls(snapshot.dataset_version), scores, sides)


def _units(
    snapshot: Snapshot, entry: Format, options: Options, corpus: Corpus, numbers: Numbers
) -> Iterable[Pair | KeptRecord]:
    if entry.reads == "records":
        records = kept_records(snapshot, numbers, corpus.cursor)
        return chain(records, unlabelled_records(snapshot, corpus.cursor)) if options.get("unlabelled") else records
    if isinstance(entry, Orders):
        return kept_sides(snapshot, numbers, corpus.cursor, entry.order(corpus, options))
    pairs = kept_pairs(snapshot, numbers, corpus.cursor)
    if isinstance(entry, ReadsTies) and entry.reads_ties(options):
        return chain(pairs, tied_pairs(snapshot, corpus.cursor))
    return pairs


def _secret(export: Export) -> bytes:
    """The key of an export's pseudonyms: nobody outside can make it, and no two exports share it."""
    named = f"export {export.snapshot.content_hash} {export.snapshot_id} {export.format} {export.options_key}"
    return hmac.digest(settings.SECRET_KEY.encode(), named.encode(), hashlib.sha256)
