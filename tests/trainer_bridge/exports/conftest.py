"""A snapshot of a real version with scores and signals, and exports of it written and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.models import Dataset, DatasetVersion, Recipe, Signal, Snapshot
from curation.signals.kinds.base import Column, Row
from curation.signals.values import values_table
from curation.snapshots.freezing import DECISIONS, PAIRS
from trainer_bridge.models import Export
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Message, Record, RecordWriter, Response, make_annotation
from webapp.store.files import Store, store

ClientOf = Callable[..., APIClient]
ROWS = 12
# Of record 0 nothing is known, record 1's model contradicts the label, and the rest rise.
GAPS = [None, -1.0, *(float(number) for number in range(2, ROWS))]


@pytest.fixture
def snapshot(project: Project, admin: User, store_folder: Store) -> Snapshot:
    """Twelve records of three answers, the first two compared; record 11's pair is a tie. A prompt is asked twice."""
    dataset = Dataset.objects.create(project=project, name="Answers", created_by=admin)
    records = [record(number) for number in range(ROWS)]
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        state="ready",
        origin="import",
        created_by=admin,
        rows=ROWS,
        parts=[{"key": "v/part-0.parquet", "rows": ROWS}],
    )
    with store().writer("v/part-0.parquet") as file, RecordWriter(file) as out:
        for each in records:
            out.append(each)
    recipe = Recipe.objects.create(project=project, name="R", created_by=admin)
    made = Snapshot.objects.create(
        project=project,
        recipe=recipe,
        steps=[],
        dataset_version=version,
        name="Round 1",
        state="ready",
        content_hash="abc",
        splits={"train": 9, "test": 2},
        created_by=admin,
    )
    kept = [kept_row(number, each) for number, each in enumerate(records[:-1])]
    tie = {
        "pair_id": "tie", "record_id": records[-1].record_id, "a": "a11", "b": "b11", "strength": 0.0, "votes": 2,
        "source": "human", "margins": [], "decision": "drop", "reason": "tie", "part": 0, "row": 11,
    }  # fmt: skip
    for key, rows, schema in ((made.pairs_key, kept, PAIRS), (made.decisions_key, [tie], DECISIONS)):
        with store().writer(key) as file:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, row_group_size=4)
    with store().writer(made.card_key) as file:
        file.write(b"# Card\n")
    return made


def record(number: int) -> Record:
    gap = GAPS[number]
    scores = {"a": None if gap is None else {"help": 5.0 + gap / 2}, "b": {"help": 5.0 - (gap or 0.0) / 2}, "c": None}
    texts = {"a": f"Good {number}, with reasons.", "b": f"Bad {number}.", "c": f"Other {number}."}
    return Record(
        f"{number:032x}",
        [Message("user", f"Question {number % 10}?")],
        [Response(f"{name}{number}", text, scores=scores[name]) for name, text in texts.items()],
        metadata={"license": "cc0", "reference": f"Gold {number}."} if number % 2 else {"license": "cc0"},
        annotations=[
            make_annotation(
                "edit", "fix", {"edits": [{"response": f"b{number}", "text": f"Mended {number}."}]}, source="human"
            )
        ]
        if number < 3
        else [],
    )


def kept_row(number: int, of: Record) -> dict[str, Any]:
    return {
        "pair_id": f"{number:032x}",
        "record_id": of.record_id,
        "prompt": [{"role": "user", "content": of.prompt[0].content}],
        "chosen": {"response_id": f"a{number}", "content": of.responses[0].content},
        "rejected": {"response_id": f"b{number}", "content": of.responses[1].content},
        "strength": float(number % 3 + 1),
        "votes": 2,
        "agreement": 1.0,
        "source": "human",
        "margins": [],
        "flipped": False,
        "soft_label": 0.9,
        "weight": 1.0,
        "split": "test" if number in (4, 5) else "train",
    }


@pytest.fixture
def make_signal(snapshot: Snapshot, admin: User) -> Callable[..., str]:
    """A ready signal of the version's responses or pairs, as options name it."""

    def make(level: str = "response", **facts: Any) -> str:
        column = Column("score", "Score", signed=level == "pair")
        rows = []
        for number, gap in enumerate(GAPS):
            if gap is None:
                continue
            record_id = f"{number:032x}"
            if level == "pair":
                # b is worse: a number that says b − a.
                rows.append(Row(record_id, {"score": -gap}, a=f"a{number}", b=f"b{number}"))
            else:
                rows += [
                    Row(record_id, {"score": value}, response_id=f"{name}{number}")
                    for name, value in (("a", gap), ("b", 0.0), ("c", 20.0 + number))
                ]
        signal = Signal.objects.create(
            dataset_version=snapshot.dataset_version,
            kind="reward_score",
            name="Rewards",
            level=level,
            columns=[{"name": "score", "title": "Score", "type": "number", "signed": level == "pair"}],
            key=f"{level}{facts}",
            state=facts.get("state", "ready"),
            parts=[f"signals/{level}.parquet"],
            created_by=admin,
        )
        with store().writer(f"signals/{level}.parquet") as file:
            pq.write_table(values_table(rows, level, (column,)), file)  # type: ignore[arg-type]
        return f"signal:{signal.pk}"

    return make


@pytest.fixture
def export(client_of: ClientOf, admin: User, snapshot: Snapshot, work: Callable[[int], Job]) -> Callable[..., Any]:
    """Ask for an export, let it be written, and read it: (rows by split, manifest)."""
    client = client_of(admin)

    def make(format: str, **options: Any) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
        accepted = client.post(
            f"/api/snapshots/{snapshot.pk}/exports/", {"format": format, "options": options}, format="json"
        )
        assert accepted.status_code == 202, accepted.json()
        ended = work(accepted.json()["id"])
        assert ended.state == "succeeded", ended.message
        found = Export.objects.get(pk=int(ended.subject_id or 0))
        rows = {}
        for split in ("train", "test"):
            if found.manifest["rows"][split]:
                lines = store().open(f"{found.folder}/{split}.jsonl").read()
                assert b"NaN" not in lines
                assert b"\r" not in lines
                assert lines.endswith(b"\n")
                rows[split] = [orjson.loads(line) for line in lines.splitlines()]
        counted = found.manifest["candidates"]
        assert counted["in"] == counted["written"] + counted["dropped"]
        assert counted["dropped"] == sum(found.manifest["dropped"].values())
        return rows, found.manifest

    return make
