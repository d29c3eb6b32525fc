"""Marks on responses as labels of tokens, and the trainer that learns them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from tests.trainer_bridge.ml.conftest import turn
from tests.trainer_bridge.ml.methods.conftest import Build, Row, batch_of, loss_and_gradient
from trainer_bridge.ml.columns import check_row, checked
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.methods.span_tokens import OUTSIDE, labelled_tokens

VISIBLE = st.characters(codec="utf-8", exclude_categories=["C", "Z"])
PROMPT = [turn("user", "Who was there?")]


def marked(text: str, *marks: tuple[int, int, str]) -> Row:
    return {
        "prompt": PROMPT,
        "completion": [turn("assistant", text)],
        "marks": [{"start": start, "end": end, "category": category} for start, end, category in marks],
    }


ROWS = [
    marked("It was Anna and then Anna again.", (15, 32, "redundant")),
    marked("It was Anna, in Paris.", (13, 21, "wrong")),
    marked("It was Anna."),
]


@pytest.fixture(scope="module")
def tokenizer(tiny: Path) -> Any:
    return AutoTokenizer.from_pretrained(tiny)


def touched(tokenizer: Any, text: str, start: int, end: int) -> str:
    """The text of the tokens that a mark labels."""
    ids, labels = labelled_tokens(
        tokenizer, PROMPT, [turn("assistant", text)], [{"start": start, "end": end, "category": "x"}], ("x",)
    )
    return str(tokenizer.decode([token for token, label in zip(ids, labels, strict=True) if label == 1]))


def test_labels_are_of_the_response_alone_and_of_marked_tokens(tokenizer: Any) -> None:
    row = marked("One small step. One small step.", (16, 30, "redundant"), (4, 9, "wrong"))

    ids, labels = labelled_tokens(tokenizer, row["prompt"], row["completion"], row["marks"], ("redundant", "wrong"))

    whole = tokenizer.apply_chat_template(row["prompt"] + row["completion"], return_dict=True)["input_ids"]
    assert ids == whole
    inside = [token for token, label in zip(ids, labels, strict=True) if label != OUTSIDE]
    assert tokenizer.decode(inside) == "One small step. One small step."
    for bit, text in ((1, "One small step"), (2, "small")):
        of = [token for token, label in zip(ids, labels, strict=True) if label != OUTSIDE and label & bit]
        assert tokenizer.decode(of).strip() == text


@pytest.mark.parametrize(
    ("text", "quote"),
    [("Früh 🙂 war Jürgen da.", "Jürgen"), ("نعم، كانت آنا هناك.", "آنا"), ("  Yes, Anna.  ", "Anna")],
)
def test_offsets_are_code_points_of_any_script(tokenizer: Any, text: str, quote: str) -> None:
    start = text.index(quote)

    assert quote in touched(tokenizer, text, start, start + len(quote))
    assert len(touched(tokenizer, text, start, start + len(quote)).strip()) <= len(quote) + 2


@settings(max_examples=40, deadline=None)
@given(
    data=st.data(), text=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)
)
def test_every_marked_character_is_in_a_labelled_token(tokenizer: Any, data: st.DataObject, text: str) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    assert text[start:end] in touched(tokenizer, text, start, end)


def test_template_that_strips_responses_moves_the_marks_and_one_that_rewrites_them_is_refused(tokenizer: Any) -> None:
    other = AutoTokenizer.from_pretrained(tokenizer.name_or_path)
    other.chat_template = tokenizer.chat_template.replace("message['content']", "message['content'] | trim")
    assert touched(other, "  Yes, Anna.  ", 7, 11).strip() == "Anna"
    other.chat_template = tokenizer.chat_template.replace("message['content']", "message['content'] | upper")
    with pytest.raises(RefusedError, match="chat template rewrites responses"):
        touched(other, "Yes, Anna.", 5, 9)


def test_loss_is_cross_entropy_over_categories_tokens_and_rows(build: Build) -> None:
    trainer = build("reward", ROWS, loss_type="span_heads")
    batch = batch_of(trainer)
    with torch.no_grad():
        logits = trainer.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    by_hand = []
    for row in range(3):
        asked = batch["counted"][row]
        each = torch.nn.functional.binary_cross_entropy_with_logits(
            logits[row][asked], batch["labels"][row][asked].float()
        )
        by_hand.append(each)

    loss, gradient = loss_and_gradient(trainer)

    assert loss == pytest.approx(torch.stack(by_hand).mean().item(), abs=1e-6)
    assert trainer.model.config.id2label == {0: "redundant", 1: "wrong"}
    assert gradient["score.weight"].shape[0] == 2


def test_marks_and_weights_move_the_gradient(build: Build) -> None:
    moved = [marked("It was Anna and then Anna again.", (0, 6, "redundant")), *ROWS[1:]]
    weighted = [{**row, "weight": weight} for row, weight in zip(ROWS, (1.0, 4.0, 1.0), strict=True)]

    first, second, third = (
        loss_and_gradient(build("reward", rows, loss_type="span_heads"))[1]["score.weight"]
        for rows in (ROWS, moved, weighted)
    )

    assert not torch.allclose(first, second, rtol=1e-3, atol=0)
    assert not torch.allclose(first, third, rtol=1e-3, atol=0)


def test_f1_adds_up_over_batches(build: Build) -> None:
    trainer = build("reward", ROWS, loss_type="span_heads")
    model = trainer.model.eval()
    with torch.no_grad():  # everything is found to be redundant, nothing wrong
        model.score.weight.zero_()
        model.score.bias.copy_(torch.tensor([9.0, -9.0]))
    logs: dict[str, float] = {"eval_loss": 0.0}

    for row in trainer.train_dataset:
        trainer.compute_loss(model, trainer._prepare_inputs(trainer.data_collator([row])))
    labels = batch_of(trainer)
    hits = int((labels["labels"][..., 0].bool() & labels["counted"]).sum())
    asked = int(labels["counted"].sum())
    trainer.log(logs)

    assert logs["eval_f1/redundant"] == pytest.approx(2 * hits / (hits + asked))
    assert logs["eval_f1/wrong"] == 0
    assert logs["eval_f1"] == pytest.approx(hits / (hits + asked))


@pytest.mark.parametrize(
    ("rows", "evaluation", "sentence"),
    [
        ([ROWS[2], ROWS[2]], None, "No row has a mark"),
        (ROWS[:1], ROWS[1:2], "marks of the category 'wrong', which no training row has"),
    ],
)
def test_rows_without_anything_to_learn_are_refused(
    build: Build, rows: list[Row], evaluation: list[Row] | None, sentence: str
) -> None:
    with pytest.raises(RefusedError, match=sentence):
        build("reward", rows, evaluation=evaluation, loss_type="span_heads")


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ({"start": 0, "end": 3}, "f row 1: every mark needs whole numbers as start and end, and a category."),
        ({"start": True, "end": 3, "category": "x"}, "f row 1: every mark needs whole numbers"),
        (
            {"start": 0, "end": 13, "category": "x"},
            "f row 1: the mark from 0 to 13 is not within the completion",
        ),
        ({"start": 2, "end": 2, "category": "x"}, "f row 1: the mark from 2 to 2 is not within"),
    ],
)
def test_marks_outside_their_text_are_refused(mark: Row, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        check_row({**ROWS[2], "marks": checked([mark], "marks", "f row 1")}, "f row 1")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("label", 1, "f row 1: label must be true or false on every row, not 1."),
        ("tie", None, "f row 1: tie must be true or false on every row, not None."),
        ("soft_label", 1.5, "f row 1: soft_label must be a number from 0 to 1, not 1.5."),
        ("aspect", "", "f row 1: aspect must be a name on every row, not an empty text."),
        ("reference", [turn("assistant", " ")], "f row 1: reference is empty, so there is nothing to learn from it"),
    ],
)
def test_columns_of_other_methods_are_checked(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence):
        checked(value, name, "f row 1")
