"""Lab runs through the API: planted noise, controls, cancelling and resuming."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.lab import fits
from curation.models import LabRun
from tests.curation.lab.conftest import Start, Work, world
from tests.curation.making import make_version
from webapp.accounts.models import User
from webapp.jobs.services import job_cancel, job_resume
from webapp.projects.models import Project
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)


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
