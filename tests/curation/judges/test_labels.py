"""A judge's run comes home: verdicts as labels where it may label, drafts as annotations, revisions as pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.datasets.parts import part_write, parts_stats
from curation.datasets.reading import iter_version_records
from curation.judges import labels_job
from curation.judges.labels_part import JudgeSaid
from curation.judges.present import spec_of
from curation.judges.protocols import registry
from curation.judges.protocols.correction import RevisionProtocol
from curation.judges.protocols.pair_letter import PairLetterProtocol
from curation.judges.services import judge_run
from curation.judges.signal_kind import _is_wanted
from curation.models import DatasetVersion, Judge, JudgeAnswer, JudgeRun, JudgeTrust
from tests.curation.judges.mock_judges import RuleBackend, always_first
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Annotation, Label, Record, make_annotation, make_label

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]


def records(count: int = 5) -> list[Record]:
    """Rows whose longer text people preferred; in all but the last, the other one says "good"."""
    made = []
    for n in range(count):
        word = "good" if n < count - 1 else "plain"
        texts = [f"a {word} answer {n}", f"an answer that says much more {n}"]
        made.append(make_record(f"Question {n}?", texts, [(0, 1, 2, "human")]))
    return made


def whole_version(project: Project, user: User, rows: list[Record], *, rows_per_part: int) -> DatasetVersion:
    """A version whose parts have all that another version needs to share them."""
    version = make_version(project, user, [])
    chunks = [rows[first : first + rows_per_part] for first in range(0, len(rows), rows_per_part)]
    version.parts = [part_write(f"whole/{version.pk}/{n}.parquet", chunk) for n, chunk in enumerate(chunks)]
    version.rows, version.stats = len(rows), parts_stats(version.parts)
    version.save()
    return version


@pytest.fixture
def version(project: Project, admin: User, work: Work) -> DatasetVersion:
    return whole_version(project, admin, records(), rows_per_part=2)


@pytest.fixture
def trusted() -> Callable[[Judge], Judge]:
    """A judge that was checked and may label."""

    def trust(judge: Judge, *, may_label: bool = True) -> Judge:
        version = DatasetVersion.objects.get()
        JudgeTrust.objects.create(
            judge=judge,
            dataset_version=version,
            state="ready",
            gold=["human"],
            sample=500,
            fingerprint=spec_of(judge).fingerprint,
            results={"rule": "Its accuracy is at least 0.70." if may_label else "Its accuracy may be 0.48."},
            may_label=may_label,
            created_by=judge.created_by,
        )
        return judge

    return trust


@pytest.fixture
def run(version: DatasetVersion, admin: User, work: Work) -> Callable[..., JudgeRun]:
    def start(judge: Judge, version: DatasetVersion = version, **params: Any) -> JudgeRun:
        started = judge_run(judge=judge, version=version, created_by=admin, **params)
        work(started.signal.job_id)
        return JudgeRun.objects.get(pk=started.pk)

    return start


@pytest.fixture
def bring(client: APIClient, work: Work) -> Callable[[JudgeRun], Job]:
    def start(run: JudgeRun) -> Job:
        answer = client.post(f"/api/judge-runs/{run.pk}/labels/")
        assert answer.status_code == 202, answer.json()
        done = work(answer.json()["id"])
        assert done.state == "succeeded", done.error
        return done

    return start


def newest(job: Job) -> DatasetVersion:
    return DatasetVersion.objects.get(pk=job.result["versions"][0])


def said_by(version: DatasetVersion, source: str) -> list[Label]:
    return [label for row in iter_version_records(version) for label in row.labels if label.source == source]


def test_verdicts_become_labels_of_the_judge(
    make_judge: Any, answering: Any, trusted: Any, run: Any, bring: Any, version: DatasetVersion
) -> None:
    answering()
    judge = trusted(make_judge(name="Careful"))
    work_done = run(judge)

    job = bring(work_done)

    made = newest(job)
    assert (made.number, made.rows, made.origin, made.parent_id) == (2, 5, "judge", version.pk)
    assert made.origin_detail == {"judge_run": work_done.pk, "judge": "Careful v1", "signal": work_done.signal_id}
    assert made.stats["label_sources"] == {"human": 5, "judge": 5}
    assert made.stats["outcomes"] == {"preference": 9, "tie": 1}
    assert job.message == f"{made.dataset.name} has version 2, with 5 labels on 5 rows."
    for row in iter_version_records(made):
        good = next((each.response_id for each in row.responses if "good" in each.content), None)
        human, label = row.labels
        assert human.source == "human"
        facts = {"source": "judge", "annotator": "judge:Careful v1", "origin": f"judge:{judge.pk}"}
        if good is None:
            assert label == make_label(human.a, human.b, 0, **facts)
            assert (label.outcome, label.strength) == ("tie", 0.0)
        else:
            other = human.a if human.b == good else human.b
            assert label == make_label(other, good, 1, strength=1.0, **facts)


def test_brought_home_twice_nothing_changes(
    make_judge: Any, answering: Any, trusted: Any, run: Any, bring: Any
) -> None:
    answering()
    judge = trusted(make_judge())
    first = run(judge)
    bring(first)

    again = bring(first)

    assert (again.result["versions"], again.result["labels"]) == ([], 5)
    assert again.message == f"All that {judge} says in this run is in the newest version already; nothing has changed."
    assert DatasetVersion.objects.count() == 2


def test_contradictions_give_no_label_and_take_none_of_others(
    make_judge: Any, answering: Any, trusted: Any, run: Any, bring: Any
) -> None:
    answering(RuleBackend(always_first))

    job = bring(run(trusted(make_judge())))

    assert (job.result["labels"], job.result["versions"]) == (0, [])
    assert job.message.endswith("says nothing in this run that could be brought home; nothing has changed.")


def test_parts_no_row_touches_are_shared_and_earlier_labels_of_other_rows_stay(
    make_judge: Any,
    answering: Any,
    trusted: Any,
    run: Any,
    bring: Any,
    project: Project,
    admin: User,
    version: DatasetVersion,
) -> None:
    answering()
    judge = trusted(make_judge())
    made = newest(bring(run(judge)))
    # A smaller run of the same judge, which by now contradicts itself.
    answering(RuleBackend(always_first))
    JudgeAnswer.objects.all().delete()
    few = next(seed for seed in range(50) if 0 < len(drawn(version, seed)) < 3)
    smaller = run(judge, share=0.4, seed=few)
    touched = set(drawn(version, few))

    again = newest(bring(smaller))

    rows = list(iter_version_records(again))
    assert {row.record_id for row in rows if not any(label.source == "judge" for label in row.labels)} == touched
    assert (len(said_by(again, "judge")), len(said_by(again, "human"))) == (5 - len(touched), 5)
    positions = {number // 2 for number, row in enumerate(rows) if row.record_id in touched}
    shared = [old["key"] == new["key"] for old, new in zip(made.parts, again.parts, strict=True)]
    assert shared == [number not in positions for number in range(3)]


def drawn(version: DatasetVersion, seed: int) -> list[str]:
    """The rows a run with a share of 0.4 looks at."""
    given = {"gold_only": False, "seed": seed, "share": 0.4}
    return [row.record_id for row in iter_version_records(version) if _is_wanted(row, given)]


def test_a_run_comes_home_into_the_newest_version(
    make_judge: Any,
    answering: Any,
    trusted: Any,
    run: Any,
    client: APIClient,
    work: Work,
    admin: User,
    version: DatasetVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another version comes between planning and the end."""
    answering()
    finished = run(trusted(make_judge()))
    answer = client.post(f"/api/judge-runs/{finished.pk}/labels/")
    plain = labels_job.PartLabels.run

    def meanwhile(self: Any) -> Any:
        if DatasetVersion.objects.count() == 1:
            extra = part_write("whole/extra.parquet", [make_record("Another?", ["yes, good", "no"])])
            facts = {"state": "ready", "origin": "import", "created_by": admin, "content_hash": "0"}
            parts = [*version.parts, extra]
            DatasetVersion.objects.create(
                dataset=version.dataset, number=2, rows=6, parts=parts, stats=parts_stats(parts), **facts
            )
        return plain(self)

    monkeypatch.setattr(labels_job.PartLabels, "run", meanwhile)

    made = newest(work(answer.json()["id"]))

    assert (made.number, made.rows, made.stats["label_sources"]) == (3, 6, {"human": 5, "judge": 5})
    assert made.parts[-1]["key"] == "whole/extra.parquet"


@pytest.mark.parametrize("checked", [False, True])
def test_a_judge_that_may_not_label_changes_nothing(
    make_judge: Any, answering: Any, trusted: Any, run: Any, client: APIClient, checked: bool
) -> None:
    answering()
    judge = make_judge(name="Unproven")
    if checked:
        trusted(judge, may_label=False)
    finished = run(judge)
    jobs = Job.objects.count()

    answer = client.post(f"/api/judge-runs/{finished.pk}/labels/")

    rule = "Its accuracy may be 0.48." if checked else "Nobody has checked it against people's labels yet"
    assert answer.status_code == 422
    assert answer.json()["message"].startswith(f"Unproven v1 may draft but not label. {rule}")
    assert (DatasetVersion.objects.count(), Job.objects.count()) == (1, jobs)


@pytest.mark.parametrize(
    ("row", "value", "strength"),
    [
        ({"consistent": True, "logit": 1.2, "verdict": 1.0, "swap": "agree"}, 1, 1.0),
        ({"consistent": True, "logit": -0.4, "verdict": -1.75, "swap": "agree"}, -2, 1.75),
        # Samples of one order may outweigh each other; the side is the one that most of them name.
        ({"consistent": True, "logit": -0.4, "verdict": 0.25, "swap": "agree"}, -1, 0.0),
        ({"consistent": False, "logit": 0.0, "verdict": 0.0, "swap": "tie"}, 0, 0.0),
        ({"consistent": False, "logit": 2.0, "verdict": 0.0, "swap": "tie_once"}, None, None),
        ({"consistent": False, "logit": 0.0, "verdict": 0.0, "swap": "second_twice"}, None, None),
    ],
)
def test_what_a_row_is_as_a_label(make_judge: Any, row: dict[str, Any], value: int | None, strength: float) -> None:
    said = JudgeSaid(make_judge(), votes=True)

    labels = said.labels([{**row, "a": "1", "b": "2", "aspect": "tone"}])

    assert [(each.value, each.strength, each.aspect) for each in labels] == (
        [] if value is None else [(value, strength, "tone")]
    )


class NotesProtocol(PairLetterProtocol):
    """Drafts of texts about a row, in the place of votes."""

    name = "notes"
    gives = "drafts"
    word = "The winner says good."

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        if row["swap"] == "tie":
            return []
        return [make_annotation("text", "why", self.word, source="judge", annotator=annotator, origin=origin)]


def test_drafts_become_annotations_and_are_replaced(
    make_judge: Any, answering: Any, run: Any, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.PROTOCOLS, "notes", NotesProtocol())
    answering()
    judge = make_judge("notes", name="Notes")
    finished = run(judge)

    first = bring(finished)
    unchanged = bring(finished)
    monkeypatch.setattr(NotesProtocol, "word", "It says good.")
    second = bring(finished)

    assert first.result == {"versions": [newest(first).pk], "labels": 0, "annotations": 4, "records": 4, "added": 0}
    assert unchanged.result["versions"] == []
    rows = list(iter_version_records(newest(second)))
    given = [annotation for row in rows for annotation in row.annotations]
    assert [(each.kind, each.annotator, each.source, each.origin) for each in given] == [
        ("text", "judge:Notes v1", "judge", f"judge:{judge.pk}")
    ] * 4
    assert {each.body for each in given} == {'"It says good."'}
    assert said_by(newest(second), "judge") == []


class MendingProtocol(RevisionProtocol):
    """Revisions made by rule: the longer of two texts is wordy."""

    name = "mending"

    def values(self, unit: Any, judge: Any) -> Iterator[Any]:
        text = unit.one.content
        return {"changed": 0.2, "revised": text.replace("much more", "more"), "reasoning": "It is wordy."}
        yield


class TrustedMendingProtocol(MendingProtocol):
    name = "trusted_mending"
    gives = "votes"


@pytest.mark.parametrize("protocol", [MendingProtocol(), TrustedMendingProtocol()])
def test_revisions_become_pairs_of_their_own(
    make_judge: Any,
    answering: Any,
    trusted: Any,
    run: Any,
    bring: Any,
    version: DatasetVersion,
    protocol: MendingProtocol,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(registry.PROTOCOLS, protocol.name, protocol)
    answering()
    judge = trusted(make_judge(protocol.name, name="Mender"))
    finished = run(judge)

    made = newest(bring(finished))
    again = bring(finished)

    # Texts that came back unchanged make no pair.
    assert (made.rows, again.result["versions"], again.result["added"]) == (10, [], 0)
    assert [part["key"] for part in made.parts[:3]] == [part["key"] for part in version.parts]
    rows = {row.record_id: row for row in iter_version_records(made)}
    pairs = [row for row in rows.values() if "edited_from" in row.metadata]
    assert len(pairs) == 5
    for pair in pairs:
        texts = {each.response_id: each.content for each in pair.responses}
        original, revised = pair.metadata["edited_from"], pair.metadata["edited_to"]
        assert texts.keys() == {original, revised}
        assert (texts[original].replace("much more", "more"), pair.metadata["words"]) == (texts[revised], 1)
        assert pair.prompt == rows[pair.metadata["base_record_id"]].prompt
        assert (pair.metadata["annotator"], pair.metadata["made_by"]) == ("judge:Mender v1", f"judge:{judge.pk}")
        facts = {"source": "judge", "annotator": "judge:Mender v1", "origin": f"judge:{judge.pk}"}
        assert pair.labels == ([make_label(original, revised, 1, **facts)] if protocol.gives == "votes" else [])
