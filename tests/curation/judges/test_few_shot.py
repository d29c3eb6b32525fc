"""Judges that are shown what people said of pairs like these: what may be shown, in which order, and to whom."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.reading import iter_version_records
from curation.domain.judging.gold_eval import is_gold_eval
from curation.judges.example_library import Asked, ExampleLibrary, Known, compared_text, known_pairs
from curation.judges.services import judge_run
from curation.judges.trust import trust_check
from curation.models import DatasetVersion, Judge, JudgeTrust, Signal
from tests.curation.judges.mock_judges import RuleBackend, better_text, sides_of
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import rows_of
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Message, Record, make_label

Work = Callable[[int], Job]
TOPICS = ("bread", "the moon", "tax law", "guitars", "glaciers", "Python lists", "tea", "volcanoes", "chess", "bees")


def asks(topic: str, kind: int = 0) -> str:
    return f"{('Tell me about', 'Write a short poem on', 'What should nobody forget of')[kind]} {topic}."


def labelled(prompt: str, value: int | None = -2, source: str = "human", **facts: Any) -> Record:
    """People prefer the good text, unless `value` says otherwise."""
    record = make_record(prompt, [f"a good answer to {prompt}", f"a poor answer to {prompt}"], [(0, 1, value, source)])
    return msgspec.structs.replace(record, **facts)


def of_half(evaluated: bool, kinds: int = 3) -> list[str]:
    prompts = [asks(topic, kind) for topic in TOPICS for kind in range(kinds)]
    return [prompt for prompt in prompts if is_gold_eval(prompt) == evaluated]


def kept(records: list[Record]) -> list[Known]:
    return known_pairs(records, lambda: None)


def test_half_of_all_prompts_are_for_checks_alone() -> None:
    share = sum(is_gold_eval(f"Prompt {number}") for number in range(2000)) / 2000

    assert 0.47 < share < 0.53
    # Frozen: these must never move to the other half.
    assert [is_gold_eval(f"Question {number}?") for number in range(8)] == FROZEN


FROZEN = [True, True, False, True, False, False, True, False]


@given(st.text())
def test_case_and_white_space_do_not_move_a_prompt_to_the_other_half(text: str) -> None:
    assert is_gold_eval(text) == is_gold_eval(f"  {text.casefold()}\n")


def test_only_clear_preferences_of_people_outside_the_frozen_half_may_be_shown() -> None:
    shown, *others = of_half(False)
    records = [
        labelled(shown),
        labelled(of_half(True)[0]),
        labelled(others[0], 0),
        labelled(others[1], source="judge"),
        labelled(others[2], source="imported"),
        labelled(others[3], None),
        labelled(others[4] + " word" * 1000),
        msgspec.structs.replace(labelled(others[5]), labels=[]),
    ]
    records[2].labels.append(msgspec.structs.replace(labelled(others[0], 1).labels[0], annotator="x"))

    (known,) = kept(records)

    assert (known.record_id, known.request) == (records[0].record_id, (("user", shown),))
    assert {known.first, known.second} == {f"a good answer to {shown}", f"a poor answer to {shown}"}
    assert known.example.verdict == ("first" if known.first.startswith("a good") else "second")


def test_the_order_of_rows_and_the_names_of_responses_do_not_matter() -> None:
    records = [labelled(prompt) for prompt in of_half(False)]
    turned = [renamed(record) for record in random.Random(1).sample(records, len(records))]

    assert [msgspec.structs.replace(each, record_id="") for each in kept(turned)] == [
        msgspec.structs.replace(each, record_id="") for each in kept(records)
    ]


def renamed(record: Record) -> Record:
    names = {each.response_id: f"{2**128 - 1 - int(each.response_id, 16):032x}" for each in record.responses}
    labels = [make_label(names[each.a], names[each.b], each.value, source=each.source) for each in record.labels]
    responses = [msgspec.structs.replace(each, response_id=names[each.response_id]) for each in record.responses]
    return msgspec.structs.replace(record, responses=responses[::-1], labels=labels)


def on_circle(*degrees: float) -> Any:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)


def test_the_nearest_are_shown_but_no_near_duplicate_and_not_the_prompt_itself() -> None:
    prompts = of_half(False)[:5]
    known = {each.request[0][1]: each for each in kept([labelled(prompt) for prompt in prompts])}
    # cos 17° = .956 and cos 19° = .946: the first says nearly the same as what is asked.
    library = ExampleLibrary([known[prompt] for prompt in prompts], on_circle(17, 60, 19, 40, 30))
    here = on_circle(0)[0]

    found = library.nearest(Asked("another prompt", None, None), here, 3)
    itself = library.nearest(Asked(known[prompts[2]].group, None, None), here, 3)

    assert [each.request[0][1] for each in found] == [prompts[2], prompts[4], prompts[3]]
    assert [each.request[0][1] for each in itself] == [prompts[4], prompts[3], prompts[1]]
    assert library.nearest(Asked("another prompt", None, None), None, 3) == []
    assert library.nearest(Asked("another prompt", "safety", None), here, 3) == []


def test_the_last_turn_is_compared_first() -> None:
    turns = [Message("user", "Who?" + "x" * 3000), Message("assistant", "She."), Message("user", "And why?")]
    record = msgspec.structs.replace(labelled("Q"), prompt=turns)

    assert compared_text(record) == "And why?\n\n" + ("Who?" + "x" * 3000)[:2048]
    assert compared_text(labelled("Q")) == "Q"


@pytest.fixture
def version(project: Project, admin: User, store_folder: Any) -> DatasetVersion:
    """People labelled all but the last two; one of these says nearly what a labelled one says."""
    shown = of_half(False)
    records = [labelled(prompt) for prompt in [*shown, *of_half(True)]]
    twin = labelled(shown[0].replace(".", " !"), source="imported")
    return make_version(project, admin, [*records, twin, labelled("Who ate my cheese?", source="imported")])


EXAMPLE = re.compile(
    r"<example-\w+>.*?<request-\w+>\n(?P<request>.*?)\n</request.*?<response_A-\w+>\n(?P<first>.*?)\n</response_A.*?"
    r"Better, said people: (?P<said>\w+)",
    re.DOTALL,
)


def examples_in(backend: RuleBackend, prompt: str) -> list[tuple[str, ...]]:
    """The examples in the calls about a prompt, call after call, as (request, first, who is better)."""
    about = [call.messages[-1][1] for call in backend.calls if sides_of(call)[0].endswith(prompt)]
    return [found.group("request", "first", "said") for text in about for found in EXAMPLE.finditer(text)]


@pytest.mark.django_db(transaction=True)
def test_a_judge_is_shown_the_pairs_most_alike_in_both_orders(
    make_judge: Callable[..., Judge], answering: Any, version: DatasetVersion, admin: User, work: Work
) -> None:
    backend = answering(RuleBackend(better_text))
    judge = make_judge(options={"few_shot": 2})

    signal = judged(judge, version, admin, work)

    prompts = prompts_of(signal)
    rows = {prompts[row["record_id"]]: row["examples"].split() for row in rows_of(signal)}
    assert len(rows) == len(TOPICS) * 3 + 2
    assert {len(each) for each in rows.values()} == {2}
    for prompt, ids in rows.items():
        shown = [prompts[each] for each in ids]
        assert not any(is_gold_eval(each) for each in shown)
        assert prompt not in shown
        # Each example twice, once either way round, and the good text is always the better one.
        in_calls = examples_in(backend, prompt)
        assert [request for request, _, _ in in_calls] == [each for each in shown for _ in range(2)] * 2
        assert all((said == "A") == first.startswith("a good") for _, first, said in in_calls)
        assert {said for _, _, said in in_calls} == {"A", "B"}
    twin, original = of_half(False)[0].replace(".", " !"), of_half(False)[0]
    assert original not in [prompts[each] for each in rows[twin]]
    used = signal.provenance["used"]["few_shot"]
    assert used["labelled_pairs"] == len(of_half(False))
    assert used["embedder"]["model"]


@pytest.mark.django_db(transaction=True)
def test_the_same_is_shown_again_and_nothing_is_asked_twice(
    make_judge: Callable[..., Judge], answering: Any, version: DatasetVersion, admin: User, work: Work
) -> None:
    answering()
    first = judged(make_judge(options={"few_shot": 3}), version, admin, work)
    backend = answering()

    second = judged(make_judge(name="Another", options={"few_shot": 3}), version, admin, work)

    assert backend.calls == []
    assert rows_of(second) == rows_of(first)


@pytest.mark.django_db(transaction=True)
def test_a_judge_without_examples_has_no_column_for_them(
    make_judge: Callable[..., Judge], answering: Any, version: DatasetVersion, admin: User, work: Work
) -> None:
    answering()
    assert "examples" not in {each["name"] for each in judged(make_judge(), version, admin, work).columns}


@pytest.mark.django_db(transaction=True)
def test_a_judge_that_is_shown_labels_is_checked_on_the_other_half(
    make_judge: Callable[..., Judge], answering: Any, version: DatasetVersion, admin: User, work: Work
) -> None:
    backend = answering(RuleBackend(better_text))
    judge = make_judge(options={"few_shot": 2})
    plain = make_judge(name="Shown nothing")

    checks = [check(each, version, admin, work, probes=["authority"]) for each in (judge, plain)]

    assert [each.results["gold_pairs"] for each in checks if each.results] == [len(of_half(True)), len(TOPICS) * 3]
    about = [sides_of(call)[0] for call in backend.calls if "<example-" in call.messages[-1][1]]
    # Both orders of every pair, as it is and under the probe.
    assert len(about) == len(of_half(True)) * 4
    for prompt in of_half(True):
        assert not any(is_gold_eval(request) for request, _, _ in examples_in(backend, prompt))


def judged(judge: Judge, version: DatasetVersion, admin: User, work: Work) -> Signal:
    run = judge_run(judge=judge, version=version, created_by=admin)
    signal = run.signal
    assert signal.job_id is not None
    work(signal.job_id)
    return Signal.objects.get(pk=run.signal_id)


def check(judge: Judge, version: DatasetVersion, admin: User, work: Work, *, probes: list[str]) -> JudgeTrust:
    job = trust_check(judge=judge, version=version, created_by=admin, gold=["human"], sample=500, probes=probes, seed=0)
    work(job.pk)
    assert job.subject_id is not None
    return JudgeTrust.objects.get(pk=job.subject_id)


def prompts_of(signal: Signal) -> dict[str, str]:
    return {each.record_id: each.prompt[0].content for each in iter_version_records(signal.dataset_version)}
