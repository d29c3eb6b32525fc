"""What each format of pairs makes of a pair, and the reasons for which it makes nothing of one."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from typing import Any

import datasets
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.pooling import EmpiricalCdf
from trainer_bridge.domain.margins import clipped_margin_of, kto_weights, large_margin_of, margin_of, offset_of
from trainer_bridge.exports.base import Dropped, KeptRecord, Pair, Row, Sides
from trainer_bridge.exports.openrlhf import OpenRlhf
from trainer_bridge.exports.options import Options, options_complete
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.score_conditioned import REQUEST, asking, target_score
from webapp.store.canonical import Message, Record, Response, make_annotation

PAIR = Pair(
    prompt=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
    chosen="Because.",
    rejected="No.",
    strength=2.0,
    split="train",
    pair_id="p",
    record_id="r",
    chosen_id="c",
    rejected_id="d",
)
WHY = [{"role": "user", "content": "Why?"}]


def made(key: str, pair: Any = PAIR, *, learned: dict[str, Any] | None = None, **given: Any) -> list[Row | Dropped]:
    entry = format_for(key)
    return list(entry.rows(pair, Options(options_complete(entry.options, given), learned or {})))


def row(key: str, pair: Any = PAIR, **given: Any) -> dict[str, Any]:
    (only,) = made(key, pair, **given)
    assert isinstance(only, Row), only
    entry = format_for(key)
    learned = given.pop("learned", None) or {}
    schema = entry.schema(Options(options_complete(entry.options, given), learned))
    assert list(only.values) == schema.names
    return only.values


def reason(key: str, pair: Any = PAIR, **given: Any) -> str:
    (only,) = set(made(key, pair, **given))
    assert isinstance(only, Dropped), only
    return only.reason


def said(content: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": content}]


def scored(better: float | None, worse: float | None, **changes: Any) -> Pair:
    return replace(PAIR, scores={"signal:5": Sides(better, worse)}, **changes)


# Preferences


def test_a_preference_has_an_explicit_prompt() -> None:
    assert row("trl_preference") == {"prompt": PAIR.prompt, "chosen": said("Because."), "rejected": said("No.")}


def test_an_implicit_prompt_begins_both_answers() -> None:
    assert row("trl_preference", prompt="implicit") == {
        "chosen": PAIR.prompt + said("Because."),
        "rejected": PAIR.prompt + said("No."),
    }


def test_text_names_the_speakers() -> None:
    assert row("trl_preference", style="text") == {
        "prompt": "System: Be brief.\n\nUser: Why?\n\nAssistant:",
        "chosen": " Because.",
        "rejected": " No.",
    }


def test_weights_and_soft_labels_are_columns_when_asked_for() -> None:
    pair = replace(PAIR, weight=0.5, soft_label=0.8)

    assert (
        row("trl_preference", pair, weight=True, soft_label=True).items() >= {"weight": 0.5, "soft_label": 0.8}.items()
    )
    assert row("trl_reward", pair, weight=True, soft_label=True).items() >= {"weight": 0.5, "soft_label": 0.8}.items()


@pytest.mark.parametrize(
    ("function", "alpha", "gap", "offset"),
    [
        ("log", 1.0, 2.0, math.log(2)),
        ("log", 0.5, 1.0, 0.0),
        ("log1p", 1.0, 0.5, math.log(1.5)),
        ("identity", 0.1, 3.0, 0.3),
    ],
)
def test_offsets_of_odpo(function: str, alpha: float, gap: float, offset: float) -> None:
    pair = replace(PAIR, margins={"5": gap})

    found = row("trl_preference", pair, offset="signal:5", offset_f=function, offset_alpha=alpha)

    assert found["offset"] == pytest.approx(offset, abs=1e-12)
    # −log σ(βd − Δ) with βd = .25 and the gap of METHODS §10.2.
    if (function, alpha, gap) == ("log", 1.0, 2.0):
        assert math.log1p(math.exp(-(0.25 - found["offset"]))) == pytest.approx(0.93907, abs=1e-5)


def test_pairs_without_a_fit_offset_are_dropped() -> None:
    assert reason("trl_preference", replace(PAIR, strength=None), offset="strength") == "no_gap"
    assert reason("trl_preference", replace(PAIR, strength=0.0), offset="strength") == "gap_not_positive"
    assert reason("trl_preference", scored(1.0, 1.5), offset="signal:5") == "gap_not_positive"
    assert reason("trl_preference", scored(1.0, 0.5), offset="signal:5") == "offset_below_zero"
    with pytest.raises(ValueError, match="above 0"):
        offset_of(0.0, alpha=1.0, function="identity")


def test_the_reward_gap_is_a_difference_of_shares() -> None:
    learned = {"cdf": EmpiricalCdf.of(np.arange(10.0))}

    found = row("trl_preference", scored(8.0, 3.0), learned=learned, reward_gap="signal:5")

    assert found["reward_gap"] == pytest.approx(0.5)
    assert (
        reason("trl_preference", scored(1.0, 3.0), learned=learned, reward_gap="signal:5") == "reward_contradicts_label"
    )
    assert reason("trl_preference", scored(1.0, None), learned=learned, reward_gap="signal:5") == "no_reward"


# Rewards


@pytest.mark.parametrize(("scale", "margins"), [("small", [0.0, 1 / 3, 2 / 3, 1.0]), ("large", [0.0, 1.0, 2.0, 3.0])])
def test_margins_of_strength_have_two_scales(scale: str, margins: list[float]) -> None:
    found = [row("trl_reward", replace(PAIR, strength=s), margin_scale=scale)["margin"] for s in (None, 1.0, 2.0, 3.0)]

    assert found == pytest.approx(margins)


def test_margins_of_a_signal_are_cut_off() -> None:
    learned = {"most": 4.0}

    found = [
        row("trl_reward", scored(gap, 0.0), learned=learned, margin="signal:5", margin_scale=scale)["margin"]
        for scale in ("large", "small")
        for gap in (-1.0, 2.0, 9.0)
    ]

    assert found == [0.0, 2.0, 4.0, 0.0, 0.5, 1.0]
    (contradicting,) = made("trl_reward", scored(-1.0, 0.0), learned=learned, margin="signal:5")
    assert isinstance(contradicting, Row)
    assert contradicting.remarks == ("margin_contradicts_label",)


def test_ties_are_rows_of_their_own() -> None:
    tie = replace(PAIR, tie=True, strength=0.0)

    assert row("trl_reward", tie, tie=True).items() >= {"margin": 0.0, "tie": True}.items()
    assert row("trl_reward", PAIR, tie=True)["tie"] is False
    assert "margin" not in row("trl_reward", margin=None)


@given(st.none() | st.floats())
def test_a_margin_is_always_finite(value: float | None) -> None:
    for margin in (margin_of(value), large_margin_of(value), clipped_margin_of(value, most=2.0)):
        assert 0.0 <= margin <= 3.0


# Single answers


def test_a_pair_is_two_single_answers() -> None:
    first, second = made("trl_unpaired")

    assert (first.values, second.values) == (
        {"prompt": PAIR.prompt, "completion": said("Because."), "label": True},
        {"prompt": PAIR.prompt, "completion": said("No."), "label": False},
    )
    assert row("trl_unpaired", replace(PAIR, side="rejected"))["label"] is False


def test_answers_are_labelled_by_their_score() -> None:
    asked = {"score": "signal:5", "desirable_from": 7.0, "undesirable_to": 3.0}

    found = [made("trl_unpaired", scored(score, None, side="chosen"), **asked)[0] for score in (7.0, 3.0, 5.0)]

    assert [each.values["label"] if isinstance(each, Row) else each.reason for each in found] == [
        True, False, "score_between_thresholds",
    ]  # fmt: skip
    assert reason("trl_unpaired", scored(7.0, None, side="rejected"), **asked) == "no_score"


@given(desirable=st.integers(1, 10**6), undesirable=st.integers(1, 10**6))
def test_weights_of_kto_are_in_range(desirable: int, undesirable: int) -> None:
    wanted, unwanted = kto_weights(desirable, undesirable)

    assert wanted * desirable / (unwanted * undesirable) * (1 + 1e-12) >= 1.0
    if min(wanted, unwanted) == 1.0:
        assert wanted * desirable / (unwanted * undesirable) <= 4 / 3 + 1e-3 or undesirable > 10**4 * desirable


def test_thresholds_must_fit() -> None:
    check = format_for("trl_unpaired").check  # type: ignore[attr-defined]
    base = {"score": "signal:5", "desirable_from": 5.0, "undesirable_to": 1.0}

    assert check(base) == {}
    assert set(check(base | {"undesirable_to": 5.0})) == {"undesirable_to"}
    assert set(check(base | {"desirable_from": None})) == {"desirable_from"}
    assert set(check(base | {"score": None})) == {"desirable_from", "undesirable_to"}


# Supervised rows and references


def test_the_better_answer_is_a_completion_once() -> None:
    assert row("trl_sft") == {"prompt": PAIR.prompt, "completion": said("Because.")}
    assert reason("trl_sft", learned={"repeated": {"p"}}) == "repeated"


def record(**changes: Any) -> KeptRecord:
    responses = [Response("c", "Because."), Response("d", "No."), Response("e", "Since it is.")]
    found = Record("r", [Message("user", "Why?")], responses, **changes)
    return KeptRecord(found, (PAIR,), "train", {"signal:5": {"c": 5.0, "d": 1.0, "e": 9.0}})


def edit(response: str, text: str, **facts: Any) -> Any:
    return make_annotation("edit", "fix", {"edits": [{"response": response, "text": text}]}, source="human", **facts)


def test_a_reference_is_a_third_answer() -> None:
    edits = record(annotations=[edit("d", "No, because."), edit("c", "Because it is.")])

    assert row("trl_reference", edits)["reference"] == said("Because it is.")
    assert row("trl_reference", record(), reference="highest_rated", score="signal:5")["reference"] == said(
        "Since it is."
    )
    gold = record(metadata={"reference": "Gold."})
    assert row("trl_reference", gold, reference="gold")["reference"] == said("Gold.")


def test_a_record_without_a_reference_says_why() -> None:
    assert reason("trl_reference", record()) == "no_reference"
    assert reason("trl_reference", record(annotations=[edit("c", "Because. ")])) == "reference_is_of_the_pair"
    alone = replace(record(), scores={"signal:5": {"c": 9.0, "d": 1.0, "e": 5.0}})
    assert reason("trl_reference", alone, reference="highest_rated", score="signal:5") == "reference_is_of_the_pair"


# Score-conditioned rows


def test_two_rows_ask_for_both_scores() -> None:
    first, second = made("score_conditioned", scored(9.0, 4.0), score="signal:5")

    asked = [each.values["prompt"][0]["content"] for each in (first, second)]
    assert asked == [f"Be brief.\n\n{REQUEST.format(score=score)}" for score in ("9", "4")]
    assert [each.values["chosen"] for each in (first, second)] == [said("Because."), said("No.")]
    assert [each.values["rejected"] for each in (first, second)] == [said("No."), said("Because.")]


def test_without_a_system_role_both_sides_are_asked_in_the_user_turn_and_still_swapped() -> None:
    first, second = made("score_conditioned", scored(9.5, 4.0, prompt=WHY), score="signal:5", system_role=False)

    assert [each.values["prompt"] for each in (first, second)] == [
        [{"role": "user", "content": f"{REQUEST.format(score=score)}\n\nWhy?"}] for score in ("9.5", "4")
    ]
    assert second.values["chosen"] == said("No.")
    assert asking(WHY, "10", system_role=True)[0]["role"] == "system"


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (scored(5.0, 5.0), "equal_scores"),
        (scored(5.04, 5.01), "equal_scores"),
        (scored(4.0, 5.0), "score_contradicts_label"),
        (scored(None, 5.0), "no_score"),
        (scored(9.0, 5.0, rejected=" Because."), "identical_answers"),
    ],
)
def test_pairs_that_teach_both_directions_are_skipped(pair: Pair, why: str) -> None:
    dropped = made("score_conditioned", pair, score="signal:5")

    assert [each.reason for each in dropped if isinstance(each, Dropped)] == [why, why]


@given(scores=st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10)), max_size=30))
def test_2n_rows_pair_every_answer_with_its_own_score(scores: list[tuple[int, int]]) -> None:
    found = Counter()
    expected = Counter()
    for number, (high, low) in enumerate(scores):
        pair = scored(float(high), float(low), chosen=f"w{number}", rejected=f"l{number}")
        rows = [each.values for each in made("score_conditioned", pair, score="signal:5") if isinstance(each, Row)]
        assert len(rows) == (2 if high > low else 0)
        found.update((each["prompt"][0]["content"], each["chosen"][0]["content"]) for each in rows)
        assert all(each["chosen"] != each["rejected"] for each in rows)
        if high > low:
            expected.update(
                (f"Be brief.\n\n{REQUEST.format(score=score)}", text)
                for score, text in ((high, f"w{number}"), (low, f"l{number}"))
            )
    assert found == expected


def test_scores_are_put_on_one_to_ten() -> None:
    scale = {"lowest": 0.0, "highest": 4.0, "decimals": 1}

    assert [target_score(score, scale) for score in (0.0, 4.0, 2.0, 9.0, 1.3)] == ["1", "10", "5.5", "10", "3.9"]


# Other trainers' folders


def test_llamafactory_reads_the_rows_as_its_demo_is_written(tmp_path: Any) -> None:
    entry = format_for("llamafactory")
    found = row("llamafactory")
    texts = entry.texts({"rows": {"train": 3, "test": 1}}, Options({"name": "round_1"}))  # type: ignore[attr-defined]

    assert found == {
        "conversations": [{"from": "human", "value": "Why?"}],
        "chosen": {"from": "gpt", "value": "Because."},
        "rejected": {"from": "gpt", "value": "No."},
        "system": "Be brief.",
    }
    info = json.loads(texts["dataset_info.json"])
    assert [(name, entry["file_name"], entry["ranking"]) for name, entry in info.items()] == [
        ("round_1", "train.jsonl", True),
        ("round_1_test", "test.jsonl", True),
    ]
    twice = replace(PAIR, prompt=[*WHY, *WHY])
    assert reason("llamafactory", twice) == "turns_do_not_alternate"
    assert reason("llamafactory", replace(PAIR, prompt=[*WHY, *said("So.")])) == "turns_do_not_alternate"


def test_whole_conversations_for_openrlhf_and_alignment_handbook() -> None:
    whole = {"chosen": PAIR.prompt + said("Because."), "rejected": PAIR.prompt + said("No.")}

    assert row("openrlhf") == {**whole, "margin": pytest.approx(2 / 3)}
    assert row("openrlhf", margin=False) == whole
    assert row("alignment_handbook") == whole
    script = OpenRlhf().texts({}, Options({"margin": True}))["train.sh"]
    assert "--margin_loss" in script


def test_axolotl_has_one_message_a_side() -> None:
    assert row("axolotl") == {"messages": PAIR.prompt, "chosen": said("Because.")[0], "rejected": said("No.")[0]}
    assert reason("axolotl", replace(PAIR, prompt=[{"role": "critic", "content": "Hm."}])) == "unknown_role"


def test_datasets_reads_single_messages(tmp_path: Any) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(row("axolotl")) + "\n")

    loaded = datasets.load_dataset("json", data_files=str(path), cache_dir=str(tmp_path / "cache"), split="train")

    assert loaded[0]["chosen"] == {"role": "assistant", "content": "Because."}
