"""Parameters that name a column of another signal: which signals and columns may be named, and for which version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from curation.models import Signal
from curation.signals.choices import SignalState
from curation.signals.params import check_id, refused
from webapp.api.errors import ApplicationError, UnprocessableError


@dataclass(frozen=True)
class SignalColumn:
    """A column of a ready signal."""

    signal: Signal
    name: str

    @property
    def facts(self) -> dict[str, Any]:
        """What a signal made from it says in its key: a signal that is computed again may have more rows."""
        of = {"signal": self.signal.pk, "name": self.signal.name, "column": self.name}
        return {**of, "key": self.signal.key, "rows_ok": self.signal.rows_ok}


def signal_schema(
    title: str, description: str, *, level: str | None = None, holds: Literal["margin"] | None = None
) -> dict[str, Any]:
    """The schema of a parameter that takes a signal's id: one of a level, or one that holds a margin."""
    schema: dict[str, Any] = {"type": "integer", "format": "signal", "title": title, "description": description}
    return {**schema, **({"level": level} if level else {}), **({"holds": holds} if holds else {})}


def margins_schema(
    least: int, most: int, *, title: str = "Signals", description: str | None = None, level: str | None = None
) -> dict[str, Any]:
    """The schema of a parameter that takes several signals' ids, each of which holds a margin."""
    items = {"type": "integer", "format": "signal", **({"level": level} if level else {}), "holds": "margin"}
    described = description or "Signals of responses or pairs; of each the margin that it recommends, or its first."
    bounds = {"minItems": least, "maxItems": most}
    return {"type": "array", "items": items, **bounds, "title": title, "description": described}


def column_schema(title: str, description: str) -> dict[str, Any]:
    """The schema of a parameter `x_column`, which names a column of the signal that the parameter `x` takes."""
    text: dict[str, Any] = {"type": "string", "maxLength": 60, "default": ""}
    return {**text, "format": "signal_column", "title": title, "description": description}


MARGIN_SCHEMA: dict[str, Any] = {
    "margin": signal_schema(
        "Margin", "A signal that says how much better one response is than the other.", holds="margin"
    ),
    "margin_column": column_schema(
        "Column of the margin", "The margin it recommends, else its first, unless you name another column."
    ),
}
MARGIN_DEFAULTS: dict[str, Any] = {"margin": None, "margin_column": ""}


def margin_column(project_id: int, given: Mapping[str, Any], name: str = "margin") -> SignalColumn:
    """A number of responses, of which b − a is taken, or a signed one of pairs: `given[name]` of `given[name_column]`.

    Without a column the one that the signal recommends, else its first. Raises ApplicationError for wrong parameters,
    UnprocessableError for a signal that has no such number.
    """
    signal = _ready_signal(project_id, given, name)
    fit = [
        column["name"]
        for column in signal.columns
        if column["type"] == "number" and (signal.level == "response" or column["signed"])
    ]
    recommended = signal.provenance.get("recommended_column")
    fit.sort(key=lambda column: column != recommended)
    return _chosen(signal, given, name, [] if signal.level == "record" else fit, "margin")


def response_column(project_id: int, given: Mapping[str, Any], name: str) -> SignalColumn:
    """A number of responses. Raises as `margin_column`."""
    signal = _ready_signal(project_id, given, name)
    fit = [column["name"] for column in signal.columns if column["type"] == "number" and signal.level == "response"]
    return _chosen(signal, given, name, fit, "number for each response")


def record_column(project_id: int, given: Mapping[str, Any], name: str, type: str) -> SignalColumn:
    """A number or text of records. Raises as `margin_column`."""
    signal = _ready_signal(project_id, given, name)
    fit = [column["name"] for column in signal.columns if column["type"] == type and signal.level == "record"]
    return _chosen(signal, given, name, fit, f"{type} for each record")


def check_of_version(version_id: int, params: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raises UnprocessableError unless the signals that these parameters name, one or several, are of this version."""
    for name in names:
        given = params.get(name)
        for number in given if isinstance(given, list) else [given]:
            if number is not None and not Signal.objects.filter(pk=number, dataset_version=version_id).exists():
                raise UnprocessableError(
                    f"params.{name}: signal {number} is of another dataset version; compute it for this one first.",
                    fields={f"params.{name}": ["Another version's signal."]},
                )


def _ready_signal(project_id: int, given: Mapping[str, Any], name: str) -> Signal:
    check_id(given, name, "a signal")
    found = Signal.objects.filter(pk=given[name], dataset_version__dataset__project=project_id).first()
    if found is None or found.state != SignalState.READY:
        raise UnprocessableError(
            f"params.{name}: this project has no ready signal {given[name]}.",
            fields={f"params.{name}": ["Choose a ready signal."]},
        )
    return found


def _chosen(signal: Signal, given: Mapping[str, Any], name: str, fit: list[str], what: str) -> SignalColumn:
    wanted = given[f"{name}_column"]
    if not isinstance(wanted, str):
        raise refused(f"{name}_column", "the name of a column.", "Name.")
    if not fit:
        raise UnprocessableError(
            f"params.{name}: signal {signal.pk} ({signal.name}) has no {what}.",
            fields={f"params.{name}": [f"No {what}."]},
        )
    if wanted and wanted not in fit:
        raise ApplicationError(
            f"params.{name}_column: signal {signal.pk} has no {what} “{wanted}”; it has {', '.join(fit)}.",
            fields={f"params.{name}_column": [", ".join(fit)]},
        )
    return SignalColumn(signal, wanted or fit[0])
