"""What an export makes its rows of: the units its format reads, and its options with what the format learned first.

The job that writes an export and the check that only counts its rows read the same.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

import duckdb
from django.conf import settings

from curation.datasets.reading import part_urls
from curation.models import Snapshot
from trainer_bridge.exports.base import Corpus, Format, KeptPairs, KeptRecord, Learns, Orders, Pair, ReadsTies
from trainer_bridge.exports.options import Options, sources_in
from trainer_bridge.exports.reading import kept_pairs, kept_records, kept_sides, tied_pairs
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.sources import Numbers
from trainer_bridge.exports.unlabelled import unlabelled_records
from trainer_bridge.exports.writing import ExportFacts
from trainer_bridge.models import Export
from webapp.store.files import store


@dataclass(frozen=True)
class Units:
    """The units of one export, to be gone through once."""

    entry: Format
    options: Options
    units: Iterable[Pair | KeptRecord]


def units_of(export: Export, cursor: duckdb.DuckDBPyConnection, *, first: int | None = None) -> Units:
    """What an export's rows are made of; with `first`, as if its snapshot had kept only so many pairs.

    Of ties and of records without pairs, which come after what is kept, `first` then takes no more than as many.
    Raises JobError with one sentence where the export cannot be written.
    """
    snapshot, entry = export.snapshot, format_for(export.format)
    pairs = KeptPairs(store().url(snapshot.pairs_key), first)
    numbers = Numbers(snapshot, list(sources_in(entry.options, export.options).values()), pairs)
    options = Options(export.options, secret=_secret(export))
    corpus = _corpus(snapshot, numbers, cursor, pairs)
    if isinstance(entry, Learns):
        options = replace(options, learned=entry.learn(corpus, options))
    return Units(entry, options, _units(snapshot, entry, options, corpus, numbers))


def nothing_written(facts: ExportFacts) -> str | None:
    """Why there is no export without a row, in a sentence; None where there is a row."""
    if not facts.units:
        return "This snapshot keeps no pairs, so there is nothing to export; loosen its recipe."
    if any(facts.rows.values()):
        return None
    reasons = ", ".join(reason.replace("_", " ") for reason in sorted(facts.dropped))
    return f"None of the {facts.candidates:,} rows could be written ({reasons}); change the options."


def _corpus(snapshot: Snapshot, numbers: Numbers, cursor: duckdb.DuckDBPyConnection, pairs: KeptPairs) -> Corpus:
    scores = {source: numbers.scores_sql(source) for source in numbers.sources if not numbers.is_of_pairs(source)}
    return Corpus(cursor, pairs, part_urls(snapshot.dataset_version), scores, partial(numbers.of_pairs, cursor))


def _units(
    snapshot: Snapshot, entry: Format, options: Options, corpus: Corpus, numbers: Numbers
) -> Iterable[Pair | KeptRecord]:
    first = corpus.pairs.first
    if entry.reads == "records":
        records = kept_records(numbers, corpus)
        if not options.get("unlabelled"):
            return records
        return chain(records, islice(unlabelled_records(snapshot, corpus.cursor), first))
    if isinstance(entry, Orders):
        return kept_sides(numbers, corpus, entry.order(corpus, options))
    pairs = kept_pairs(snapshot, numbers, corpus)
    if isinstance(entry, ReadsTies) and entry.reads_ties(options):
        return chain(pairs, islice(tied_pairs(snapshot, corpus.cursor), first))
    return pairs


def _secret(export: Export) -> bytes:
    """The key of an export's pseudonyms: nobody outside can make it, and no two exports share it."""
    named = f"export {export.snapshot.content_hash} {export.snapshot_id} {export.format} {export.options_key}"
    return hmac.digest(settings.SECRET_KEY.encode(), named.encode(), hashlib.sha256)
