"""What a lab run is held against: gold that no arm sees, and what is known of wrong labels."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from curation.lab import fits
from tests.curation.lab.conftest import Start, Work, judged, world
from tests.curation.making import make_version
from webapp.accounts.models import User
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


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
