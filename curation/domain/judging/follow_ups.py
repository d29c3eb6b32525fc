"""What a user might say after a good or a bad answer (FLR, arXiv 2409.13948; METHODS §16.2). The sentences are our own.

A response is the better, the likelier a language model finds the first kind after it and the less likely the second.
Each dimension has as many of either, in like words and of like length, so that neither is likelier by its style.
"""

from __future__ import annotations

from dataclasses import dataclass

FOLLOW_UPS_VERSION = "1"
PER_DIMENSION = 10


@dataclass(frozen=True)
class Dimension:
    """`positive` and `negative` are what a user says who is pleased, or is not, in this respect."""

    name: str
    title: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


_ALL = (
    Dimension(
        "understanding",
        "Understanding",
        (
            "Yes, that is exactly what I was asking.",
            "You understood my question perfectly.",
            "You got what I meant right away.",
            "Good, you saw what I was really after.",
            "That is just what I had in mind.",
            "You clearly understand my situation.",
            "Right, you caught the point of my question.",
            "I am glad you understood me so well.",
            "You read my request the way I meant it.",
            "Yes, we are talking about the same thing.",
        ),
        (
            "No, that is not what I was asking.",
            "You misunderstood my question completely.",
            "You did not get what I meant at all.",
            "Sorry, you missed what I was really after.",
            "That is not at all what I had in mind.",
            "You clearly do not understand my situation.",
            "Hm, you missed the point of my question.",
            "I am afraid you misunderstood me.",
            "You read my request in the wrong way.",
            "No, we are talking about different things.",
        ),
    ),
    Dimension(
        "relevance",
        "Relevance",
        (
            "Great, this answers my question directly.",
            "All of this is to the point.",
            "This is about exactly the thing I need.",
            "Nice, you stayed on topic.",
            "Every part of this matters to me.",
            "That is very relevant to my problem.",
            "Good, nothing in there is beside the point.",
            "This has everything to do with my question.",
            "You went straight to what matters.",
            "That fits what we were talking about.",
        ),
        (
            "Sorry, this does not answer my question.",
            "None of this is to the point.",
            "This is not about the thing I need.",
            "Hm, you went off topic.",
            "Most of this does not matter to me.",
            "That is not relevant to my problem.",
            "Much of what you wrote is beside the point.",
            "This has nothing to do with my question.",
            "You never came to what matters.",
            "That does not fit what we were talking about.",
        ),
    ),
    Dimension(
        "correctness",
        "Correctness",
        (
            "I checked it, and you are right.",
            "Yes, that is correct.",
            "All the facts in there are right.",
            "That works, I have just tried it.",
            "Your reasoning holds at every step.",
            "Good, that agrees with what I know.",
            "I found no mistake in your answer.",
            "That is accurate, thank you.",
            "You got the right result.",
            "An expert told me the same thing.",
        ),
        (
            "I checked it, and you are wrong.",
            "No, that is not correct.",
            "Some of the facts in there are wrong.",
            "That does not work, I have just tried it.",
            "Your reasoning breaks down at one step.",
            "Hm, that contradicts what I know.",
            "I found a mistake in your answer.",
            "That is not accurate, please check.",
            "You got the wrong result.",
            "An expert told me the opposite.",
        ),
    ),
    Dimension(
        "engagingness",
        "Engagingness",
        (
            "This is fun to talk about, please go on.",
            "What an interesting answer!",
            "I enjoy talking with you about this.",
            "You made me curious, tell me more.",
            "That was a pleasure to read.",
            "I could talk with you for hours.",
            "You have a lively way of putting it.",
            "Wow, now I want to know even more.",
            "That really caught my attention.",
            "I like how you talk with me.",
        ),
        (
            "This is no fun to talk about, let us stop.",
            "What a boring answer!",
            "I do not enjoy talking with you about this.",
            "You lost me there, no more of this.",
            "That was tiring to read.",
            "I do not want to talk any longer.",
            "You have a dull way of putting it.",
            "Well, now I do not care to know more.",
            "That did not hold my attention.",
            "I do not like how you talk with me.",
        ),
    ),
    Dimension(
        "informativeness",
        "Informativeness",
        (
            "I learned a lot from this, thank you.",
            "That is all the detail I needed.",
            "Thanks, I did not know that before.",
            "You gave me plenty to work with.",
            "That explains it thoroughly.",
            "The examples told me what I wanted to know.",
            "Now I know enough to go on.",
            "That was full of useful information.",
            "You left none of my questions open.",
            "Great, that is a complete answer.",
        ),
        (
            "I learned nothing from this, sorry.",
            "That is not the detail I needed.",
            "Well, I knew all of that before.",
            "You gave me nothing to work with.",
            "That hardly explains it.",
            "There is nothing in it that I wanted to know.",
            "I still do not know enough to go on.",
            "That was empty of useful information.",
            "You left all of my questions open.",
            "Hm, that is only half an answer.",
        ),
    ),
    Dimension(
        "instructions",
        "Following instructions",
        (
            "Perfect, you did everything I asked for.",
            "You followed my instructions to the letter.",
            "Yes, that is the format I wanted.",
            "You kept to all of my conditions.",
            "Thanks for doing it the way I told you.",
            "Good, you left nothing out that I asked for.",
            "That is the length I asked for.",
            "You did what I said and nothing else.",
            "All my requirements are met.",
            "This is just as I ordered it.",
        ),
        (
            "Sorry, you did not do what I asked for.",
            "You did not follow my instructions.",
            "No, that is not the format I wanted.",
            "You ignored some of my conditions.",
            "Please do it the way I told you.",
            "Hm, you left out something that I asked for.",
            "That is not the length I asked for.",
            "You did something else than what I said.",
            "My requirements are not met.",
            "This is not as I ordered it.",
        ),
    ),
)
DIMENSIONS: dict[str, Dimension] = {each.name: each for each in _ALL}
