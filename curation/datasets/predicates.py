"""Row filters as a typed tree, compiled to SQL whose every value is a bound parameter.

`{"and": […]}`, `{"or": […]}`, `{"not": …}` or `{"field", "op", "value"}`. Fields that can hold several texts
(`text`, `prompt`, `response`, `outcome`, `source`) match when any of them does, and `ne` when none equals.
A comparison with something a row does not have is false, so `not` is its exact opposite. `contains` ignores case.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from webapp.api.errors import ApplicationError

MAX_NODES = 100
MAX_DEPTH = 10
MAX_VALUES = 1000
MAX_TEXT = 10_000

Value = str | int | float | bool


@dataclass(frozen=True)
class Every:
    of: tuple[Predicate, ...]


@dataclass(frozen=True)
class Some:
    of: tuple[Predicate, ...]


@dataclass(frozen=True)
class Not:
    of: Predicate


@dataclass(frozen=True)
class Compare:
    field: str
    op: str
    value: Value | tuple[Value, ...]


Predicate = Every | Some | Not | Compare

_ORDER = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_NUMBER_OPS = ("eq", "ne", "in", *_ORDER)
_TEXT_OPS = ("eq", "ne", "in", "contains")
_METADATA = "metadata."

_PROMPT = "list_transform(prompt, lambda m: m.content)"
_RESPONSE = "list_transform(responses, lambda r: r.content)"
_LISTS = {
    "prompt": _PROMPT,
    "response": _RESPONSE,
    "text": f"list_concat({_PROMPT}, {_RESPONSE})",
    "outcome": "list_transform(labels, lambda l: l.outcome)",
    "source": "list_transform(labels, lambda l: l.source)",
}
_TEXTS = {"record_id": "record_id", "context": "context"}
_NUMBERS = {
    "n_responses": "coalesce(len(responses), 0)",
    "n_labels": "coalesce(len(labels), 0)",
    "turns": "len(list_filter(prompt, lambda m: m.role = 'user'))",
}
FIELDS = ("text", "prompt", "response", "record_id", "n_responses", "n_labels", "turns", "outcome", "source", "context")


def predicate_parse(given: Any) -> Predicate:
    """The tree of a filter as decoded from JSON. Raises ApplicationError that says which part is wrong."""
    return _Parser().parse(given, "filter", 1)


def predicate_from_text(text: str) -> Predicate:
    """The tree of a filter given as JSON text, as in a query string."""
    try:
        return predicate_parse(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise _refused("filter", "this is not valid JSON") from error


def _refused(where: str, why: str) -> ApplicationError:
    return ApplicationError(f"{where}: {why}.", fields={"filter": [f"{where}: {why}."]})


class _Parser:
    def __init__(self) -> None:
        self._nodes = 0

    def parse(self, given: Any, where: str, depth: int) -> Predicate:
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            raise _refused(where, f"a filter has at most {MAX_NODES} parts, nested {MAX_DEPTH} deep")
        if not isinstance(given, dict):
            raise _refused(where, "expected an object such as {field, op, value}")
        if len(given) == 1:
            (name, inner), *_ = given.items()
            if name == "not":
                return Not(self.parse(inner, f"{where}.not", depth + 1))
            if name in ("and", "or"):
                if not isinstance(inner, list) or not inner:
                    raise _refused(f"{where}.{name}", "expected a list with at least one part")
                of = tuple(self.parse(part, f"{where}.{name}[{i}]", depth + 1) for i, part in enumerate(inner))
                return Every(of) if name == "and" else Some(of)
        if given.keys() != {"field", "op", "value"}:
            raise _refused(where, "expected {and}, {or}, {not} or {field, op, value}")
        return _compare(given, where)


def _compare(given: dict[str, Any], where: str) -> Compare:
    field, op, value = given["field"], given["op"], given["value"]
    is_metadata = isinstance(field, str) and field.startswith(_METADATA) and len(field) > len(_METADATA)
    if not isinstance(field, str) or not (field in FIELDS or is_metadata):
        raise _refused(f"{where}.field", f"choose one of {', '.join(FIELDS)} or metadata.<key>")
    number = field in _NUMBERS
    ops = (*_TEXT_OPS, *_ORDER) if is_metadata else _NUMBER_OPS if number else _TEXT_OPS
    if op not in ops:
        raise _refused(f"{where}.op", f"“{field}” can be compared by {', '.join(ops)}")
    kinds: tuple[type, ...] = (int, float) if number else (str, int, float, bool) if is_metadata else (str,)
    if op == "contains":
        kinds = (str,)
    elif op in _ORDER:
        kinds = (int, float)
    if op == "in":
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
            raise _refused(f"{where}.value", f"“in” wants a list of 1 to {MAX_VALUES} values")
        return Compare(field, op, tuple(_value(v, kinds, f"{where}.value[{i}]") for i, v in enumerate(value)))
    return Compare(field, op, _value(value, kinds, f"{where}.value"))


def _value(value: Any, kinds: tuple[type, ...], where: str) -> Value:
    if type(value) not in kinds:
        raise _refused(where, f"expected {' or '.join('text' if kind is str else 'a number' for kind in kinds[:2])}")
    if isinstance(value, str) and (len(value) > MAX_TEXT or "\x00" in value):
        raise _refused(where, f"texts have at most {MAX_TEXT:,} characters and no NUL")
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= 1 << 53):
        raise _refused(where, "the number is too large")
    result: Value = value
    return result


class SqlParams:
    """Collects bound values under names no field or value takes part in."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def predicate_sql(predicate: Predicate, params: SqlParams) -> str:
    """A SQL condition over a row of the canonical schema that is true or false, never NULL."""
    match predicate:
        case Every(of):
            return "(" + " AND ".join(predicate_sql(part, params) for part in of) + ")"
        case Some(of):
            return "(" + " OR ".join(predicate_sql(part, params) for part in of) + ")"
        case Not(inner):
            return f"(NOT {predicate_sql(inner, params)})"
        case Compare():
            return _compare_sql(predicate, params)


def _compare_sql(compare: Compare, params: SqlParams) -> str:
    op, value = compare.op, compare.value
    if op == "ne":
        return f"(NOT {_compare_sql(Compare(compare.field, 'eq', value), params)})"
    if compare.field in _LISTS:
        condition = _scalar_sql("x", op, value, params)
        return f"(coalesce(len(list_filter({_LISTS[compare.field]}, lambda x: {condition})), 0) > 0)"
    if compare.field in _TEXTS:
        return f"coalesce({_scalar_sql(_TEXTS[compare.field], op, value, params)}, false)"
    if compare.field in _NUMBERS:
        return f"coalesce({_scalar_sql(_NUMBERS[compare.field], op, value, params)}, false)"
    return f"coalesce({_metadata_sql(compare.field.removeprefix(_METADATA), op, value, params)}, false)"


def _scalar_sql(expression: str, op: str, value: Any, params: SqlParams) -> str:
    if op == "contains":
        return f"contains(lower({expression}), lower({params.add(value)}))"
    if op == "in":
        return f"list_contains({params.add(list(value))}, {expression})"
    return f"{expression} {_ORDER.get(op, '=')} {params.add(value)}"


def _metadata_sql(key: str, op: str, value: Any, params: SqlParams) -> str:
    """A key as it stands, or a path through nested objects; numbers are compared as numbers."""
    quote: Callable[[str], str] = lambda name: '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'  # noqa: E731
    found = f"json_extract_string(metadata, {params.add('$.' + quote(key))})"
    if "." in key:
        path = "$." + ".".join(quote(name) for name in key.split("."))
        found = f"coalesce({found}, json_extract_string(metadata, {params.add(path)}))"
    values = list(value) if isinstance(value, tuple) else [value]
    if all(type(v) in (int, float) for v in values):
        numbers = [float(v) for v in values]
        return _scalar_sql(f"try_cast({found} AS DOUBLE)", op, numbers if op == "in" else numbers[0], params)
    texts = [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
    return _scalar_sql(found, op, texts if op == "in" else texts[0], params)
