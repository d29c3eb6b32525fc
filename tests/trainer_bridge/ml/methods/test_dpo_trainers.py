"""DPO trainers on a tiny model: our losses beside the library's, rows that count, columns that matter."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tests.trainer_bridge.ml.conftest import pair, turn
from trainer_bridge.domain.methods import METHODS
from trainer_bridge.ml.config import parse_config
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.losses import dpo
from trainer_bridge.ml.methods.checking import check_columns_matter
from trainer_bridge.ml.methods.watching import probe

Build = Callable[..., Any]
COLUMNS = {"soft_label": 0.8, "offset": 0.4, "reward_gap": 0.3}
RATIONALE = {
    "rationale_prompt": [turn("user", "Which one is better, and why?")],
    "rationale": [turn("assistant", "It starts with a small step.")],
}


def rows(**more: Any) -> list[dict[str, Any]]:
    return [pair(number, **more) for number in range(3)]


def batch_of(trainer: Any) -> Any:
    """All training rows in their order, and a policy that has left its reference."""
    used = trainer.used_columns()
    given = [{name: value for name, value in row.items() if name in used} for row in trainer.train_dataset]
    return trainer._prepare_inputs(trainer.data_collator(given))


def moved(trainer: Any) -> Any:
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    return trainer


def loss_of(trainer: Any) -> torch.Tensor:
    trainer.model.eval()
    return trainer.compute_loss(trainer.model, batch_of(trainer))


SAME_AS_LIBRARY = [
    *((loss.key, {}) for loss in METHODS["dpo"].losses if not loss.own and "weight" not in loss.without),
    ("sigmoid", {"f_divergence": "js_divergence"}),
    ("ipo", {"f_divergence": "forward_kl", "sft_weight": 0.5}),
    ("hinge", {"f_divergence": "alpha_divergence", "ld_alpha": 0.3}),
    ("sigmoid", {"use_weighting": True}),
]


def test_rows_of_weight_one_cost_what_the_library_says(build: Build) -> None:
    # Built once each, with what the weighting needs, and told of each loss: building takes longer than a loss.
    library = moved(build("dpo", rows(), use_weighting=True, precompute_reference="false"))
    ours = moved(build("dpo", rows(weight=1.0), use_weighting=True, precompute_reference="true"))
    assert type(library) is not type(ours)

    for loss, settings in SAME_AS_LIBRARY:
        told = parse_config(
            {"kind": "dpo", "base_model": {"path": "m"}, "data": {"train": "t"}, "loss_type": loss, **settings}
        )
        ours._run = told
        library.loss_types = [loss, "sft"] if told.sft_weight else [loss]
        library.loss_weights = [1.0, told.sft_weight]
        if not told.sft_weight:
            del library.loss_weights[1]
        for trainer in (library, ours):
            trainer.f_divergence_type, trainer.ld_alpha = told.f_divergence, told.ld_alpha
            trainer.label_smoothing, trainer.use_weighting = told.label_smoothing, told.use_weighting
        if told.ld_alpha is not None:
            ours.precompute_ref_logps = library.precompute_ref_logps  # what was precomputed knows no weights of tokens
            ours.ref_model = library.ref_model

        assert loss_of(ours).item() == pytest.approx(loss_of(library).item(), abs=1e-5), (loss, settings)
        for name in ("rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies"):
            assert ours._metrics["eval"][name] == pytest.approx(library._metrics["eval"][name], abs=1e-5)
        for trainer in (library, ours):
            trainer._metrics["eval"].clear()
            trainer.precompute_ref_logps = trainer is ours


@pytest.mark.parametrize("loss", ["soft_label", "odpo", "mappo", "cdpo"])
def test_own_losses_are_their_formulas_on_the_models_log_probabilities(build: Build, loss: str) -> None:
    columns = METHODS["dpo"].loss(loss).columns
    trainer = moved(build("dpo", rows(**{name: COLUMNS[name] for name in columns}), loss_type=loss, beta=0.3))

    found = loss_of(trainer).item()

    metrics = trainer._metrics["eval"]
    # Three rows of one length: with the rewards of the mean row a loss is near, but not equal; so take the formula.
    chosen, rejected = (torch.tensor(metrics[f"rewards/{side}"]) / 0.3 for side in ("chosen", "rejected"))
    gap = chosen - rejected
    expected = {
        "soft_label": lambda: dpo.soft_label(gap, 0.3, 0.8),
        "odpo": lambda: dpo.odpo(gap, 0.3, 0.4),
        "mappo": lambda: dpo.mappo(chosen, rejected, 0.3, 0.3),
        "cdpo": lambda: dpo.cdpo(gap, 0.3, 0.1),
    }[loss]()
    assert found == pytest.approx(expected.item(), abs=2e-3)


def test_rationale_adds_its_own_likelihood_and_nothing_to_the_pair(build: Build) -> None:
    plain = moved(build("dpo", rows(weight=1.0)))
    found = {
        form: moved(build("dpo", rows(**RATIONALE), loss_type=form, rationale_gamma=0.1))
        for form in ("rationale_paper", "rationale_code")
    }
    spoken = _rationale_log_probability(found["rationale_paper"])
    losses = {form: loss_of(trainer).item() - loss_of(plain).item() for form, trainer in found.items()}

    assert losses["rationale_paper"] == pytest.approx(-0.1 * spoken, rel=1e-4)
    assert losses["rationale_code"] == pytest.approx(dpo.rationale_code(torch.tensor(spoken), 0.1).item(), rel=1e-4)


def _rationale_log_probability(trainer: Any) -> float:
    """log p of the rationale's tokens after its prompt, by the model's own head and nothing of the trainer."""
    row = trainer.train_dataset[0]
    ids = torch.tensor([row["rationale_prompt_ids"] + row["rationale_ids"]])
    with torch.no_grad():
        logits = trainer.model(input_ids=ids).logits[0, :-1].log_softmax(dim=-1)
    at = len(row["rationale_prompt_ids"])
    return logits[at - 1 :].gather(1, ids[0, at:, None]).sum().item()


def test_long_rationale_prompts_lose_their_start_and_missing_rationales_their_term(build: Build) -> None:
    long = {**RATIONALE, "rationale_prompt": [turn("user", "word " * 300 + "which one?")]}
    given = [
        pair(1, **long),
        pair(
            2,
            **long,
        ),
        pair(3, **RATIONALE),
    ]
    given[1] = {**given[1], "rationale": []}

    trainer = build("dpo", given, loss_type="rationale_code", max_length=64)

    first, second, third = (trainer.train_dataset[number] for number in range(3))
    assert len(first["rationale_prompt_ids"]) + len(first["rationale_ids"]) == 64
    assert first["rationale_prompt_ids"][-3:] == third["rationale_prompt_ids"][-3:]
    assert second["rationale_ids"] == []
    assert torch.isfinite(loss_of(trainer))


@pytest.mark.parametrize("loss", ["sigmoid", "beta_dpo", "odpo"])
def test_weight_counts_rows(build: Build, loss: str) -> None:
    more = {"offset": 0.4} if loss == "odpo" else {}
    one = moved(build("dpo", rows(weight=1.0, **more), loss_type=loss))
    half = moved(build("dpo", rows(weight=0.5, **more), loss_type=loss))

    assert loss_of(half).item() == pytest.approx(loss_of(one).item() / 2, abs=1e-6)


def test_beta_dpo_remembers_its_averages_from_batch_to_batch(build: Build) -> None:
    trainer = moved(build("dpo", rows(), loss_type="beta_dpo"))
    assert trainer.gap_averages.mean is None

    trainer.model.train()
    trainer.compute_loss(trainer.model, batch_of(trainer))

    gap = trainer._metrics["train"]["rewards/margins"][0] / trainer.beta
    assert trainer.gap_averages.mean == pytest.approx(gap, abs=1e-4)
    assert 0 < trainer._metrics["train"]["beta"][0] < 1


@pytest.mark.parametrize(
    ("loss", "more"),
    [
        ("sigmoid", {"weight": 1.0}),
        ("soft_label", {"soft_label": 0.9}),
        ("odpo", {"offset": 0.2}),
        ("mappo", {"reward_gap": 1.0}),
        ("rationale_paper", RATIONALE),
        ("rationale_code", RATIONALE),
    ],
)
def test_promised_column_that_changes_nothing_is_refused(
    build: Build, monkeypatch: pytest.MonkeyPatch, loss: str, more: dict[str, Any]
) -> None:
    from trainer_bridge.ml.methods import dpo_own

    trainer = build("dpo", rows(**more), loss_type=loss)
    monkeypatch.setitem(dpo.ROW_LOSSES, loss, lambda pairs, beta, smoothing, columns: dpo.dpo(pairs.gap, beta))
    monkeypatch.setattr(dpo_own, "weighted_mean", lambda losses, weight: losses.mean())
    monkeypatch.setattr(dpo_own.OwnLossDPOTrainer, "_rationale_losses", lambda self, model, inputs: 0)
    name = "rationale" if "rationale" in more else next(iter(more))

    with pytest.raises(RefusedError, match=f"The column '{name}[a-z_]*' makes no difference to what the dpo"):
        check_columns_matter(trainer, SimpleNamespace(columns=tuple(rows(**more)[0]), config=trainer._run))


def test_release_with_other_private_methods_is_refused() -> None:
    class DPOTrainer:
        def _compute_loss(self, model: Any, batch: Any) -> None: ...

    with pytest.raises(RefusedError, match=r"has a DPOTrainer that differs in _compute_loss .* install trl==1.16.0"):
        probe(DPOTrainer, {"_compute_loss": ("model", "inputs", "return_outputs")})
