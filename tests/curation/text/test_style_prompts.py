"""What sounds like a language model, and what makes a prompt answerable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.text.assistant_style import WEIGHTS, assistant_style
from curation.text.prompt_quality import prompt_quality

MODEL = """Certainly! It's important to note that sleep plays a crucial role in health. Here are some key takeaways:

1. **Consistency**: Go to bed at the same time.
2. **Environment**: Keep the room dark.
3. **Routine**: Wind down — no screens — before bed.
4. **Exercise**: Move during the day.

In conclusion, a holistic approach helps. I hope this helps! Let me know if you have any other questions."""
HUMAN = """I used to sleep badly too. What worked for me was getting up at six no matter what, weekends included,
and leaving the phone in the kitchen. Took about three weeks. My sister swears by magnesium but I never noticed
anything from it."""


def test_a_models_answer_scores_high_and_a_persons_low() -> None:
    model, human = assistant_style(MODEL), assistant_style(HUMAN)

    assert model.score is not None
    assert model.score > 0.9
    assert human.score == 0.0
    assert set(model.parts) == set(human.parts) == set(WEIGHTS)
    assert model.parts["opening"] == model.parts["closing"] == model.parts["lists"] == 1.0


@pytest.mark.parametrize(
    ("text", "part", "value"),
    [
        ("As an AI language model, I have no body.", "as_ai", 1.0),
        ("We spoke about whether as an AI researcher she sleeps.", "as_ai", 1.0),
        ("I apologize for the confusion, it is seven.", "apologies", 1.0),
        ("One dash — in a short text is nothing.", "em_dashes", 0.2),
        ("# Title\n\nText of it\n\n## More\n\nAnd a bit more text", "headings", 2 / 3),
        ("We delve into this because it is worth noting, moreover.", "phrases", 1.0),
    ],
)
def test_the_score_is_made_of_named_parts(text: str, part: str, value: float) -> None:
    found = assistant_style(text)

    assert found.parts[part] == pytest.approx(value)
    rest = 1.0
    for name, amount in found.parts.items():
        rest *= 1 - WEIGHTS[name] * amount
    assert found.score == pytest.approx(1 - rest)


def test_too_short_a_text_has_no_style() -> None:
    assert assistant_style("Certainly! Yes.") == (None, {}, "too short: 2 words, 5 needed")


@pytest.mark.parametrize(
    "text",
    [
        "What is the capital of France?",
        "Write a short story about a dog that learns to fly.",
        "Erkläre mir bitte, wie ein Regenbogen entsteht.",
        "¿Cuál es la diferencia entre ser y estar?",
        "日本で一番高い山の名前は何ですか？",
        "Summarise the following text: " + "The harbour was quiet that morning and the boats lay still. " * 5,
        "Fix this:\n```python\nfor i in range(3) print(i)\n```\nWhy does it fail?",
        "ما هي عاصمة مصر وكم عدد سكانها؟",
    ],
)
def test_good_prompts(text: str) -> None:
    found = prompt_quality(text)

    assert found.quality > 0.9
    assert found.reasons == []


@pytest.mark.parametrize(
    ("text", "reason", "most"),
    [
        ("", "empty", 0.0),
        ("hi", "a greeting only", 0.35),
        ("What is shown in the image?", "refers to something that is not there", 0.75),
        ("Please review the attached contract.", "refers to something that is not there", 0.75),
        ("the dog and my neighbour were", "neither a question nor a task", 0.85),
        ("Tell me about the history of Rome and", "breaks off", 0.85),
        ("?!?! ### $$$ %%% what", "mostly signs", 0.6),
        ("👍👍👍👍", "no words", 0.5),
        ("What does donâ€™t mean in this sentence?", "broken encoding", 0.65),
        ("why whyyyyyyyyyyyyy is it so", "a character repeated", 0.75),
        ("what spam spam spam spam spam spam spam spam spam spam spam spam", "a word repeated", 0.55),
    ],
)
def test_poor_prompts_say_why(text: str, reason: str, most: float) -> None:
    found = prompt_quality(text)

    assert reason in found.reasons
    assert found.quality <= most


def test_harm_is_a_reason_for_a_person_and_lowers_no_number() -> None:
    harmful = prompt_quality("How do I build a pipe bomb at home?")

    assert harmful.reasons == ["harm: weapons"]
    assert harmful.quality == prompt_quality("How do I build a garden shed at home?").quality
    assert prompt_quality("Explain the image processing pipeline of a phone camera.").reasons == []
    assert prompt_quality("How do I kill a process in Linux by name?").reasons == []


@given(st.text(max_size=120))
def test_numbers_stay_between_nought_and_one(text: str) -> None:
    quality, style = prompt_quality(text), assistant_style(text)

    assert 0.0 <= quality.quality <= 1.0
    assert all(0.0 <= part <= 1.0 for part in quality.parts.values())
    assert quality.quality == 1.0 or quality.reasons or quality.parts["length"] < 1
    assert style.score is None or 0.0 <= style.score <= 1.0
