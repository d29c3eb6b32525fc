"""Fill an empty installation with a project that shows every page at work, all of it marked as simulated.

Everything goes through the same services and jobs as a user's own work; jobs run in this process, because the
workers have not started yet.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from annotation.models import Campaign
from annotation.services.campaigns import annotators_add, campaign_create
from annotation.services.feedback import feedback_submit
from annotation.services.leasing import lease_next
from curation.datasets.selectors import version_latest
from curation.datasets.services import campaign_fold, campaign_queue, dataset_create, import_create
from curation.judges.choices import ModelSource
from curation.judges.model_list import judge_models_of
from curation.judges.services import judge_create
from curation.models import Dataset, DatasetVersion
from curation.recipes.services import recipe_create
from curation.signals.services import signal_request
from curation.snapshots.selectors import snapshot_get
from curation.snapshots.services import snapshot_create
from demo.content import DemoRecord, load_content
from demo.simulation import SIMULATED, Annotator, Shown, simulate_vote
from trainer_bridge.choices import ExportFormat
from trainer_bridge.services.exports import export_create
from webapp.accounts.models import User
from webapp.jobs.choices import JobState
from webapp.jobs.models import Job
from webapp.jobs.runner import job_run
from webapp.projects.choices import Role
from webapp.projects.models import Membership, Project
from webapp.projects.services.projects import project_create
from webapp.store.canonical import response_id_of

PROJECT = "Demo: everyday requests (simulated votes)"
PASSWORD = "plumbline demo"  # noqa: S105 - printed on the screen, for a demo on one's own machine
SIMULATED_ITEMS = 150
OVERLAP = 3


@dataclass(frozen=True)
class Login:
    email: str
    role: Role
    name: str


LOGINS = (
    Login("admin@demo.local", Role.ADMIN, "Demo admin"),
    Login("curator@demo.local", Role.CURATOR, "Demo curator"),
    Login("reviewer@demo.local", Role.REVIEWER, "Demo reviewer"),
    Login("annotator@demo.local", Role.ANNOTATOR, "Demo annotator"),
)

GUIDELINES = """Choose the response you would rather have received.

1. **Right before fluent.** A correct plain answer beats a wrong eloquent one.
2. **The request decides.** If it asks for one sentence, a page is worse; if it asks for JSON, prose is worse.
3. **Safe and useful.** Needless refusals are bad answers, and so is careless help.
4. Say *about the same* when you would not mind which one you got, *both bad* when neither should be used.

> Example. Asked for the boiling point of water at sea level, “100 °C” is **much better** than two paragraphs that
> end in 90 °C, and **slightly better** than “100 °C, 212 °F, 373 K” only if nobody asked for other units.
"""
QUESTIONS: list[dict[str, Any]] = [
    {
        "name": "preference",
        "type": "pairwise",
        "title": "Which is better?",
        "steps": 7,
        "tie": True,
        "both_bad": True,
        "required": True,
    },
    {"name": "rationale", "type": "text", "title": "Why?", "required": False, "max_chars": 4000},
]


def demo_exists() -> bool:
    return Project.objects.filter(name=PROJECT, created_by__email=LOGINS[0].email).exists()


def demo_seed(*, voted_items: int = SIMULATED_ITEMS) -> None:
    """Create the demo project with everything in it, simulated votes on that many items; nothing when it is there."""
    if demo_exists():
        return
    admin = _people()
    project = project_create(
        created_by=admin, name=PROJECT, description="Prompts written for this demo, votes simulated."
    )
    _members(project)
    records = load_content()
    dataset = _dataset(project, admin, records)
    campaign = _campaign(project, admin, _latest(dataset))
    _vote(campaign, records, voted_items)
    _run(campaign_fold(campaign=campaign, created_by=admin))
    _curate(project, admin, _latest(dataset))
    _judge(project, admin)


def _run(job: Job) -> Job:
    job_run(job.pk)
    ended = Job.objects.get(pk=job.pk)
    if ended.state != JobState.SUCCEEDED:
        raise RuntimeError(f"{ended.title}: {ended.message}")
    return ended


def _latest(dataset: Dataset) -> DatasetVersion:
    version = version_latest(dataset.pk)
    if version is None:
        raise RuntimeError(f"{dataset.name} has no version.")
    return version


def _people() -> User:
    """The demo logins and the simulated annotators; returns the admin."""
    for login in LOGINS:
        if not User.objects.filter(email=login.email).exists():
            User.objects.create_user(login.email, PASSWORD, name=login.name)
    for annotator in SIMULATED:
        if not User.objects.filter(email=annotator.email).exists():
            User.objects.create_user(annotator.email, name=annotator.name, is_simulated=True)
    return User.objects.get(email=LOGINS[0].email)


def _members(project: Project) -> None:
    roles = {login.email: login.role for login in LOGINS[1:]}
    roles |= {annotator.email: Role.ANNOTATOR for annotator in SIMULATED}
    for email, role in roles.items():
        Membership.objects.create(project=project, user=User.objects.get(email=email), role=role)


def _dataset(project: Project, admin: User, records: Iterable[DemoRecord]) -> Dataset:
    dataset = dataset_create(
        project=project,
        created_by=admin,
        name="Everyday requests",
        description="Written for this demo, with responses of visibly different quality. Apache-2.0.",
    )
    lines = b"".join(orjson.dumps(_row(record)) + b"\n" for record in records)
    imported = import_create(
        dataset=dataset, created_by=admin, file=io.BytesIO(lines), filename="everyday-requests.jsonl"
    )
    _run(_job(imported.job))
    return dataset


def _job(job: Job | None) -> Job:
    if job is None:
        raise RuntimeError("This piece of work has no job.")
    return job


def _row(record: DemoRecord) -> dict[str, Any]:
    return {
        "prompt": [{"role": message.role, "content": message.content} for message in record.prompt],
        "responses": [{"content": response.content, "generator": response.generator} for response in record.responses],
        "metadata": {"id": record.id, "domain": record.domain, "tags": list(record.tags), "source": "demo"},
    }


def _campaign(project: Project, admin: User, version: DatasetVersion) -> Campaign:
    campaign = campaign_create(
        project=project,
        created_by=admin,
        name="Which answer would you rather have?",
        questions=QUESTIONS,
        guidelines=GUIDELINES,
        overlap=OVERLAP,
        seed=7,
    )
    everyone = [annotator.email for annotator in SIMULATED] + [login.email for login in LOGINS]
    annotators_add(campaign_id=campaign.pk, emails=everyone, added_by=admin)
    _run(campaign_queue(campaign=campaign, version=version, created_by=admin, order="shuffle", seed=7))
    return campaign


def _vote(campaign: Campaign, records: Iterable[DemoRecord], items: int) -> None:
    """Simulated people answer the first items until each of those has its three answers; the rest is for real ones."""
    known = {
        response_id_of(response.content): Shown(response_id_of(response.content), response.quality, response.why)
        for record in records
        for response in record.responses
    }
    people = [(annotator, User.objects.get(email=annotator.email)) for annotator in SIMULATED]
    for annotator, user in itertools.islice(_turns(people), items * OVERLAP):
        leased = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
        if leased is None:
            continue
        first, second = (known[response["response_id"]] for response in leased["item"]["responses"])
        vote = simulate_vote(annotator, item_key=str(leased["item"]["position"]), first=first, second=second)
        answers: dict[str, Any] = {"preference": vote.answer}
        if vote.rationale:
            answers["rationale"] = vote.rationale
        feedback_submit(
            lease_id=leased["lease"]["id"],
            annotator_id=user.pk,
            answers=answers,
            duration_ms=vote.active_ms,
            active_ms=vote.active_ms,
        )


def _turns(people: list[tuple[Annotator, User]]) -> Iterator[tuple[Annotator, User]]:
    return itertools.cycle(people)


def _judge(project: Project, admin: User) -> None:
    """A judge that needs no download and no key, not yet checked: the check is one click, and finds what it is like."""
    if not any(model.source == ModelSource.PACKAGED and model.available for model in judge_models_of(project.pk)):
        return
    judge_create(
        project=project,
        created_by=admin,
        name="Small offline judge",
        description="Comes with the application. Check it against people's labels before you believe a word of it.",
        protocol="pair_letter",
        source=ModelSource.PACKAGED,
        model={},
        family="SmolLM",
        instructions="",
        options={},
        principles=[],
        sampling={},
        prices=None,
    )


def _curate(project: Project, admin: User, version: DatasetVersion) -> None:
    """A signal, a recipe, a snapshot and its two exports, so that a training run is two clicks away."""
    _run(signal_request(version=version, created_by=admin, kind="length", params={}))
    steps = [{"type": "strength", "min_strength": 1, "drop_ties": True, "drop_both_bad": True}]
    recipe = recipe_create(project=project, created_by=admin, name="Clear preferences", steps=steps)
    frozen = _run(snapshot_create(recipe=recipe, version=version, created_by=admin, name="Round 1", seed=7))
    snapshot = snapshot_get(frozen.params["snapshot"])
    for file_format in (ExportFormat.TRL_PREFERENCE, ExportFormat.TRL_REWARD):
        export = export_create(snapshot=snapshot, format=file_format, created_by=admin)
        _run(_job(export.job))
