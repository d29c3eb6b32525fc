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
from trainer_bridge.evaluation import readings
from trainer_bridge.evaluation.kinds.invariance import _drawn
from trainer_bridge.models import Evaluation, EvaluationSet, Export, ModelVersion, Run
from trainer_bridge.services.evaluations import evaluation_create, evaluations_after_run
from webapp.accounts.models import User
from webapp.jobs.handlers import JobInterrupted
from webapp.jobs.models import Job, JobShard
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
Sets = Callable[..., EvaluationSet]
Models = Callable[..., ModelVersion]


@pytest.fixture
def evaluate(client: APIClient, work: Work) -> Callable[..., Evaluation]:
    """Ask for an evaluation through the API, do it, and return it as it ended."""

    def make(model: ModelVersion, on: EvaluationSet, kind: str = "reward_accuracy", **body: Any) -> Evaluation:
        answer = client.post(f"/api/models/{model.pk}/evaluations/", {"kind": kind, "set": on.pk, **body})
        assert answer.status_code == 202, answer.json()
        work(answer.json()["id"])
        return Evaluation.objects.get(pk=answer.json()["subject"]["id"])

    return make


def run_of(snapshot: Snapshot, admin: User, *, kind: str = "reward") -> Run:
    """A run on the snapshot, as far as leaks ask about it."""
    export = Export.objects.create(snapshot=snapshot, format="trl_preference", created_by=admin)
    return Run.objects.create(
        project=snapshot.project,
        export=export,
        kind=kind,
        name="R",
        base_model="local:tiny",
        config={"max_steps": 1, "beta": 0.3},
        created_by=admin,
    )


def rows_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    with store().open(evaluation.rows_key) as file:
        return pq.read_table(file).to_pylist()


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


def test_asking_again_starts_nothing_and_other_parameters_do(
    client: APIClient, register: Models, pairs_set: Sets
) -> None:
    model, on = register("reward"), pairs_set(2)
    address = f"/api/models/{model.pk}/evaluations/"

    first, again, seeded = (
        client.post(address, {"kind": "reward_accuracy", "set": on.pk, "params": params}).json()
        for params in ({}, {"seed": 0}, {"seed": 1})
    )

    assert first["id"] == again["id"] != seeded["id"]
    assert first["subject"]["type"] == "evaluation"
    assert len(client.get(address).json()["results"]) == 2
    listed = client.get(f"/api/projects/{model.project_id}/evaluations/", {"set": on.pk, "kind": "reward_accuracy"})
    assert len(listed.json()["results"]) == 2
    assert client.get(f"/api/projects/{model.project_id}/evaluations/", {"kind": "invariance"}).json()["results"] == []


def test_what_does_not_go_together_is_refused_by_field(
    client: APIClient, register: Models, pairs_set: Sets, admin: User
) -> None:
    other = project_create(created_by=admin, name="Other")
    reward, policy, on = register("reward"), register("policy"), pairs_set(2)
    foreign, elsewhere = register("policy", of=other), pairs_set(2, of=other)
    asked: list[tuple[ModelVersion, dict[str, Any], str]] = [
        (reward, {"kind": "implicit_reward", "set": on.pk}, "kind"),
        (reward, {"kind": "reward_accuracy", "set": elsewhere.pk}, "set"),
        (reward, {"kind": "reward_accuracy", "set": 999}, "set"),
        (reward, {"kind": "reward_accuracy"}, "set"),
        (reward, {"kind": "reward_accuracy", "set": on.pk, "snapshot": 1}, "set"),
        (reward, {"kind": "reward_accuracy", "snapshot": 999}, "snapshot"),
        (reward, {"kind": "reward_accuracy", "set": on.pk, "against": policy.pk}, "against"),
        (policy, {"kind": "implicit_reward", "set": on.pk, "against": policy.pk}, "against"),
        (policy, {"kind": "implicit_reward", "set": on.pk, "against": reward.pk}, "against"),
        (policy, {"kind": "implicit_reward", "set": on.pk, "against": foreign.pk}, "against"),
        (policy, {"kind": "implicit_reward", "set": on.pk, "judge": 999}, "judge"),
        (policy, {"kind": "implicit_reward", "set": on.pk, "params": {"beta": 0}}, "params.beta"),
        (reward, {"kind": "invariance", "set": on.pk, "params": {"sample": 3}}, "params.sample"),
        (reward, {"kind": "reward_accuracy", "set": on.pk, "params": {"head": "tone"}}, "params.head"),
        (reward, {"kind": "reward_accuracy", "set": on.pk, "params": {"head": 3}}, "params.head"),
        (reward, {"kind": "guess", "set": on.pk}, "kind"),
    ]

    answers = [client.post(f"/api/models/{model.pk}/evaluations/", body) for model, body, _ in asked]

    assert [answer.status_code for answer in answers] == [400] * len(asked)
    assert [next(iter(answer.json()["fields"])) for answer in answers] == [field for _, _, field in asked]
    assert answers[0].json()["message"] == (
        "kind: reward v1 is a reward model, and implicit reward needs a policy one."
    )
    unknown = client.post(
        f"/api/models/{reward.pk}/evaluations/", {"kind": "reward_accuracy", "set": on.pk, "params": {"tea": 1}}
    )
    assert (unknown.status_code, unknown.json()["message"]) == (400, "params: reward model accuracy has no tea.")
    assert not Evaluation.objects.exists()


def test_a_set_that_is_not_ready_is_waited_for_only_if_it_is_a_snapshots(
    client: APIClient, register: Models, project: Project, admin: User, make_snapshot: Any, work: Work
) -> None:
    model, snapshot = register("reward"), make_snapshot(train=2, test=3)
    building = EvaluationSet.objects.create(project=project, name="B", created_by=admin)
    address = f"/api/models/{model.pk}/evaluations/"

    refused = client.post(address, {"kind": "reward_accuracy", "set": building.pk})
    accepted = client.post(address, {"kind": "reward_accuracy", "snapshot": snapshot.pk})
    work(accepted.json()["id"])

    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "The set “B” is building; evaluate on it when it is ready.",
    )
    done = Evaluation.objects.get()
    assert (done.state, done.counts["scored"], done.evaluation_set.snapshot) == ("succeeded", 3, snapshot)
    # The set's own job, which comes later, finds what is there already.
    assert work(done.evaluation_set.its_job.pk).state == "succeeded"
    assert EvaluationSet.objects.get(snapshot=snapshot).state == "ready"


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


def test_two_models_are_compared_over_common_items(
    client: APIClient, evaluate: Any, register: Models, pairs_set: Sets
) -> None:
    first, second, on = register("reward"), register("other_reward"), pairs_set(12)
    a, b = evaluate(first, on), evaluate(second, on)
    address = f"/api/projects/{on.project_id}/evaluations/compare/"

    found = client.get(address, {"a": a.pk, "b": b.pk}).json()
    alike = client.get(address, {"a": a.pk, "b": a.pk}).json()

    assert (found["items"], found["a"]["id"], found["b"]["model"]["name"]) == (12, a.pk, str(second))
    assert found["overall"]["a"] == pytest.approx(a.metrics["overall"]["value"])
    assert found["overall"]["difference"] == pytest.approx(
        b.metrics["overall"]["value"] - a.metrics["overall"]["value"]
    )
    assert found["overall"]["low"] <= found["overall"]["difference"] <= found["overall"]["high"]
    assert [each["name"] for each in found["subsets"]] == ["a", "b"]
    assert (alike["overall"]["difference"], alike["overall"]["p"]) == (0, 1)
    assert "cannot be told apart" in alike["sentence"]


def test_different_sets_and_unfinished_evaluations_are_not_compared(
    client: APIClient, evaluate: Any, register: Models, pairs_set: Sets, admin: User
) -> None:
    model, on = register("reward"), pairs_set(3)
    done, elsewhere = evaluate(model, on), evaluate(model, pairs_set(2, name="Others"))
    waits = evaluation_create(
        model=register("other_reward"), evaluation_set=on, kind="reward_accuracy", created_by=admin
    )
    styled = evaluate(model, on, "invariance")
    address = f"/api/projects/{on.project_id}/evaluations/compare/"

    answers = [client.get(address, {"a": done.pk, "b": b}) for b in (elsewhere.pk, waits.pk, styled.pk, 999, "x")]

    assert [answer.status_code for answer in answers] == [400, 409, 400, 400, 400]
    assert answers[0].json()["message"] == "b: “Pairs” and “Others” are different sets; choose two on the same."
    assert answers[3].json()["message"] == "b: There is no such evaluation in this project."


def test_a_new_model_is_evaluated_on_its_test_split_and_on_automatic_sets(
    register: Models, pairs_set: Sets, make_snapshot: Any, admin: User
) -> None:
    pairs_set(2)
    own = pairs_set(2, name="Always", automatic=True)
    model = register("reward", run=run_of(make_snapshot(train=3, test=2), admin))

    queued = evaluations_after_run(model=model)
    again = evaluations_after_run(model=model)

    split = EvaluationSet.objects.get(layout="snapshot")
    assert [(each.evaluation_set, each.kind) for each in queued] == [
        (split, "reward_accuracy"),
        (split, "invariance"),
        (own, "reward_accuracy"),
        (own, "invariance"),
    ]
    assert all(each.automatic and each.state == "queued" for each in queued)
    assert [each.pk for each in again] == [each.pk for each in queued]
    no_split = register("policy", run=run_of(make_snapshot(train=3, test=0), admin, kind="dpo"))
    assert [each.kind for each in evaluations_after_run(model=no_split)] == ["implicit_reward"]
    assert evaluations_after_run(model=register("reward")) == []


def test_a_model_of_several_heads_is_evaluated_head_by_head(
    evaluate: Any, register: Models, pairs_set: Sets, make_snapshot: Any, admin: User, client: APIClient
) -> None:
    model, on = register("two_heads_reward", run=run_of(make_snapshot(train=2, test=0), admin)), pairs_set(4)
    on.automatic = True
    on.save()

    none = client.post(f"/api/models/{model.pk}/evaluations/", {"kind": "reward_accuracy", "set": on.pk})
    queued = evaluations_after_run(model=model)
    helpful = evaluate(model, on, params={"head": "helpful"})
    brief = evaluate(model, on, params={"head": "brief"})

    assert none.json()["message"] == (
        "params.head: two_heads_reward v1 has the heads helpful, brief; choose one of them."
    )
    heads = [(each.kind, each.params["head"]) for each in queued]
    assert heads == [(kind, head) for head in ("helpful", "brief") for kind in ("reward_accuracy", "invariance")]
    assert helpful.provenance["model"]["head"] == "helpful"
    assert [row["margin"] for row in rows_of(helpful)] != [row["margin"] for row in rows_of(brief)]


def test_the_ways_to_evaluate_are_listed_with_their_parameters(client: APIClient) -> None:
    found = {each["key"]: each for each in client.get("/api/evaluation-kinds/").json()}

    assert {"reward_accuracy", "invariance", "implicit_reward"} <= found.keys()
    assert found["implicit_reward"]["takes_against"] == "may"
    assert set(found["invariance"]["params_schema"]["properties"]) == {"sample", "head", "seed"}
