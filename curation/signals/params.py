"""Checks of a signal's parameters, with sentences that name the field and what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.api.errors import ApplicationError


def filled_in(params: Mapping[str, Any], defaults: Mapping[str, Any], *, noun: str) -> dict[str, Any]:
    """`params` over `defaults`. Raises ApplicationError for names that `noun` ("the quick ensemble") does not have."""
    unknown = sorted(params.keys() - defaults.keys())
    if unknown:
        raise ApplicationError(f"params: {noun} has no {', '.join(unknown)}.")
    return {**defaults, **params}


def check_whole(given: Mapping[str, Any], name: str, least: int, most: int) -> None:
    """Raises ApplicationError unless `given[name]` is a whole number from `least` to `most`."""
    value = given[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise refused(name, f"a whole number from {least:,} to {most:,}.", "Number.")


def check_number(given: Mapping[str, Any], name: str, least: float, most: float, *, open_ends: bool = False) -> None:
    """Raises ApplicationError unless `given[name]` lies from `least` to `most`, or strictly between them."""
    value = given[name]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not least <= value <= most or (open_ends and value in (least, most)):
        bounds = f"between {least:g} and {most:g}" if open_ends else f"from {least:g} to {most:g}"
        raise refused(name, f"a number {bounds}.", "Number.")


def check_flag(given: Mapping[str, Any], name: str) -> None:
    """Raises ApplicationError unless `given[name]` is true or false."""
    if not isinstance(given[name], bool):
        raise refused(name, "true or false.", "True or false.")


def check_choice(given: Mapping[str, Any], name: str, options: Sequence[str]) -> None:
    """Raises ApplicationError unless `given[name]` is one of `options`."""
    if given[name] not in options:
        raise refused(name, f"choose {' or '.join(options)}.", " or ".join(options))


def check_id(given: Mapping[str, Any], name: str, noun: str) -> None:
    """Raises ApplicationError unless `given[name]` is an id; `noun` says of what ("a registered policy model")."""
    value = given[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise refused(name, f"give the id of {noun}.", f"Choose {noun}.")


def check_ids(given: Mapping[str, Any], name: str, noun: str, *, least: int, most: int) -> None:
    """Raises ApplicationError unless `given[name]` lists ids, each once; `noun` says of what ("registered models")."""
    value = given[name]
    ids = isinstance(value, list) and all(isinstance(each, int) and not isinstance(each, bool) for each in value)
    if not ids or not least <= len(value) <= most:
        raise refused(name, f"list the ids of {least:,} to {most:,} {noun}.", f"Choose {least:,} to {most:,}.")
    if len(set(value)) < len(value):
        raise refused(name, "name each one once.", "Name each one once.")


def refused(name: str, sentence: str, short: str) -> ApplicationError:
    return ApplicationError(f"params.{name}: {sentence}", fields={f"params.{name}": [short]})
