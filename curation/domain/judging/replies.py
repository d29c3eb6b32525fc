"""What a model wrote, read strictly (METHODS B6): JSON, else JSON in the first braces, else one repair, else failed.

There is no default and no guess: a number out of range is not moved into it, "4" is not 4, true is not 1, a list of
the wrong length is not cut or padded. The silent corruptions this forbids are listed in METHODS §0.8-0.10 and §3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import msgspec

Text = Annotated[str, msgspec.Meta(pattern=r"\S")]  # not blank
Rating = Annotated[int, msgspec.Meta(ge=1, le=5)]
RatingOrNone = Rating | Literal["N/A"]
Score = Annotated[int, msgspec.Meta(ge=1, le=10)]

_THOUGHT_END = "</think>"
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # PostgreSQL stores no text with it
_NO_TEXT = "(an empty reply)"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked to write. Fields are required; rules between fields raise ValueError on creation."""


Shape = TypeVar("Shape", bound=msgspec.Struct)


class ReplyError(Exception):
    """The reply cannot be used. `reason` is a code to count by, `sentence` tells a person and the model itself why.

    Reasons: no_json, cut_off (braces that never close), bad_json, ambiguous (two different answers), wrong_shape.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


def decode(text: str, shape: type[Shape]) -> Shape:
    """The reply as `shape`: the whole text as JSON, else the JSON within the first balanced braces.

    Words around the braces are allowed, as is a thought before them that ends in `</think>`. A later object that fits
    the shape too and says something else makes the reply ambiguous: a judge that quotes a verdict from the text it
    reads must not be taken at the quoted word. Raises ReplyError.
    """
    whole = _whole(text)
    if whole is not None:
        return _converted(whole, shape)
    _, ended, rest = text.partition(_THOUGHT_END)
    spoken = rest if ended else text
    whole = _whole(spoken)
    if whole is not None:
        return _converted(whole, shape)
    objects = _balanced(spoken)
    first = next(objects, None)
    if first is None:
        if "{" in spoken:
            raise ReplyError("cut_off", "The reply's JSON object ends before it is closed.")
        raise ReplyError("no_json", "The reply has no JSON object.")
    answer = _converted(_parsed(first), shape)
    if any(other != answer for other in _fitting(objects, shape)):
        raise ReplyError("ambiguous", "The reply has two JSON objects that say different things.")
    return answer


def _whole(text: str) -> dict[str, Any] | None:
    """The text as one JSON object, None when it is something else."""
    stripped = text.strip()
    if not (stripped.startswith("{") and stripped.endswith("}")):
        return None
    try:
        return _parsed(stripped)
    except ReplyError:
        # Two objects in a row, or words with braces: the first balanced braces decide, and report what is wrong.
        return None


def _parsed(candidate: str) -> dict[str, Any]:
    """A JSON object (the candidate begins with a brace). Names given twice, NaN and unstorable text are refused."""
    try:
        if _NUL.search(candidate):
            raise ValueError("a text holds the character U+0000")
        value: dict[str, Any] = json.loads(candidate, object_pairs_hook=_once, parse_constant=_refused)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        fault = error.msg if isinstance(error, json.JSONDecodeError) else str(error)[:200]
        raise ReplyError("bad_json", f"What stands in braces is not usable JSON: {fault}.") from error
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    given = dict(pairs)
    if len(given) != len(pairs):
        raise ValueError("a name is given twice")
    return given


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def _converted(value: dict[str, Any], shape: type[Shape]) -> Shape:
    try:
        return msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError as error:
        raise ReplyError("wrong_shape", f"The reply's JSON is not what was asked for: {error}.") from error


def _fitting(objects: Iterator[str], shape: type[Shape]) -> Iterator[Shape]:
    for candidate in objects:
        try:
            yield _converted(_parsed(candidate), shape)
        except ReplyError:
            continue


def _balanced(text: str) -> Iterator[str]:
    """Each outermost run of balanced braces; braces within JSON strings do not count. Ends at one that never closes."""
    start, depth, quoted, escaped = 0, 0, False, False
    for place, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = sign == "\\", sign != '"'
        elif sign == "{":
            start = start if depth else place
            depth += 1
        elif depth and sign == '"':
            quoted = True
        elif depth and sign == "}":
            depth -= 1
            if depth == 0:
                yield text[start : place + 1]


def repair_messages(messages: tuple[tuple[str, str], ...], text: str, sentence: str) -> tuple[tuple[str, str], ...]:
    """The conversation of the one repair call: what was asked, what came back, and what is wrong with it."""
    ask = (
        f"That reply could not be read. {sentence} Write it again as one JSON object of the form asked for, "
        "without any words around it. Keep your judgement; correct only the form."
    )
    return (*messages, ("assistant", text if text.strip() else _NO_TEXT), ("user", ask))


def json_schema(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema of a shape for guided decoding: one object without references, every field in its order.

    Patterns are left out (backends differ in whether one must match all of a text); `decode` holds to them anyway.
    """
    schema = msgspec.json.schema(shape)
    inlined: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return inlined


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(definitions[node["$ref"].removeprefix("#/$defs/")], definitions)
    kept = {key: value for key, value in node.items() if key not in ("$defs", "title", "description", "pattern")}
    if "properties" not in kept:
        return {key: _inlined(value, definitions) for key, value in kept.items()}
    # Names of fields may be “title” or “description”: they are walked as names, not as keywords.
    fields = {name: _inlined(value, definitions) for name, value in kept["properties"].items()}
    return {**kept, "properties": fields, "additionalProperties": False}
