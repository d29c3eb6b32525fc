"""Benchmark items in training texts."""

from __future__ import annotations

import random
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.text.contamination import BenchmarkIndex, ContaminationScan, Hit, Item, embedding_hits

QUESTION = (
    "A train leaves the station at noon, travelling 60 miles per hour; how far has it gone by the time "
    "that the conductor sits down for lunch at half past two?"
)
TWELVE = "Which of these rivers runs through the old town of Heidelberg, Germany?"
SEVEN = "Name the capital city of the Netherlands."
JAPANESE = "日本で一番高い山の名前は何ですか、そして高さは何メートルですか"


def index(**options: object) -> BenchmarkIndex:
    items = [Item("maths", "q1", QUESTION), Item("facts", "r1", TWELVE), Item("facts", "n1", SEVEN)]
    items += [Item("facts", "j1", JAPANESE), Item("facts", "tiny", "Yes."), Item("maths", "q1", "150 miles.", "answer")]
    return BenchmarkIndex(items, **options)  # type: ignore[arg-type]


def names(hits: list[Hit]) -> list[tuple[str, int]]:
    return [(hit.item, hit.n) for hit in hits]


def test_a_planted_item_is_found_whatever_its_case_punctuation_and_spacing() -> None:
    """V5."""
    rows = [
        f"Please answer: {QUESTION}",
        f"PLEASE ANSWER -- {QUESTION.upper().replace(',', ' ...').replace(' ', '   ')} !!!",
        QUESTION.translate(str.maketrans("", "", string.punctuation)),
        "A train leaves, and nobody knows when it will be back at the station.",
    ]
    found = index().scan(rows)

    assert [names(hits) for hits in found] == [[("q1", 13)]] * 3 + [[]]
    assert [hits[0].coverage for hits in found[:3]] == [1.0] * 3
    assert found[0][0].ngram.startswith("a train leaves the station at noon travelling 60 miles")


def test_rewording_is_found_by_embeddings_alone() -> None:
    assert index().scan(["At midday a train departs at sixty mph. How many miles until the guard eats at 2:30?"]) == [
        []
    ]

    items = np.eye(4, dtype=np.float32)
    rows = np.array([[0.95, np.sqrt(1 - 0.95**2), 0, 0], [0.6, 0.8, 0, 0], [0, 0, 0, 1]], np.float32)
    found = embedding_hits(rows, items, block=2)
    assert [(row, item) for row, item, _ in found] == [(0, 0), (2, 3)]
    assert found[0][2] == pytest.approx(0.95, abs=1e-6)
    assert embedding_hits(rows, items[:0]) == []


def test_thirteen_words_are_enough_however_little_they_cover() -> None:
    words = QUESTION.split()
    [hits] = index().scan([f"It says: {' '.join(words[:13])} and so on"])

    assert names(hits) == [("q1", 13)]
    assert hits[0].coverage == 13 / len(words)
    assert hits[0].ngram == "a train leaves the station at noon travelling 60 miles per hour how"


def test_runs_of_eight_must_cover_more_than_half_of_the_item() -> None:
    twelve = TWELVE.rstrip("?").split()
    rows = [" ".join(twelve[:7]), " ".join(twelve[:8]), f"zzz {' '.join(twelve)} zzz", " ".join(twelve[:6])]
    found = index().scan(rows)

    assert [names(hits) for hits in found] == [[], [("r1", 8)], [("r1", 8)], []]
    assert found[1][0].coverage == 8 / 12
    long = QUESTION.split()
    # 12 of 30 words in one run: neither 13 in a row nor more than half.
    assert index().scan([" ".join(long[:12])]) == [[]]
    # Two runs of 8 and 12 in one row cover 20 of 30; the same runs in two rows cover neither item.
    assert names(index().scan([f"{' '.join(long[:8])} x {' '.join(long[10:22])}"])[0]) == [("q1", 8)]
    assert index().scan([" ".join(long[:8]), " ".join(long[10:22])]) == [[], []]


def test_short_items_are_looked_for_whole_and_tiny_ones_not_at_all() -> None:
    found = index().scan(
        ["He said: name THE capital city of the netherlands!", "name the capital city of the nether lands"]
    )

    assert [names(hits) for hits in found] == [[("n1", 7)], []]
    assert [(left.item, left.part) for left in index().untestable] == [("tiny", "prompt"), ("q1", "answer")]
    assert index().untestable[0].reason == "too short: 1 words, 4 needed"


def test_scripts_without_spaces() -> None:
    found = index().scan([f"次の質問に答えてください。{JAPANESE}？", "日本で一番長い川の名前は何ですか"])

    assert [names(hits) for hits in found] == [[("j1", 13)], []]


def test_a_template_proves_nothing_but_what_follows_it_does() -> None:
    template = "The following is a multiple choice question with answers about general knowledge please choose well"
    items = [Item("quiz", str(number), f"{template} topic{number} about item{number}") for number in range(20)]
    strict, lenient = BenchmarkIndex(items), BenchmarkIndex(items, template_items=None)

    row = [f"{template} something else entirely"]
    assert strict.scan(row) == [[]]
    assert len(lenient.scan(row)[0]) == 20
    assert strict.template_ngrams > 0
    # Its 8-grams all stand in the template or are its own; the run of 13 that ends in "topic3" is its own.
    assert names(strict.scan([items[3].text])[0]) == [("3", 13)]


def test_the_same_question_many_times_is_no_template() -> None:
    items = [Item("variants", str(number), QUESTION) for number in range(20)]

    assert len(BenchmarkIndex(items).scan([QUESTION])[0]) == 20


def test_allowed_texts_are_never_hits() -> None:
    assert index(allowed=[SEVEN.upper()]).scan([SEVEN]) == [[]]


def test_shares_proofs_and_the_alarm_of_a_whole_source() -> None:
    items = [Item("facts", f"i{n}", f"fact number {n} says that river {n * 7} is long indeed") for n in range(100)]
    scan = ContaminationScan(BenchmarkIndex(items))
    scan.add([(f"a{n}", "bad.jsonl", items[n].text.upper()) for n in range(3)])
    found = scan.add(
        [("b0", "good.jsonl", items[0].text), ("b1", "good.jsonl", f"see: {items[1].text}"), ("b2", "good.jsonl", "")]
    )

    assert [len(hits) for hits in found] == [1, 1, 0]
    assert scan.rows == 6
    assert [(proof.row, proof.hit.item) for proof in scan.proofs] == [
        *[("a0", "i0"), ("a1", "i1"), ("a2", "i2")],
        *[("b0", "i0"), ("b1", "i1")],
    ]
    assert [tuple(share) for share in scan.shares()] == [
        ("bad.jsonl", "facts", 3, 100, 0.03, True),
        ("good.jsonl", "facts", 2, 100, 0.02, False),
    ]


def naive(items: list[str], row: str) -> set[int]:
    """The three rules written out with sets of word tuples."""
    tokens = row.split()

    def grams(words: list[str], n: int) -> set[tuple[str, ...]]:
        return {tuple(words[start : start + n]) for start in range(len(words) - n + 1)}

    found = set()
    for number, item in enumerate(items):
        words = item.split()
        if grams(words, 13) & grams(tokens, 13):
            found.add(number)
            continue
        n = min(8, len(words))
        covered = set()
        for start in range(len(words) - n + 1):
            if tuple(words[start : start + n]) in grams(tokens, n):
                covered |= set(range(start, start + n))
        if len(covered) / len(words) > 0.5:
            found.add(number)
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_against_the_rules_written_out(seed: int) -> None:
    random_ = random.Random(seed)
    vocabulary = ["ab", "cd"] if seed % 2 else [f"w{n}" for n in range(40)]
    items = [" ".join(random_.choices(vocabulary, k=random_.randint(4, 24))) for _ in range(5)]
    rows = []
    for _ in range(4):
        taken = random_.choice(items).split()
        begin = random_.randrange(len(taken))
        rows.append(
            " ".join([*random_.choices(vocabulary, k=6), *taken[begin : begin + random_.randint(4, 20)], "end"])
        )
    found = BenchmarkIndex([Item("x", str(n), text) for n, text in enumerate(items)], template_items=None).scan(rows)

    assert [{int(hit.item) for hit in hits} for hits in found] == [naive(items, row) for row in rows]


def test_one_foreign_character_changes_no_other_word() -> None:
    assert names(index().scan([f"x-5 3.14 naïve {QUESTION} café 東京"])[0]) == [("q1", 13)]
    decimals = BenchmarkIndex([Item("maths", "pi", "round 3.14159 to two decimal places, e.g. 3.1")])
    assert len(decimals.scan(["Café: round 3.14159 to two decimal places, e.g. 3.1"])[0]) == 1


def test_scanning_in_batches_changes_nothing() -> None:
    rows = [QUESTION, "nothing here", SEVEN, "", TWELVE]
    whole = index()

    assert whole.scan(rows) == [hits for row in rows for hits in whole.scan([row])]
