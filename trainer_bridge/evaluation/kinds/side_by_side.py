"""A policy writes beside another, or beside a set's right answers, for people and judges to compare.

The end is a dataset of pairs, in which no record tells a reader who wrote what. It is queued to a campaign, judged, or
both; `trainer_bridge.evaluation.win_rates` reads what they say, however much of it there is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from curation.datasets.parts import part_write
from curation.datasets.services import campaign_queue
from curation.generation.job import generated_version_add
from curation.generation.writers import ModelWriter, Writer
from curation.generation.writing import Asked, responses_write
from curation.judges.choices import ModelSource
from curation.judges.services import judge_run
from curation.ml.judging.calls import Sampling
from curation.models import DatasetVersion
from curation.signals.params import check_choice, check_number, check_whole, filled_in
from trainer_bridge.evaluation.items import CORRECT, ITEMS_PER_GROUP, read_group
from trainer_bridge.evaluation.kinds.base import Outcome
from trainer_bridge.evaluation.models_of import base_folder
from trainer_bridge.evaluation.rows import FAILED, LEAKED, OK, counts_of, write_rows
from trainer_bridge.models import Evaluation
from webapp.jobs.handlers import JobError, Progress, ShardPlan, as_job_error
from webapp.store.canonical import Message, Record, Response, read_records, response_id_of
from webapp.store.files import store

# A part that is lost with its worker is written again, so parts are small.
PROMPTS_PER_PART = 16
MOST_PROMPTS = 2000
SET_ANSWERS = "the set's right answers"
_DEFAULTS = {"prompts": 100, "opponent": "base", "max_tokens": 256, "temperature": 0.0, "seed": 0}


class FolderWriter:
    """A base model of this machine that is not registered."""

    def __init__(self, name: str, folder: str) -> None:
        self.name, self._folder = name, folder

    def backend(self) -> Any:
        from curation.ml.judging.calls import BackendError
        from curation.ml.judging.local import LocalBackend

        with as_job_error(BackendError):
            return LocalBackend(self._folder)


class SideBySide:
    key = "side_by_side"
    title = "Side by side"
    description = (
        "The policy writes beside another model, or beside the set's right answers; the pairs go blind to a campaign, "
        "to a judge, or to both, and win rates follow the votes."
    )
    model_kind = "policy"
    takes_against = "may"
    takes_judge = "may"
    takes_campaign = "may"
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "prompts": {"type": "integer", "title": "Prompts", "minimum": 1, "maximum": MOST_PROMPTS, "default": 100},
            "opponent": {
                "type": "string",
                "title": "Against",
                "enum": ["base", "set"],
                "default": "base",
                "description": "Where no model is chosen: the base it was trained from, or the set's right answers.",
            },
            "max_tokens": {"type": "integer", "title": "Tokens", "minimum": 1, "maximum": 8192, "default": 256},
            "temperature": {"type": "number", "title": "Temperature", "minimum": 0, "maximum": 5, "default": 0.0},
            "seed": {"type": "integer", "title": "Seed", "minimum": 0, "maximum": 2**31 - 1, "default": 0},
        },
        "additionalProperties": False,
    }

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        given = filled_in(params, _DEFAULTS, noun="a side by side")
        check_whole(given, "prompts", 1, MOST_PROMPTS)
        check_choice(given, "opponent", ("base", "set"))
        check_whole(given, "max_tokens", 1, 8192)
        check_number(given, "temperature", 0, 5)
        check_whole(given, "seed", 0, 2**31 - 1)
        return given

    def plan(self, evaluation: Evaluation, *, items: int) -> list[ShardPlan]:
        given = evaluation.params
        drawn = sorted(random.Random(given["seed"]).sample(range(items), min(items, given["prompts"])))  # noqa: S311
        each = 1 if _opponent_is_set(evaluation) else 2
        return [
            ShardPlan({"items": part}, total=len(part) * each)
            for start in range(0, len(drawn), PROMPTS_PER_PART)
            for part in [drawn[start : start + PROMPTS_PER_PART]]
        ]

    def run_part(self, evaluation: Evaluation, part: dict[str, Any], progress: Progress) -> dict[str, Any]:
        of_set = _opponent_is_set(evaluation)
        records = [_record(item, keep_answer=of_set) for item in _items(evaluation, part["items"])]
        given = evaluation.params
        sampling = Sampling(given["temperature"], 1.0, given["max_tokens"], given["seed"])
        writers = [_writer(evaluation)] if of_set else [_writer(evaluation), _opponent(evaluation)]
        asked = Asked(writers, 1, sampling, keep_responses=of_set)
        made = responses_write(records, asked, lambda n, failures: progress.advance(n, failures))
        key = f"{evaluation.folder}/written/{part['items'][0]:09}.parquet"
        if made:
            part_write(key, made)
        return {"items": part["items"], "key": key if made else None}

    def finish(self, evaluation: Evaluation, leaked: Mapping[int, str], results: list[dict[str, Any]]) -> Outcome:
        both = 1 if _opponent_is_set(evaluation) else 2
        written = {
            record.metadata["item"]: record
            for result in results
            for record in _written(result["key"])
            if record.metadata["responses_written"] == both
        }
        rows = [
            _row(item, written.get(item["item_id"]), leaked.get(index))
            for result in results
            for index, item in zip(result["items"], _items(evaluation, result["items"]), strict=True)
        ]
        write_rows(evaluation, [{**row, "index": place} for place, row in enumerate(rows)])
        usable = [written[row["item_id"]] for row in rows if row["state"] == OK]
        pairs = [record for record in usable if len(record.responses) == 2]
        counts = counts_of(rows)
        if not pairs:
            raise JobError(f"There is nothing to compare: {_why_nothing(counts, same=len(usable))}")
        version = _version_of(evaluation, pairs)
        said = _sent_on(evaluation, version)
        metrics = {
            "model": str(evaluation.model),
            "opponent": opponent_name(evaluation),
            "dataset": version.dataset_id,
            "dataset_version": version.pk,
            "pairs": len(pairs),
            # Both wrote the same: a tie that nobody needs to be asked about.
            "identical": len(usable) - len(pairs),
            **said,
        }
        return Outcome(metrics, counts, {}, f"{len(pairs):,} pairs to compare.")


class JudgeWinRate(SideBySide):
    key = "judge_win_rate"
    title = "Win rate by a judge"
    description = (
        "How often a judge prefers what the policy writes, raw and with length controlled, beside what people say of "
        "the same pairs where a campaign has them."
    )
    takes_judge = "must"


def opponent_name(evaluation: Evaluation) -> str:
    """By what the other side's responses are known in the dataset."""
    if evaluation.against is not None:
        return str(evaluation.against)
    return SET_ANSWERS if _opponent_is_set(evaluation) else evaluation.model.base_model


def _opponent_is_set(evaluation: Evaluation) -> bool:
    return evaluation.against_id is None and evaluation.params["opponent"] == "set"


def _writer(evaluation: Evaluation) -> Writer:
    model = {"id": evaluation.model_id}
    return ModelWriter(evaluation.project_id, ModelSource.REGISTERED, model, str(evaluation.model))


def _opponent(evaluation: Evaluation) -> Writer:
    name = opponent_name(evaluation)
    if evaluation.against_id is not None:
        return ModelWriter(evaluation.project_id, ModelSource.REGISTERED, {"id": evaluation.against_id}, name)
    return FolderWriter(name, base_folder(evaluation))


def _items(evaluation: Evaluation, indices: list[int]) -> Iterator[dict[str, Any]]:
    """Items by their places, in order; a row group is read once."""
    held: tuple[int, list[dict[str, Any]]] = (-1, [])
    for index in indices:
        group, place = divmod(index, ITEMS_PER_GROUP)
        if held[0] != group:
            held = (group, read_group(evaluation.evaluation_set, group))
        yield held[1][place]


def _record(item: dict[str, Any], *, keep_answer: bool) -> Record:
    """An item's prompt, with its first right answer where that is what the policy is compared with."""
    right = next(each["text"] for each in item["candidates"] if each["role"] == CORRECT)
    kept = [Response(response_id_of(right), right, generator=SET_ANSWERS)] if keep_answer else []
    prompt = [Message(message["role"], message["content"]) for message in item["prompt"]]
    return Record("", prompt, kept, metadata={"item": item["item_id"], "tags": [item["subset"]]})


def _written(key: str | None) -> Iterator[Record]:
    if key is not None:
        with store().open(key) as file:
            yield from read_records(file)


def _row(item: dict[str, Any], record: Record | None, leak: str | None) -> dict[str, Any]:
    state, reason = (OK, None) if record is not None else (FAILED, "not_written")
    if leak is not None:
        state, reason = LEAKED, leak
    named = {name: item[name] for name in ("item_id", "group", "subset")}
    return {**named, "state": state, "reason": reason}


def _why_nothing(counts: dict[str, Any], *, same: int) -> str:
    return (
        f"of {counts['items']:,} prompts {counts['leaked']:,} were in the model's training, {counts['failed']:,} had "
        f"no response from one or both, and {same:,} had the same from both."
    )


def _version_of(evaluation: Evaluation, pairs: list[Record]) -> DatasetVersion:
    name = f"{evaluation.model} beside {opponent_name(evaluation)}, evaluation {evaluation.pk}"
    return generated_version_add(
        job=evaluation.its_job, name=name[:120], records=pairs, detail={"evaluation": evaluation.pk}
    )


def _sent_on(evaluation: Evaluation, version: DatasetVersion) -> dict[str, Any]:
    """Queue the pairs to the campaign and ask the judge, where there are any; what was started."""
    said: dict[str, Any] = {"campaign": None, "judge_run": None}
    if evaluation.campaign is not None:
        campaign_queue(
            campaign=evaluation.campaign, version=version, created_by=evaluation.created_by, order="shuffle", seed=0
        )
        said["campaign"] = evaluation.campaign_id
    if evaluation.judge is not None:
        run = judge_run(judge=evaluation.judge, version=version, created_by=evaluation.created_by, pairs="all")
        said["judge_run"] = run.pk
    return said
