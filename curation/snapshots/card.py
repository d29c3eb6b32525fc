"""The data card: what is in a snapshot, where it comes from, and what it cannot be used for."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from curation.datasets.reading import part_urls
from curation.models import DatasetVersion, Snapshot

_LENGTHS = """
SELECT count(*), count(DISTINCT hash(prompt)),
       avg(length(chosen.content)), avg(length(rejected.content)),
       avg((length(chosen.content) > length(rejected.content))::INT),
       avg(strength), avg(votes), avg((len(prompt) > 1)::INT)
  FROM read_parquet($pairs)
"""
_SOURCES = """
SELECT label.source, count(*), count(*) FILTER (WHERE label.annotator LIKE 'simulated%')
  FROM (SELECT unnest(labels) AS label FROM read_parquet($parts)) GROUP BY ALL ORDER BY ALL
"""


def card_facts(cursor: duckdb.DuckDBPyConnection, version: DatasetVersion, pairs_url: str) -> dict[str, Any]:
    """The measured part of the card, taken while freezing."""
    names = ("pairs", "prompts", "chosen_chars", "rejected_chars", "chosen_longer", "strength", "votes", "multi_turn")
    row = cursor.execute(_LENGTHS, {"pairs": [pairs_url]}).fetchone() or ()
    sources = cursor.execute(_SOURCES, {"parts": part_urls(version)}).fetchall()
    return {
        **dict(zip(names, row, strict=False)),
        "label_sources": {source: count for source, count, _ in sources},
        "simulated_labels": sum(simulated for *_, simulated in sources),
    }


def card_markdown(snapshot: Snapshot, result: dict[str, Any]) -> str:
    """The card as markdown, from the snapshot and what `freeze` returned."""
    facts, counts, splits = result["facts"], result["counts"], result["splits"]
    version = snapshot.dataset_version
    funnel = "\n".join(
        f"| {step['title']} | {step['in']:,} | {step['kept']:,} | {step['dropped']:,} | {step['review']:,} | "
        f"{_reasons(step['reasons'])} |"
        for step in result["funnel"]
    )
    sources = ", ".join(f"{count:,} {source}" for source, count in facts["label_sources"].items())
    return f"""# {snapshot.name}

{counts["kept"]:,} preference pairs over {facts["prompts"]:,} prompts: {splits["train"]:,} for training,
{splits["test"]:,} for testing, split by prompt (seed {snapshot.seed}).

## Where it comes from

| | |
|---|---|
| Dataset | {version.dataset.name}, version {version.number} ({version.rows:,} records) |
| Version hash | `{version.content_hash}` |
| Recipe | {snapshot.recipe.name} |
| Snapshot hash | `{result["content_hash"]}` |
| Labels in the version | {sources or "none"} |

## What the recipe did

Of {counts["in"]:,} labelled pairs {counts["kept"]:,} were kept, {counts["dropped"]:,} dropped and
{counts["review"]:,} set aside for review.

| Step | In | Kept | Dropped | Review | Why |
|---|--:|--:|--:|--:|---|
{funnel}

## What is in it

| | |
|---|--:|
| Mean strength of preference (0–3) | {facts["strength"]:.2f} |
| Mean votes a pair | {facts["votes"]:.2f} |
| Multi-turn prompts | {facts["multi_turn"]:.0%} |
| Mean length of chosen, characters | {facts["chosen_chars"]:,.0f} |
| Mean length of rejected, characters | {facts["rejected_chars"]:,.0f} |
| Pairs whose chosen side is longer | {facts["chosen_longer"]:.0%} |

## Known limits

{_limits(facts)}

## Steps, exactly

```json
{json.dumps(snapshot.steps, indent=2)}
```
"""


def _reasons(reasons: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in reasons.items())


def _limits(facts: dict[str, Any]) -> str:
    limits = []
    if facts["simulated_labels"]:
        limits.append(
            f"- {facts['simulated_labels']:,} labels of the version come from **simulated annotators**; "
            "this is demonstration data."
        )
    if abs(facts["chosen_longer"] - 0.5) > 0.15:
        direction = "longer" if facts["chosen_longer"] > 0.5 else "shorter"
        limits.append(
            f"- The chosen side is {direction} in {max(facts['chosen_longer'], 1 - facts['chosen_longer']):.0%} of the "
            "pairs; a model may learn length instead of quality."
        )
    if facts["votes"] < 2:
        limits.append("- Most pairs rest on a single vote, so label noise is not averaged out.")
    limits.append("- Near-duplicates and overlap with benchmarks were not looked for.")
    return "\n".join(limits)
