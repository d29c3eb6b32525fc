"""What may be evaluated, what is evaluated by itself after a run, and which evaluations can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.trainer_bridge.evaluation.making import rows_of, run_of
from trainer_bridge.models import Evaluation, EvaluationSet, ModelVersion
from trainer_bridge.services.evaluations import evaluation_create, evaluations_after_run
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
Sets = Callable[..., EvaluationSet]
Models = Callable[..., ModelVersion]


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
