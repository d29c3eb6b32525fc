"""Real tiny models evaluated through the API: exact counts, leaks, failures, work taken up again, comparisons."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.conf import settings as django_settings
from rest_framework.test import APIClient

from curation.ml.log_likelihood import LikelihoodScorer
from curation.ml.reward_scoring import RewardScorer, ScoringItem
from curation.models import Snapshot
from tests.trainer_bridge.evaluation.making import rows_of, run_of
from trainer_bridge.evaluation import readings
from trainer_bridge.evaluation.kinds.invariance import _drawn
from trainer_bridge.models import Evaluation, EvaluationSet, ModelVersion
from webapp.accounts.models import User
from webapp.jobs.handlers import JobInterrupted
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
Sets = Callable[..., EvaluationSet]
Models = Callable[..., ModelVersion]


def test_a_reward_model_is_as_right_as_its_scores_say(
    evaluate: Any, register: Models, pairs_set: Sets, client: APIClient
) -> None:
    model, on = register("reward"), pairs_set(12)

    done = evaluate(model, on)

    scorer = RewardScorer(str(store().local_path(model.path)))
    prompt = [[{"role": "user", "content": f"How do I plan garden number {at}?"}] for at in range(12)]
    texts = [(f"Start with a **small** step and check it {at} times.", f"No idea {at}.") for at in range(12)]
    items = [ScoringItem(str(at), prompt[at], list(zip("cr", texts[at], strict=True))) for at in range(12)]
    scores = np.array([result.score for result in scorer.score(items)]).reshape(12, 2)
    right = scores[:, 0] > scores[:, 1]

    assert (done.state, done.error) == ("succeeded", "")
    assert done.counts == {"items": 12, "scored": 12, "failed": 0, "leaked": 0, "reasons": {}}
    assert done.metrics["overall"]["value"] == pytest.approx(right.mean())
    subsets = {each["name"]: each["value"] for each in done.metrics["subsets"]}
    assert subsets == pytest.approx({"a": right[::2].mean(), "b": right[1::2].mean()})
    assert [row["margin"] for row in rows_of(done)] == pytest.approx(list(scores[:, 0] - scores[:, 1]), abs=1e-5)
    assert done.metrics["calibration"]["n"] == 12
    assert done.provenance["model"]["model"] == str(store().local_path(model.path))
    assert done.its_job.message == f"{right.mean():.1%} of 12 items."

    shown = client.get(f"/api/evaluations/{done.pk}/").json()
    assert shown["model"] == {"id": model.pk, "name": str(model)}
    assert (shown["evaluation_set"], shown["layout"]) == ({"id": on.pk, "name": "Pairs"}, "preferences")
    assert shown["leak"]["known"] is False
    assert "unknown" in shown["leak"]["sentence"]


def test_rows_are_shown_with_texts_page_by_page(
    evaluate: Any, register: Models, pairs_set: Sets, client: APIClient
) -> None:
    done = evaluate(register("reward"), pairs_set(12))
    address = f"/api/evaluations/{done.pk}/rows/"

    first = client.get(address, {"limit": 7}).json()
    second = client.get(address, {"limit": 7, "cursor": first["next"]}).json()
    wrong = client.get(address, {"only": "wrong"}).json()["results"]
    of_b = client.get(address, {"only": "ok", "subset": "b"}).json()["results"]

    assert [row["index"] for row in first["results"] + second["results"]] == list(range(12))
    assert second["next"] is None
    row = first["results"][1]
    assert (row["item"], row["subset"], row["state"], row["reason"]) == ("p1", "b", "ok", None)
    assert row["candidates"][1]["text"] == "No idea 1."
    assert row["candidates"][1]["values"]["score"] == pytest.approx(rows_of(done)[1]["measured"][1]["score"])
    assert all(each["credit"] < 1 for each in wrong)
    assert len(wrong) == round(12 * (1 - done.metrics["accuracy"]["value"]))
    assert len(of_b) == 6
    assert client.get(address, {"only": "green"}).status_code == 400


def test_a_policy_is_measured_from_what_its_training_started_from(
    evaluate: Any, register: Models, pairs_set: Sets, tiny: str, make_snapshot: Any, admin: User
) -> None:
    model = register("policy", run=run_of(make_snapshot(train=2), admin, kind="dpo"), base_model=tiny)

    done = evaluate(model, pairs_set(6), "implicit_reward")

    def likelihoods(folder: Path) -> np.ndarray:
        items = [
            ScoringItem(
                str(at),
                [{"role": "user", "content": f"How do I plan garden number {at}?"}],
                [("c", f"Start with a **small** step and check it {at} times."), ("r", f"No idea {at}.")],
            )
            for at in range(6)
        ]
        return np.array([each.log_likelihood for each in LikelihoodScorer(str(folder)).score(items)]).reshape(6, 2)

    policy = likelihoods(store().local_path(model.path))
    reference = likelihoods(Path(django_settings.MODELS_DIR) / "tiny")
    moved = 0.3 * ((policy - reference)[:, 0] - (policy - reference)[:, 1])
    assert (done.state, done.metrics["beta"], done.metrics["reference"]) == ("succeeded", 0.3, "local:tiny")
    assert done.metrics["margin"]["value"] == pytest.approx(moved.mean(), abs=1e-4)
    assert done.metrics["accuracy"]["value"] == pytest.approx((moved > 0).mean())
    assert done.metrics["ranking_accuracy"]["value"] == pytest.approx((policy[:, 0] > policy[:, 1]).mean())
    assert done.counts["scored"] == 6
    assert set(done.provenance) == {"model", "reference"}


def test_a_registered_policy_may_be_the_reference(evaluate: Any, register: Models, pairs_set: Sets) -> None:
    model, other = register("policy"), register("other_policy")

    done = evaluate(model, pairs_set(4), "implicit_reward", against=other.pk, params={"beta": 1})

    assert (done.state, done.against, done.metrics["reference"]) == ("succeeded", other, str(other))


def test_a_sample_is_rewritten_in_every_style(evaluate: Any, register: Models, pairs_set: Sets) -> None:
    done = evaluate(register("reward"), pairs_set(22), "invariance", params={"sample": 20})

    assert (done.state, done.counts["items"], done.metrics["sampled"]) == ("succeeded", 20, 20)
    found = {each["name"]: each["n"] for each in done.metrics["variants"]}
    assert found == {"without_markdown": 0, "as_list": 20, "with_heading": 20, "spaced_out": 20, "other_case": 20}
    assert len(rows_of(done)) == 20
    drawn = {row["item_id"] for row in rows_of(done)}
    assert _drawn(done) == drawn
    done.params["seed"] = 1
    assert _drawn(done) != drawn


def test_items_that_the_model_was_trained_on_are_in_no_number(
    evaluate: Any, register: Models, pairs_set: Sets, make_snapshot: Any, admin: User, client: APIClient
) -> None:
    long = "Tell me how the old lighthouse keeper at the northern harbour learned to bake bread"
    prompts = [
        *(f"Question {at}?" for at in range(4)),
        "QUESTION  1",
        f"{long} last winter",
        "Nothing alike at all here",
    ]
    rows = [{"prompt": text, "chosen": "Yes, because.", "rejected": "No."} for text in prompts]
    snapshot = make_snapshot(train=2, test=2)
    _rewrite_prompt(snapshot, 0, f"Please! {long}, and when.")
    model = register("reward", run=run_of(snapshot, admin))

    done = evaluate(model, pairs_set(rows="".join(json.dumps(row) + "\n" for row in rows).encode()))

    assert done.counts == {"items": 7, "scored": 4, "failed": 0, "leaked": 3, "reasons": {}}
    assert done.leak["kinds"] == {"exact": 2, "ngram_13": 1, "whole": 0, "ngram_8": 0}
    assert (done.leak["known"], done.leak["training_prompts"], done.leak["leaked"]) == (True, 2, 3)
    assert done.leak["sentence"] == (
        "7 items compared with 2 training prompts: 3 items left out of every number, having been trained on."
    )
    assert [(each["item"], each["kind"]) for each in done.leak["examples"]] == [
        ("2", "exact"),
        ("5", "exact"),
        ("6", "ngram_13"),
    ]
    assert done.metrics["overall"]["n"] == 4
    leaked = client.get(f"/api/evaluations/{done.pk}/rows/", {"only": "leaked"}).json()["results"]
    assert [(row["reason"], row["credit"]) for row in leaked] == [("exact", None), ("exact", None), ("ngram_13", None)]


def _rewrite_prompt(snapshot: Snapshot, index: int, text: str) -> None:
    """Put another prompt into a kept pair; the others keep “Question {i}?”."""
    import pyarrow as pa

    from curation.snapshots.freezing import PAIRS

    with store().open(snapshot.pairs_key) as file:
        rows = pq.read_table(file).to_pylist()
    rows[index]["prompt"] = [{"role": "user", "content": text}]
    with store().writer(snapshot.pairs_key) as file:
        pq.write_table(pa.Table.from_pylist(rows, schema=PAIRS), file)


def test_answers_that_cannot_be_read_are_a_state_of_their_own(evaluate: Any, register: Models, pairs_set: Sets) -> None:
    rows = [
        {"prompt": "Q?", "chosen": "Yes.", "rejected": "No."},
        {"prompt": "R?", "chosen": "a " * 5000, "rejected": "b"},
    ]

    done = evaluate(register("reward"), pairs_set(rows="".join(json.dumps(row) + "\n" for row in rows).encode()))

    assert done.counts == {"items": 2, "scored": 1, "failed": 1, "leaked": 0, "reasons": {"response_too_long": 1}}
    assert [(row["state"], row["credit"] is None) for row in rows_of(done)] == [("ok", False), ("failed", True)]
    assert done.its_job.shards.get(index=1).failures == {"response_too_long": 1}


def test_a_cancelled_evaluation_goes_on_where_it_stopped(
    client: APIClient, register: Models, pairs_set: Sets, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer_bridge.evaluation.items.ITEMS_PER_GROUP", 4)
    monkeypatch.setattr("trainer_bridge.evaluation.readings.ITEMS_PER_GROUP", 4)
    model, on = register("reward"), pairs_set(12)
    job = client.post(f"/api/models/{model.pk}/evaluations/", {"kind": "reward_accuracy", "set": on.pk}).json()
    read = readings._read
    groups: list[int] = []

    def stopped_at_the_second(evaluation: Any, group: int, *rest: Any) -> Any:
        groups.append(group)
        if len(groups) == 2:
            client.post(f"/api/jobs/{job['id']}/cancel/")
            raise JobInterrupted
        return read(evaluation, group, *rest)

    monkeypatch.setattr(readings, "_read", stopped_at_the_second)
    work(job["id"])
    assert Evaluation.objects.get().state == "cancelled"
    client.post(f"/api/jobs/{job['id']}/resume/")
    assert Evaluation.objects.get().state == "queued"
    work(job["id"])

    done = Evaluation.objects.get()
    assert (done.state, groups) == ("succeeded", [0, 1, 1, 2])
    assert (done.counts["scored"], JobShard.objects.get(job=job["id"], index=1).done) == (12, 12)


def test_a_model_that_cannot_be_loaded_fails_in_one_sentence_and_may_be_tried_again(
    client: APIClient, evaluate: Any, register: Models, pairs_set: Sets, work: Work
) -> None:
    model, on = register("reward"), pairs_set(2)
    config = store().local_path(model.path) / "config.json"
    kept = config.read_bytes()
    config.write_text('{"architectures": ["LlamaForCausalLM"]}')

    failed = evaluate(model, on)
    config.write_bytes(kept)
    client.post(f"/api/jobs/{failed.job_id}/retry-failed/")
    work(int(failed.job_id or 0))

    assert (failed.state, failed.metrics) == ("failed", {})
    assert failed.error == "reward v1 is not a reward model (its architecture is LlamaForCausalLM)."
    done = Evaluation.objects.get()
    assert (done.state, done.error, done.counts["scored"]) == ("succeeded", "", 2)
