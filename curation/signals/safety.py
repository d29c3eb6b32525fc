"""The direction from harm to refusal in a model, and which prompts it may be asked about (Legend; METHODS §8).

Both are learned from two datasets of the project: harmful questions with a harmful answer each, and ordinary questions
with a good answer each. They are kept in the store, since every version that is asked about needs the same.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from curation.datasets.reading import iter_version_records
from curation.domain.bradley_terry_heads import Heads
from curation.domain.topic_gate import TopicGate, fit_gate
from curation.models import DatasetVersion
from curation.signals.embeddings import prompt_text
from curation.signals.kinds.base import Source
from curation.signals.model_readings import preferences_of
from webapp.jobs.handlers import as_job_error
from webapp.store.cache import cache_writer, is_cached
from webapp.store.canonical import Record
from webapp.store.files import store

if TYPE_CHECKING:
    from curation.ml.embedding import TextEmbedder
    from curation.ml.legend import SafetyDirection, StateReader

BUILD = 1
MOST_QUESTIONS = 1000
GATE_SEED = 0
REFUSED, ANSWERED = "refusal", "answer"


@dataclass(frozen=True)
class Safety:
    """A direction, the gate of its topic, and what is known about both."""

    direction: SafetyDirection
    gate: TopicGate
    facts: dict[str, Any]


@dataclass(frozen=True)
class Question:
    record_id: str
    prompt: list[dict[str, str]]
    text: str
    answer: str


def safety_of(
    source: Source, harmful: DatasetVersion, ordinary: DatasetVersion, reader: StateReader, embedder: TextEmbedder
) -> Safety:
    """The direction and the gate of these datasets, made now or kept from earlier.

    Raises JobError or ScoringError when the datasets hold too little to learn from.
    """
    facts = [BUILD, reader.source, embedder.key, harmful.content_hash, ordinary.content_hash, MOST_QUESTIONS, GATE_SEED]
    key = f"cache/safety/{hashlib.sha256(orjson.dumps(facts)).hexdigest()}.npz"
    if not is_cached(key):
        _write(key, _learned(source, harmful, ordinary, reader, embedder))
    return _read(key)


def _learned(
    source: Source, harmful: DatasetVersion, ordinary: DatasetVersion, reader: StateReader, embedder: TextEmbedder
) -> Safety:
    from curation.ml.legend import confound_auc, project, safety_direction

    asked, plain = _questions(harmful, worse=True), _questions(ordinary, worse=False)
    refusals, answers = _states(source, reader, asked)
    direction = safety_direction(refusals, answers, source=reader.source)
    good_refused, good_answers = _states(source, reader, plain)
    auc = None
    if len(good_answers):
        projected = (project(direction, states, source=reader.source) for states in (good_refused, good_answers))
        auc = confound_auc(*projected)
    vectors = [embedder.embed([each.text for each in questions]).vectors for questions in (asked, plain)]
    with as_job_error(ValueError):
        gate = fit_gate(*vectors, seed=GATE_SEED)
    facts = {
        "direction_id": direction.direction_id,
        "harmful_questions": direction.questions,
        "ordinary_questions": len(plain),
        # Towards 1 the direction tells refusals from good answers to harmless questions: it measures refusing.
        "confound_auc": auc,
        "topic_recall": gate.recall,
        "topic_false_alarms": gate.false_alarms,
    }
    return Safety(direction, gate, facts)


def _questions(version: DatasetVersion, *, worse: bool) -> list[Question]:
    """The first questions that have an answer of the wanted kind: the worse or better side, or the only response."""
    found = (_question(record, worse=worse) for record in iter_version_records(version))
    return list(islice((each for each in found if each is not None), MOST_QUESTIONS))


def _question(record: Record, *, worse: bool) -> Question | None:
    answer = next(
        ((pair.b if (said > 0) != worse else pair.a) for pair, said in preferences_of(record).items() if said), None
    )
    if answer is None and len(record.responses) == 1:
        answer = record.responses[0].response_id
    text = next((each.content for each in record.responses if each.response_id == answer), None)
    if text is None:
        return None
    prompt = [{"role": message.role, "content": message.content} for message in record.prompt]
    return Question(record.record_id, prompt, prompt_text(record), text)


def _states(source: Source, reader: StateReader, questions: Iterable[Question]) -> tuple[Any, Any]:
    """States (n, d) of the fixed refusal and of the answers, of the questions where both could be read."""
    from curation.ml.legend import REFUSAL
    from curation.ml.token_rows import ScoringItem

    items = (
        ScoringItem(each.record_id, each.prompt, [(REFUSED, REFUSAL), (ANSWERED, each.answer)]) for each in questions
    )
    results = reader.score(items)
    rows: tuple[list[Any], list[Any]] = ([], [])
    for refusal, answer in _in_twos(results):
        source.alive()
        if refusal.vector is not None and answer.vector is not None:
            rows[0].append(refusal.vector)
            rows[1].append(answer.vector)
    return np.array(rows[0]), np.array(rows[1])


def _in_twos(results: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(results, results, strict=True)


def _write(key: str, found: Safety) -> None:
    direction, gate = found.direction, found.gate
    said = {"source": direction.source, "questions": direction.questions, "id": direction.direction_id}
    said |= {"recall": gate.recall, "false_alarms": gate.false_alarms, "facts": found.facts}
    held = io.BytesIO()
    arrays = {f"heads_{name}": array for name, array in gate.heads.as_arrays().items()}
    np.savez(held, vector=direction.vector, said=np.frombuffer(orjson.dumps(said), np.uint8), **arrays)
    with cache_writer(key) as out:
        out.write(held.getvalue())


def _read(key: str) -> Safety:
    from curation.ml.legend import SafetyDirection

    with store().open(key) as file:
        held = np.load(io.BytesIO(file.read()), allow_pickle=False)
    said = orjson.loads(held["said"].tobytes())
    heads = {name.removeprefix("heads_"): held[name] for name in held.files if name.startswith("heads_")}
    direction = SafetyDirection(held["vector"], said["source"], said["questions"], said["id"])
    gate = TopicGate(Heads.from_arrays(heads), said["recall"], said["false_alarms"])
    return Safety(direction, gate, said["facts"])
