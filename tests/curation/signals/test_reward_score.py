"""Reward scores through the API: prompts read once, the same scores as the naive loop, and a plain way for the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from curation.ml import response_scoring
from tests.curation.making import make_record, make_version
from tests.curation.signals.computing import Work, compute, rows_of
from tests.curation.signals.conftest import Register
from tests.curation.signals.mirroring import exchanged
from webapp.accounts.models import User
from webapp.projects.models import Project
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = 1
LONG = "Please plan a garden with apples, pears and a small table in the shade. " * 8


def questions() -> list[Record]:
    """Six prompts with two to four answers each."""
    answers = ["Start with a small step.", "No.", "Ask an expert nearby, since rules differ.", "Yes, first."]
    return [make_record(f"{at} {LONG}", [f"{text} {at}" for text in answers[: 2 + at % 3]]) for at in range(6)]


def naive(folder: Path, records: list[Record]) -> dict[tuple[str, str], float]:
    """One row after the other, everything read anew, straight through the model."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    found = {}
    for record in records:
        for response in record.responses:
            turns = [("user", record.prompt[0].content), ("assistant", response.content)]
            messages = [{"role": role, "content": text} for role, text in turns]
            encoded = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=True, return_tensors="pt")
            with torch.no_grad():
                found[record.record_id, response.response_id] = float(model(**encoded).logits[0, 0])
    return found


@pytest.fixture
def prefixes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lengths of the prefixes that were read once for several responses."""
    lengths: list[int] = []
    original = response_scoring.read_prefix

    def counted(model: object, ids: list[int], pad: int, device: str) -> object:
        lengths.append(len(ids))
        return original(model, ids, pad, device)

    monkeypatch.setattr(response_scoring, "read_prefix", counted)
    return lengths


def test_each_prompt_is_read_once_and_scores_are_those_of_the_naive_loop(
    client: APIClient, work: Work, project: Project, admin: User,
    register: Register, reward_model: Path, prefixes: list[int],
) -> None:  # fmt: skip
    register(MODEL, reward_model, "reward")
    records = questions()

    signal = compute(client, work, make_version(project, admin, records, rows_per_part=4), "reward_score", model=MODEL)

    expected = naive(reward_model, records)
    found = {(row["record_id"], row["response_id"]): row["score"] for row in rows_of(signal)}
    assert found == pytest.approx(expected, abs=1e-5)
    assert max(expected.values()) - min(expected.values()) > 0.1
    assert len(prefixes) == 6
    assert min(prefixes) > 100
    assert signal.provenance["shared_prefix"] is True
    assert signal.provenance["revision"] == "revision 1"


def test_a_model_that_cannot_share_is_read_plainly(
    client: APIClient, work: Work, project: Project, admin: User,
    register: Register, reward_model: Path, tmp_path: Path, prefixes: list[int],
) -> None:  # fmt: skip
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(reward_model)
    torch.manual_seed(2)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_labels=1, pad_token_id=tokenizer.pad_token_id, max_position_embeddings=1024,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    register(MODEL, tmp_path, "reward")
    records = questions()

    signal = compute(client, work, make_version(project, admin, records), "reward_score", model=MODEL)

    found = {(row["record_id"], row["response_id"]): row["score"] for row in rows_of(signal)}
    assert found == pytest.approx(naive(tmp_path, records), abs=1e-5)
    assert signal.provenance["shared_prefix"] == "no_plain_cache"
    assert prefixes == []


def test_exchanging_sides_negates_the_margin(
    client: APIClient, work: Work, project: Project, admin: User, register: Register, reward_model: Path
) -> None:
    register(MODEL, reward_model, "reward")
    records = [record for record in questions() if len(record.responses) == 2]

    margins = []
    for given in (records, exchanged(records)):
        signal = compute(client, work, make_version(project, admin, given), "reward_score", model=MODEL)
        scores = {(row["record_id"], row["response_id"]): row["score"] for row in rows_of(signal)}
        sides = [(record.record_id, *sorted(each.response_id for each in record.responses)) for record in given]
        margins.append([scores[record, b] - scores[record, a] for record, a, b in sides])

    assert margins[0] == [-margin for margin in margins[1]]
    assert all(margins[0])
