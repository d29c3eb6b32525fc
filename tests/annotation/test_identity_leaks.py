"""Which words of a response say who wrote it, and which only speak about models."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.domain.identity_leaks import MASK, leaks_in, leaks_in_many, masked

# Text → the words that give its writer away, in order.
LEAKS: list[tuple[str, list[str]]] = [
    ("As an AI language model developed by OpenAI, I cannot do that.", ["OpenAI"]),
    ("As an AI developed by Acme Robotics, I cannot.", ["Acme Robotics"]),
    ("as a large language model trained by google, i don't know", ["google"]),
    ("As an AI model created by a company called Anthropic I am careful.", ["Anthropic"]),
    ("As an A.I. model made by OpenAI, I am careful.", ["OpenAI"]),
    ("As a language model from Cohere, I cannot see images.", ["Cohere"]),
    ("As an AI assistant named Sparrow, I am careful.", ["Sparrow"]),
    ("I am an AI assistant which was built and trained by the Allen Institute for AI.", ["Allen Institute for AI"]),
    ("I am ChatGPT, a large language model.", ["ChatGPT"]),
    ("I'm Claude, an AI assistant made by Anthropic. How can Claude help?", ["Claude", "Anthropic", "Claude"]),
    ("I’m Claude 3.5 Sonnet.", ["Claude 3.5 Sonnet"]),
    ("Hello! I'm Qwen, created by Alibaba Cloud.", ["Qwen", "Alibaba Cloud"]),
    ("I am Grok, built by xAI.", ["Grok", "xAI"]),
    ("I am based on OpenAI's GPT-4 architecture.", ["OpenAI's GPT-4"]),
    ("I'm powered by GPT-3.5-turbo.", ["GPT-3.5-turbo"]),
    ("You are talking to ChatGPT.", ["ChatGPT"]),
    ("I am OpenAI's language model.", ["OpenAI"]),
    ("As ChatGPT, I can't browse.", ["ChatGPT"]),
    ("Hi! My name is Claude.", ["Claude"]),
    ("My name is Zephyr, and I am an AI assistant.", ["Zephyr"]),
    ("I'm Sofia, your virtual assistant. Ask Sofia!", ["Sofia", "Sofia"]),
    ("I was trained by Anthropic to be helpful.", ["Anthropic"]),
    ("I was created by the team at OpenAI.", ["OpenAI"]),
    ("OpenAI, the company that created me, says so.", ["OpenAI"]),
    ("My creators at DeepMind would agree.", ["DeepMind"]),
    ("Als KI-Sprachmodell, das von OpenAI entwickelt wurde, kann ich das nicht.", ["OpenAI"]),
    ("Als von OpenAI entwickeltes Sprachmodell kann ich das nicht.", ["OpenAI"]),
    ("Ich bin ein großes Sprachmodell, trainiert von Google.", ["Google"]),
    ("Ich bin ChatGPT.", ["ChatGPT"]),
    ("Mein Name ist Claude.", ["Claude"]),
    ("Ich heiße Claude und helfe gern.", ["Claude"]),
    ("Ich wurde von OpenAI entwickelt.", ["OpenAI"]),
    ("Como modelo de lenguaje desarrollado por OpenAI, no puedo.", ["OpenAI"]),
    ("Soy ChatGPT, un modelo de lenguaje.", ["ChatGPT"]),
    ("Me llamo Claude.", ["Claude"]),
    ("Fui creado por Anthropic.", ["Anthropic"]),
    ("En tant que modèle de langage développé par OpenAI, je ne peux pas.", ["OpenAI"]),
    ("En tant qu'IA créée par Mistral AI, je ne peux pas.", ["Mistral AI"]),
    ("Je suis ChatGPT.", ["ChatGPT"]),
    ("Je m’appelle Claude.", ["Claude"]),
    ("J'ai été entraîné par Mistral AI.", ["Mistral AI"]),
]
# What is said about models, by people, or by nobody in particular.
INNOCENT = [
    "",
    "ChatGPT is a chatbot developed by OpenAI. It was trained by people at OpenAI.",
    "As an AI language model, I cannot have opinions.",
    "As an AI developed by humans, I learn.",
    "In 2023 Anthropic released Claude 2; as Anthropic says, it is safe.",
    "As a language model developed by OpenAI, ChatGPT can write code.",
    "As an example of an AI model developed by OpenAI, consider GPT-4.",
    "The user wrote “I am ChatGPT” and left.",
    'She asked: "Are you real?" It said: "I am ChatGPT."',
    "I am using GPT-4 for this.",
    "I am applying to OpenAI.",
    "I was hired by Google in 2010.",
    "My sister was trained by Google.",
    "I am trained by Coach Smith.",
    "I was made by hand. I was created by God.",
    "Claude Monet was a French painter.",
    "I am Claude Monet, the painter.",
    "I'm Claude, a baker from Lyon.",
    "Je suis Claude, professeur à Lyon.",
    "Je m'appelle Claude Dupont.",
    "My name is Alexa Smith.",
    "My name is Sarah and I am an AI researcher.",
    "My name is Ishmael.",
    "I'm a Gemini.",
    "I am a llama farmer.",
    "I'm an assistant professor at Stanford University.",
    "As a company, Google makes money.",
    "Ich bin Claudia. Ich habe ChatGPT benutzt.",
    "Als Sprachmodell habe ich keine Meinung zu OpenAI.",
    "Soy de Apple Valley.",
    "Je suis allé chez Google.",
]


@pytest.mark.parametrize(("text", "names"), LEAKS)
def test_what_gives_its_writer_away_is_found(text: str, names: list[str]) -> None:
    leaks = leaks_in(text)

    assert [leak.name for leak in leaks] == names
    assert all(text[leak.start : leak.end] == leak.name for leak in leaks)
    assert leaks_in_many(["", text, text]) == {1: leaks, 2: leaks}


@pytest.mark.parametrize("text", INNOCENT)
def test_speaking_about_models_is_no_leak(text: str) -> None:
    assert leaks_in(text) == []


def test_the_case_of_letters_plays_no_part() -> None:
    for text, names in LEAKS[8:20]:
        assert [leak.name for leak in leaks_in(text.upper())][:1] == [names[0].upper()]


def test_a_leak_in_the_middle_of_a_long_text_is_found() -> None:
    text = "A sentence about nothing.\n" * 500 + LEAKS[0][0] + "\nAnother one!" * 500

    (leak,) = leaks_in(text)

    assert (leak.name, leak.rule, leak.start) == ("OpenAI", "made_by", 26 * 500 + 37)


def test_masking_keeps_every_offset() -> None:
    text = "👩‍🚀 I'm ChatGPT. Ça va? Ask ChatGPT!"

    hidden = masked(text, leaks_in(text))

    assert hidden == f"👩‍🚀 I'm {MASK * 7}. Ça va? Ask {MASK * 7}!"
    assert len(hidden) == len(text)


def test_many_texts_give_what_each_gives_alone() -> None:
    texts = [text for text, _ in LEAKS] + INNOCENT + [" ".join(INNOCENT)]

    assert leaks_in_many(texts) == {n: leaks_in(text) for n, text in enumerate(texts[: len(LEAKS)])}
    assert leaks_in_many([]) == {}


PIECES = st.sampled_from(
    [text for text, _ in LEAKS]
    + INNOCENT
    + ["\n", " ", "“", "I am ", "As an AI ", "by ", "OpenAI", "Claude", ", ", "é", "😀"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=6).map("".join))
def test_masked_texts_keep_their_length_and_hide_what_was_found(text: str) -> None:
    leaks = leaks_in(text)
    hidden = masked(text, leaks)

    assert len(hidden) == len(text)
    assert all(text[leak.start : leak.end] == leak.name and leak.name for leak in leaks)
    assert all(before.end <= after.start for before, after in pairwise(leaks))
    changed = [n for n, (a, b) in enumerate(zip(text, hidden, strict=True)) if a != b]
    assert changed == [n for leak in leaks for n in range(leak.start, leak.end) if text[n] != MASK]
    assert leaks_in_many([text]) == ({0: leaks} if leaks else {})
