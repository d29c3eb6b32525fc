"""Near duplicates in 200,000 short texts, beside datasketch's own loop: `python -m tests.benchmarks.curation_minhash`.

Both cut the same normal form into the same word 5-grams, sketch them with 112 hashes, meet in 14 bands of 8 rows and
verify candidates by their true Jaccard similarity. Recall is of planted near copies; each is timed from the texts to
the clusters, side by side in one process. `--peer-rows` measures the peer on fewer texts and scales its time up.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import numpy as np
from datasketch import MinHash, MinHashLSH

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from curation.text.minhash import BANDS, ROWS
from curation.text.near_duplicates import JACCARD, near_duplicates
from curation.text.normalise import normalised
from tests.benchmarks.output import emit


def corpus(rows: int, seed: int) -> tuple[list[str], list[tuple[int, int]]]:
    """Texts of 25 to 60 words, one in forty of them a copy of another with its last word changed."""
    random_ = random.Random(seed)
    vocabulary = [f"{a}{b}" for a in ("pre", "con", "un", "re", "in", "ex", "over") for b in range(3000)]
    texts = [f"{' '.join(random_.choices(vocabulary, k=random_.randint(25, 60)))}." for _ in range(rows)]
    copies = rows // 40
    pairs = []
    for place in range(rows - copies, rows):
        original = random_.randrange(rows - copies)
        texts[place] = f"{texts[original].rsplit(' ', 1)[0].capitalize()}, changed"
        pairs.append((original, place))
    return texts, pairs


def ours(texts: list[str]) -> list[int]:
    found: list[int] = near_duplicates(texts, seed=0).cluster.tolist()
    return found


def theirs(texts: list[str]) -> list[int]:
    """What datasketch's documentation shows: a sketch a text, query, verify, insert; then connected components."""
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    sets: list[frozenset[bytes]] = []
    parent = list(range(len(texts)))

    def root(place: int) -> int:
        while parent[place] != place:
            place = parent[place]
        return place

    for place, text in enumerate(texts):
        words = normalised(text).encode().split()
        grams = frozenset(b" ".join(words[start : start + 5]) for start in range(max(1, len(words) - 4)))
        sketch = MinHash(num_perm=BANDS * ROWS, seed=1)
        sketch.update_batch(grams)
        for other in index.query(sketch):
            if len(grams & sets[other]) / len(grams | sets[other]) >= JACCARD:
                low, high = sorted((root(other), root(place)))
                parent[high] = low
        index.insert(place, sketch)
        sets.append(grams)
    return [root(place) for place in range(len(texts))]


def measure(rows: int, peer_rows: int, seed: int = 0) -> None:
    texts, pairs = corpus(rows, seed)
    fewer, fewer_pairs = (texts, pairs) if peer_rows >= rows else corpus(peer_rows, seed)
    near_duplicates(texts[:1000], seed=0)
    began = time.perf_counter()
    mine = ours(texts)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    peer = theirs(fewer)
    peer_seconds = (time.perf_counter() - began) * rows / len(fewer)
    recall = float(np.mean([mine[a] == mine[b] for a, b in pairs]))
    peer_recall = float(np.mean([peer[a] == peer[b] for a, b in fewer_pairs]))
    emit(
        "minhash_speedup_vs_peer",
        peer_seconds / seconds,
        "x",
        rows=rows,
        peer="datasketch 2.0.0",
        peer_rows=len(fewer),
        seconds=round(seconds, 2),
        peer_seconds=round(peer_seconds, 2),
        texts_per_s=round(rows / seconds),
        recall=round(recall, 4),
        peer_recall=round(peer_recall, 4),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--peer-rows", type=int, default=200_000)
    # Called by bench_curation too, whose own arguments name parts.
    options, _ = parser.parse_known_args()
    measure(options.rows, options.peer_rows)


if __name__ == "__main__":
    main()
