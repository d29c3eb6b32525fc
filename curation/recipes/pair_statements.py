"""The statements that make pairs from labels or ratings, and put signals' columns beside them.

Every value is a bound parameter; what is formatted in are names and numbers of our own.
"""

from __future__ import annotations

from typing import Any

from curation.datasets.predicates import SqlParams, predicate_parse, predicate_sql
from curation.domain.recipe_steps import LabelsStep, MakePairsStep

_LABELS = """
WITH labels AS (
    SELECT record_id, list_position($parts::VARCHAR[], filename) - 1 AS part, file_row_number AS row,
           unnest(labels) AS label
      FROM read_parquet($parts, filename = true, file_row_number = true)
)"""
# Judges that agree with people: the lower end of Wilson's interval over pairs on which people prefer a side.
_PROVEN = """, people AS (
    SELECT record_id, label.a AS a, label.b AS b, label.aspect AS aspect, sign(avg(label.value)) AS side
      FROM labels WHERE label.source IN ('human', 'adjudicated')
     GROUP BY ALL HAVING avg(label.value) <> 0
), compared AS (
    SELECT coalesce(label.annotator, '') AS judge, count(*)::DOUBLE AS n,
           avg((coalesce(sign(label.value), 0) = people.side)::INTEGER) AS p
      FROM labels JOIN people ON people.record_id = labels.record_id AND people.a = label.a AND people.b = label.b
       AND people.aspect IS NOT DISTINCT FROM label.aspect
     WHERE label.source = 'judge' GROUP BY 1
), proven AS (
    SELECT judge FROM compared
     WHERE (p + 1.9207 / n - 1.96 * sqrt(p * (1 - p) / n + 0.9604 / (n * n))) / (1 + 3.8416 / n) >= $judge_bound
)"""
_IS_UNPROVEN = "label.source = 'judge' AND coalesce(label.annotator, '') NOT IN (SELECT judge FROM proven)"
# Labels of the most trusted source that has any, one verdict a pair and aspect. A pair all of whose labels say
# "both bad" has no value. `agreement` is the share of these labels on the side of the mean.
_VERDICTS = """, placed AS (
    SELECT *, {unproven} AS unproven, list_position($precedence::VARCHAR[], label.source) AS place FROM labels
), ranked AS (
    SELECT record_id, part, row, label.a AS a, label.b AS b, label.aspect AS aspect, label.value AS value,
           unproven, place, CASE WHEN NOT unproven THEN nullif(place, 0) END AS rank
      FROM placed
), trusted AS (
    SELECT *, min(rank) OVER (PARTITION BY record_id, a, b, aspect) AS best FROM ranked
), verdicts AS (
    SELECT record_id, a, b, aspect, any_value(part) AS part, any_value(row) AS row, any_value(best) AS best,
           bool_or(unproven AND place > 0) AS unproven,
           count(*) FILTER (WHERE rank = best) AS votes,
           avg(value) FILTER (WHERE rank = best) AS value,
           count(*) FILTER (WHERE rank = best AND value > 0) AS for_b,
           count(*) FILTER (WHERE rank = best AND value < 0) AS for_a
      FROM trusted GROUP BY record_id, a, b, aspect
)"""
# With weights the aspects of a pair are one preference; "" names the overall one.
_COMBINED = """, weighted AS (
    SELECT *, ($weights::DOUBLE[])[nullif(list_position($aspects::VARCHAR[], coalesce(aspect, '')), 0)] AS weight
      FROM verdicts
), combined AS (
    SELECT record_id, a, b, NULL::VARCHAR AS aspect, any_value(part) AS part, any_value(row) AS row,
           min(best) FILTER (WHERE weight > 0) AS best, bool_or(unproven AND weight > 0) AS unproven,
           coalesce(sum(votes) FILTER (WHERE weight > 0), 0)::BIGINT AS votes,
           sum(weight * value) / nullif(sum(weight) FILTER (WHERE value IS NOT NULL), 0) AS value,
           coalesce(sum(for_b) FILTER (WHERE weight > 0), 0) AS for_b,
           coalesce(sum(for_a) FILTER (WHERE weight > 0), 0) AS for_a
      FROM weighted GROUP BY record_id, a, b
)"""
_FACTS = """, pairs AS (
    SELECT md5(concat_ws('|', record_id, a, b, '=' || aspect)) AS pair_id, record_id, a, b, aspect,
           part::INTEGER AS part, row::BIGINT AS row, votes::BIGINT AS votes, value, abs(value) AS strength,
           greatest(for_a, for_b)::DOUBLE / nullif(votes, 0) AS agreement,
           {source} AS source, {unused} AS unused, {unproven} AS unproven
      FROM {verdicts}
)
SELECT (row_number() OVER (ORDER BY pair_id) - 1)::BIGINT AS i, ('0x' || pair_id[:15])::BIGINT AS u,
       pair_id, record_id, a, b, aspect, part, row, votes, value, strength, agreement, source, unused, unproven,
       CASE WHEN NOT unused THEN sign(value) END::TINYINT AS dir
  FROM pairs ORDER BY i
"""

_RATED = """
WITH responses AS (
    SELECT record_id, list_position($parts::VARCHAR[], filename) - 1 AS part, file_row_number AS row,
           unnest(responses) AS response
      FROM read_parquet($parts, filename = true, file_row_number = true)
), scored AS (
    {scores}
), ordered AS (
    SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY score DESC, response_id) AS place,
           row_number() OVER (PARTITION BY record_id ORDER BY md5(response_id || $seed::VARCHAR)) AS lot,
           count(*) OVER (PARTITION BY record_id) AS number
      FROM scored WHERE score IS NOT NULL
), couples AS (
    SELECT high.record_id, high.part, high.row, high.response_id AS best, low.response_id AS worse,
           high.score - low.score AS gap, high.place AS best_place, low.place AS worse_place, high.number AS number,
           min(low.lot) FILTER (WHERE high.score - low.score >= $gap)
               OVER (PARTITION BY high.record_id, high.response_id) AS first_lot, low.lot AS lot
      FROM ordered AS high JOIN ordered AS low ON high.record_id = low.record_id AND high.score > low.score
), chosen AS (
    SELECT *, 'scores' AS kind FROM couples WHERE gap >= $gap AND {which}
), verdicts AS (
    SELECT record_id, least(best, worse) AS a, greatest(best, worse) AS b, NULL::VARCHAR AS aspect, part, row,
           1 AS votes, CASE WHEN best > worse THEN gap ELSE -gap END AS value,
           (best > worse)::INT AS for_b, (best < worse)::INT AS for_a
      FROM chosen
)"""
_OWN_SCORES = """SELECT record_id, part, row, response.response_id AS response_id,
           list_avg(map_values(response.scores)) AS score FROM responses"""
_SIGNAL_SCORES = """SELECT responses.record_id, part, row, response.response_id AS response_id, rated.{column} AS score
      FROM responses LEFT JOIN read_parquet($rated) AS rated ON rated.record_id = responses.record_id
       AND rated.response_id = response.response_id AND rated.state = 'ok'"""
_WHICH = {
    "best_worst": "best_place = 1 AND worse_place = number",
    "best_random_lower": "best_place = 1 AND lot = first_lot",
    "best_each": "best_place = 1",
    "all": "true",
    "adjacent": "worse_place = best_place + 1",
}


def labelled_pairs(parts: list[str], step: LabelsStep) -> tuple[str, dict[str, Any]]:
    """Statement and parameters that give the labelled pairs of a version's parts."""
    params: dict[str, Any] = {"parts": parts, "precedence": list(step.precedence)}
    bounded = step.judge_bound is not None
    if bounded:
        params["judge_bound"] = step.judge_bound
    statement = _LABELS + (_PROVEN if bounded else "") + _VERDICTS.format(unproven=_IS_UNPROVEN if bounded else "false")
    verdicts = "verdicts"
    if step.aspect_weights:
        statement, verdicts = statement + _COMBINED, "combined"
        params["aspects"] = list(step.aspect_weights)
        params["weights"] = [float(weight) for weight in step.aspect_weights.values()]
    facts = _FACTS.format(
        source="($precedence::VARCHAR[])[best]",
        unused="best IS NULL",
        # Nobody else has said anything either.
        unproven="best IS NULL AND coalesce(unproven, false)",
        verdicts=verdicts,
    )
    return statement + facts, params


def rated_pairs(parts: list[str], step: MakePairsStep, rated: list[str] | None) -> tuple[str, dict[str, Any]]:
    """Statement and parameters that give pairs made from ratings: of a signal's files, or those in the rows."""
    params: dict[str, Any] = {"parts": parts, "gap": max(step.min_gap, 0.0), "seed": step.seed}
    if rated is None:
        scores = _OWN_SCORES
    else:
        scores = _SIGNAL_SCORES.format(column=_quoted(step.column))
        params["rated"] = rated
    statement = _RATED.format(scores=scores, which=_WHICH[step.how])
    return statement + _FACTS.format(source="'ratings'", unused="false", unproven="false", verdicts="verdicts"), params


def matching_pairs(parts: list[str], pairs: str, where: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Statement and parameters that give the numbers i of the pairs in the file `pairs` whose rows match a filter."""
    params = SqlParams()
    condition = predicate_sql(predicate_parse(where), params)
    statement = f"""
        SELECT i FROM read_parquet($pairs) AS pairs JOIN (
            SELECT list_position($parts::VARCHAR[], filename) - 1 AS part, file_row_number AS row
              FROM read_parquet($parts, filename = true, file_row_number = true, union_by_name = true)
             WHERE {condition}
        ) AS matching USING (part, row)"""  # noqa: S608 — only constants of this module and of predicates.py
    return statement, {**params.values, "pairs": [pairs], "parts": parts}


def signal_columns(signal_id: int, level: str, columns: list[dict[str, Any]]) -> tuple[str, str]:
    """What is selected and what is joined to have a signal's columns beside its pairs: see `column_name`."""
    table = f"signal_{signal_id}"
    if level == "response":
        sides = [
            f" LEFT JOIN read_parquet(${table}) AS {table}_{side} ON {table}_{side}.record_id = pairs.record_id"
            f" AND {table}_{side}.response_id = pairs.{side} AND {table}_{side}.state = 'ok'"
            for side in ("a", "b")
        ]
        names = "".join(
            f", {table}_{side}.{_quoted(column['name'])} AS {column_name(signal_id, column['name'], side)}"
            for column in columns
            for side in ("a", "b")
        )
        return names, "".join(sides)
    on = f"{table}.record_id = pairs.record_id AND {table}.state = 'ok'"
    if level == "pair":
        on += f" AND {table}.a = pairs.a AND {table}.b = pairs.b AND {table}.aspect IS NOT DISTINCT FROM pairs.aspect"
    names = "".join(
        f", {table}.{_quoted(column['name'])} AS {column_name(signal_id, column['name'])}" for column in columns
    )
    return names, f" LEFT JOIN read_parquet(${table}) AS {table} ON {on}"


def column_name(signal_id: int, column: str, side: str | None = None) -> str:
    """How a signal's column is called in the table of pairs; `side` is a or b for columns of responses."""
    return _quoted(f"s{int(signal_id)}_{column}" + (f"_{side}" if side else ""))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def value_of_pair(level: str) -> tuple[str, tuple[str, ...]]:
    """The statement that reads a signal's rows of one pair, and which of the pair's columns it wants."""
    where = {
        "response": ("record_id = $record_id AND response_id IN ($a, $b)", ("record_id", "a", "b")),
        "pair": (
            "record_id = $record_id AND a = $a AND b = $b AND aspect IS NOT DISTINCT FROM $aspect",
            ("record_id", "a", "b", "aspect"),
        ),
        "record": ("record_id = $record_id", ("record_id",)),
    }
    condition, wanted = where[level]
    return f"SELECT * FROM read_parquet($parts) WHERE {condition}", wanted  # noqa: S608 — our own names.
