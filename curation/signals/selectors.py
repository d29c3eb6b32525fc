"""Reading signals and their values."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from curation.datasets.engine import duck
from curation.models import Signal
from curation.signals.choices import SignalLevel, SignalState
from webapp.api.errors import NotFoundError
from webapp.store.files import store


def signals_of(version_id: int) -> QuerySet[Signal]:
    return Signal.objects.filter(dataset_version=version_id).select_related("job")


def signal_get(signal_id: int) -> Signal:
    """Raises NotFoundError."""
    signal = Signal.objects.select_related("job").filter(pk=signal_id).first()
    if signal is None:
        raise NotFoundError("There is no such signal.")
    return signal


def signal_project_id(signal_id: int) -> int:
    """The project a signal belongs to. Raises NotFoundError."""
    ids = Signal.objects.filter(pk=signal_id).values_list("dataset_version__dataset__project_id", flat=True)
    project_id = ids.first()
    if project_id is None:
        raise NotFoundError("There is no such signal.")
    return project_id


def signal_urls(signal: Signal) -> list[str]:
    """Addresses of a ready signal's parts."""
    return [store().url(key) for key in signal.parts]


def scores_for(version_id: int, record_ids: Sequence[str]) -> dict[str, dict[str, dict[str, float | None]]]:
    """`{record_id: {signal_id: {response_id: score}}}` of the version's ready signals; None where scoring failed."""
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    if not record_ids:
        return found
    sql = (
        "SELECT record_id, response_id, score FROM read_parquet($parts) "
        "WHERE record_id IN (SELECT unnest($ids::VARCHAR[]))"
    )
    with duck() as cursor:
        for signal in signals_of(version_id).filter(state=SignalState.READY, level=SignalLevel.RESPONSE):
            if not signal.parts or not any(column["name"] == "score" for column in signal.columns):
                continue
            rows = cursor.execute(sql, {"parts": signal_urls(signal), "ids": list(record_ids)}).fetchall()
            for record_id, response_id, score in rows:
                found.setdefault(record_id, {}).setdefault(str(signal.pk), {})[response_id] = score
    return found
