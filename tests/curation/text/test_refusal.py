"""Refusals at the opening, and what only looks like one."""

from __future__ import annotations

import pytest

from curation.text.refusal import refusal

REFUSING = [
    "I'm sorry, but I can't help with that.",
    "I’m really sorry, but I cannot assist you with this request.",
    "I cannot provide instructions for making weapons.",
    "I can't help with that.",
    "Sorry, I won't write that.",
    "As an AI language model, I cannot generate harmful content.",
    "I apologize, but as an AI assistant I am not able to give medical advice.",
    "**I'm unable to help with this.**",
    "I must respectfully decline.",
    "Unfortunately, I am not able to fulfill this request.",
    "It would not be appropriate for me to provide that information.",
    "I don't feel comfortable writing this.",
    "That's not something I can help with.",
    "This request goes against my content guidelines.",
    "I understand you're frustrated, but I can't help you hurt someone.",
    "No, I will not help you cheat.",
    "I cannot in good conscience assist with this.",
    "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
    "Leider kann ich Ihnen diese Frage nicht beantworten.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "很抱歉，我无法提供这方面的信息。",
    "申し訳ありませんが、そのご要望にはお答えできません。",
]
HELPING = [
    "",
    "Sure! Here is the recipe.",
    '"I can\'t help you," said the guard, and the hero wept.',
    "“I'm sorry, but I cannot do that,” the robot refused. The crew fell silent.",
    "She refused to open the gate. I'm sorry, but I can't help you, she whispered.",
    "Once upon a time a clerk would say: I cannot provide that form.",
    "I can't wait to help you plan this trip!",
    "I cannot stress enough how much sleep matters.",
    "I can't help but smile at this question. The answer is 42.",
    "I'm sorry to hear that you feel unwell. Try resting.",
    "I'm sorry for the confusion! You're right, the sum is 7.",
    "Sorry for the delay. Here is the code.",
    "As an AI, I don't have feelings, but I can describe joy.",
    "Unfortunately, the function fails because the list is empty.",
    "Unfortunately I can't remember a time without music, wrote Ann in her diary.",
    "You cannot divide by zero.",
    "This is not something to worry about.",
    "It is appropriate to send a card.",
    "Ich kann dir gerne helfen.",
    "Es tut mir leid, das zu hören. Ruh dich aus.",
    "No puede ser cierto, pero veamos.",
]


@pytest.mark.parametrize("text", REFUSING)
def test_refusals(text: str) -> None:
    found = refusal(text)

    assert found.kind == "full"
    assert found.pattern is not None


@pytest.mark.parametrize("text", HELPING)
def test_what_is_no_refusal(text: str) -> None:
    assert refusal(text) == ("none", None, None, None)


def test_a_refusal_that_goes_on_to_help_is_partial() -> None:
    text = "I can't provide medical advice, but here are some general tips:\n" + "\n".join(
        f"{number}. Drink water, rest well and call a doctor when the fever stays high." for number in range(1, 6)
    )
    found = refusal(text)

    assert found.kind == "partial"
    assert text[found.start : found.end] == "I can't provide"
    assert refusal("I can't provide medical advice, but take care.").kind == "full"
