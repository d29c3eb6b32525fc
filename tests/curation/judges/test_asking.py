"""The loop that asks: rows in their order whatever the backend's, equal calls once, bounded, and never a silent gap."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.domain.judging.replies import ReplyError
from curation.judges import asking
from curation.judges.answers import AnswerMemory, Prices
from curation.judges.asking import ask_all
from curation.judges.inquiries import Inquiry, Question, Reply
from curation.ml.judging.calls import Answer, BackendError, Call
from curation.models import JudgeAnswer, JudgeMeter
from curation.signals.kinds.base import Row, failed
from webapp.accounts.models import User
from webapp.jobs.handlers import JobError
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db


class Echo:
    """Answers with the call's own words, in an order drawn at random, holding so many calls at a time."""

    def __init__(self, seed: int = 0, holds: int = 7) -> None:
        self.draw, self.holds, self.asked, self.most_held = random.Random(seed), holds, list[str](), 0
        self.identity: dict[str, Any] = {"model": "echo"}
        self.provenance: dict[str, Any] = {}

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        held: list[tuple[int, Call]] = []
        stream = iter(calls)
        while True:
            given = next(stream, "end")
            if given == "end":
                break
            if given is not None:
                held.append(given)  # type: ignore[arg-type]
                self.asked.append(given[1].messages[0][1])  # type: ignore[index, union-attr]
            self.most_held = max(self.most_held, len(held))
            if held and (given is None or len(held) >= self.holds):
                yield self._answered(held.pop(self.draw.randrange(len(held))))
        self.draw.shuffle(held)
        yield from map(self._answered, held)

    def _answered(self, given: tuple[int, Call]) -> tuple[int, Answer]:
        words = given[1].messages[0][1]
        return given[0], Answer(text=words, reason="timeout" if words.startswith("fails") else None, prompt_tokens=3)


def question(words: str) -> Question:
    return Question(Call((("user", words),)), read)


def read(answer: Answer) -> str:
    if answer.text.startswith("unreadable"):
        raise ReplyError("no_json", "There is no JSON in it.")
    return answer.text


def inquiry(name: str, rounds: list[list[str]]) -> Inquiry:
    """Asks round after round; ends in a row that holds everything it was told."""

    def asks() -> Generator[list[Question], list[Reply], Row]:
        told: list[str] = []
        for words in rounds:
            for reply in (yield [question(each) for each in words]):
                if reply.reason is not None:
                    return failed(reply.reason, name)
                told.append(reply.value)
        return Row(name, {"told": " ".join(told)})

    return asks()


@pytest.fixture
def job(project: Project, admin: User) -> Job:
    return Job.objects.create(project=project, kind="k", title="t", queue="ml", unit="pairs", created_by=admin)


@pytest.fixture
def memory(job: Job) -> AnswerMemory:
    return AnswerMemory(job.project_id, job.pk, {"model": "echo"})


def ask(inquiries: list[tuple[str, Inquiry]], backend: Any, memory: AnswerMemory) -> list[Row]:
    return list(ask_all(inquiries, backend=backend, memory=memory, alive=lambda: None))


WORDS = st.lists(st.sampled_from([f"word {n}" for n in range(12)]), min_size=1, max_size=3)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plans=st.lists(st.lists(WORDS, max_size=3), max_size=30), seed=st.integers(0, 99), holds=st.integers(1, 9))
def test_rows_come_in_order_and_equal_calls_are_sent_once(
    memory: AnswerMemory, plans: list[list[list[str]]], seed: int, holds: int
) -> None:
    JudgeAnswer.objects.all().delete()
    backend = Echo(seed, holds)
    rows = ask([(str(n), inquiry(str(n), plan)) for n, plan in enumerate(plans)], backend, memory)

    told = [" ".join(word for words in plan for word in words) for plan in plans]
    assert [(row.record_id, row.values["told"]) for row in rows] == [(str(n), each) for n, each in enumerate(told)]
    asked = {word for plan in plans for words in plan for word in words}
    assert sorted(backend.asked) == sorted(asked)
    assert JudgeAnswer.objects.count() == len(asked)


def test_what_is_known_costs_nothing_and_what_failed_is_asked_again(memory: AnswerMemory, job: Job) -> None:
    plan = [("a", [["one"]]), ("b", [["fails"]]), ("c", [["unreadable"]])]
    first = ask([(name, inquiry(name, rounds)) for name, rounds in plan], Echo(), memory)
    assert [(row.state, row.reason) for row in first] == [("ok", None), ("failed", "timeout"), ("failed", "no_json")]
    kept = {answer.text: (answer.state, answer.reason) for answer in JudgeAnswer.objects.all()}
    assert kept == {"one": ("ok", ""), "fails": ("failed", "timeout"), "unreadable": ("failed", "no_json")}
    backend = Echo()

    ask([(name, inquiry(name, rounds)) for name, rounds in plan], backend, memory)

    assert sorted(backend.asked) == ["fails", "unreadable"]
    meter = JudgeMeter.objects.get(job=job)
    assert (meter.calls, meter.reused, meter.failed, meter.prompt_tokens) == (5, 1, 4, 15)
    assert JudgeAnswer.objects.count() == 3


def test_no_more_than_a_bounded_number_is_open(memory: AnswerMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_OPEN", 20)
    monkeypatch.setattr(asking, "OPENED_AT_ONCE", 8)
    opened = 0

    def inquiries() -> Iterator[tuple[str, Inquiry]]:
        nonlocal opened
        for number in range(300):
            opened += 1
            yield str(number), inquiry(str(number), [[f"word {number}"]])

    most = 0
    for count, _ in enumerate(ask_all(inquiries(), backend=Echo(), memory=memory, alive=lambda: None)):
        most = max(most, opened - count)

    assert opened == 300
    assert most <= 20 + 8


def test_a_run_where_too_much_fails_stops_and_says_why(memory: AnswerMemory) -> None:
    plans = [(str(n), inquiry(str(n), [[f"unreadable {n}" if n % 5 == 0 else f"fine {n}"]])) for n in range(1000)]

    with pytest.raises(JobError, match=r"of the last 200 failed, most often as “no_json” \(\d+\)"):
        ask(plans, Echo(), memory)

    # What was answered is kept.
    assert 200 <= JudgeAnswer.objects.count() < 1000


def test_few_failures_stop_nothing(memory: AnswerMemory) -> None:
    plans = [(str(n), inquiry(str(n), [[f"fails {n}" if n % 11 == 0 else f"fine {n}"]])) for n in range(500)]
    rows = ask(plans, Echo(), memory)
    assert (len(rows), sum(row.state == "failed" for row in rows)) == (500, 46)


def test_a_cap_stops_when_it_is_reached_and_a_higher_one_goes_on(job: Job) -> None:
    memory = AnswerMemory(job.project_id, job.pk, {"model": "echo"}, Prices(prompt=1000.0))
    meter = JudgeMeter.objects.create(job=job, cap=100 * 3000)
    plans = [[f"word {n}"] for n in range(300)]

    with pytest.raises(JobError, match=r"The cap of 0.30 USD is reached"):
        ask([(str(n), inquiry(str(n), [words])) for n, words in enumerate(plans)], Echo(), memory)

    spent = JudgeAnswer.objects.count()
    assert 100 <= spent < 300
    JudgeMeter.objects.filter(pk=meter.pk).update(cap=None)
    backend = Echo()
    rows = ask([(str(n), inquiry(str(n), [words])) for n, words in enumerate(plans)], backend, memory)
    assert (len(rows), len(backend.asked)) == (300, 300 - spent)
    meter.refresh_from_db()
    assert meter.cost == 300 * 3000


def test_a_backend_that_cannot_answer_ends_the_job_with_its_sentence(memory: AnswerMemory) -> None:
    class Broken(Echo):
        def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
            raise BackendError("The endpoint ignores log-probabilities.")

    with pytest.raises(JobError, match="ignores log-probabilities"):
        ask([("a", inquiry("a", [["one"]]))], Broken(), memory)


def test_a_backend_that_forgets_a_call_is_found_out(memory: AnswerMemory) -> None:
    class Forgetful(Echo):
        def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
            next(iter(calls))
            yield from ()

    with pytest.raises(RuntimeError, match="left 1 calls unanswered"):
        ask([(str(n), inquiry(str(n), [[f"word {n}"]])) for n in range(3)], Forgetful(), memory)


def test_another_project_is_told_nothing(memory: AnswerMemory, project: Project, admin: User) -> None:
    ask([("a", inquiry("a", [["one"]]))], Echo(), memory)
    other = Project.objects.create(name="Other", created_by=admin)
    job = Job.objects.create(project=other, kind="k", title="t", queue="ml", unit="pairs", created_by=admin)
    backend = Echo()

    ask([("a", inquiry("a", [["one"]]))], backend, AnswerMemory(other.pk, job.pk, {"model": "echo"}))

    assert backend.asked == ["one"]
