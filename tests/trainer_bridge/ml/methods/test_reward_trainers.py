"""Reward losses inside the trainer: against the library's where it has them, and every column moves the gradient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.trainer_bridge.ml.conftest import pair
from tests.trainer_bridge.ml.methods.conftest import Build, Row, batch_of, loss_and_gradient
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.losses.davidson import log_nu_of
from trainer_bridge.ml.methods.heads import nu_in


def rows(**columns: Any) -> list[Row]:
    """Four pairs; a column given as a list has a value for each, otherwise all have the same."""
    return [
        pair(at, **{name: value[at] if isinstance(value, list) else value for name, value in columns.items()})
        for at in range(4)
    ]


def rewards_of(trainer: Any) -> tuple[torch.Tensor, torch.Tensor]:
    batch = batch_of(trainer)
    with torch.no_grad():
        logits = trainer.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    chosen, rejected = logits[:, 0].chunk(2)
    return chosen, rejected


def test_losses_that_say_the_same_agree_with_the_library(build: Build) -> None:
    plain, gradient = loss_and_gradient(build("reward", rows(), center_rewards=0.01))
    asked, asked_gradient = loss_and_gradient(build("reward", rows(margin=[0.0, 0.5, 1.0, 2.0])))

    for settings, columns, wanted, moved in (
        ({"center_rewards": 0.01}, {"weight": 1.0}, plain, gradient),
        ({"loss_type": "soft_label", "center_rewards": 0.01}, {"soft_label": 1.0}, plain, gradient),
        ({"loss_type": "scaled", "center_rewards": 0.01}, {"margin": 1.0}, plain, gradient),
        ({"loss_type": "smooth", "label_smoothing": 0.0}, {"margin": [0.0, 0.5, 1.0, 2.0]}, asked, asked_gradient),
    ):
        loss, found = loss_and_gradient(build("reward", rows(**columns), **settings))

        assert loss == pytest.approx(wanted, abs=1e-6), settings
        assert found.keys() == moved.keys()
        assert all(torch.allclose(found[name], moved[name], atol=1e-6) for name in moved), settings


@pytest.mark.parametrize(
    ("loss", "column", "one", "other"),
    [
        ("bradley_terry", "margin", 0.0, 0.75),
        ("bradley_terry", "weight", 1.0, [1.0, 0.1, 1.0, 3.0]),
        ("scaled", "margin", 1.0, [1.0, 3.0, 2.0, 1.0]),
        ("soft_label", "soft_label", 1.0, [0.9, 0.5, 0.7, 1.0]),
        ("smooth", "margin", 0.0, 0.75),
        ("davidson", "tie", [True, False, False, False], [False, True, False, False]),
        ("aspect_heads", "aspect", ["a", "a", "b", "b"], ["a", "b", "a", "b"]),
    ],
)
def test_column_moves_the_gradient(build: Build, loss: str, column: str, one: Any, other: Any) -> None:
    first = loss_and_gradient(build("reward", rows(**{column: one}), loss_type=loss))[1]
    second = loss_and_gradient(build("reward", rows(**{column: other}), loss_type=loss))[1]

    assert not torch.allclose(first["score.weight"], second["score.weight"], rtol=1e-3, atol=0)


def test_weights_count_rows_and_davidson_is_its_formula(build: Build) -> None:
    weighted = build("reward", rows(weight=[2.0, 0.5, 1.0, 1.0]))
    chosen, rejected = rewards_of(weighted)
    by_hand = (torch.tensor([2.0, 0.5, 1.0, 1.0]) * -torch.nn.functional.logsigmoid(chosen - rejected)).mean()

    assert loss_and_gradient(weighted)[0] == pytest.approx(by_hand.item(), abs=1e-6)

    ties = build("reward", rows(tie=[True, False, False, False]), loss_type="davidson")
    chosen, rejected = (side.double() for side in rewards_of(ties))
    nu = torch.exp(torch.tensor(log_nu_of(0.25), dtype=torch.float64))
    total = chosen.exp() + rejected.exp() + nu * ((chosen + rejected) / 2).exp()
    wanted = torch.where(torch.tensor([True, False, False, False]), nu * ((chosen + rejected) / 2).exp(), chosen.exp())

    loss, gradient = loss_and_gradient(ties)

    assert loss == pytest.approx(-(wanted / total).log().mean().item(), abs=1e-6)
    assert gradient["score.tie_bias"].abs().item() > 0
    assert nu_in(ties.model) == pytest.approx(2 * 0.25 / 0.75, abs=1e-6)


def test_ties_have_no_accuracy(build: Build) -> None:
    trainer = build("reward", rows(tie=[True, True, True, False]), loss_type="davidson")
    chosen, rejected = rewards_of(trainer)

    loss_and_gradient(trainer)

    logged = {name: values[-1] for name, values in trainer._metrics["train"].items()}
    assert logged["accuracy"] == float(chosen[3] > rejected[3])
    assert logged["margin"] == pytest.approx((chosen[3] - rejected[3]).item(), abs=1e-6)


def test_each_aspect_trains_its_own_output(build: Build) -> None:
    trainer = build("reward", rows(aspect=["tone", "facts", "facts", "facts"]), loss_type="aspect_heads")

    gradient = loss_and_gradient(trainer)[1]["score.weight"]

    assert (trainer.model.config.id2label, trainer.model.config.reward_heads) == ({0: "facts", 1: "tone"}, "aspects")
    assert gradient.shape[0] == 2
    assert gradient.abs().sum(1).min() > 0
    alone = build("reward", rows(aspect=["facts"] * 4), loss_type="aspect_heads")
    assert alone.model.config.num_labels == 1


@pytest.mark.parametrize(
    ("loss", "columns", "evaluation", "sentence"),
    [
        ("davidson", {"tie": True}, None, "Every training row is a tie"),
        ("scaled", {"margin": -1.0}, None, "must be at least 0 on every row"),
        ("aspect_heads", {"aspect": "tone"}, {"aspect": "facts"}, "have the aspect 'facts', which no training row has"),
    ],
)
def test_rows_that_cannot_train_the_loss_are_refused(
    build: Build, loss: str, columns: Row, evaluation: Row | None, sentence: str
) -> None:
    with pytest.raises(RefusedError, match=sentence):
        build("reward", rows(**columns), evaluation=rows(**evaluation) if evaluation else None, loss_type=loss)


def test_gpt2_has_the_same_head(tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2ForSequenceClassification

    from trainer_bridge.ml.methods.heads import give_tie_head, without_tie_head

    small = GPT2Config(n_embd=8, n_layer=1, n_head=1, vocab_size=16, n_positions=8, num_labels=1, pad_token_id=0)
    model = GPT2ForSequenceClassification(small)
    weight = model.score.weight

    give_tie_head(model, 0.5)
    plain = without_tie_head(model, nu=nu_in(model))

    assert plain.score.weight is weight
    assert plain.config.davidson_nu == pytest.approx(1.6487, abs=1e-4)
    plain.save_pretrained(tmp_path)
    assert GPT2ForSequenceClassification.from_pretrained(tmp_path).config.davidson_nu == plain.config.davidson_nu
