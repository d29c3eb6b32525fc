"""Recipes that read signals, and signals that learned from the labels the lab holds out."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from curation.lab.learned_signals import LEARNED_FROM_LABELS
from curation.models import LabRun, Signal
from curation.signals.registry import KINDS
from tests.curation.lab.conftest import Start, Work, by_key, world
from tests.curation.making import make_version
from webapp.accounts.models import User
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


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
