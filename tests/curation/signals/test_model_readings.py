"""Which side of a pair counts as the better one where models are compared with labels."""

from __future__ import annotations

import pytest

from curation.signals.model_readings import preferences_of
from tests.curation.making import make_record
from tests.curation.signals.mirroring import exchanged


@pytest.mark.parametrize(
    ("labels", "second_better"),
    [
        ([(2, "human"), (-1, "human")], 1),
        ([(3, "human"), (-1, "human"), (-1, "human"), (-1, "human")], 0),
        ([(1, "human"), (-3, "human"), (None, "human")], -1),
        # One adjudicated label outweighs any number of votes, a vote any judge.
        ([(3, "human"), (3, "human"), (-1, "adjudicated")], -1),
        ([(3, "judge"), (-1, "human"), (3, "imported")], -1),
        ([(3, "human"), (0, "adjudicated")], 0),
        ([(None, "human")], 0),
    ],
)
def test_the_mean_of_the_most_trusted_labels_decides(labels: list[tuple[int | None, str]], second_better: int) -> None:
    record = make_record("Q", ["first", "second"], [(0, 1, value, source) for value, source in labels])
    second_is_b = record.labels[0].b == record.responses[1].response_id

    (said,) = preferences_of(record).values()
    (other,) = preferences_of(exchanged([record])[0]).values()

    assert said == (second_better if second_is_b else -second_better)
    assert other == -said
