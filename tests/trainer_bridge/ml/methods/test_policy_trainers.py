"""Policies without a reference, KTO and SFT inside the library's trainers, against the formulas computed apart."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.trainer_bridge.ml.conftest import pair, turn
from tests.trainer_bridge.ml.methods.conftest import Build, Row, batch_of, loss_and_gradient, single
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.losses import kto, reference_free
from trainer_bridge.ml.methods.experimental import check_formula, experimental

PAIRS = [pair(number) for number in range(3)]
REFERENCE = [turn("assistant", "Plan it on paper first.")]
TRIPLES = [pair(number, reference=REFERENCE) for number in range(3)]
SINGLES = [single(number, label=number != 1) for number in range(4)]


def log_probabilities(model: Any, tokenizer: Any, row: Row, side: str) -> torch.Tensor:
    """Log-probability of each token of one response, from a forward pass of nothing but this conversation."""
    encode = tokenizer.apply_chat_template
    prompt = encode(row["prompt"], add_generation_prompt=True, return_dict=True)["input_ids"]
    whole = torch.tensor(encode(row["prompt"] + row[side], return_dict=True)["input_ids"])
    with torch.no_grad():
        logits = model.eval()(whole[None]).logits[0, :-1].log_softmax(-1)
    each = logits.gather(1, whole[1:, None]).squeeze(1)
    found: torch.Tensor = each[len(prompt) - 1 :]
    return found


def sides(trainer: Any, rows: list[Row], *, mean: bool) -> tuple[torch.Tensor, torch.Tensor]:
    both = []
    for side in ("chosen", "rejected"):
        tokens = [log_probabilities(trainer.model, trainer.processing_class, row, side) for row in rows]
        both.append(torch.stack([each.mean() if mean else each.sum() for each in tokens]))
    return both[0], both[1]


@pytest.mark.parametrize("loss", ["simpo", "sigmoid", "hinge", "ipo"])
def test_cpo_is_its_formula(build: Build, loss: str) -> None:
    trainer = build("cpo", PAIRS, loss_type=loss, cpo_alpha=0.0)

    found = loss_and_gradient(trainer)[0]

    beta = trainer.args.beta
    chosen, rejected = sides(trainer, PAIRS, mean=loss in ("simpo", "ipo"))
    wanted = {
        "simpo": lambda: reference_free.simpo(chosen, rejected, beta, trainer.args.simpo_gamma),
        "sigmoid": lambda: reference_free.sigmoid(chosen, rejected, beta),
        "hinge": lambda: reference_free.hinge(chosen, rejected, beta),
        "ipo": lambda: reference_free.ipo(chosen, rejected, beta),
    }[loss]()
    assert found == pytest.approx(wanted.mean().item(), abs=1e-4)


def test_simpo_has_no_likelihood_term_unless_asked(build: Build) -> None:
    trainer = build("cpo", PAIRS)
    assert (trainer.args.loss_type, trainer.args.cpo_alpha, trainer.args.beta) == ("simpo", 0.0, 2.0)
    pure = loss_and_gradient(trainer)[0]

    mixed = loss_and_gradient(build("cpo", PAIRS, cpo_alpha=0.5))[0]

    tokens = torch.cat([log_probabilities(trainer.model, trainer.processing_class, row, "chosen") for row in PAIRS])
    assert mixed - pure == pytest.approx(-0.5 * tokens.mean().item(), abs=1e-4)


def test_orpo_is_likelihood_and_odds_ratio(build: Build) -> None:
    trainer = build("orpo", PAIRS, beta=0.3)

    found = loss_and_gradient(trainer)[0]

    odds = reference_free.odds_ratio(*sides(trainer, PAIRS, mean=True), 0.3).mean()
    batch = batch_of(trainer)
    ids, mask = batch["chosen_input_ids"], batch["chosen_attention_mask"]
    with torch.no_grad():
        logits = trainer.model(ids, attention_mask=mask).logits[:, :-1].log_softmax(-1)
    every = logits.gather(2, ids[:, 1:, None]).squeeze(2)[mask[:, 1:] == 1]
    assert found == pytest.approx((odds - every.mean()).item(), abs=1e-4)


@pytest.mark.parametrize("loss", ["sigmoid", "tpo-l"])
def test_tpo_is_its_formula_and_the_reference_matters(build: Build, loss: str) -> None:
    trainer = build("tpo", TRIPLES, loss_type=loss, beta=0.1)

    found, gradient = loss_and_gradient(trainer)

    gamma = trainer.args.tpo_l_gamma if loss == "tpo-l" else 0.0
    contrast = reference_free.simpo(*sides(trainer, TRIPLES, mean=loss == "tpo-l"), 0.1, gamma).mean()
    reference = torch.cat(
        [log_probabilities(trainer.model, trainer.processing_class, row, "reference") for row in TRIPLES]
    )
    assert found == pytest.approx((contrast - reference.mean()).item(), abs=1e-4)
    other = [pair(number, reference=[turn("assistant", "Ask a neighbour.")]) for number in range(3)]
    moved = loss_and_gradient(build("tpo", other, loss_type=loss, beta=0.1))[1]
    assert not torch.allclose(gradient["model.norm.weight"], moved["model.norm.weight"], rtol=1e-3, atol=0)


def test_kto_is_its_formula_once_the_policy_has_moved(build: Build) -> None:
    trainer = build("kto", SINGLES, beta=0.2, desirable_weight=1.0, undesirable_weight=3.0)
    before = [log_probabilities(trainer.model, trainer.processing_class, row, "completion").sum() for row in SINGLES]
    shifted = [{**row, "completion": SINGLES[at - 1]["completion"]} for at, row in enumerate(SINGLES)]
    before_kl = [log_probabilities(trainer.model, trainer.processing_class, row, "completion").sum() for row in shifted]
    with torch.no_grad():
        for weight in trainer.model.parameters():
            weight.mul_(1.05)
    found = loss_and_gradient(trainer)[0]

    after = [log_probabilities(trainer.model, trainer.processing_class, row, "completion").sum() for row in SINGLES]
    after_kl = [log_probabilities(trainer.model, trainer.processing_class, row, "completion").sum() for row in shifted]
    baseline = (torch.stack(after_kl) - torch.stack(before_kl)).mean().clamp(min=0)
    wanted_rows = torch.tensor([row["label"] for row in SINGLES])
    losses = kto.kto(torch.stack(after) - torch.stack(before), wanted_rows, baseline, 0.2)
    weights = torch.where(wanted_rows, 1.0, 3.0)
    assert found == pytest.approx((weights * losses).mean().item(), abs=1e-4)


def test_kto_balances_its_sides_reads_rows_in_order_and_needs_two(build: Build) -> None:
    trainer = build("kto", SINGLES)

    assert (trainer.args.desirable_weight, trainer.args.undesirable_weight) == (1.0, 3.0)
    assert trainer.args.train_sampling_strategy == "sequential"
    assert next(iter(trainer.get_train_dataloader()))["label"].tolist() == [True, False, True, True]
    with pytest.raises(RefusedError, match=r"batch_size: A kto run compares the rows of a batch and needs at least 2"):
        build("kto", SINGLES, batch_size=1)
    with pytest.raises(RefusedError, match="No training row is unwanted"):
        build("kto", [single(number, label=True) for number in range(3)])


def test_sft_learns_completions_alone(build: Build) -> None:
    rows = [{"prompt": row["prompt"], "completion": row["completion"]} for row in SINGLES]
    trainer = build("sft", rows)

    found = loss_and_gradient(trainer)[0]

    tokens = [log_probabilities(trainer.model, trainer.processing_class, row, "completion") for row in rows]
    assert found == pytest.approx(-torch.cat(tokens).mean().item(), abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [("cpo", PAIRS), ("orpo", PAIRS), ("tpo", TRIPLES), ("kto", SINGLES), ("sft", SINGLES)],
)
def test_rows_that_do_not_fit_are_counted(build: Build, kind: str, rows: list[Row]) -> None:
    given = [dict(row) for row in rows]
    if kind == "sft":
        given = [{"prompt": row["prompt"], "completion": row["completion"]} for row in given]
    answer = "chosen" if "chosen" in given[0] else "completion"
    long = "a long way round the garden and back again, " * 20
    given.append({**given[0], "prompt": [turn("user", long)]})
    given.append({**given[0], answer: [turn("assistant", long)]})

    trainer = build(kind, given, max_length=64, batch_size=2)

    counts = trainer.row_counts["train"]
    assert (counts.given, counts.used, counts.dropped) == (len(given), len(given) - 1, 1)
    assert (counts.truncated, counts.reason) == (1, "prompt_too_long")
    assert torch.isfinite(torch.tensor(loss_and_gradient(trainer)[0]))


def test_library_that_lost_a_trainer_or_changed_one_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"has no PPO trainer; install trl==1\.16\.0"):
        experimental("no_such_trainer", "PPO")
    with pytest.raises(RefusedError, match="computes another CPO loss"):
        check_formula("CPO", lambda chosen, rejected: chosen, lambda chosen, rejected: rejected)
