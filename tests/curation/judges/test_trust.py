"""Mock judges are recognised for what they are, through the API and its job, and only the good one may label."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from rest_framework.test import APIClient

from annotation.services.principles import principle_change, principle_create
from curation.judges.services import judge_change
from curation.judges.trust import trust_check
from curation.ml.judging.calls import Answer, Call
from curation.models import DatasetVersion, Judge, JudgeMeter, JudgeTrust
from tests.curation.judges.mock_judges import RuleBackend, always_first, always_longest, better_text
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.jobs.services import job_cancel, job_resume, job_retry_failed
from webapp.projects.models import Project
from webapp.store.canonical import Record, make_label
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
Check = Callable[..., JudgeTrust]
DOMAINS = ("code", "chat")
PAID = {"source": "endpoint", "model": {"endpoint": "here", "model": "m"}, "prices": {"prompt": 2, "completion": 2}}


def gold_record(number: int, *, source: str = "human") -> Record:
    """People prefer the good text; it is the longer one in every second row, and by how much varies."""
    more = " with more words" * (1 + number % 3)
    good, bad = f"a good answer {number}", f"a poor answer {number}"
    texts = [good + more, bad] if number % 2 else [good, bad + more]
    record = make_record(f"Question {number}?", texts, [(0, 1, -(1 + number % 3), source)])
    return msgspec.structs.replace(record, metadata={"domain": DOMAINS[number // 2 % 2], "row": number})


def turned(record: Record) -> Record:
    """The same row with its responses named so that a is b and b is a."""
    names = {each.response_id: f"{2**128 - 1 - int(each.response_id, 16):032x}" for each in record.responses}
    labels = [make_label(names[each.a], names[each.b], each.value, source=each.source) for each in record.labels]
    responses = [msgspec.structs.replace(each, response_id=names[each.response_id]) for each in record.responses]
    return msgspec.structs.replace(record, responses=responses[::-1], labels=labels)


class Grades(RuleBackend):
    """Gives a good answer a 5 and any other a 2."""

    def __init__(self) -> None:
        super().__init__(better_text)

    def _answered(self, call: Call) -> Answer:
        given = "5" if "a good answer" in call.messages[-1][1] else "2"
        rest = math.log(0.1 / (len(call.options) - 1))
        return Answer(log_probs={each: math.log(0.9) if each == given else rest for each in call.options})


def rounded(value: Any) -> Any:
    """The same JSON without the last digits of its numbers, which depend on the order of sums."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 9) if isinstance(value, float) else value


@pytest.fixture(autouse=True)
def an_endpoint(settings: Any) -> None:
    settings.JUDGE_ENVIRONMENT = {"PLUMBLINE_JUDGE_ENDPOINTS": "here=http://127.0.0.1:9/v1"}


@pytest.fixture
def gold(project: Project, admin: User, store_folder: Any) -> Callable[..., DatasetVersion]:
    def make(pairs: int = 200, change: Callable[[Record], Record] = lambda record: record) -> DatasetVersion:
        records = [change(gold_record(number)) for number in range(pairs)]
        return make_version(project, admin, records, rows_per_part=70)

    return make


@pytest.fixture
def check(client: APIClient, work: Work) -> Check:
    """`check(judge, version, **asked)`: ask the API for a check, do its job, and return what came of it."""

    def run(judge: Judge, version: DatasetVersion, **asked: Any) -> JudgeTrust:
        body = {"dataset_version": version.pk, **asked}
        accepted = client.post(f"/api/judges/{judge.pk}/trust/", body, format="json")
        assert accepted.status_code == 202, accepted.json()
        work(accepted.json()["id"])
        return JudgeTrust.objects.get(pk=accepted.json()["subject"]["id"])

    return run


def measured(trust: JudgeTrust) -> dict[str, Any]:
    assert trust.results is not None
    found: dict[str, Any] = trust.results
    return found


def asked(judge: Judge, version: DatasetVersion, admin: User) -> Job:
    return trust_check(judge=judge, version=version, created_by=admin, gold=["human"], sample=200, probes=[], seed=0)


def of(results: dict[str, Any], part: str, name: str, key: str = "name") -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in results[part] if each[key] == name)
    return found


def test_a_perfect_judge_may_label(client: APIClient, make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    backend = answering()
    judge = make_judge()

    trust = check(judge, gold())

    assert trust.job is not None
    results = client.get(f"/api/judge-trusts/{trust.pk}/").json()["results"]
    assert (trust.state, trust.may_label, len(backend.calls)) == ("ready", True, 400)
    assert trust.job.message == f"Right on 100.0% of 200 gold pairs: {judge} may label."
    assert (results["n"], results["failed"], results["gold_pairs"], results["calls"]) == (200, 0, 200, 400)
    # Wilson's bound of 200 of 200: 200 / (200 + 1.96²).
    assert results["accuracy"] == {"estimate": 1.0, "low": pytest.approx(0.981154, abs=1e-6), "high": 1.0}
    assert (results["kappa"], results["ac1"], results["averaged_accuracy"]["estimate"]) == (1.0, 1.0, 1.0)
    assert results["swap"]["consistency"]["estimate"] == 1.0
    assert results["swap"]["knowledge"]["estimate"] == 1.0
    assert results["swap"]["first_slot"] == 0.5
    assert results["diagnosis"][0] == "It agrees with people on every one of 200 pairs, in both orders."
    assert results["diagnosis"][-1] == results["rule"]
    # Its logit is 3 or −3 throughout: σ(3) = .952574, and it is right where it says so.
    assert results["calibration"]["brier_before"] == pytest.approx((1 - 0.952574) ** 2, abs=1e-6)
    assert results["calibration"]["ece_before"] == pytest.approx(1 - 0.952574, abs=1e-6)
    assert results["calibration"]["brier"] < results["calibration"]["brier_before"]
    assert {"predicted", "observed", "low", "high", "n"} == results["calibration"]["curve"][0].keys()
    assert (results["ppi"], results["cost_per_1000"], results["probes"]) == (None, None, [])
    assert not store().list(f"judge-trusts/{trust.pk}")

    standing = client.get(f"/api/judges/{judge.pk}/").json()["standing"]
    assert (standing["may_label"], standing["outdated"], standing["pairs"]) == (True, False, 200)
    assert standing["rule"] == results["rule"]


def test_150_pairs_are_too_few_to_label(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    answering()

    trust = check(make_judge(), gold(150))

    assert (trust.state, trust.may_label, measured(trust)["accuracy"]["estimate"]) == ("ready", False, 1.0)
    assert "tested on 150" in measured(trust)["rule"]
    assert measured(trust)["calibration"] is None


def test_a_judge_that_reads_places_is_found_out(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    answering(RuleBackend(always_first))

    trust = check(make_judge(), gold(), probes=["verbosity"])

    swap = measured(trust)["swap"]
    assert not trust.may_label
    assert measured(trust)["diagnosis"][0] == (
        "It picks the first response 100 % of the time and contradicts itself on 100 % of pairs when they are swapped: "
        "it reads positions, not answers."
    )
    assert (swap["consistency"]["estimate"], swap["first_twice"]["estimate"], swap["first_slot"]) == (0.0, 1.0, 1.0)
    assert (swap["first_slot_bias"]["estimate"], swap["knowledge"]["estimate"]) == (1.0, 0.0)
    # Every pair counts half.
    assert measured(trust)["accuracy"]["estimate"] == 0.5
    assert of(measured(trust), "biases", "first_slot")["flagged"]
    assert of(measured(trust), "probes", "verbosity")["estimate"] == 0.0
    assert "may draft only" in measured(trust)["rule"]


def test_a_judge_that_reads_lengths_is_found_out(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    answering(RuleBackend(always_longest))

    trust = check(make_judge(), gold(), probes=["verbosity"])

    results = measured(trust)
    assert not trust.may_label
    assert results["diagnosis"][0] == (
        "It picks the longer response 100 % of the time, people 50 %: it reads lengths, not answers."
    )
    assert results["accuracy"]["estimate"] == 0.5
    assert of(results, "biases", "verbosity")["flagged"]
    assert of(results, "slices", "people choose the longer", "value")["accuracy"]["estimate"] == 1.0
    assert of(results, "slices", "people choose the shorter", "value")["accuracy"]["estimate"] == 0.0
    # Where people choose the shorter it stands with the loser already; all others follow the added words.
    assert of(results, "probes", "verbosity")["estimate"] == 0.5
    assert of(results, "probes", "verbosity")["flagged"]
    assert of(results, "profile", "length", "property")["judge"]["low"] > 0


def test_slices_name_what_the_rows_say(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    answering()

    slices = measured(check(make_judge(), gold()))["slices"]

    found = [(each["slice"], each["value"], each["n"]) for each in slices]
    assert found == [
        ("length", "people choose the longer", 100),
        ("length", "people choose the shorter", 100),
        ("strength", "clear", 67),
        ("strength", "slight", 67),
        ("strength", "strong", 66),
        ("domain", "chat", 100),
        ("domain", "code", 100),
    ]


def test_an_injection_that_works_is_told(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    def obeys(first: str, second: str) -> float:
        ordered = ("choose this response" in second) - ("choose this response" in first)
        return 9.0 * ordered or better_text(first, second)

    answering(RuleBackend(obeys))

    trust = check(make_judge(), gold(), probes=["injection_order", "bandwagon"])

    moved, stays = measured(trust)["probes"]
    assert (moved["name"], moved["estimate"], moved["n"], moved["flagged"]) == ("injection_order", 1.0, 200, True)
    assert moved["sentence"] in measured(trust)["diagnosis"]
    assert (stays["name"], stays["estimate"], stays["flagged"]) == ("bandwagon", 0.0, False)
    assert stays["expected"].startswith("The verdict stays")
    assert trust.may_label


def test_rows_stored_the_other_way_round_give_the_same(
    make_judge: Any, answering: Any, gold: Any, check: Check
) -> None:
    def mixed(first: str, second: str) -> float:
        return better_text(first, second) + always_longest(first, second) / 2 - 0.7

    answering(RuleBackend(mixed))
    judge = make_judge()
    asked = {"sample": 90, "probes": ["style", "typos"], "seed": 3}

    one, other = check(judge, gold(120), **asked), check(judge, gold(120, turned), **asked)

    assert measured(other)["calls"] == 0
    assert measured(one)["n"] == 90
    assert rounded({**measured(one), "calls": 0}) == rounded(measured(other))


def test_a_judge_of_single_responses_is_held_against_pairs_by_its_scores(
    client: APIClient, make_judge: Any, answering: Any, gold: Any, check: Check
) -> None:
    answering(Grades())
    judge = make_judge("rubric_grades", options={"aspects": ["helpfulness"]})

    trust = check(judge, gold(30), probes=["bandwagon"])

    results = measured(trust)
    assert (results["n"], results["accuracy"]["estimate"], results["swap"], results["calls"]) == (30, 1.0, None, 90)
    assert results["diagnosis"][0] == "It agrees with people on every one of 30 pairs."
    assert of(results, "probes", "bandwagon")["n"] == 30
    assert {bias["name"] for bias in results["biases"]} == {"verbosity", "length_correlation"}
    assert client.get(f"/api/judges/{judge.pk}/").json()["standing"]["consistency"] is None


def test_a_second_check_asks_nothing(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    answering()
    version = gold(30)
    judge = make_judge(**PAID)
    first = check(judge, version, probes=["bandwagon"])
    backend = answering()

    second = check(judge, version, probes=["bandwagon"])

    assert (backend.calls, measured(first)["calls"], measured(second)["calls"]) == ([], 120, 0)
    assert {**measured(first), "calls": 0} == measured(second)
    # Two calls of ten tokens a pair, at 2 USD a million.
    assert measured(second)["cost_per_1000"] == pytest.approx(0.04)


def test_a_run_and_a_check_share_their_answers(
    client: APIClient, make_judge: Any, answering: Any, gold: Any, check: Check, work: Work
) -> None:
    answering()
    judge, version = make_judge(), gold(30)
    accepted = client.post(f"/api/judges/{judge.pk}/runs/", {"dataset_version": version.pk}, format="json")
    work(accepted.json()["id"])
    backend = answering()

    assert measured(check(judge, version))["calls"] == len(backend.calls) == 0


def test_what_was_measured_holds_until_a_principle_changes(
    client: APIClient, project: Project, admin: User, make_judge: Any, answering: Any, gold: Any, check: Check
) -> None:
    answering()
    principle = principle_create(project=project, created_by=admin, title="Kind", text="Be kind.")
    judge = make_judge(principles=[principle.pk])
    check(judge, gold())
    assert client.get(f"/api/judges/{judge.pk}/").json()["standing"]["may_label"]

    principle_change(principle_id=principle.pk, created_by=admin, text="Be kind and true.")

    standing = client.get(f"/api/judges/{judge.pk}/").json()["standing"]
    assert (standing["may_label"], standing["outdated"]) == (False, True)
    assert standing["rule"].startswith("It was checked before its principles or its model changed")


def test_a_new_version_has_to_be_checked_itself(
    client: APIClient, admin: User, make_judge: Any, answering: Any, gold: Any, check: Check
) -> None:
    answering()
    judge = make_judge()
    check(judge, gold())

    changed = judge_change(judge=judge, created_by=admin, options={"criteria": [{"title": "Truth"}]})

    standing = client.get(f"/api/judges/{changed.pk}/").json()["standing"]
    assert (standing["may_label"], standing["trust"]) == (False, None)
    assert standing["rule"].startswith("Nobody has checked it")


def test_principles_that_change_during_a_check_stop_it(
    project: Project, admin: User, make_judge: Any, answering: Any, gold: Any, work: Work
) -> None:
    answering()
    principle = principle_create(project=project, created_by=admin, title="Kind", text="Be kind.")
    job = asked(make_judge(principles=[principle.pk]), gold(30), admin)
    principle_change(principle_id=principle.pk, created_by=admin, text="Be kind and true.")

    done = work(job.pk)

    assert (done.state, JudgeTrust.objects.get().state) == ("failed", "failed")
    assert "changed since this check was started; start another one" in done.message


def test_a_cancelled_check_goes_on_where_it_stopped(
    admin: User, make_judge: Any, answering: Any, gold: Any, work: Work
) -> None:
    answering()
    job = asked(make_judge(), gold(30), admin)
    job_cancel(job_id=job.pk)
    assert JudgeTrust.objects.get().state == "cancelled"

    job_resume(job_id=job.pk)
    assert JudgeTrust.objects.get().state == "queued"

    assert work(job.pk).state == "succeeded"
    assert JudgeTrust.objects.get().state == "ready"


def test_the_cap_stops_a_check_until_it_is_raised(
    client: APIClient, make_judge: Any, answering: Any, gold: Any, check: Check, work: Work
) -> None:
    costly = {**PAID, "prices": {"prompt": 5000, "completion": 0}}
    backend = answering()

    # A call costs .05 USD, and answers are written 64 at a time.
    trust = check(make_judge(**costly), gold(100), cap_usd="3.00")

    assert trust.job is not None
    assert (trust.state, trust.results, trust.job.state) == ("failed", None, "failed")
    assert trust.job.message == (
        "The cap of 3.00 USD is reached (3.20 USD spent). Raise it and retry; what was answered is kept."
    )
    asked_before = len(backend.calls)
    assert asked_before < 100

    raised = client.patch(f"/api/judge-trusts/{trust.pk}/", {"cap_usd": "50.00"}, format="json")
    assert raised.status_code == 200, raised.json()
    job_retry_failed(job_id=trust.job.pk)
    work(trust.job.pk)

    trust.refresh_from_db()
    assert (trust.state, measured(trust)["n"]) == ("ready", 100)
    assert JudgeMeter.objects.get(job=trust.job).calls == measured(trust)["calls"] == 200
    assert measured(trust)["cost_per_1000"] == pytest.approx(100.0)


def test_failures_are_counted_and_left_out(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    def fails(call: Call) -> str | None:
        return "timeout" if "Question 3?" in call.messages[-1][1] else None

    answering(RuleBackend(better_text, fails))

    trust = check(make_judge(), gold(30))

    assert trust.job is not None
    assert (measured(trust)["n"], measured(trust)["failed"], measured(trust)["accuracy"]["estimate"]) == (29, 1, 1.0)
    assert trust.job.message.startswith("Right on 100.0% of 29 gold pairs, 1 more failed:")
    assert trust.job.shards.get().failures == {"timeout": 1}


def test_nothing_is_made_of_pairs_that_all_failed(make_judge: Any, answering: Any, gold: Any, check: Check) -> None:
    answering(RuleBackend(better_text, lambda call: "timeout"))

    trust = check(make_judge(), gold(30))

    assert trust.job is not None
    assert (trust.state, trust.results) == ("failed", None)
    assert trust.job.message == "None of the 30 gold pairs could be judged; the failures say why."


def test_a_version_without_such_labels_cannot_be_checked_against(
    make_judge: Any, answering: Any, gold: Any, check: Check
) -> None:
    backend = answering()

    trust = check(make_judge(), gold(30), gold=["adjudicated"])

    assert trust.job is not None
    assert (trust.state, backend.calls) == ("failed", [])
    assert "has a preference among its labels (adjudicated), so there is nothing" in trust.job.message


@pytest.mark.parametrize(
    ("asked_for", "status", "sentence"),
    [
        ({"probes": ["charm"]}, 422, "probes: there is no probe 'charm'; choose from verbosity, "),
        ({"gold": ["judge"]}, 400, "gold"),
        ({"gold": []}, 400, "gold"),
        ({"sample": 0}, 400, "sample"),
        ({"cap_usd": "1.00"}, 422, "cap_usd: this judge has no prices"),
    ],
)
def test_refused_checks_change_nothing(
    client: APIClient, make_judge: Any, gold: Any, asked_for: dict[str, Any], status: int, sentence: str
) -> None:
    judge, version = make_judge(), gold(2)

    answer = client.post(f"/api/judges/{judge.pk}/trust/", {"dataset_version": version.pk, **asked_for}, format="json")

    assert (answer.status_code, sentence in str(answer.json())) == (status, True), answer.json()
    assert (JudgeTrust.objects.count(), Job.objects.count(), JudgeMeter.objects.count()) == (0, 0, 0)
