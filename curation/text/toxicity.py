"""How offensive a text is, by alt-profanity-check's linear model over words (MIT, model in the wheel; English).

Needs scikit-learn, which only the ml worker has; it is loaded when first used.
"""

from __future__ import annotations

from collections.abc import Sequence

from curation.text.normalise import words

BATCH = 2048


class ToxicityUnavailable(RuntimeError):
    """The model's package is not installed in this process."""


def toxicity(texts: Sequence[str]) -> list[float | None]:
    """Probability of offensive language, 0 to 1, for each text; None for a text without a word.

    The model knows English words and no context: it misses insults without swearing and flags quotations. Raises
    ToxicityUnavailable where scikit-learn or the package is missing.
    """
    try:
        from profanity_check import predict_prob
    except ImportError as error:
        raise ToxicityUnavailable(
            "Checking for offensive language needs scikit-learn and alt-profanity-check, which this worker does not "
            "have; start it without --lite."
        ) from error
    found: list[float | None] = [None] * len(texts)
    spoken = [index for index, text in enumerate(texts) if words(text)]
    for begin in range(0, len(spoken), BATCH):
        batch = spoken[begin : begin + BATCH]
        for index, probability in zip(batch, predict_prob([texts[index] for index in batch]), strict=True):
            found[index] = float(probability)
    return found
