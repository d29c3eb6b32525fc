"""Dataset versions made directly, for tests that start from one."""

from __future__ import annotations

import hashlib
import itertools

from curation.datasets.choices import VersionOrigin, VersionState
from curation.models import Dataset, DatasetVersion
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import (
    Label,
    Message,
    Record,
    RecordWriter,
    Response,
    make_label,
    record_id_of,
    response_id_of,
)
from webapp.store.files import store

_numbers = itertools.count(1)


def make_record(
    prompt: str, contents: list[str], labels: list[tuple[int, int, int | None, str]] | None = None
) -> Record:
    """A record; labels are (first index, second index, value > 0 when the second is better, source)."""
    messages = [Message("user", prompt)]
    responses = [Response(response_id_of(content), content) for content in contents]
    made: list[Label] = [
        make_label(responses[first].response_id, responses[second].response_id, value, source=source)
        for first, second, value, source in labels or []
    ]
    ids = [response.response_id for response in responses]
    return Record(record_id_of(messages, ids), messages, responses, made)


def make_version(project: Project, user: User, records: list[Record], *, rows_per_part: int = 1000) -> DatasetVersion:
    """A ready version holding these records."""
    number = next(_numbers)
    dataset = Dataset.objects.create(project=project, name=f"Made {number}", created_by=user)
    parts = []
    for index in range(0, max(len(records), 1), rows_per_part):
        key = f"made/{number}/part-{index:05}.parquet"
        chunk = records[index : index + rows_per_part]
        with store().writer(key) as file, RecordWriter(file) as writer:
            for record in chunk:
                writer.append(record)
        parts.append({"key": key, "rows": len(chunk), "stats": {"responses": sum(len(r.responses) for r in chunk)}})
    content = hashlib.sha256("".join(record.record_id for record in records).encode()).hexdigest()
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        state=VersionState.READY,
        origin=VersionOrigin.IMPORT,
        rows=len(records),
        content_hash=content,
        parts=parts,
        created_by=user,
    )
