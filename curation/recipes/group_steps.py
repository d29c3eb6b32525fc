"""Steps that look at many pairs at once: each is a statement that names the pairs still kept which it drops.

A lot is drawn by md5 over the pair's own id and the seed, so the same pairs and seed always give the same draw, on any
machine and whatever else is in the version.
"""

from __future__ import annotations

from typing import Any

from curation.domain.recipe_steps import DEFAULT_PRECEDENCE, DedupStep, LengthMatchStep, SelectStep
from curation.models import Signal
from curation.recipes.measures import term_of

Statement = tuple[str, dict[str, Any], str]
_LOT = "md5(u::VARCHAR || ':' || $seed::VARCHAR)"


def dedup_statement(step: DedupStep, signals: dict[int, Signal], rows: str) -> Statement:
    """All but the best pairs of each group: people's labels before machines', clear before weak."""
    group = term_of(step.group, signals).sql
    sql = f"""
        SELECT i FROM {rows} WHERE code = 0 AND {group} IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY {group}
            ORDER BY list_position($sources::VARCHAR[], source) NULLS LAST, strength DESC NULLS LAST, i
        ) > $keep
    """  # noqa: S608
    return sql, {"sources": list(DEFAULT_PRECEDENCE), "keep": step.keep}, "duplicate"


def length_match_statement(step: LengthMatchStep, signals: dict[int, Signal], rows: str) -> Statement:
    """In each bin of the size of the length difference, what one side has more of than the other; drawn by lot."""
    difference = term_of(step.length, signals).sql
    sql = f"""
        WITH kept AS (
            SELECT i, {difference} AS difference, {_LOT} AS lot FROM {rows} WHERE code = 0
        ), binned AS (
            SELECT *, ntile($bins) OVER (ORDER BY abs(difference), i) AS bin FROM kept WHERE difference <> 0
        ), counted AS (
            SELECT *, count(*) FILTER (WHERE difference > 0) OVER (PARTITION BY bin) AS longer,
                   count(*) FILTER (WHERE difference < 0) OVER (PARTITION BY bin) AS shorter,
                   row_number() OVER (PARTITION BY bin, difference > 0 ORDER BY lot, i) AS place
              FROM binned
        )
        SELECT i FROM counted WHERE place > least(longer, shorter)
    """  # noqa: S608
    return sql, {"bins": step.bins, "seed": step.seed}, "length_unbalanced"


def select_statement(step: SelectStep, signals: dict[int, Signal], rows: str) -> Statement:
    """What a budget leaves out. With groups, each gives in turn its next best until the budget is full."""
    params: dict[str, Any] = {"budget": step.budget}
    if step.by is None:
        order, params["seed"] = f"{_LOT}, i", step.seed
    else:
        order = f"{term_of(step.by, signals).sql} DESC, i"
    if step.group is None:
        sql = f"SELECT i FROM {rows} WHERE code = 0 QUALIFY row_number() OVER (ORDER BY {order}) > $budget"  # noqa: S608
        return sql, params, "over_budget"
    group = term_of(step.group, signals).sql
    capped = ""
    if step.cap is not None:
        params["cap"] = max(1, int(step.budget * step.cap))
        capped = "WHERE turn <= $cap"
    sql = f"""
        WITH kept AS (
            SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM {rows} WHERE code = 0
        ), turns AS (
            SELECT i, place, row_number() OVER (PARTITION BY {group} ORDER BY place) AS turn FROM kept
        ), chosen AS (
            SELECT i FROM turns {capped} ORDER BY turn, place LIMIT $budget
        )
        SELECT i FROM turns WHERE i NOT IN (SELECT i FROM chosen)
    """  # noqa: S608
    return sql, params, "over_budget"
