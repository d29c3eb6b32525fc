"""Lab runs through the API: planted noise, controls, label errors found, cancelling and resuming, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from rest_framework.test import APIClient

from curation.lab import fits
from curation.lab.learned_signals import LEARNED_FROM_LABELS
from curation.models import DatasetVersion, LabRun, Signal
from curation.signals.registry import KINDS
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.jobs.services import job_cancel, job_resume
from webapp.projects.models import Project
from webapp.store.canonical import Record, make_label
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
Start = Callable[..., Any]
WIDTH = 16


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def world(seed: int, *, pairs: int, flips: float = 0.0, marked: bool = True, votes: int = 1) -> list[Record]:
    """Scores ~ N(0, I) of which a hidden direction decides; labels turned at random, which the metadata may say.

    With several votes each is turned on its own.
    """
    draw = np.random.default_rng(seed)
    truth = draw.normal(size=WIDTH)
    records = []
    for number in range(pairs):
        record = make_record(f"Q{number}", ["first", "second"])
        scores = {"first": np.zeros(WIDTH), "second": draw.normal(size=WIDTH)}
        better = 1 if scores["second"] @ truth > 0 else -1
        turned = draw.random(votes) < flips
        ids = {each.content: each.response_id for each in record.responses}
        record.labels = [
            make_label(
                ids["first"], ids["second"], -better if each else better, source="human", annotator=f"annotator {at}"
            )
            for at, each in enumerate(turned)
        ]
        record.responses = [
            msgspec.structs.replace(
                each, scores={f"f{at}": float(score) for at, score in enumerate(scores[each.content])}
            )
            for each in record.responses
        ]
        if marked:
            record.metadata = {"planted_flip": bool(turned[0])}
        records.append(record)
    return records


def judged(record: Record, wrong: bool) -> Record:
    """The record after somebody adjudicated it."""
    (label,) = record.labels
    assert label.value is not None
    value = -label.value if wrong else label.value
    return msgspec.structs.replace(
        record, labels=[label, make_label(label.a, label.b, value, source="adjudicated")], metadata={}
    )


@pytest.fixture
def start(client: APIClient, project: Project) -> Start:
    """Ask for a run of the recipes (name → steps) over a version; gives the answer."""

    def ask(version: DatasetVersion, recipes: dict[str, Any] | None = None, **body: Any) -> Any:
        chosen = recipes or {"Everything": [], "Strong": [{"type": "strength", "min_strength": 1}]}
        ids = [
            client.post(f"/api/projects/{project.pk}/recipes/", {"name": name, "steps": steps}).json()["id"]
            for name, steps in chosen.items()
        ]
        asked = {"dataset_version": version.pk, "recipes": ids, "features": "scores", "seeds": 3, **body}
        asked["recipes"] = body.get("chosen", asked["recipes"])
        return client.post(f"/api/projects/{project.pk}/lab-runs/", asked)

    return ask


@pytest.fixture
def finished(start: Start, client: APIClient, work: Work) -> Start:
    """The same, worked on by a worker; gives the run as the API shows it."""

    def run(version: DatasetVersion, recipes: dict[str, Any] | None = None, **body: Any) -> Any:
        accepted = start(version, recipes, **body)
        assert accepted.status_code == 202, accepted.json()
        job = work(accepted.json()["id"])
        assert job.state == "succeeded", job.message
        return client.get(f"/api/lab-runs/{accepted.json()['subject']['id']}/").json()

    return run


def by_key(run: Any) -> dict[str, Any]:
    return {
        arm["key"].split(":")[0] + (arm["name"] if arm["kind"] == "recipe" else ""): arm
        for arm in run["results"]["arms"]
    }


def test_with_planted_noise_the_oracle_wins_and_lots_do_not(
    finished: Start, client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version = make_version(project, admin, world(3, pairs=1500, flips=0.3), rows_per_part=400)
    signal = client.post(
        f"/api/dataset-versions/{version.pk}/signals/", {"kind": "quick_ensemble", "params": {"features": "scores"}}
    ).json()
    work(signal["id"])
    zones = {"type": "zones", "signal": signal["subject"]["id"]}
    recipes = {"Review": [zones], "Flip": [{**zones, "wrong": "flip"}]}

    run = finished(version, recipes, seeds=4)

    results, arms = run["results"], {arm["key"]: arm for arm in run["results"]["arms"]}
    first, second = (each["id"] for each in run["recipes"])
    assert list(arms) == [
        "raw", f"recipe:{first}", f"recipe:{second}", f"random:{first}", f"random:{second}", "oracle",
    ]  # fmt: skip
    assert run["name"].startswith("Review, Flip on Made ")
    assert (run["state"], run["seed"], run["gold"]) == ("ready", 0, {"source": "held_out", "fraction": 0.2})
    assert results["gold"]["planted"]
    assert results["gold"]["pairs"] == results["gold"]["prompts"]
    assert arms["raw"]["pairs_available"] + results["gold"]["pairs"] == 1500
    assert {arm["pairs_used"] for arm in arms.values()} == {results["sample"]}
    smallest = min(arm["pairs_available"] for arm in arms.values())
    assert results["sample"] == pytest.approx(smallest / 2, rel=0.15)
    assert arms[f"recipe:{second}"]["pairs_available"] == arms["raw"]["pairs_available"]
    assert arms["raw"]["versus_raw"] is None
    assert arms["oracle"]["versus_raw"]["verdict"] == "helps"
    assert arms["oracle"]["accuracy"]["mean"] > arms["raw"]["accuracy"]["mean"] + 0.03
    # Flipping by what the labels themselves say adds nothing; it did when the ensemble knew more labels than the arm.
    for key in (f"recipe:{second}", f"random:{first}", f"random:{second}"):
        assert arms[key]["versus_raw"]["verdict"] == "no_measurable_difference"
    assert all(arm["converged"] and len(arm["l2"]) == 4 for arm in arms.values())
    again = (
        "“Quick ensemble on imported scores” learned from labels; for every seed it was made again from those the arms "
        "could draw from."
    )
    assert again in results["notes"]

    review = results["review"]
    assert (review["basis"], review["pairs"], review["reviewed"]) == ("planted", 1500, 150)
    assert review["errors"] == round(review["wrong_before"] * 1500)
    margin, random = review["margin"], review["random"]
    assert random["recall"]["mean"] == pytest.approx(0.1)
    assert margin["recall"]["mean"] - 3 * margin["recall"]["se"] > random["recall"]["mean"] + 3 * random["recall"]["se"]
    assert margin["precision"]["mean"] > 0.75
    # Each label looked at and found wrong is put right.
    assert margin["left"]["mean"] == pytest.approx(review["wrong_before"] - margin["precision"]["mean"] * 0.1)
    assert margin["left"]["mean"] < random["left"]["mean"]


def test_the_same_request_gives_the_same_results(finished: Start, project: Project, admin: User) -> None:
    version = make_version(project, admin, world(5, pairs=300, flips=0.2))

    one, other = finished(version)["results"], finished(version)["results"]

    def figures(results: Any) -> Any:
        named = [{name: arm[name] for name in ("accuracy", "versus_raw", "l2")} for arm in results["arms"]]
        return named[0], named[-1], results["gold"], results["review"], results["sample"]

    assert figures(one) == figures(other)
    # Recipes that drop nothing are the raw labels: they draw, and learn, the same.
    assert one["arms"][1]["accuracy"] == one["arms"][0]["accuracy"]
    assert one["arms"][1]["versus_raw"]["difference"] == 0
    assert store().list("lab-runs") == []


def test_what_a_recipe_makes_of_labels_is_learned(
    finished: Start, client: APIClient, work: Work, project: Project, admin: User
) -> None:
    """A signal that knows all errors: flipping by it is as good as labels that were never turned."""
    version = make_version(project, admin, world(7, pairs=700, flips=0.45))
    clean = make_version(project, admin, world(7, pairs=700, flips=0.0))
    signal = client.post(
        f"/api/dataset-versions/{clean.pk}/signals/", {"kind": "quick_ensemble", "params": {"features": "scores"}}
    ).json()
    work(signal["id"])
    known = Signal.objects.get(pk=signal["subject"]["id"])
    known.pk, known.kind, known.key, known.dataset_version = None, "told", "told", version
    known.save()
    zones = {"type": "zones", "signal": known.pk, "ambiguous_percentile": 0}
    recipes = {
        "Flip": [{**zones, "wrong": "flip"}],
        "Soft": [{**zones, "wrong": "soft"}],
        "Weight": [{**zones, "wrong": "weight", "weight": 0.01}],
    }

    arms = by_key(finished(version, recipes, seeds=8))

    for name in ("Flip", "Soft", "Weight"):
        assert arms[f"recipe{name}"]["versus_raw"]["verdict"] == "helps", name
        assert arms[f"recipe{name}"]["accuracy"]["mean"] > 0.9
    assert arms["raw"]["accuracy"]["mean"] < 0.8


def test_flipping_by_an_ensemble_learns_nothing_of_the_gold_labels(
    finished: Start, client: APIClient, work: Work, project: Project, admin: User
) -> None:
    """Labels drawn by lot: a head that does better than chance on the gold has been told about it."""
    version = make_version(project, admin, world(43, pairs=500, flips=0.5, marked=False))
    signal = client.post(
        f"/api/dataset-versions/{version.pk}/signals/", {"kind": "quick_ensemble", "params": {"features": "scores"}}
    ).json()
    work(signal["id"])
    zones = {"type": "zones", "signal": signal["subject"]["id"], "ambiguous_percentile": 0, "vote": 0.5}

    run = finished(version, {"Flip": [{**zones, "wrong": "flip"}], "Drop": [{**zones, "wrong": "drop"}]}, seeds=4)

    for arm in run["results"]["arms"]:
        assert arm["accuracy"]["mean"] == pytest.approx(0.5, abs=0.08), arm["name"]
        assert arm["versus_raw"] is None or arm["versus_raw"]["verdict"] != "helps"


def test_a_budget_by_a_signal_made_again_is_the_halfs_share_of_it(
    finished: Start, client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version = make_version(project, admin, world(53, pairs=600, flips=0.2))
    signal = client.post(
        f"/api/dataset-versions/{version.pk}/signals/", {"kind": "quick_ensemble", "params": {"features": "scores"}}
    ).json()
    work(signal["id"])
    highest = {"type": "select", "budget": 300, "by": {"signal": signal["subject"]["id"], "column": "mean"}}

    results = finished(version, {"Highest": [highest], "Everything": []})["results"]

    # Half of the pairs are kept: 240 of 480 outside the gold, and half of them in every half.
    assert results["arms"][1]["pairs_available"] == pytest.approx(240, abs=30)
    assert results["sample"] == pytest.approx(120, abs=20)


def test_a_signal_made_from_one_that_learned_from_labels_is_refused(
    start: Start, client: APIClient, work: Work, project: Project, admin: User
) -> None:
    version = make_version(project, admin, world(47, pairs=300))
    url = f"/api/dataset-versions/{version.pk}/signals/"
    learned = client.post(url, {"kind": "quick_ensemble", "params": {"features": "scores"}}).json()
    work(learned["id"])
    derived = Signal.objects.get(pk=learned["subject"]["id"])
    derived.pk, derived.key, derived.kind, derived.name = None, "derived", "d_optimal", "By design"
    derived.params = {"margin": learned["subject"]["id"]}
    derived.save()

    refused = start(version, {"Everything": [], "Design": [{"type": "signal_margin", "signal": derived.pk, "min": 0}]})

    assert refused.status_code == 422
    assert refused.json()["message"].startswith("“Design” reads “By design”, which was made from a signal that learned")
    assert not LabRun.objects.exists()


def test_kinds_that_learn_from_labels_are_known_by_their_names() -> None:
    assert KINDS.keys() >= LEARNED_FROM_LABELS


def test_adjudicated_gold_holds_its_prompts_out_and_tells_errors(
    finished: Start, project: Project, admin: User
) -> None:
    records = world(11, pairs=600, flips=0.25)
    told = [judged(record, record.metadata["planted_flip"]) for record in records[:150]]
    rest = [msgspec.structs.replace(record, metadata={}) for record in records[150:]]
    version = make_version(project, admin, told + rest)

    run = finished(version, gold={"source": "adjudicated"}, review_budget=0.2)

    results = run["results"]
    assert run["gold"] == {"source": "adjudicated", "fraction": None}
    assert results["gold"] == {"source": "adjudicated", "pairs": 150, "prompts": 150, "planted": False}
    assert [arm["kind"] for arm in results["arms"]] == ["raw", "recipe", "recipe", "random", "random"]
    assert results["arms"][0]["pairs_available"] == 450
    assert (results["review"]["basis"], results["review"]["pairs"], results["review"]["reviewed"]) == (
        "adjudicated",
        150,
        30,
    )
    assert results["review"]["errors"] == sum(record.metadata["planted_flip"] for record in records[:150])
    assert results["review"]["margin"]["recall"]["mean"] > 0.4


def test_several_votes_tell_which_single_vote_is_wrong(finished: Start, project: Project, admin: User) -> None:
    version = make_version(project, admin, world(13, pairs=500, flips=0.2, marked=False, votes=4))

    review = finished(version)["results"]["review"]

    assert review["basis"] == "votes"
    # Of the pairs without a draw, about a fifth of single votes is wrong.
    assert 0.1 < review["wrong_before"] < 0.3
    assert review["margin"]["recall"]["mean"] > 2 * review["random"]["recall"]["mean"]
    assert review["margin"]["left"]["mean"] < review["wrong_before"]


def test_nothing_known_of_errors_is_said_with_the_reason(finished: Start, project: Project, admin: User) -> None:
    records = world(17, pairs=300, flips=0.1, marked=False)
    for record in records:
        record.labels = [msgspec.structs.replace(label, source="imported") for label in record.labels]
    version = make_version(project, admin, records)

    results = finished(version)["results"]

    assert results["review"] is None
    assert results["review_reason"].startswith("No row says which labels are wrong")
    assert any("imported or given by judges" in note for note in results["notes"])


def test_a_cancelled_run_goes_on_where_it_stopped(
    start: Start, client: APIClient, work: Work, project: Project, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = make_version(project, admin, world(19, pairs=300, flips=0.2))
    undisturbed = start(version).json()
    work(undisturbed["id"])
    stopped = start(version).json()
    fitted = []
    fit = fits._fit

    def counted(prepared: Any, half: Any, order: Any, seed: int) -> Any:
        fitted.append(seed)
        if len(fitted) == 4:
            job_cancel(job_id=stopped["id"])
            # The worker hears of it with its next beat.
            monkeypatch.setattr("webapp.jobs.progress.ShardProgress.should_stop", True)
        return fit(prepared, half, order, seed)

    monkeypatch.setattr(fits, "_fit", counted)
    monkeypatch.setattr("webapp.jobs.progress.BEAT_SECONDS", 0.01)
    assert work(stopped["id"]).state == "cancelled"
    run = LabRun.objects.get(pk=stopped["subject"]["id"])
    assert (run.state, run.results) == ("cancelled", None)
    kept = len(store().list(f"{run.folder}/fits"))

    job_resume(job_id=stopped["id"])
    assert LabRun.objects.get(pk=run.pk).state == "running"
    assert work(stopped["id"]).state == "succeeded"

    # Every head was fitted once.
    assert sorted(fitted) == [seed for seed in range(3) for _ in range(6)]
    assert kept >= 4
    results = client.get(f"/api/lab-runs/{run.pk}/").json()["results"]
    other = LabRun.objects.get(pk=undisturbed["subject"]["id"]).results
    assert results["arms"][-1]["accuracy"] == other["arms"][-1]["accuracy"]
    assert results["review"] == other["review"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"seeds": 2}, 400, "seeds: Ensure this value is greater than or equal to 3."),
        ({"review_budget": 0}, 400, "review_budget: Give a share of the pairs above 0."),
        ({"gold": {"fraction": 0.6}}, 400, "gold.fraction: Ensure this value is less than or equal to 0.5."),
        ({"gold": {}}, 400, "gold: Give the source “adjudicated”, or the fraction to hold out."),
        ({"gold": {"source": "held_out"}}, 400, "gold: Give the source “adjudicated”, or the fraction to hold out."),
        ({"features": "pixels"}, 400, 'features: "pixels" is not a valid choice.'),
        ({"dataset_version": 0}, 400, "dataset_version: Ensure this value is greater than or equal to 1."),
        ({"dataset_version": 999_999}, 404, "There is no dataset version 999999, or you may not see it."),
        ({"chosen": []}, 422, "recipes: choose at least two different recipes, each once."),
        ({"chosen": [999_998, 999_999]}, 422, "recipes: this project has no recipe 999998."),
        (
            {"gold": {"source": "adjudicated"}},
            422,
            "The gold set has 0 pairs; the lab needs 50. Please adjudicate more, or label more.",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_and_leaves_nothing(
    start: Start, project: Project, admin: User, store_folder: Any, body: Any, status: int, message: str
) -> None:
    version = make_version(project, admin, world(23, pairs=300))

    refused = start(version, **body)

    assert (refused.status_code, refused.json()["message"]) == (status, message)
    assert not LabRun.objects.exists()
    assert not Job.objects.exists()
    assert store().list("lab-runs") == []


def test_steps_that_do_not_fit_and_too_few_pairs_are_named(
    start: Start, project: Project, admin: User, store_folder: Any
) -> None:
    version = make_version(project, admin, world(23, pairs=300))
    foreign = {"Everything": [], "Zones": [{"type": "zones", "signal": 77}]}
    strict = {"Everything": [], "Tiny": [{"type": "select", "budget": 90}]}

    unfit, few = start(version, foreign), start(version, strict)

    assert (unfit.status_code, unfit.json()["message"]) == (422, "“Zones”: Step 2: this version has no signal 77.")
    assert few.status_code == 422
    assert few.json()["message"].startswith("“Tiny” has ")
    assert few.json()["message"].endswith("the lab needs 100 pairs on 20 prompts of every arm.")
    assert not LabRun.objects.exists()


def test_a_version_that_is_being_built_waits_and_one_of_another_project_is_refused(
    start: Start, project: Project, admin: User, store_folder: Any
) -> None:
    from webapp.projects.services.projects import project_create

    elsewhere = make_version(project_create(created_by=admin, name="Other"), admin, world(1, pairs=10))
    building = make_version(project, admin, world(1, pairs=10))
    DatasetVersion.objects.filter(pk=building.pk).update(state="building")

    assert start(elsewhere).status_code == 422
    assert start(building).status_code == 409
    assert not LabRun.objects.exists()


def test_a_run_without_scores_fails_with_a_sentence(
    start: Start, work: Work, project: Project, admin: User, client: APIClient
) -> None:
    records = world(29, pairs=300)
    for record in records:
        record.responses = [msgspec.structs.replace(each, scores=None) for each in record.responses]
    version = make_version(project, admin, records)

    job = work(start(version).json()["id"])

    assert job.state == "failed"
    assert job.message.startswith("Of the pairs with scores of both responses: The gold set has 0 pairs")
    assert client.get(f"/api/projects/{project.pk}/lab-runs/").json()["results"][0]["state"] == "failed"


def test_a_write_sent_twice_starts_one_run(
    start: Start, client: APIClient, project: Project, admin: User, store_folder: Any
) -> None:
    version = make_version(project, admin, world(31, pairs=300))
    ids = [
        each["id"]
        for each in start(version).json() and client.get(f"/api/projects/{project.pk}/recipes/").json()["results"]
    ]
    body = {"dataset_version": version.pk, "recipes": ids, "features": "scores", "name": "Once"}

    url, key = f"/api/projects/{project.pk}/lab-runs/", {"HTTP_IDEMPOTENCY_KEY": "k1"}
    one, two = client.post(url, body, **key), client.post(url, body, **key)

    assert one.json() == two.json()
    listed = client.get(url).json()["results"]
    assert [run["name"] for run in listed] == ["Once", f"Everything, Strong on {version.dataset.name} v1"]


def test_every_sample_leaves_the_gold_prompts_alone(
    start: Start, work: Work, project: Project, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three pairs a prompt: no prompt is on both sides, whatever the recipe."""
    records = world(37, pairs=400)
    for number, record in enumerate(records):
        record.prompt = [msgspec.structs.replace(record.prompt[0], content=f"Prompt {number // 3}")]
        record.record_id = f"{number:032x}"
    version = make_version(project, admin, records)
    seen = []
    fit = fits._fit

    def watched(prepared: Any, half: Any, order: Any, seed: int) -> Any:
        seen.append(set(prepared.group[half.rows].tolist()) & set(prepared.group[prepared.gold_rows].tolist()))
        return fit(prepared, half, order, seed)

    monkeypatch.setattr(fits, "_fit", watched)

    work(start(version).json()["id"])

    assert len(seen) == 3 * 5
    assert not any(seen)


def test_of_large_pools_whole_prompts_take_part_and_gold_is_what_people_said(
    finished: Start, project: Project, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.lab.pools.MAX_PAIRS", 150)
    monkeypatch.setattr("curation.lab.prepare.MAX_PAIRS", 150)
    records = world(41, pairs=1200, flips=0.2, marked=False)
    for record in records[::2]:
        record.labels = [msgspec.structs.replace(label, source="imported") for label in record.labels]
    version = make_version(project, admin, records)

    results = finished(version, seeds=3)["results"]

    assert results["sample"] == 150
    assert results["arms"][0]["pairs_available"] > 900
    assert results["arms"][0]["pairs_available"] + 2 * results["gold"]["pairs"] == pytest.approx(1200, abs=60)
    assert results["notes"][:2] == [
        "Every arm trained on 150 pairs in every seed: as many as “Raw labels” has on half of the prompts.",
        "Of each arm 150 pairs took part at most, whole prompts drawn by lot.",
    ]
    assert not any("imported or given by judges" in note for note in results["notes"])
