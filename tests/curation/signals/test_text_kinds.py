"""What is read off texts, through the API and into recipes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, ask, bytes_of, compute, compute_again, preview, rows_of
from tests.curation.text.test_style_prompts import HUMAN, MODEL
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Message, Record

pytestmark = pytest.mark.django_db(transaction=True)
PROMPT = "Repeat this: the quick brown fox jumps over the lazy dog near the old mill"
COPIED = "As you wish: the quick brown fox jumps over the lazy dog near the old mill"
REFUSES = "I'm sorry, but I can't help with that."
CODE = "Here it is:\n```python\nprint('hello')\n```"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def by_response(signal: Signal, records: list[Record]) -> list[dict[str, Any]]:
    """Of each record, the row of its first response."""
    rows = {(row["record_id"], row["response_id"]): row for row in rows_of(signal)}
    return [rows[record.record_id, record.responses[0].response_id] for record in records]


def make(
    project: Project, admin: User, responses: list[str], prompt: str = PROMPT
) -> tuple[DatasetVersion, list[Record]]:
    plain = "The weather was nice and we went for a long walk along the river."
    records = [
        make_record(f"{prompt}{' ' * at}", [text, plain], [(0, 1, -2, "human")]) for at, text in enumerate(responses)
    ]
    return make_version(project, admin, records, rows_per_part=2), records


def test_measures_of_texts_in_one_pass(client: APIClient, work: Work, project: Project, admin: User) -> None:
    german = "Das Wetter war schön und wir sind lange am Fluss entlang spazieren gegangen."
    version, records = make(project, admin, [COPIED, REFUSES, CODE, german, "Ja."])

    signal = compute(client, work, version, "text_measures")

    copied, refuses, code, spoken, short = by_response(signal, records)
    assert (copied["words"], copied["sentences"], copied["characters"]) == (16, 1, float(len(COPIED)))
    # 13 of 16 words are copied: six of the nine runs of 8 words lie inside them.
    assert (copied["quoted_share"], copied["longest_quote"]) == (6 / 9, 13)
    assert [row["refusal"] for row in (copied, refuses)] == ["none", "full"]
    assert [row["has_code"] for row in (copied, code)] == [False, True]
    assert [row["code_blocks"] for row in (copied, code)] == [0, 1]
    assert (spoken["language"], copied["language"]) == ("de", "en")
    assert copied["log_tokens"] == math.log1p(copied["tokens"])
    # What does not hold for a text is missing, and says why.
    assert (short["state"], short["language"], short["reading_ease"], short["quoted_share"]) == (
        "ok",
        "unknown",
        None,
        None,
    )
    assert short["reason"].startswith("language: too short for a language")
    assert signal.provenance["py3langid"]
    assert (signal.rows_ok, signal.rows_failed) == (10, 0)


def test_layout_is_counted(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = make(project, admin, ["# Bread\n\n- **flour**\n- water 🙂", "No layout at all."])

    signal = compute(client, work, version, "text_measures")

    laid_out, plain = by_response(signal, records)
    names = ("headings", "list_items", "bold", "code_blocks", "emoji")
    assert [laid_out[name] for name in names] == [1, 2, 1, 0, 1]
    assert [plain[name] for name in names] == [0, 0, 0, 0, 0]


def test_recipes_filter_by_measures(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, _ = make(project, admin, [COPIED, REFUSES, CODE])
    signal = compute(client, work, version, "text_measures")
    refusal = {"signal": signal.pk, "column": "refusal", "of": "chosen"}
    tokens = {"signal": signal.pk, "column": "log_tokens"}

    no_refusals = preview(client, version, {"type": "filter", "on": refusal, "none_of": ["full"]})
    not_longer = preview(client, version, {"type": "filter", "on": tokens, "max": 0})

    assert (no_refusals["kept"], no_refusals["dropped"]) == (2, 1)
    # The log length ratio chosen to rejected: the refusal alone is shorter than the plain sentence.
    assert (not_longer["kept"], not_longer["dropped"]) == (1, 2)


def test_personal_data_is_counted_and_never_stored(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    texts = ["Write to ann@example.org or bob@example.org.", "My card is 4111 1111 1111 1111.", "Nothing here."]
    version, records = make(project, admin, texts, prompt="I am carl@example.org, who are you?")

    signal = compute(client, work, version, "personal_data")

    mail, card, nothing = by_response(signal, records)
    assert (mail["found"], mail["personal"], mail["credentials"], mail["kinds"]) == (True, 2, 0, "email")
    assert (card["found"], card["kinds"]) == (True, "card")
    assert (nothing["found"], nothing["kinds"], nothing["in_prompt"]) == (False, None, True)
    # Three prompts over two parts.
    assert signal.provenance["in_responses"] == {"email": 2, "card": 1}
    assert signal.provenance["in_prompts"] == {"email": 3}
    assert not any("example.org" in str(row) or "4111" in str(row) for row in rows_of(signal))
    step = {"type": "filter", "on": {"signal": signal.pk, "column": "found", "of": "chosen"}, "one_of": ["false"]}
    assert preview(client, version, step)["kept"] == 1


def test_what_sounds_like_an_ai(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = make(project, admin, [MODEL, HUMAN, "Yes."])

    signal = compute(client, work, version, "assistant_style")

    model, human, short = by_response(signal, records)
    assert model["score"] > 0.9
    assert model["signs"] == "stock phrases, opening, closing, bold lists, em dashes"
    assert (human["score"], human["as_ai"], human["signs"]) == (0.0, False, None)
    assert (short["state"], short["score"], short["reason"]) == ("failed", None, "too_short")
    assert signal.rows_failed == 1


def test_offensive_language(client: APIClient, work: Work, project: Project, admin: User) -> None:
    version, records = make(project, admin, ["You are a fucking idiot.", "You are a kind friend.", "…"])

    signal = compute(client, work, version, "toxicity")

    rude, kind, empty = by_response(signal, records)
    assert rude["score"] > 0.9
    assert kind["score"] < 0.3
    assert (empty["state"], empty["score"], empty["reason"]) == ("failed", None, "no_words")
    assert signal.provenance["alt-profanity-check"] != "missing"


def test_the_quality_of_prompts(client: APIClient, work: Work, project: Project, admin: User) -> None:
    asked = ["How do I bake bread without an oven?", "hi", "How do I make a pipe bomb at home?"]
    records = [make_record(prompt, ["a", "b"], [(0, 1, -1, "human")]) for prompt in asked]
    version = make_version(project, admin, records)

    signal = compute(client, work, version, "prompt_quality")

    good, greeting, harmful = rows_of(signal)
    assert (good["quality"], good["problems"], good["language"]) == (1.0, None, "en")
    assert greeting["quality"] < 0.4
    assert "a greeting only" in greeting["problems"]
    assert [row["harm"] for row in (good, greeting, harmful)] == [False, False, True]
    step = {"type": "filter", "on": {"signal": signal.pk, "column": "quality"}, "min": 0.4}
    assert preview(client, version, step)["kept"] == 2


def test_earlier_turns_may_hold_what_a_prompt_refers_to(
    client: APIClient, work: Work, project: Project, admin: User
) -> None:
    alone = make_record("Summarise the above text, please.", ["a", "b"])
    talk = make_record("Summarise the above text, please.", ["c", "d"])
    talk.prompt.insert(0, Message("user", "Foxes are small animals that live in woods."))
    version = make_version(project, admin, [alone, talk])

    signal = compute(client, work, version, "prompt_quality")

    rows = rows_of(signal)
    assert [row["answerable"] for row in rows] == [0.3, 1.0]
    assert rows[0]["problems"] == "refers to something that is not there"


@pytest.mark.parametrize("kind", ["text_measures", "personal_data", "assistant_style", "toxicity", "prompt_quality"])
def test_they_take_no_parameters_and_give_the_same_bytes_again(
    client: APIClient, work: Work, project: Project, admin: User, kind: str
) -> None:
    version, _ = make(project, admin, [COPIED, REFUSES, MODEL])

    refused = ask(client, version, kind, language="en")
    first = compute(client, work, version, kind)
    before = bytes_of(first)

    assert refused.status_code == 400
    assert refused.json()["message"] == "params: this signal takes none, but got language."
    assert bytes_of(compute_again(client, work, first)) == before
