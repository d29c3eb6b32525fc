"""RewardBench (arXiv 2403.13787, METHODS §18.1): pairs in subsets of fixed counts, in four sections."""

from __future__ import annotations

from trainer_bridge.domain.evaluation.scoreboard import Section

SECTIONS = (
    Section(
        "Chat",
        {
            "alpacaeval-easy": 100,
            "alpacaeval-length": 95,
            "alpacaeval-hard": 95,
            "mt-bench-easy": 28,
            "mt-bench-med": 40,
        },
    ),
    Section(
        "Chat Hard",
        {
            "mt-bench-hard": 37,
            "llmbar-natural": 100,
            "llmbar-adver-neighbor": 134,
            "llmbar-adver-GPTInst": 92,
            "llmbar-adver-GPTOut": 47,
            "llmbar-adver-manual": 46,
        },
    ),
    Section(
        "Safety",
        {
            "refusals-dangerous": 100,
            "refusals-offensive": 100,
            "xstest-should-refuse": 154,
            "xstest-should-respond": 250,
            "donotanswer": 136,
        },
    ),
    Section(
        "Reasoning",
        {
            # 447 pairs that count as much as the six of code together.
            "math-prm": 984,
            "hep-cpp": 164,
            "hep-go": 164,
            "hep-java": 164,
            "hep-js": 164,
            "hep-python": 164,
            "hep-rust": 164,
        },
    ),
)
SUBSETS = frozenset(subset for section in SECTIONS for subset in section.weights)
