"""What each importer makes of its format's rows."""

from __future__ import annotations

from typing import Any

import pytest

from curation.datasets.importers import IMPORTERS, Draft, RowError, detect, record_of
from webapp.store.canonical import Record, response_id_of

HH = {
    "chosen": "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: 2+2?\n\nAssistant: It is 4.",
    "rejected": "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: 2+2?\n\nAssistant: It is 5.",
}
USER = {"role": "user", "content": "2+2?"}


def answer(content: str) -> dict[str, str]:
    return {"role": "assistant", "content": content}


def read(row: dict[str, Any]) -> Record:
    importer = detect([row])
    assert importer is not None
    return record_of(importer.draft(row), origin="import:1")


def turns(record: Record) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in record.prompt]


def winners(record: Record) -> list[tuple[str, str | None]]:
    """What the label prefers, by content, and who said so."""
    content = {response.response_id: response.content for response in record.responses}
    named = {0: "tie", None: "both bad"}
    return [
        (
            named[label.value] if label.value in named else content[label.b if label.value > 0 else label.a],
            label.annotator,
        )
        for label in record.labels
    ]


FORMATS: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("hh_transcripts", HH, [("user", "Hi"), ("assistant", "Hello!"), ("user", "2+2?")]),
    (
        "hh_transcripts",
        {"chosen": "Human: 2+2?\n\nAssistant: It is 4.", "rejected": "Human: 2+2?\n\nAssistant: It is 5."},
        [("user", "2+2?")],
    ),
    ("trl_preference", {"prompt": "2+2?", "chosen": "It is 4.", "rejected": "It is 5."}, [("user", "2+2?")]),
    ("trl_preference", {"chosen": "2+2? It is 4.", "rejected": "2+2? It is 5."}, [("user", "2+2? It is")]),
    (
        "trl_preference",
        {"prompt": [USER], "chosen": [answer("It is 4.")], "rejected": [answer("It is 5.")]},
        [("user", "2+2?")],
    ),
    (
        "trl_preference",
        {"chosen": [USER, answer("It is 4.")], "rejected": [USER, answer("It is 5.")]},
        [("user", "2+2?")],
    ),
    (
        "trl_preference",
        {"prompt": "2+2?", "chosen": [USER, answer("It is 4.")], "rejected": [USER, answer("It is 5.")]},
        [("user", "2+2?")],
    ),
    (
        "canonical_rows",
        {"prompt": "2+2?", "responses": ["It is 5.", "It is 4."], "labels": [{"a": 0, "b": 1, "value": 1}]},
        [("user", "2+2?")],
    ),
    (
        "sharegpt",
        {
            "system": "Be exact.",
            "conversations": [{"from": "human", "value": "2+2?"}],
            "chosen": {"from": "gpt", "value": "It is 4."},
            "rejected": {"from": "gpt", "value": "It is 5."},
        },
        [("system", "Be exact."), ("user", "2+2?")],
    ),
    (
        "sharegpt",
        {"messages": [USER], "chosen": answer("It is 4."), "rejected": answer("It is 5.")},
        [("user", "2+2?")],
    ),
    (
        "paired_instruction",
        {"instruction": "Add.", "input": "2+2", "response1": "It is 5.", "response2": "It is 4.", "annotator1": 2},
        [("user", "Add.\n\n2+2")],
    ),
    (
        "paired_instruction",
        {"input": "2+2?", "output_1": "It is 4.", "output_2": "It is 5.", "label": 1},
        [("user", "2+2?")],
    ),
]


@pytest.mark.parametrize(("format", "row", "prompt"), FORMATS)
def test_a_row_is_recognised_and_read(format: str, row: dict[str, Any], prompt: list[tuple[str, str]]) -> None:
    assert detect([row]) is IMPORTERS[format]
    record = read(row)
    assert turns(record) == prompt
    (label,) = winners(record)
    assert label[0].removeprefix("It is ") == "4."


def test_score_columns_become_metadata() -> None:
    row = {"prompt": "p", "chosen": "a", "rejected": "b", "score_chosen": 8.5, "score_rejected": 3, "margin": 5.5}

    assert read(row).metadata == {"score_chosen": 8.5, "score_rejected": 3, "margin": 5.5}


def test_all_votes_of_a_pandalm_row_are_kept() -> None:
    row = {"instruction": "Add.", "input": "", "response1": "x", "response2": "y", "idx": 7}

    record = read({**row, "annotator1": 1, "annotator2": 2, "annotator3": 0})

    assert winners(record) == [("x", "annotator1"), ("y", "annotator2"), ("tie", "annotator3")]
    assert record.metadata == {"idx": 7}


def test_an_unlabelled_pair_and_a_single_response_are_material_too() -> None:
    assert read({"instruction": "Add.", "response1": "x", "response2": "y"}).labels == []
    record = read({"prompt": "p", "responses": [{"content": "only", "generator": "model-a"}]})
    assert (record.labels, record.responses[0].generator) == ([], "model-a")


def test_canonical_labels_name_responses_by_index_or_id() -> None:
    row = {
        "prompt": [{"role": "user", "content": "p"}],
        "responses": [{"id": "one", "content": "x"}, {"id": "two", "content": "y"}, "z"],
        "labels": [
            {"a": "one", "b": "two", "value": -2, "annotator": "ann", "aspect": "tone"},
            {"a": 1, "b": 2, "outcome": "tie"},
            {"a": response_id_of("x"), "b": 2, "outcome": "both_bad"},
            {"chosen": 2, "rejected": "one", "strength": 3},
        ],
        "context": "Which is kinder?",
        "metadata": {"license": "mit"},
        "batch": 4,
    }

    record = read(row)

    assert winners(record) == [("x", "ann"), ("tie", None), ("both bad", None), ("z", None)]
    assert [label.outcome for label in record.labels] == ["preference", "tie", "both_bad", "preference"]
    assert [label.strength for label in record.labels] == [2.0, 0.0, None, 3.0]
    assert (record.labels[0].aspect, record.context) == ("tone", "Which is kinder?")
    assert record.metadata == {"license": "mit", "batch": 4}
    assert all(label.a < label.b for label in record.labels)


def test_responses_stand_in_an_order_that_tells_nothing() -> None:
    chosen_first = [read({"prompt": f"{n}", "chosen": f"a{n}", "rejected": f"b{n}"}) for n in range(200)]

    first_is_chosen = sum(record.responses[0].content.startswith("a") for record in chosen_first)

    assert all(
        [r.response_id for r in record.responses] == sorted(r.response_id for r in record.responses)
        for record in chosen_first
    )
    assert 70 <= first_is_chosen <= 130


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("hh_transcripts", {**HH, "rejected": "\n\nHuman: Bye\n\nAssistant: Bye!"}, "no_shared_prompt"),
    (
        "hh_transcripts",
        {**HH, "rejected": "\n\nHuman: Hi\n\nAssistant: Hm\n\nHuman: 2+2?\n\nAssistant: 4"},
        "no_shared_prompt",
    ),
    ("hh_transcripts", {**HH, "rejected": "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: 2+2?"}, "no_assistant_turn"),
    ("hh_transcripts", {**HH, "rejected": "no turns at all"}, "not_a_transcript"),
    ("hh_transcripts", {**HH, "rejected": HH["chosen"]}, "identical_responses"),
    (
        "hh_transcripts",
        {**HH, "rejected": "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: 2+2?\n\nAssistant:"},
        "empty_response",
    ),
    ("trl_preference", {"prompt": [USER], "chosen": [USER], "rejected": [USER]}, "no_assistant_turn"),
    ("trl_preference", {"chosen": [answer("a")], "rejected": [answer("b")]}, "no_shared_prompt"),
    ("trl_preference", {"prompt": "p", "chosen": "a", "rejected": "b", "strength": "much"}, "bad_strength"),
    ("trl_preference", {"prompt": "p", "chosen": {"a": 1}, "rejected": "b"}, "wrong_type"),
    ("canonical_rows", {"prompt": "p", "responses": []}, "empty_response"),
    ("canonical_rows", {"prompt": "p", "responses": ["a", 7]}, "wrong_type"),
    ("canonical_rows", {"prompt": "p", "responses": ["a", "b", "a"]}, "identical_responses"),
    ("canonical_rows", {"prompt": "p", "responses": "ab"}, "wrong_type"),
    (
        "canonical_rows",
        {"prompt": "p", "responses": ["a", "b"], "labels": [{"a": 0, "b": 2, "value": 1}]},
        "unknown_response",
    ),
    ("canonical_rows", {"prompt": "p", "responses": ["a", "b"], "labels": [{"a": 0, "b": 0, "value": 1}]}, "bad_label"),
    ("canonical_rows", {"prompt": "p", "responses": ["a", "b"], "labels": [{"a": 0, "b": 1, "value": 4}]}, "bad_label"),
    (
        "canonical_rows",
        {"prompt": "p", "responses": ["a", "b"], "labels": [{"a": 0, "b": 1, "value": 1, "outcome": "tie"}]},
        "bad_label",
    ),
    ("canonical_rows", {"prompt": "p", "responses": ["a", "b"], "labels": [{"a": 0, "value": 1}]}, "missing_field"),
    ("sharegpt", {"conversations": [], "chosen": answer("a"), "rejected": answer("b")}, "empty_prompt"),
    ("sharegpt", {"conversations": [USER], "chosen": USER, "rejected": answer("b")}, "no_assistant_turn"),
    ("sharegpt", {"conversations": [{"value": "x"}], "chosen": answer("a"), "rejected": answer("b")}, "missing_field"),
    ("paired_instruction", {"instruction": "i", "response1": "a", "response2": "b", "label": 3}, "bad_label"),
    ("paired_instruction", {"instruction": "i", "response1": "a"}, "missing_field"),
]


@pytest.mark.parametrize(("format", "row", "reason"), REFUSED)
def test_a_row_that_does_not_hold_together_is_refused_with_its_reason(
    format: str, row: dict[str, Any], reason: str
) -> None:
    def attempt() -> Draft:
        draft = IMPORTERS[format].draft(row)
        record_of(draft, origin="import:1")
        return draft

    with pytest.raises(RowError) as refused:
        attempt()
    assert refused.value.reason == reason
    assert refused.value.message.endswith(".")


def test_rows_of_no_format_are_not_recognised() -> None:
    assert detect([{"text": "a"}, {"messages": [], "label": True}]) is None
