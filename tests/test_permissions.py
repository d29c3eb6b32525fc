"""Every address of the API × every kind of person: one table says who gets in, one test walks it.

A new address fails here until it has a row, and a row for an address that is gone fails too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from annotation.services.campaigns import annotators_add, campaign_create
from annotation.services.discussion import flag_create, item_comment_create
from annotation.services.feedback import feedback_submit
from annotation.services.leasing import lease_next
from annotation.services.principles import principle_create
from annotation.services.queueing import ItemRow, items_enqueue
from curation.models import Import, Judge, JudgeRun, JudgeTrust, LabRun, Recipe, Signal, Snapshot
from curation.snapshots.refreshes import refresh_create
from tests.curation.making import make_record, make_version
from tests.webapp.jobs import kinds  # noqa: F401  (registers test.count)
from trainer_bridge.models import Evaluation, EvaluationSet, Export, ModelVersion, Run
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Membership, Project

ClientOf = Callable[..., APIClient]
ROLES = ["annotator", "reviewer", "curator", "admin"]
ANYONE = "anyone"  # also without an account
SIGNED_IN = "signed in"
ASSIGNED = "assigned"  # the annotator whose campaign, lease, feedback or mention it is
OWN_OR_REVIEWER = "own, or as a reviewer"
RUN_TOKEN = "run token"  # no person: a trainer elsewhere, by its run's own token

# Address → method → the least role that gets in.
TABLE: dict[str, dict[str, str]] = {
    "schema/": {"GET": ANYONE},
    "me/": {"GET": SIGNED_IN, "PATCH": SIGNED_IN},
    "me/tokens/": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "me/tokens/<token_key>/": {"DELETE": SIGNED_IN},
    "projects/": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "projects/<project_id>/": {"GET": "annotator", "PATCH": "admin"},
    "projects/<project_id>/members/": {"GET": "reviewer", "POST": "admin"},
    "members/<member_id>/": {"PATCH": "admin", "DELETE": "admin"},
    "members/<member_id>/invitation/": {"POST": "admin"},
    "invitations/<token>/": {"GET": ANYONE},
    "invitations/<token>/accept/": {"POST": ANYONE},
    "projects/<project_id>/jobs/": {"GET": "reviewer"},
    "jobs/<job_id>/": {"GET": "reviewer"},
    "jobs/<job_id>/log/": {"GET": "reviewer"},
    "jobs/<job_id>/cancel/": {"POST": "curator"},
    "jobs/<job_id>/pause/": {"POST": "curator"},
    "jobs/<job_id>/resume/": {"POST": "curator"},
    "jobs/<job_id>/retry-failed/": {"POST": "curator"},
    "form-templates/": {"GET": SIGNED_IN},
    "projects/<project_id>/forms/validate/": {"POST": "curator"},
    "projects/<project_id>/campaigns/": {"GET": "reviewer", "POST": "curator"},
    "campaigns/<campaign_id>/": {"GET": "reviewer", "PATCH": "curator"},
    "campaigns/<campaign_id>/annotators/": {"GET": "reviewer", "POST": "curator"},
    "campaigns/<campaign_id>/annotators/<user_id>/": {"DELETE": "curator"},
    "campaigns/<campaign_id>/quality/": {"GET": "reviewer"},
    "campaigns/<campaign_id>/feedback/": {"GET": "reviewer"},
    "campaigns/<campaign_id>/my-feedback/": {"GET": ASSIGNED},
    "campaigns/<campaign_id>/next/": {"POST": ASSIGNED},
    "campaigns/<campaign_id>/form/": {"POST": "curator"},
    "campaigns/<campaign_id>/form/check/": {"POST": "curator"},
    "campaigns/<campaign_id>/form-versions/": {"GET": "reviewer"},
    "campaigns/<campaign_id>/guidelines-versions/": {"GET": "reviewer"},
    "campaigns/<campaign_id>/principles/": {"GET": "reviewer", "PUT": "curator"},
    "campaigns/<campaign_id>/flags/": {"GET": "reviewer"},
    "campaigns/<campaign_id>/comments/": {"GET": "reviewer"},
    "flags/<flag_id>/resolve/": {"POST": "reviewer"},
    "items/<item_id>/": {"GET": "reviewer"},
    "items/<item_id>/comments/": {"GET": "reviewer", "POST": "reviewer"},
    "my/mentions/": {"GET": SIGNED_IN},
    "mentions/<mention_id>/read/": {"POST": ASSIGNED},
    "my/campaigns/": {"GET": SIGNED_IN},
    "leases/<lease_id>/submit/": {"POST": ASSIGNED},
    "leases/<lease_id>/skip/": {"POST": ASSIGNED},
    "leases/<lease_id>/release/": {"POST": ASSIGNED},
    "leases/<lease_id>/heartbeat/": {"POST": ASSIGNED},
    "leases/<lease_id>/flag/": {"POST": ASSIGNED},
    "leases/<lease_id>/comments/": {"GET": ASSIGNED, "POST": ASSIGNED},
    "leases/<lease_id>/mentionable/": {"GET": ASSIGNED},
    "leases/<lease_id>/principles/": {"GET": ASSIGNED},
    "projects/<project_id>/principles/": {"GET": "reviewer", "POST": "curator"},
    "principles/<principle_id>/": {"GET": "reviewer", "PATCH": "curator"},
    "principles/<principle_id>/versions/": {"POST": "curator"},
    "feedback/<feedback_id>/": {"GET": OWN_OR_REVIEWER},
    "feedback/<feedback_id>/density/": {"GET": OWN_OR_REVIEWER},
    "feedback/<feedback_id>/revise/": {"POST": ASSIGNED},
    "campaigns/<campaign_id>/queue/": {"POST": "curator"},
    "campaigns/<campaign_id>/labels/": {"POST": "curator"},
    "projects/<project_id>/datasets/": {"GET": "reviewer", "POST": "curator"},
    "datasets/<dataset_id>/": {"GET": "reviewer"},
    "datasets/<dataset_id>/imports/": {"GET": "reviewer", "POST": "curator"},
    "datasets/<dataset_id>/versions/": {"GET": "reviewer"},
    "imports/<import_id>/": {"GET": "reviewer"},
    "imports/<import_id>/quarantine/": {"GET": "reviewer"},
    "dataset-versions/<version_id>/": {"GET": "reviewer"},
    "dataset-versions/<version_id>/download/": {"GET": "reviewer"},
    "dataset-versions/<version_id>/responses/": {"POST": "curator"},
    "dataset-versions/<version_id>/rows/": {"GET": "reviewer"},
    "dataset-versions/<version_id>/rows/<record_id>/": {"GET": "reviewer"},
    "dataset-versions/<version_id>/signals/": {"GET": "reviewer", "POST": "curator"},
    "signals/<signal_id>/": {"GET": "reviewer"},
    "signal-kinds/": {"GET": SIGNED_IN},
    "projects/<project_id>/recipes/": {"GET": "curator", "POST": "curator"},
    "recipes/preview/": {"POST": "curator"},
    "recipes/rebind/": {"POST": "curator"},
    "recipes/<recipe_id>/": {"GET": "curator", "PATCH": "curator"},
    "recipes/<recipe_id>/snapshots/": {"POST": "curator"},
    "recipe-steps/": {"GET": SIGNED_IN},
    "projects/<project_id>/lab-runs/": {"GET": "curator", "POST": "curator"},
    "lab-runs/<lab_run_id>/": {"GET": "curator"},
    "judge-protocols/": {"GET": SIGNED_IN},
    "judge-probes/": {"GET": SIGNED_IN},
    "projects/<project_id>/judge-models/": {"GET": "curator"},
    "projects/<project_id>/judges/": {"GET": "curator", "POST": "admin"},
    "judges/<judge_id>/": {"GET": "curator", "PATCH": "admin"},
    "judges/<judge_id>/versions/": {"POST": "admin"},
    "judges/<judge_id>/rendering/": {"POST": "curator"},
    "judges/<judge_id>/runs/": {"GET": "curator", "POST": "curator"},
    "judges/<judge_id>/trust/": {"GET": "curator", "POST": "curator"},
    "judge-runs/<run_id>/": {"GET": "curator", "PATCH": "curator"},
    "judge-runs/<run_id>/answers/": {"GET": "curator"},
    "judge-runs/<run_id>/labels/": {"POST": "curator"},
    "judge-trusts/<trust_id>/": {"GET": "curator", "PATCH": "curator"},
    "projects/<project_id>/snapshots/": {"GET": "curator"},
    "projects/<project_id>/snapshot-refreshes/": {"GET": "curator", "POST": "curator"},
    "snapshot-refreshes/<refresh_id>/": {"GET": "curator", "PATCH": "curator", "DELETE": "curator"},
    "snapshot-refreshes/<refresh_id>/run/": {"POST": "curator"},
    "snapshots/<snapshot_id>/": {"GET": "curator"},
    "snapshots/<snapshot_id>/rows/": {"GET": "curator"},
    "snapshots/<snapshot_id>/card/": {"GET": "curator"},
    "snapshots/<snapshot_id>/diff/": {"GET": "curator"},
    "snapshots/<snapshot_id>/pairs/<pair_id>/": {"GET": "curator"},
    "snapshots/<snapshot_id>/review/": {"POST": "curator"},
    "snapshots/<snapshot_id>/approval/": {"POST": "curator", "DELETE": "curator"},
    "snapshots/<snapshot_id>/exports/": {"GET": "curator", "POST": "curator"},
    "snapshots/<snapshot_id>/export-check/": {"GET": "curator"},
    "export-formats/": {"GET": SIGNED_IN},
    "projects/<project_id>/exports/": {"GET": "curator"},
    "exports/<export_id>/": {"GET": "curator"},
    "exports/<export_id>/download/": {"GET": "curator"},
    "exports/<export_id>/push/": {"GET": "curator", "POST": "curator"},
    "projects/<project_id>/base-models/": {"GET": "curator"},
    "projects/<project_id>/launchers/": {"GET": "curator"},
    "training-methods/": {"GET": SIGNED_IN},
    "projects/<project_id>/runs/": {"GET": "curator", "POST": "admin"},
    "runs/<run_id>/": {"GET": "curator"},
    "runs/<run_id>/clone/": {"POST": "admin"},
    "runs/<run_id>/diff/": {"GET": "curator"},
    "runs/<run_id>/metrics/": {"GET": "curator"},
    "runs/<run_id>/logs/": {"GET": "curator"},
    "runs/<run_id>/samples/": {"GET": "curator"},
    "runs/<run_id>/files/": {"GET": "curator"},
    "runs/<run_id>/files/<name>/": {"GET": "curator", "PUT": RUN_TOKEN},
    "runs/<run_id>/config/": {"GET": "curator"},
    "runs/<run_id>/folder/": {"GET": "curator"},
    "runs/<run_id>/token/": {"POST": "admin", "DELETE": "admin"},
    "runs/<run_id>/report/": {"POST": RUN_TOKEN},
    "runs/<run_id>/cancel/": {"POST": "admin"},
    "runs/<run_id>/resume/": {"POST": "admin"},
    "projects/<project_id>/models/": {"GET": "curator", "POST": "admin"},
    "models/<model_id>/": {"GET": "curator", "PATCH": "admin"},
    "models/<model_id>/card/": {"GET": "curator"},
    "models/<model_id>/uses/": {"GET": "curator"},
    "evaluation-kinds/": {"GET": SIGNED_IN},
    "projects/<project_id>/evaluation-sets/": {"GET": "curator", "POST": "curator"},
    "evaluation-sets/<set_id>/": {"GET": "curator", "PATCH": "curator"},
    "evaluation-sets/<set_id>/items/": {"GET": "curator"},
    "models/<model_id>/evaluations/": {"GET": "curator", "POST": "curator"},
    "projects/<project_id>/evaluations/": {"GET": "curator"},
    "projects/<project_id>/evaluations/compare/": {"GET": "curator"},
    "evaluations/<evaluation_id>/": {"GET": "curator"},
    "evaluations/<evaluation_id>/win-rates/": {"GET": "curator"},
    "evaluations/<evaluation_id>/rows/": {"GET": "curator"},
}


def addresses(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every concrete address below /api/ with its view, converters left out of the placeholders."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("api/") and "*" not in route:
            yield re.sub(r"<\w+:(\w+)>", r"<\1>", route.removeprefix("api/")), pattern.callback


def test_the_table_names_every_address_and_method() -> None:
    found = {}
    for route, callback in addresses(get_resolver().url_patterns):
        view = callback.view_class  # type: ignore[attr-defined]
        found[route] = {method for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(view, method.lower())}

    assert found == {route: set(methods) for route, methods in TABLE.items()}


@pytest.fixture
def world(project: Project, admin: User, make_member: Any, make_user: Any, store_folder: Any) -> dict[str, Any]:
    """One of everything, belonging to the project; an annotator assigned to its campaign; and an outsider."""
    people = {role: make_member(role) for role in ROLES[:-1]} | {"admin": admin}
    people["outsider"] = make_user("outsider@example.org")
    record = make_record("Q", ["yes", "no"], [(0, 1, -1, "human")])
    version = make_version(project, admin, [record])
    campaign = campaign_create(project=project, created_by=admin, name="C", template="pairwise")
    annotators_add(campaign_id=campaign.pk, emails=[people["annotator"].email], added_by=admin)
    responses = [{"response_id": r.response_id, "content": r.content} for r in record.responses]
    rows = [ItemRow(f"{n:032x}", [{"role": "user", "content": "Q"}], responses) for n in range(3)]
    items_enqueue(campaign_id=campaign.pk, rows=rows, source_version_id=version.pk)
    feedback = feedback_submit(
        lease_id=_lease(campaign.pk, people["annotator"]),
        annotator_id=people["annotator"].pk,
        answers={campaign.form_version.questions[0]["name"]: {"outcome": "tie"}},
        duration_ms=1,
        active_ms=1,
    )
    job = _job(project, admin)
    recipe = Recipe.objects.create(project=project, name="R", steps=[], created_by=admin)
    snapshot = Snapshot.objects.create(
        project=project, recipe=recipe, steps=[], dataset_version=version, name="S", created_by=admin
    )
    lab_run = LabRun.objects.create(
        project=project, dataset_version=version, name="L", recipes=[], gold_source="adjudicated", created_by=admin
    )
    export = Export.objects.create(snapshot=snapshot, format="trl_preference", created_by=admin)
    run = Run.objects.create(
        project=project,
        export=export,
        kind="dpo",
        name="R",
        base_model="tiny-llama",
        config={"max_steps": 1},
        job=_job(project, admin),
        created_by=admin,
    )
    model = ModelVersion.objects.create(
        project=project, kind="policy", name="M", version=1, base_model="x", path="m", size_bytes=1, created_by=admin
    )
    evaluation_set = EvaluationSet.objects.create(project=project, name="E", created_by=admin)
    evaluation = Evaluation.objects.create(
        project=project, model=model, evaluation_set=evaluation_set, kind="implicit_reward", created_by=admin
    )
    signal = Signal.objects.create(dataset_version=version, kind="length", name="L", key="k", created_by=admin)
    judge = Judge.objects.create(
        project=project, name="J", version=1, protocol="pair_letter", source="packaged", model={}, created_by=admin
    )
    # Addresses of both kinds of runs name them alike.
    JudgeRun.objects.create(pk=run.pk, judge=judge, signal=signal, created_by=admin)
    trust = JudgeTrust.objects.create(
        judge=judge, dataset_version=version, gold=["human"], sample=20, fingerprint="f", created_by=admin
    )
    refresh = refresh_create(recipe=recipe, dataset=version.dataset, campaign=None, created_by=admin, every_hours=24)
    principle = principle_create(project=project, created_by=admin, title="P", text="Be kind.")
    imported = Import.objects.create(dataset=version.dataset, filename="f", created_by=admin)
    lease_id = _lease(campaign.pk, people["annotator"])
    flag, _ = flag_create(lease_id=lease_id, author=people["annotator"], reason="other")
    comment = item_comment_create(item_id=flag.item_id, author=admin, text="@annotator@example.org")
    ids = {
        "project_id": project.pk,
        "member_id": Membership.objects.get(user=people["reviewer"]).pk,
        "user_id": people["annotator"].pk,
        "token": "unknown",
        "token_key": "unknown",
        "job_id": job.pk,
        "campaign_id": campaign.pk,
        "lease_id": lease_id,
        "flag_id": flag.pk,
        "item_id": flag.item_id,
        "mention_id": comment.mentions.get().pk,
        "feedback_id": feedback["id"],
        "dataset_id": version.dataset_id,
        "import_id": imported.pk,
        "version_id": version.pk,
        "record_id": record.record_id,
        "pair_id": "0" * 32,
        "signal_id": signal.pk,
        "recipe_id": recipe.pk,
        "snapshot_id": snapshot.pk,
        "lab_run_id": lab_run.pk,
        "export_id": export.pk,
        "refresh_id": refresh.pk,
        "principle_id": principle.pk,
        "run_id": run.pk,
        "name": "config.yaml",
        "model_id": model.pk,
        "set_id": evaluation_set.pk,
        "evaluation_id": evaluation.pk,
        "judge_id": judge.pk,
        "trust_id": trust.pk,
    }
    return {"people": people, "ids": ids, "version": version}


def _job(project: Project, admin: User) -> Job:
    return Job.objects.create(
        project=project, kind="test.count", title="T", queue="default", unit="rows", created_by=admin
    )


def _lease(campaign_id: int, annotator: User) -> int:
    leased = lease_next(campaign_id=campaign_id, annotator_id=annotator.pk)
    assert leased is not None
    return int(leased["lease"]["id"])


NAMES_A_VERSION = ("recipes/preview/", "recipes/rebind/")


def answer(client: APIClient, method: str, route: str, world: dict[str, Any]) -> Any:
    path = "/api/" + re.sub(r"<(\w+)>", lambda match: str(world["ids"][match[1]]), route)
    body = {"dataset_version": world["version"].pk, "steps": []} if route in NAMES_A_VERSION else {}
    with transaction.atomic():
        response = client.generic(method, path, b"" if method == "GET" else _json(body), "application/json")
        transaction.set_rollback(True)
    return response


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def gets_in(least: str, person: str) -> bool:
    if least == ANYONE:
        return True
    if least == SIGNED_IN:
        return person != "stranger"
    if least == ASSIGNED:
        return person == "annotator"
    if least == RUN_TOKEN:
        return False
    if least == OWN_OR_REVIEWER:
        return person in ROLES
    return person in ROLES and ROLES.index(person) >= ROLES.index(least)


CALLS = [(route, method, least) for route, methods in TABLE.items() for method, least in methods.items()]


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "method", "least"), CALLS, ids=[f"{m} {r}" for r, m, _ in CALLS])
def test_people_get_in_where_they_may(
    route: str, method: str, least: str, world: dict[str, Any], client_of: ClientOf
) -> None:
    clients = {person: client_of(user) for person, user in world["people"].items()} | {"stranger": APIClient()}

    for person, client in clients.items():
        response = answer(client, method, route, world)
        status = response.status_code
        kind = response.json()["type"] if status >= 400 else "ok"

        assert status < 500, f"{person}: {status}"
        if gets_in(least, person):
            assert kind not in ("forbidden", "not_authenticated"), f"{person} was refused: {response.json()}"
        elif person == "stranger" or least == RUN_TOKEN:
            assert (status, kind) == (401, "not_authenticated"), f"a stranger got {status} {kind}"
        elif person == "outsider":
            assert (status, kind) == (404, "not_found"), f"an outsider got {status} {kind}"
        else:
            assert status in (403, 404), f"{person} got {status} {kind}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("route", "method", "least"), [c for c in CALLS if c[1] != "GET" and c[2] not in (ANYONE, RUN_TOKEN)]
)
def test_a_read_token_writes_nowhere(
    route: str, method: str, least: str, world: dict[str, Any], client_of: ClientOf
) -> None:
    person = "annotator" if least == ASSIGNED else "admin"

    response = answer(client_of(world["people"][person], "read"), method, route, world)

    assert (response.status_code, response.json()["type"]) == (403, "forbidden")
