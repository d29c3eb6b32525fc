"""An export as it is asked for: its format and every option with its value, checked against the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.models import Snapshot
from trainer_bridge.choices import RunKind
from trainer_bridge.exports.base import Checks
from trainer_bridge.exports.measuring import declared_options
from trainer_bridge.exports.options import DEFAULT_MAX_LENGTH, OptionError, options_complete, options_digest
from trainer_bridge.exports.registry import format_for, formats
from trainer_bridge.exports.sources import problems_of
from trainer_bridge.models import Export
from trainer_bridge.runs.base_models import source_of
from webapp.api.errors import ApplicationError, ConflictError


def export_asked(*, snapshot: Snapshot, format: str, options: Mapping[str, Any]) -> Export:
    """The export that these options ask for, not saved; those left out have their defaults.

    Raises ConflictError while the snapshot is not ready, and ApplicationError for a format there is not and for
    options that it does not have or cannot take.
    """
    if snapshot.state != "ready":
        raise ConflictError(f"This snapshot is {snapshot.state}; export it when it is ready.")
    completed = _completed(snapshot, format, options)
    return Export(snapshot=snapshot, format=format, options=completed, options_key=options_digest(completed))


def _completed(snapshot: Snapshot, format: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of the format with its value. Raises ApplicationError naming those that cannot be taken."""
    try:
        entry = format_for(format)
    except LookupError:
        known = ", ".join(entry.key for entry in formats())
        raise ApplicationError(
            f"format: there is no format {format!r}; choose one of {known}.", fields={"format": [f"One of {known}."]}
        ) from None
    declared = declared_options(entry)
    try:
        completed = options_complete(declared, given)
    except OptionError as error:
        raise _refused(error.fields) from None
    problems = entry.check(completed) if isinstance(entry, Checks) else {}
    problems |= problems_of(snapshot, declared, completed)
    if problems:
        raise _refused({name: [sentence] for name, sentence in problems.items()})
    return _measured(snapshot, completed)


def _measured(snapshot: Snapshot, completed: dict[str, Any]) -> dict[str, Any]:
    """With what lengths are measured by; a length without a tokenizer says nothing and makes no other export."""
    tokenizer = completed.get("tokenizer")
    if tokenizer is None:
        return completed | dict.fromkeys(completed.keys() & {"max_length"})
    try:
        source_of(tokenizer, project_id=snapshot.project_id, kind=RunKind.REWARD)
    except ApplicationError as error:
        raise _refused({"tokenizer": [error.message.removeprefix("base_model: ")]}) from None
    return completed | {"max_length": completed["max_length"] or DEFAULT_MAX_LENGTH}


def _refused(problems: Mapping[str, list[str]]) -> ApplicationError:
    fields = {f"options.{name}": sentences for name, sentences in problems.items()}
    name, sentences = next(iter(fields.items()))
    return ApplicationError(f"{name}: {sentences[0]}", fields=fields)
