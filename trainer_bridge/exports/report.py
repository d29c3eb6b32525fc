"""What the snapshot says of its own pairs, for whoever trains on an export (METHODS §18, end)."""

from __future__ import annotations

from typing import Any

from curation.datasets.engine import duck
from curation.models import Snapshot
from curation.snapshots.card import card_facts, card_proofs
from webapp.store.files import store

_MEASURED = ("pairs", "prompts", "strength", "votes", "agreement", "multi_turn", "chosen_longer")


def report_of(snapshot: Snapshot) -> dict[str, Any]:
    """Numbers of the kept pairs, where their labels and their licences come from, and what signals proved.

    `funnel` is that of the recipe; shares lie in 0…1, strength in 0…3.
    """
    version = snapshot.dataset_version
    report: dict[str, Any] = {
        "dataset": {"name": version.dataset.name, "version": version.number, "content_hash": version.content_hash},
        "counts": snapshot.counts,
        "funnel": snapshot.funnel,
        "splits": snapshot.splits,
        "seed": snapshot.seed,
    }
    if not version.parts:
        return report
    with duck() as cursor:
        facts = card_facts(cursor, version, store().url(snapshot.pairs_key))
    return {
        **report,
        **{name: _rounded(facts[name]) for name in _MEASURED},
        "label_sources": facts["kept_sources"],
        "licences": facts["licences"],
        "simulated_labels": facts["simulated_labels"],
        **card_proofs(version),
    }


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
