"""Log-probabilities are those of a plain pass over each whole row, whatever is read beside it or before it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel, MistralConfig
from transformers import MistralForCausalLM as Mistral

from curation.ml.judging import prefill
from curation.ml.judging.calls import Answer, BackendError, Call
from curation.ml.judging.local import LocalBackend
from tests.curation.ml.judging.asking import CPU, RUBRIC, apart, ask, pair, plainly, to_generate


@pytest.fixture(scope="module")
def plain(language_model: Path) -> Any:
    model = AutoModelForCausalLM.from_pretrained(language_model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(language_model)
    known: dict[Call, dict[str, float]] = {}

    def asked(call: Call) -> dict[str, float]:
        if call not in known:
            known[call] = plainly(model, tokenizer, call)
        return known[call]

    return asked


@pytest.fixture(scope="module")
def adjusted(language_model: Path) -> LocalBackend:
    """A backend whose budgets a test may change."""
    return LocalBackend(str(language_model), options=CPU)


CALLS = [
    *(call for number in range(6) for call in pair(number)),
    *(call for number in range(4) for call in pair(number, rubric="Count the words. " * 14)),
    *(call for number in range(3) for call in pair(number, request="Why?")),
    *pair(1, rubric="Say.", request="Hm?"),
    *(replace(call, lead="", options=("1", "2", "B")) for call in pair(2)),
]


@settings(max_examples=12, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from([24, 300, 1024, 16384]),
    st.sampled_from([1, 3, 8, 64]),
    st.booleans(),
)
def test_neither_order_nor_batch_nor_prefix_changes_an_answer(
    adjusted: LocalBackend, plain: Any, drawn: random.Random, budget: int, window: int, side_by_side: bool
) -> None:
    calls = drawn.sample(CALLS, drawn.randint(1, len(CALLS)))
    adjusted._reader.token_budget, adjusted._window = budget, window
    adjusted._reader._side_by_side = side_by_side

    answers = ask(adjusted, calls)

    assert apart(answers, [plain(call) for call in calls]) < 1e-5
    assert all(0 <= answer.cached_tokens < answer.prompt_tokens for answer in answers)


def test_shared_prefixes_are_read_once(language_model: Path, plain: Any) -> None:
    backend = LocalBackend(str(language_model), options=CPU)
    calls = [call for number in range(3) for call in pair(number)]
    tokens = len(backend._renderer.ids(calls[0]))

    first, again = ask(backend, calls), ask(backend, pair(7))

    # The longest row of each pair is read whole once, the rest continues it.
    assert sum(answer.cached_tokens == 0 for answer in first) == 1
    assert sum(answer.prompt_tokens - answer.cached_tokens for answer in first) < 2.2 * tokens
    # The rubric was kept from one window to the next.
    assert all(answer.cached_tokens > 60 for answer in again)
    assert apart([*first, *again], [plain(call) for call in [*calls, *pair(7)]]) < 1e-5


def test_a_kept_rubric_serves_a_single_call(language_model: Path, plain: Any) -> None:
    backend = LocalBackend(str(language_model), options=CPU)
    ask(backend, pair(0))

    one = ask(backend, pair(3)[:1])

    assert one[0].cached_tokens > 60
    assert apart(one, [plain(pair(3)[0])]) < 1e-5


def test_the_trial_of_holes_passes_where_positions_can_be_given(backend: LocalBackend) -> None:
    assert backend._reader._reads_past_holes()


def test_twins_get_the_same_answer(backend: LocalBackend) -> None:
    one, two = ask(backend, [pair(0)[0]] * 2)

    assert one.log_probs == two.log_probs


@pytest.mark.parametrize(("kind", "shared"), [("gpt2", True), ("sliding", "no_plain_cache")])
def test_other_models_answer_alike(kind: str, shared: object, language_model: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(language_model)
    size = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id, "eos_token_id": 2, "bos_token_id": 0}
    torch.manual_seed(2)
    model: Any = (
        GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=2, n_head=2, n_positions=1024, **size))
        if kind == "gpt2"
        else Mistral(
            MistralConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                          num_key_value_heads=2, sliding_window=16, **size)
        )
    )  # fmt: skip
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    backend = LocalBackend(str(tmp_path), options=CPU)
    calls = [call for number in range(4) for call in pair(number)]

    answers = ask(backend, calls)

    assert backend.provenance["shared_prefix"] == shared
    assert apart(answers, [plainly(model.eval(), tokenizer, call) for call in calls]) < 1e-5


def test_a_call_that_does_not_fit_fails_alone(language_model: Path, plain: Any) -> None:
    backend = LocalBackend(str(language_model), options=replace(CPU, max_length=400))
    long = Call((("user", "word " * 600),), options=("A", "B"))

    first, failed, second = ask(backend, [pair(0)[0], long, pair(0)[1]])

    assert (failed.reason, failed.log_probs, failed.text) == ("context_too_long", None, "")
    assert failed.prompt_tokens > 400
    assert apart([first, second], [plain(call) for call in pair(0)]) < 1e-5


def test_out_of_memory_is_tried_again_singly(language_model: Path, plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = LocalBackend(str(language_model), options=CPU)
    calls = [call for number in range(3) for call in pair(number)]
    original = prefill.PrefillReader._last
    hopeless = backend._renderer.ids(calls[2])

    def scarce(self: Any, ends: list[list[int]], state: Any) -> torch.Tensor:
        if len(ends) > 1 or state is not None or ends[0] == hopeless:
            raise torch.OutOfMemoryError("no")
        return original(self, ends, state)

    monkeypatch.setattr(prefill.PrefillReader, "_last", scarce)
    answers = ask(backend, calls)

    assert [answer.reason for answer in answers] == [None, None, "out_of_memory", None, None, None]
    del answers[2], calls[2]
    assert apart(answers, [plain(call) for call in calls]) < 1e-5


def test_not_a_number_is_said_and_spoils_no_neighbour(language_model: Path, plain: Any) -> None:
    backend = LocalBackend(str(language_model), options=CPU)
    body = backend._reader._model
    token = AutoTokenizer.from_pretrained(language_model)("§").input_ids[-1]
    with torch.no_grad():
        body.lm_head.weight = torch.nn.Parameter(body.lm_head.weight.clone())
        body.model.embed_tokens.weight[token] = torch.nan
    bad = Call((("user", "zebra"),), options=("A", "B"), lead="§")

    first, failed, second = ask(backend, [pair(0)[0], bad, pair(0)[1]])

    assert (failed.reason, failed.log_probs) == ("not_a_number", None)
    assert apart([first, second], [plain(call) for call in pair(0)]) < 1e-5


def test_an_option_of_several_tokens_is_refused(backend: LocalBackend) -> None:
    call = replace(pair(0)[0], options=("A", "the first one"))

    with pytest.raises(BackendError, match="'the first one' is more than one token of this judge's model"):
        ask(backend, [call])


def test_what_is_held_is_answered_when_there_is_nothing_more_to_ask(backend: LocalBackend, plain: Any) -> None:
    """Follow-up calls depend on answers: the caller says None until one is handed out."""
    answered: list[int] = []
    both = pair(0)

    def stream() -> Iterator[tuple[int, Call] | None]:
        yield 0, both[0]
        yield None
        assert answered == [0]
        yield None
        yield 1, both[1]
        yield 2, to_generate("Why?")
        yield None
        assert answered == [0, 1, 2]
        yield 3, both[0]

    found: dict[int, Answer] = {}
    for number, answer in backend.answer(stream()):
        answered.append(number)
        found[number] = answer

    assert answered == [0, 1, 2, 3]
    assert apart([found[0], found[1], found[3]], [plain(both[0]), plain(both[1]), plain(both[0])]) < 1e-5


def test_calls_are_pulled_a_window_at_a_time(language_model: Path) -> None:
    backend = LocalBackend(str(language_model), options=replace(CPU, window=4))
    pulled: list[int] = []

    def stream() -> Iterator[tuple[int, Call]]:
        for number in range(12):
            pulled.append(number)
            yield number, pair(number)[0]

    answers = backend.answer(stream())
    next(answers)

    assert pulled == [0, 1, 2, 3]
    assert len(list(answers)) == 11


def test_a_backend_says_what_it_is(backend: LocalBackend, language_model: Path) -> None:
    named = LocalBackend(str(language_model), revision="v1", options=replace(CPU, shared_prefix=False, max_length=64))

    assert set(backend.identity) == {"backend", "model", "revision", "precision"}
    assert len(backend.identity["revision"]) == 64
    assert named.identity == {
        "backend": "transformers", "model": str(language_model), "revision": "v1", "precision": "float32",
    }  # fmt: skip
    assert named.provenance.items() > named.identity.items()
    facts = {name: named.provenance[name] for name in ("device", "max_length", "shared_prefix", "template")}
    assert facts == {"device": "cpu", "max_length": 64, "shared_prefix": "switched_off", "template": "chat"}
    assert set(named.provenance["libraries"]) == {"torch", "transformers"}


def test_what_is_no_language_model_is_refused(reward_model: Path, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="is not a language model"):
        LocalBackend(str(reward_model), options=CPU)
    with pytest.raises(BackendError, match=r"The judge model folder .* does not exist"):
        LocalBackend(str(tmp_path / "gone"), options=CPU)


def test_rubrics_of_two_aspects_are_read_once_each(language_model: Path) -> None:
    backend = LocalBackend(str(language_model), options=CPU)
    other = RUBRIC.replace("Compare", "Weigh")
    calls = [call for number in range(4) for rubric in (RUBRIC, other) for call in pair(number, rubric=rubric)]

    answers = ask(backend, calls)

    assert sum(answer.cached_tokens < 60 for answer in answers) == 2
