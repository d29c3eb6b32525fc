"""The data card: what is in a snapshot, where it comes from, and what it cannot be used for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import duckdb

from curation.datasets.reading import part_urls
from curation.models import DatasetVersion, Signal, Snapshot
from curation.signals.choices import SignalState
from curation.snapshots.judges import judge_sentences

_LENGTHS = """
SELECT count(*), count(DISTINCT hash(prompt)),
       avg(length(chosen.content)), avg(length(rejected.content)),
       avg((length(chosen.content) > length(rejected.content))::INT),
       avg(strength), avg(votes), avg((len(prompt) > 1)::INT),
       avg(agreement) FILTER (WHERE votes > 1), count(*) FILTER (WHERE votes > 1)
  FROM read_parquet($pairs)
"""
_KEPT_SOURCES = "SELECT source, count(*) FROM read_parquet($pairs) GROUP BY source ORDER BY 2 DESC, 1"
_LICENCES = """
SELECT coalesce(json_extract_string(metadata, '$.license'), json_extract_string(metadata, '$.licence')) AS licence,
       count(*)
  FROM read_parquet($parts) WHERE metadata LIKE '%licen_e%' GROUP BY licence ORDER BY 2 DESC, 1 LIMIT 20
"""
_SOURCES = """
SELECT label.source, count(*), count(*) FILTER (WHERE label.annotator LIKE 'simulated%')
  FROM (SELECT unnest(labels) AS label FROM read_parquet($parts)) GROUP BY ALL ORDER BY ALL
"""


def card_facts(cursor: duckdb.DuckDBPyConnection, version: DatasetVersion, pairs_url: str) -> dict[str, Any]:
    """The measured part of the card, taken while freezing."""
    lengths = ("chosen_chars", "rejected_chars", "chosen_longer")
    names = ("pairs", "prompts", *lengths, "strength", "votes", "multi_turn", "agreement", "several_votes")
    row = cursor.execute(_LENGTHS, {"pairs": [pairs_url]}).fetchone() or ()
    parts = {"parts": part_urls(version)}
    sources = cursor.execute(_SOURCES, parts).fetchall()
    licences = cursor.execute(_LICENCES, parts).fetchall()
    return {
        **dict(zip(names, row, strict=False)),
        "kept_sources": dict(cursor.execute(_KEPT_SOURCES, {"pairs": [pairs_url]}).fetchall()),
        "licences": {licence: count for licence, count in licences if licence},
        "label_sources": {source: count for source, count, _ in sources},
        "simulated_labels": sum(simulated for *_, simulated in sources),
    }


def card_proofs(version: DatasetVersion) -> dict[str, list[str]]:
    """What signals say of copies, test sets and personal data, and which judges had a say, a sentence each."""
    copies: dict[str, Callable[[Signal], str]] = {
        "duplicates": _of_duplicates,
        "semantic_duplicates": _of_like_meaning,
        "contamination": _of_overlap,
        "semantic_contamination": _of_overlap,
    }
    return {
        "proofs": _sentences(version, copies),
        "personal_data": _sentences(version, {"personal_data": _of_personal_data}),
        "judges": judge_sentences(version),
    }


def _sentences(version: DatasetVersion, said: dict[str, Callable[[Signal], str]]) -> list[str]:
    ready = Signal.objects.filter(dataset_version=version, state=SignalState.READY, kind__in=said)
    return [said[signal.kind](signal) for signal in ready.order_by("pk")]


def _of_duplicates(signal: Signal) -> str:
    found = signal.provenance
    return (
        f"Duplicates (signal {signal.pk}): {found['rows_in_larger_groups']:,} rows share a near-duplicate "
        f"prompt with another, {found['copied_rows']:,} are copies, "
        f"{found['contradictory_rows']:,} of them with opposite labels."
    )


def _of_like_meaning(signal: Signal) -> str:
    found = signal.provenance
    return (
        f"Duplicates in meaning (signal {signal.pk}): {found['duplicates']:,} prompts mean the same as another, by a "
        f"cosine above {found['threshold']:g}."
    )


def _of_overlap(signal: Signal) -> str:
    found = signal.provenance
    overlap = "overlap" if signal.kind == "contamination" else "overlap in meaning"
    return (
        f"Test-set {overlap} with {found['test_set']} (signal {signal.pk}, hash "
        f"`{found['test_set_hash'][:12]}`): {found['proofs_found']:,} matches "
        f"in {found['rows_scanned']:,} rows, "
        f"{found['share_of_test_items']:.1%} of the test items"
        f"{' — more than a benchmark should share with its training data' if found['alarm'] else ''}."
    )


def _of_personal_data(signal: Signal) -> str:
    found = signal.provenance
    where = [
        f"{_counted(found[name]) or 'nothing'} in {title}"
        for name, title in (("in_responses", "responses"), ("in_prompts", "prompts"))
    ]
    return f"By their form (signal {signal.pk}): {'; '.join(where)}. Names of people are not recognised."


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in counts.items())


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
    kept = ", ".join(f"{count:,} {source}" for source, count in facts["kept_sources"].items())
    licences = ", ".join(f"{licence} ({count:,})" for licence, count in facts["licences"].items())
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
| Labels the kept pairs rest on | {kept or "none"} |
| Licences stated in the rows | {licences or "none stated"} |

## What the recipe did

Of {counts["in"]:,} labelled pairs {counts["kept"]:,} were kept, {counts["dropped"]:,} dropped and
{counts["review"]:,} set aside for review.

| Step | In | Kept | Dropped | Review | Why |
|---|--:|--:|--:|--:|---|
{funnel}

## What is in it

{_contents(facts)}

## AI judges

{_listed(facts["judges"], "No judge gave a label or a draft in this version")}

## Copies and test sets

{_listed(facts["proofs"], "Near-duplicates and overlap with test sets were not looked for")}

## Personal data and credentials

{_listed(facts["personal_data"], "They were not looked for")}

## Known limits

{_limits(facts)}

## Steps, exactly

```json
{json.dumps(snapshot.steps, indent=2)}
```
"""


def _reasons(reasons: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in reasons.items())


def _contents(facts: dict[str, Any]) -> str:
    if not facts["pairs"]:
        return (
            "No pairs: nobody compared two responses. What people and judges said of single responses is all there is."
        )
    return f"""| | |
|---|--:|
| Mean strength of preference (0–3) | {facts["strength"]:.2f} |
| Mean votes a pair | {facts["votes"]:.2f} |
| Agreement with the mean vote, pairs with several | {_agreement(facts)} |
| Labels turned round, softened, re-weighted | {facts["flipped"]:,}, {facts["softened"]:,}, {facts["reweighted"]:,} |
| Multi-turn prompts | {facts["multi_turn"]:.0%} |
| Mean length of chosen, characters | {facts["chosen_chars"]:,.0f} |
| Mean length of rejected, characters | {facts["rejected_chars"]:,.0f} |
| Pairs whose chosen side is longer | {facts["chosen_longer"]:.0%} |"""


def _limits(facts: dict[str, Any]) -> str:
    if not facts["pairs"]:
        return "- It can only be exported in formats that read marks, steps, judgments, ratings or rankings."
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
    if facts["agreement"] is not None and facts["agreement"] < 0.7:
        limits.append(f"- People disagree often: only {facts['agreement']:.0%} of votes are on the side of the mean.")
    if facts["flipped"]:
        limits.append("- Labels were turned round automatically; look at them before you trust what was trained.")
    return "\n".join(limits) or "- None that these figures show."


def _agreement(facts: dict[str, Any]) -> str:
    if facts["agreement"] is None:
        return "no pair has several votes"
    return f"{facts['agreement']:.0%} ({facts['several_votes']:,} pairs)"


def _listed(sentences: list[str], otherwise: str) -> str:
    if not sentences:
        return f"{otherwise}: compute these signals and freeze again."
    return "\n".join(f"- {sentence}" for sentence in sentences)
