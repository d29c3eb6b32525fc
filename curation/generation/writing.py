"""Prompts drawn from a version, and the records that models' responses to them make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.datasets.engine import duck
from curation.datasets.reading import Place, part_urls, records_at
from curation.generation.writers import Writer
from curation.ml.judging.calls import Answer, BackendError, Call, Sampling
from curation.models import DatasetVersion
from webapp.jobs.handlers import as_job_error
from webapp.store.canonical import Record, Response, record_from_row, record_id_of, response_id_of
from webapp.store.files import store

_COLUMNS = ("record_id", "prompt", "responses", "context", "metadata")
# One record of each prompt; MD5 draws the same ones on every machine and in every version of the engine.
_DRAWN = """
SELECT part, row FROM (
    SELECT file_index AS part, file_row_number AS row, record_id,
           row_number() OVER (PARTITION BY prompt ORDER BY record_id) AS place
      FROM read_parquet($urls, file_row_number = true))
 WHERE place = 1 ORDER BY md5($seed || ':' || record_id), record_id LIMIT $most
"""


def prompts_draw(version: DatasetVersion, *, most: int, seed: int, key: str) -> int:
    """Choose up to `most` different prompts of a version, write where they are under `key`, and return how many."""
    with duck() as cursor:
        values = {"urls": part_urls(version), "seed": str(seed), "most": most}
        table = cursor.sql(_DRAWN, params=values).to_arrow_table()
    with store().writer(key) as file:
        pq.write_table(table, file)
    return int(table.num_rows)


def prompts_read(version: DatasetVersion, key: str, *, start: int, count: int) -> list[Record]:
    """The records of the drawn prompts from `start` on."""
    with store().open(key) as file:
        table: pa.Table = pq.read_table(file).slice(start, count)
    places = [Place(row["part"], row["row"]) for row in table.to_pylist()]
    found = records_at(version, places, columns=_COLUMNS)
    return [record_from_row({**found[place], "labels": None}) for place in places]


@dataclass(frozen=True)
class Asked:
    """How responses are drawn: `samples` of each writer, seeds counted up from the sampling's own."""

    writers: Sequence[Writer]
    samples: int
    sampling: Sampling
    keep_responses: bool

    @classmethod
    def from_params(cls, params: Mapping[str, Any], writers: Sequence[Writer]) -> Asked:
        sampling = replace(Sampling(**params["sampling"]), seed=params["seed"])
        return cls(writers, params["samples"], sampling, params["keep_responses"])


def responses_write(
    records: Sequence[Record], asked: Asked, on_answers: Callable[[int, dict[str, int]], None]
) -> list[Record]:
    """New records of the same prompts with what the writers wrote. Raises JobError where a model cannot be run.

    `on_answers(n, failures)` is called as they come. A response that failed is missing from its record, one that says
    what another said already is that other one, and a prompt with no response at all makes no record.
    """
    written: list[list[Response]] = [[] for _ in records]
    for writer in asked.writers:
        for place, answer in sorted(_answers(writer, records, asked, on_answers), key=lambda each: each[0]):
            written[place].append(
                Response(response_id_of(answer.text.strip()), answer.text.strip(), generator=writer.name)
            )
    made = (_record(record, new, asked) for record, new in zip(records, written, strict=True))
    return [record for record in made if record is not None]


def _answers(
    writer: Writer, records: Sequence[Record], asked: Asked, on_answers: Callable[[int, dict[str, int]], None]
) -> Iterator[tuple[int, Answer]]:
    def calls() -> Iterator[tuple[int, Call]]:
        for sample in range(asked.samples):
            sampling = replace(asked.sampling, seed=asked.sampling.seed + sample)
            for place, record in enumerate(records):
                messages = tuple((message.role, message.content) for message in record.prompt)
                yield sample * len(records) + place, Call(messages, sampling=sampling)

    with as_job_error(BackendError):
        for number, answer in writer.backend().answer(calls()):
            reason = answer.reason or (None if answer.text.strip() else "empty")
            on_answers(1, dict(Counter([reason])) if reason else {})
            if reason is None:
                yield number % len(records), answer


def _record(record: Record, written: Sequence[Response], asked: Asked) -> Record | None:
    """The prompt with its new responses, each text once, under the name of who wrote it first."""
    if not written:
        return None
    responses: dict[str, Response] = {}
    for response in (*(record.responses if asked.keep_responses else ()), *written):
        responses.setdefault(response.response_id, response)
    return Record(
        record_id=record_id_of(record.prompt, responses, record.context),
        prompt=record.prompt,
        responses=[responses[name] for name in sorted(responses)],
        context=record.context,
        metadata={**record.metadata, "prompt_from": record.record_id, "responses_written": len(written)},
    )
