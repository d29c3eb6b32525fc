"""Records that answers and judges make of a version's rows: collected beside its parts, added to it at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from curation.datasets.engine import duck
from curation.datasets.parts import Part, PartsWriter
from curation.datasets.reading import part_urls
from curation.models import DatasetVersion
from webapp.store.canonical import Record, read_records
from webapp.store.files import store

_PREFIX = "made-"
_PRESENT = """
    SELECT record_id FROM read_parquet($urls)
     WHERE record_id IN (SELECT record_id FROM read_parquet($made))"""


def part_stem(part: Part) -> str:
    """A name for what is made from a part."""
    return str(part["key"]).replace("/", "-")


def made_key(folder: str, part: Part) -> str:
    """Where the records that were made of a part's rows are collected."""
    return f"{folder}/{_PREFIX}{part_stem(part)}"


def made_parts(
    keys: Sequence[str],
    latest: DatasetVersion,
    *,
    folder: str,
    on_added: Callable[[Record], Any] = lambda record: None,
) -> list[Part]:
    """Parts of the collected records that the version does not have, each record once."""
    if not keys:
        return []
    known = _present(latest, keys)
    with PartsWriter(f"{folder}/new-on-{latest.pk}") as writer:
        for key in keys:
            with store().open(key) as file:
                for record in read_records(file):
                    # An edit under a context is found with the base and, where it is there, with its own record.
                    if record.record_id not in known:
                        known.add(record.record_id)
                        writer.append(record)
                        on_added(record)
        writer.close()
    return writer.parts


def made_forget(folder: str) -> None:
    """Remove the files that records were collected in."""
    for key in store().list(folder):
        if f"/{_PREFIX}" in key:
            store().delete_tree(key)


def _present(version: DatasetVersion, keys: Sequence[str]) -> set[str]:
    """Which of the records in some files a version has already."""
    values = {"urls": part_urls(version), "made": [store().url(key) for key in keys]}
    with duck() as cursor:
        return {row[0] for row in cursor.sql(_PRESENT, params=values).fetchall()}
