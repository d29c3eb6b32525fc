"""The pairs a lab run is made of, as DuckDB finds them: what raw labels and recipes keep, by prompt, and the gold.

A pair belongs to the gold by its prompt alone, so no prompt is trained on and judged by. Where a pool is larger than
the lab uses, it is cut by a lot of its prompts, the same lot for all: pools that share prompts still share them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
import orjson
import pyarrow.parquet as pq

from curation.datasets.engine import duck
from curation.datasets.reading import part_urls
from curation.lab.choices import GoldSource
from curation.models import DatasetVersion
from curation.recipes.compile import CompiledRecipe, decided
from webapp.store.cache import cache_writer, is_cached
from webapp.store.files import store

# In a record's metadata: true where every label of the record was turned round on purpose, false where they stand.
PLANTED_KEY = "planted_flip"
# Pairs of one arm; minutes on a processor, not hours.
MAX_PAIRS = 20_000
# Changes when the same rows would give other facts.
BUILD = 1
ROWS_PER_GROUP = 65_536

# Prompts are the same when they say the same, turn after turn, as for the folds of the heads.
_PROMPTS = """
WITH records AS (
    SELECT record_id, md5(array_to_string(list_transform(prompt, lambda m: m.content), chr(10) || chr(10))) AS prompt,
           try_cast(json_extract_string(metadata, '$.' || $planted) AS BOOLEAN) AS planted,
           len(list_filter(labels, lambda l: l.source = 'adjudicated' AND l.value <> 0)) > 0 AS judged
      FROM read_parquet($parts)
)
SELECT record_id, prompt, planted, bool_or(judged) OVER (PARTITION BY prompt) AS adjudicated
  FROM records ORDER BY record_id
"""
_DRAWN = "(('0x' || md5(concat_ws(chr(29), $seed::VARCHAR, '{what}', prompt))[:15])::BIGINT / 1152921504606846976.0)"
_GOLD = {GoldSource.HELD_OUT: f"{_DRAWN.format(what='gold')} < $fraction", GoldSource.ADJUDICATED: "adjudicated"}
_KEPT = """
CREATE OR REPLACE TEMP TABLE kept AS
SELECT ids.pair_id, ids.record_id, ids.a, ids.b, ids.aspect, ids.source, decided.dir::INTEGER AS dir,
       decided.soft::DOUBLE AS soft, decided.weight::DOUBLE AS weight, prompt, planted, {gold} AS gold, {lot} AS lot
  FROM decided JOIN read_parquet($pairs) AS ids USING (i) JOIN read_parquet($prompts) AS prompts USING (record_id)
 WHERE code = 0 AND ({gold} OR {half})
"""


class PoolPair(NamedTuple):
    """A pair of a pool. `dir` 1 says b is better, −1 a; `soft` is the probability that the better side is better."""

    record_id: str
    a: str
    b: str
    dir: int
    soft: float
    weight: float


@dataclass(frozen=True)
class GoldSplit:
    """Which prompts are held out: those that hold an adjudicated label, or a share drawn by lot."""

    source: GoldSource
    fraction: float | None
    seed: int


@dataclass(frozen=True)
class Counts:
    """Pairs outside the gold prompts, and on how many prompts they lie."""

    pairs: int
    prompts: int


@dataclass(frozen=True)
class Pool:
    """What a recipe keeps, as the temporary table `kept` on this cursor; every row has a better side."""

    cursor: duckdb.DuckDBPyConnection
    split: GoldSplit

    def counts(self, condition: str = "true") -> Counts:
        row = self.cursor.execute(
            f"SELECT count(*), count(DISTINCT prompt) FROM kept WHERE NOT gold AND {condition}"  # noqa: S608
        ).fetchone()
        return Counts(*(row or (0, 0)))

    def pairs(self, condition: str = "true") -> list[PoolPair]:
        """Pairs outside the gold prompts, at most MAX_PAIRS; `condition` is one of our own."""
        return self._pairs(f"SELECT * FROM kept WHERE NOT gold AND {condition}", {})  # noqa: S608

    def drawn(self, number: int, salt: int) -> list[PoolPair]:
        """As many of them, drawn by lot: what a recipe would be that looks at nothing."""
        lot = "md5(concat_ws(chr(29), $seed::VARCHAR, $salt::VARCHAR, pair_id))"
        return self._pairs(
            f"SELECT * FROM kept WHERE NOT gold ORDER BY {lot}, pair_id LIMIT $number",  # noqa: S608
            {"seed": self.split.seed, "salt": salt, "number": number},
        )

    def gold_sources(self) -> dict[str, int]:
        """How many gold pairs rest on which source of labels."""
        rows = self.cursor.execute("SELECT source, count(*) FROM kept WHERE gold GROUP BY source").fetchall()
        return dict(rows)

    def gold_pairs(self, sources: list[str]) -> list[tuple[PoolPair, bool]]:
        """Gold pairs of these sources, at most MAX_PAIRS, and whether their label was turned round on purpose."""
        rows = self.cursor.execute(
            "SELECT record_id, a, b, dir, soft, weight, coalesce(planted, false) FROM kept"
            " WHERE gold AND list_contains($sources::VARCHAR[], source) ORDER BY lot, pair_id LIMIT $most",
            {"sources": sources, "most": MAX_PAIRS},
        ).fetchall()
        return [(PoolPair(*row[:-1]), row[-1]) for row in rows]

    def aspects(self) -> int:
        row = self.cursor.execute("SELECT count(DISTINCT coalesce(aspect, '')) FROM kept").fetchone()
        return int(row[0]) if row else 0

    def _pairs(self, statement: str, params: dict[str, Any]) -> list[PoolPair]:
        rows = self.cursor.execute(
            f"SELECT record_id, a, b, dir, soft, weight FROM ({statement}) ORDER BY lot, pair_id LIMIT $most",  # noqa: S608
            {**params, "most": MAX_PAIRS},
        ).fetchall()
        return [PoolPair(*row) for row in rows]


@contextmanager
def pool(
    recipe: CompiledRecipe, version: DatasetVersion, split: GoldSplit, *, half: int | None = None
) -> Iterator[Pool]:
    """Run a recipe; inside the block what it keeps can be counted and read.

    `half` is the seed of a half of the prompts: of the pairs outside the gold only those are there.
    """
    prompts = _prompts_file(version)
    with decided(recipe) as found:
        found.cursor.execute(
            _KEPT.format(gold=_GOLD[split.source], lot=_DRAWN.format(what="cut"), half=_half(half)),
            {"pairs": found.pairs_file(), "prompts": prompts, "seed": split.seed, **_gold_params(split)},
        )
        yield Pool(found.cursor, split)


def records_outside(version: DatasetVersion, split: GoldSplit, *, half: int) -> frozenset[str]:
    """Ids of the records that no head of this half may learn from: on gold prompts, or on the other half's."""
    params = {"prompts": _prompts_file(version), **_gold_params(split)}
    # Numbers of our own are formatted in; a half is drawn by its own seed, apart from the gold's.
    condition = f"{_GOLD[split.source]} OR NOT {_half(half)}"
    with duck() as cursor:
        rows = cursor.execute(
            f"SELECT record_id FROM read_parquet($prompts) WHERE {condition}",  # noqa: S608
            params,
        ).fetchall()
    return frozenset(record_id for (record_id,) in rows)


def _half(seed: int | None) -> str:
    if seed is None:
        return "true"
    return f"{_DRAWN.format(what='half').replace('$seed', str(int(seed)))} < 0.5"


def _gold_params(split: GoldSplit) -> dict[str, Any]:
    return {"seed": split.seed, "fraction": split.fraction} if split.source == GoldSource.HELD_OUT else {}


def _prompts_file(version: DatasetVersion) -> str:
    """Address of a version's prompts by record, written if it is not there: record_id, prompt, planted, adjudicated."""
    facts = orjson.dumps([BUILD, version.content_hash, version.parts])
    key = f"cache/prompts/{hashlib.sha256(facts).hexdigest()}.parquet"
    if not is_cached(key):
        with duck() as cursor:
            rows = cursor.sql(_PROMPTS, params={"parts": part_urls(version), "planted": PLANTED_KEY})
            reader = rows.to_arrow_reader(ROWS_PER_GROUP)
            with cache_writer(key) as file, pq.ParquetWriter(file, reader.schema, compression="zstd") as out:
                for batch in reader:
                    out.write_batch(batch)
    return store().url(key)
